//! Settings of one route: the methods of [`Urls`] that apply to the route that was added last.

use std::{borrow::Cow, sync::Arc, time::Duration};

use super::{Urls, routes::Route};
use crate::{Middleware, Request, pace::Pace};

impl<S> Urls<S> {
    /// Names the route that was added last, for [`Request::url`](crate::Request::url). Routes of
    /// the same pattern may share a name.
    pub fn named(self, name: impl Into<Cow<'static, str>>) -> Urls<S> {
        let name = name.into();
        self.change_last("named", |route| route.name = Some(name))
    }

    /// Marks the route that was added last as blocking: all its calls run on worker threads.
    /// Without a mark the server learns from the calls of a route whether they block.
    pub fn blocking(self) -> Urls<S> {
        self.change_last("blocking", |route| route.set_pace(Pace::blocking()))
    }

    /// Marks the route that was added last as blocking for some requests, such as those that write
    /// to a database: their calls run on worker threads. For other requests the server learns
    /// whether calls block. The condition is checked for each request, so it must be quick.
    ///
    /// ```
    /// use webframe::{Response, Urls};
    ///
    /// let urls = Urls::<()>::new()
    ///     .get("/", |_, request| {
    ///         let user = request.cookie("user").unwrap_or("a guest");
    ///         Ok(Response::text(user.to_owned()))
    ///     })
    ///     .blocking_if(|request| request.cookie("user").is_some());
    /// ```
    pub fn blocking_if(self, condition: fn(&Request) -> bool) -> Urls<S> {
        self.change_last("blocking_if", |route| {
            route.set_pace(Pace::conditional());
            route.blocking_if = Some(condition);
        })
    }

    /// Marks the route that was added last as quick: all its calls run in the event loop of their
    /// connection. This saves the hand-off to a worker thread. If a call does block, other
    /// connections of the event loop wait until the server's watchdog moves the loop to another
    /// thread, after a few milliseconds.
    pub fn quick(self) -> Urls<S> {
        self.change_last("quick", |route| route.set_pace(Pace::quick()))
    }

    /// Limits the request body of the route that was added last, in bytes. The limit may exceed
    /// [`Limits::body_bytes_max`](crate::Limits::body_bytes_max). A longer body is refused with
    /// 413. If the request has a `Content-Length`, it is refused before its body is read.
    pub fn body_limit(self, bytes_max: u64) -> Urls<S> {
        self.change_last("body_limit", |route| route.body_bytes_max = Some(bytes_max))
    }

    /// Limits the time of the route that was added last. After this time the client is answered
    /// 503, and its connection closes. The handler is not interrupted, since nothing can interrupt
    /// code that blocks: it keeps its worker until it returns, and its response is dropped. It can
    /// check with [`Request::presence`](crate::Request::presence) whether the client still waits.
    /// The route is marked as [`blocking`](Urls::blocking).
    ///
    /// ```
    /// use std::time::Duration;
    /// use webframe::{Request, Response, Result, Urls};
    ///
    /// fn report(_: &(), request: &Request) -> Result<Response> {
    ///     let client = request.presence();
    ///     let mut lines = String::new();
    ///     for line in 0..1_000 {
    ///         if !client.is_there() {
    ///             break; // the time is over, or the client has gone
    ///         }
    ///         lines.push_str(&format!("{line}\n"));
    ///     }
    ///     Ok(Response::text(lines))
    /// }
    ///
    /// let urls: Urls<()> = Urls::new().get("/report", report).time_limit(Duration::from_secs(2));
    /// ```
    pub fn time_limit(self, time: Duration) -> Urls<S> {
        // The table marks routes with a time limit as blocking.
        self.change_last("time_limit", |route| route.time_limit = Some(time))
    }

    /// Wraps the route that was added last in middleware, inside its existing middleware.
    pub fn wrap_route(self, layer: impl Middleware<S>) -> Urls<S> {
        self.change_last("wrap_route", |route| route.layers.push(Arc::new(layer)))
    }

    /// Changes the route that was added last. If there is none, records the call of `method` as a
    /// mistake.
    pub(super) fn change_last(
        mut self,
        method: &str,
        change: impl FnOnce(&mut Route<S>),
    ) -> Urls<S> {
        match self.routes.last_mut() {
            Some(route) => change(route),
            None => self.mistakes.push(format!("{method}: there is no route before it")),
        }
        self
    }
}

impl<S> Route<S> {
    fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
        self.blocking_if = None;
    }
}
