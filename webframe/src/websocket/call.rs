//! What a callback sends on its own socket: straight into the output, in order with everything else.
//!
//! In the shard, messages that take the way of other threads would come behind the output of the
//! call, and so behind its close frame. On a worker they take that way, as a callback that blocks
//! may report its progress.

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

/// Ends the call in any case: a panic must not leave it to the next one.
struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        CALL.take();
    }
}

/// Runs a callback; what it sends on the socket is appended to the output.
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

/// The output of the call of this socket in this thread, if there is one.
pub(super) fn append<R>(socket: usize, append: impl FnOnce(&mut Vec<u8>) -> R) -> Option<R> {
    CALL.with_borrow_mut(|call| {
        let call = call.as_mut().filter(|call| call.socket == socket)?;
        Some(append(&mut call.output))
    })
}
