//! Handlers: functions from the app's state and a request to a response.

use crate::{Request, Response, Result, pace::Pace};

/// The code of a route. Any `Fn(&S, &Request) -> Result<Response>` is a handler; it may block. A
/// closure must name its argument types: `|_: &State, request: &Request| ...`.
///
/// On Linux the thread that calls it may have the scheduling class `SCHED_BATCH`. Threads and
/// processes that the handler starts inherit this class.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler for an app with the state `{S}`",
    label = "expected `fn(&{S}, &Request) -> webframe::Result<Response>`",
    note = "a closure must name its argument types: `|_: &State, request: &Request| ...`",
    note = "a route's state is the type that `App::new` was given"
)]
pub trait Handler<S>: Send + Sync + 'static {
    /// Answers the request.
    ///
    /// # Errors
    /// Any error. The app's error page converts it to a response.
    fn call(&self, state: &S, request: &Request) -> Result<Response>;

    /// The initial pace: whether calls are quick or may block is learned from them, unless the
    /// handler is marked.
    #[doc(hidden)]
    fn pace(&self) -> Pace {
        Pace::learned()
    }

    /// The condition of a handler that [`blocking_if`] made.
    #[doc(hidden)]
    fn blocking_if(&self) -> Option<fn(&Request) -> bool> {
        None
    }

    /// The reason why the handler cannot work, such as a missing directory; `None` if it can. This
    /// method is called when the route is added. A reason prevents the start of the server.
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

/// A handler with a fixed pace; made by [`blocking`], [`blocking_if`] and [`quick`].
#[derive(Debug)]
pub struct Marked<H> {
    handler: H,
    mark: Mark,
}

#[derive(Debug)]
enum Mark {
    Blocking,
    BlockingIf(fn(&Request) -> bool),
    Quick,
}

/// Marks a handler that always blocks: all its calls run on worker threads.
pub fn blocking<H>(handler: H) -> Marked<H> {
    Marked { handler, mark: Mark::Blocking }
}

/// Marks a handler that blocks for some requests, such as those that write to a database: their
/// calls run on worker threads. For other requests the server learns whether calls block, as for a
/// handler without a mark. The condition is checked for each request, so it must be quick.
///
/// ```
/// use webframe::{Request, Response, Result, Urls, blocking_if};
///
/// fn page(_: &(), request: &Request) -> Result<Response> {
///     Ok(Response::text(request.cookie("user").unwrap_or("a guest").to_owned()))
/// }
///
/// let urls = Urls::<()>::new().get("/", blocking_if(|request| request.cookie("user").is_some(), page));
/// ```
pub fn blocking_if<H>(condition: fn(&Request) -> bool, handler: H) -> Marked<H> {
    Marked { handler, mark: Mark::BlockingIf(condition) }
}

/// Marks a handler that never blocks: all its calls run in the event loop of their connection. This
/// saves the hand-off to a worker thread. If a call does block, other connections of the event loop
/// wait until the server's watchdog moves the loop to another thread, after a few milliseconds.
pub fn quick<H>(handler: H) -> Marked<H> {
    Marked { handler, mark: Mark::Quick }
}

impl<S, H: Handler<S>> Handler<S> for Marked<H> {
    fn call(&self, state: &S, request: &Request) -> Result<Response> {
        self.handler.call(state, request)
    }

    fn pace(&self) -> Pace {
        match self.mark {
            Mark::Blocking => Pace::blocking(),
            Mark::BlockingIf(_) => Pace::conditional(),
            Mark::Quick => Pace::quick(),
        }
    }

    fn blocking_if(&self) -> Option<fn(&Request) -> bool> {
        match self.mark {
            Mark::BlockingIf(condition) => Some(condition),
            Mark::Blocking | Mark::Quick => None,
        }
    }

    fn mistake(&self) -> Option<String> {
        self.handler.mistake()
    }
}
