//! What stands behind a URL: a plain function from state and request to a response.

use crate::{Request, Response, Result, pace::Pace};

/// A function behind a URL. Any `Fn(&S, &Request) -> Result<Response>` is one; it may block. On Linux
/// its thread may be of the class `SCHED_BATCH`, which threads and processes that it starts inherit.
pub trait Handler<S>: Send + Sync + 'static {
    /// Answers the request.
    ///
    /// # Errors
    /// Whatever the visitor is to be told by an error page.
    fn call(&self, state: &S, request: &Request) -> Result<Response>;

    /// Whether it is known to block; learned by watching it unless marked.
    fn pace(&self) -> Pace {
        Pace::learned()
    }

    /// Why it cannot work at all, such as a directory that is not there: told when the app is bound.
    fn mistake(&self) -> Option<String> {
        None
    }
}

impl<S, F> Handler<S> for F
where
    F: Fn(&S, &Request) -> Result<Response> + Send + Sync + 'static,
{
    fn call(&self, state: &S, request: &Request) -> Result<Response> {
        self(state, request)
    }
}

/// A handler with a mark; made by [`blocking`] and [`quick`].
#[derive(Debug)]
pub struct Marked<H> {
    handler: H,
    blocks: bool,
}

/// Marks a handler that always blocks: its first calls need not be watched.
pub fn blocking<H>(handler: H) -> Marked<H> {
    Marked { handler, blocks: true }
}

/// Marks a handler that never blocks: it runs in the shard from its first call on.
pub fn quick<H>(handler: H) -> Marked<H> {
    Marked { handler, blocks: false }
}

impl<S, H: Handler<S>> Handler<S> for Marked<H> {
    fn call(&self, state: &S, request: &Request) -> Result<Response> {
        self.handler.call(state, request)
    }

    fn pace(&self) -> Pace {
        if self.blocks { Pace::blocking() } else { Pace::quick() }
    }

    fn mistake(&self) -> Option<String> {
        self.handler.mistake()
    }
}
