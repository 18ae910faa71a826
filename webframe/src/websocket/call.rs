//! Lets a callback of the app send on its own socket: the message is appended to the output of the
//! call, if the call runs in the shard (event loop).
//!
//! There, a message that is sent through the outlet, as from other threads, would be written after
//! the output of the call, which may end with a close frame. In a call on a worker, messages do go
//! through the outlet, so that a callback that blocks can report its progress.

use std::cell::RefCell;

thread_local! {
    static CALL: RefCell<Option<Call>> = const { RefCell::new(None) };
}

/// A call in the shard.
struct Call {
    /// The address of the socket's state, which lives while its callback runs.
    socket: usize,
    output: Vec<u8>,
}

/// Ends the call even if it panics.
struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        CALL.take();
    }
}

/// Runs a callback. Messages that it sends on the socket are appended to the output.
pub(super) fn with_output<R>(
    socket: usize,
    output: &mut Vec<u8>,
    callback: impl FnOnce() -> R,
) -> R {
    CALL.set(Some(Call { socket, output: std::mem::take(output) }));
    let guard = Guard;
    let result = callback();
    if let Some(call) = CALL.take() {
        *output = call.output;
    }
    drop(guard);
    result
}

/// Appends to the output of the call of this socket in this thread. `None`: no call of it runs
/// here.
pub(super) fn append<R>(socket: usize, append: impl FnOnce(&mut Vec<u8>) -> R) -> Option<R> {
    CALL.with_borrow_mut(|call| {
        let call = call.as_mut().filter(|call| call.socket == socket)?;
        Some(append(&mut call.output))
    })
}
