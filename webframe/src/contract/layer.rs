//! The contract of middleware: a layer receives a request and returns a response. [`Next`] is the
//! rest of the app, from the next layer to the handler.

use crate::{
    Error, Request, Response,
    contract::{refusal::Refused, service::Endpoint},
};

/// A layer around handlers: of an app, of a group of routes or of one route. Any `Fn(&S, &Request,
/// Next<S>) -> Response` is a layer.
///
/// ```
/// use webframe::{App, Error, Next, Request, Response, Result, TestClient, Urls};
///
/// fn needs_key(_: &(), request: &Request, next: Next<'_, ()>) -> Response {
///     match request.field(&webframe::http::header::AUTHORIZATION) {
///         Some("Bearer s3cret") => next.run(request),
///         _ => next.refuse(request, Error::forbidden("a key is needed")),
///     }
/// }
///
/// fn home(_: &(), _: &Request) -> Result<Response> {
///     Ok(Response::text("hello"))
/// }
///
/// let app = App::new(()).wrap(needs_key).urls(Urls::new().get("/", home));
/// assert_eq!(TestClient::new(&app).get("/").send().status().as_u16(), 403);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a layer for an app with the state `{S}`",
    label = "expected `fn(&{S}, &Request, Next<'_, {S}>) -> Response`",
    note = "a closure must name its argument types: `|_: &State, request: &Request, next: Next<'_, State>| ...`",
    note = "a layer returns a `Response`: `Next::refuse` makes one of an error"
)]
pub trait Middleware<S>: Send + Sync + 'static {
    /// Answers the request, usually by calling `next`.
    fn handle(&self, state: &S, request: &Request, next: Next<'_, S>) -> Response;

    /// Called for a request that the server answered itself, without any layer or handler. Only
    /// layers of the app are called, not those of groups and routes. It is called in the event loop
    /// that serves the connections, so it must not block.
    fn refused(&self, state: &S, refused: &Refused<'_>) {
        let _ = (state, refused);
    }
}

impl<S, F> Middleware<S> for F
where
    F: Fn(&S, &Request, Next<'_, S>) -> Response + Send + Sync + 'static,
{
    fn handle(&self, state: &S, request: &Request, next: Next<'_, S>) -> Response {
        self(state, request, next)
    }
}

/// The layers and endpoints of an app, for [`Next`]. An endpoint is the part of the app that
/// answers a request, such as a route.
pub(crate) trait Chain<S>: Send + Sync {
    fn state(&self) -> &S;
    /// The layer at this depth around an endpoint; `None` after the innermost one.
    fn layer(&self, depth: usize, endpoint: Endpoint) -> Option<&dyn Middleware<S>>;
    /// The response of the endpoint itself. Panics are caught and become a 500.
    fn answer_endpoint(&self, endpoint: Endpoint, request: &Request) -> Response;
    /// The response that an error [carries](Error::response), otherwise the app's page for it.
    fn answer_error(&self, request: &Request, error: Error) -> Response;
}

/// The rest of an app after a layer: the inner layers and the handler.
pub struct Next<'a, S> {
    chain: &'a dyn Chain<S>,
    /// The number of layers that the request has reached.
    depth: usize,
    endpoint: Endpoint,
}

impl<'a, S: 'static> Next<'a, S> {
    /// The outermost layer.
    pub(crate) fn outermost(chain: &'a dyn Chain<S>, endpoint: Endpoint) -> Next<'a, S> {
        Next { chain, depth: 0, endpoint }
    }

    /// Passes the request on and returns the response. Errors are responses already, including 404
    /// and 405.
    pub fn run(self, request: &Request) -> Response {
        match self.chain.layer(self.depth, self.endpoint) {
            Some(layer) => {
                let next = Next { depth: self.depth + 1, ..self };
                layer.handle(self.chain.state(), request, next)
            }
            None => self.chain.answer_endpoint(self.endpoint, request),
        }
    }

    /// Ends the request here: returns the app's page for this error, or the response that the error
    /// [carries](Error::response).
    pub fn refuse(self, request: &Request, error: impl Into<Error>) -> Response {
        self.chain.answer_error(request, error.into())
    }
}

impl<S> std::fmt::Debug for Next<'_, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Next").field("depth", &self.depth).finish_non_exhaustive()
    }
}
