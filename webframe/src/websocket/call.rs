//! Lets a callback of the app send on its own socket. If the callback runs in the shard (the event
//! loop of the connection), its messages are appended to the output of the call, which is faster
//! than a message to the shard.
//!
//! Other threads send through the `Outlet`, the queue of messages to the shard, and the shard
//! writes their messages after the output of the call. While such messages are queued, the
//! callback's own messages must be queued too: otherwise sockets that receive the same broadcasts
//! could see them in different orders. The caller of [`append`] ensures this. A callback on a
//! worker always sends through the outlet, so that it can report its progress while it blocks.

use std::cell::RefCell;

thread_local! {
    /// The call that this thread runs, if any.
    static CALL: RefCell<Option<Call>> = const { RefCell::new(None) };
}

/// A call in the shard.
struct Call {
    /// The address of the socket's state, which lives while its callback runs.
    socket: usize,
    output: Vec<u8>,
}

/// Clears [`CALL`] when the callback returns or panics.
struct ClearCall;

impl Drop for ClearCall {
    fn drop(&mut self) {
        CALL.take();
    }
}

/// Runs a callback of a socket in the shard. Messages that it sends on this socket are appended to
/// the output.
pub(super) fn with_output<R>(
    socket: usize,
    output: &mut Vec<u8>,
    callback: impl FnOnce() -> R,
) -> R {
    CALL.set(Some(Call { socket, output: std::mem::take(output) }));
    let clear_call = ClearCall;
    let result = callback();
    if let Some(call) = CALL.take() {
        *output = call.output;
    }
    drop(clear_call);
    result
}

/// Lets `write` add to the output of the call that this thread runs for the socket. `None`: this
/// thread runs no call for it, so the message has to be sent through the outlet.
pub(super) fn append<R>(socket: usize, write: impl FnOnce(&mut Vec<u8>) -> R) -> Option<R> {
    CALL.with_borrow_mut(|call| {
        let call = call.as_mut().filter(|call| call.socket == socket)?;
        Some(write(&mut call.output))
    })
}
