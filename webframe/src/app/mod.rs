//! An app: state, table of URLs, layers and error page; and the way of a request through them.

mod router;
pub(crate) mod pattern;
pub(crate) mod handler;
pub(crate) mod service;
pub(crate) mod panics;
pub(crate) mod refusal;
pub mod url;

pub use router::Urls;

use std::sync::Arc;

use http::{HeaderValue, Method, StatusCode, header};

use self::{
    refusal::{RefusalPages, plain_text},
    router::Found,
    service::{Endpoint, Service},
};
use crate::{Error, Refusal, Request, Response, Result, middleware::Middleware, pace::Pace};

/// Everything that answers requests: state of any `Send + Sync` type, URLs, layers, error page.
pub struct App<S> {
    state: Arc<S>,
    urls: Urls<S>,
    layers: Vec<Box<dyn Middleware<S>>>,
    error_page: Box<ErrorPage<S>>,
    refusal_pages: RefusalPages,
    /// Of the answers that no route gives: 404, 405, OPTIONS.
    elsewhere: Pace,
}

type ErrorPage<S> = dyn Fn(&S, &Request, &Error) -> Response + Send + Sync;

impl<S: Send + Sync + 'static> App<S> {
    /// An app with this state and nothing behind any URL yet.
    pub fn new(state: S) -> App<S> {
        App {
            state: Arc::new(state),
            urls: Urls::new(),
            layers: Vec::new(),
            error_page: Box::new(|_, _, error| plain_error(error)),
            refusal_pages: RefusalPages::default(),
            elsewhere: Pace::learned(),
        }
    }

    /// The state, shared.
    pub fn state(&self) -> &Arc<S> {
        &self.state
    }

    /// Puts a layer inside the ones that were put on before.
    #[must_use]
    pub fn wrap(mut self, layer: impl Middleware<S>) -> App<S> {
        self.layers.push(Box::new(layer));
        self
    }

    /// Sets the table of URLs.
    #[must_use]
    pub fn urls(mut self, urls: Urls<S>) -> App<S> {
        self.urls = urls;
        self
    }

    /// Sets the page that an error becomes.
    #[must_use]
    pub fn error_page(
        mut self,
        page: impl Fn(&S, &Request, &Error) -> Response + Send + Sync + 'static,
    ) -> App<S> {
        self.error_page = Box::new(page);
        self
    }

    /// Sets the pages of what the server answers without a handler: heads that cannot be taken,
    /// time-outs, overload. Each is made once, now, and has up to 16 KiB; its status stays that of
    /// the refusal. No layer comes around them. One that cannot be made keeps the app from being
    /// served.
    ///
    /// ```
    /// use webframe::{App, Response};
    ///
    /// let app = App::new(()).refusal_page(|_, refusal| Ok(Response::html(refusal.detail())));
    /// ```
    #[must_use]
    pub fn refusal_page(mut self, page: impl Fn(&S, Refusal) -> Result<Response>) -> App<S> {
        self.refusal_pages = RefusalPages::make(|refusal| page(&self.state, refusal));
        self
    }

    pub(crate) fn mistakes(&self) -> impl Iterator<Item = &String> {
        self.urls.mistakes().iter().chain(self.refusal_pages.mistakes())
    }

    fn endpoint_response(&self, endpoint: Endpoint, request: &Request) -> Response {
        let answer = || match endpoint {
            Endpoint::Route(number) => match self.urls.route(number) {
                Some(route) => route.handler.call(&self.state, request),
                None => Err(Error::not_found("")),
            },
            Endpoint::Nothing => Err(Error::not_found("")),
            Endpoint::WrongMethod if *request.method() == Method::OPTIONS => {
                Ok(Response::new(StatusCode::NO_CONTENT))
            }
            Endpoint::WrongMethod => Err(self.wrong_method(request)),
            Endpoint::WholeServer => Ok(Response::new(StatusCode::NO_CONTENT)),
        };
        let result = panics::catch(answer).unwrap_or_else(|panic| Err(Error::internal(panic)));
        let mut response = match result {
            Ok(response) => response,
            Err(error) => self.failed(request, error),
        };
        if endpoint == Endpoint::WrongMethod {
            response.set(header::ALLOW, self.allow(request.head.path_bytes()));
        }
        response
    }

    fn wrong_method(&self, request: &Request) -> Error {
        let status = match is_known(request.method()) || self.urls.takes(request.method()) {
            true => StatusCode::METHOD_NOT_ALLOWED,
            false => StatusCode::NOT_IMPLEMENTED,
        };
        Error::new(status, "")
    }

    fn allow(&self, path: &[u8]) -> HeaderValue {
        let methods = self.urls.allowed(path);
        let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
        HeaderValue::from_str(&names.join(", ")).unwrap_or(HeaderValue::from_static("GET, HEAD"))
    }

    /// The response for an error, whose cause is the app's code: to drop it, even.
    fn failed(&self, request: &Request, error: Error) -> Response {
        let response = self.error_response(request, &error);
        if let Err(panic) = panics::catch(|| drop(error)) {
            log::error!("{}: the error, when it was dropped: {panic}", request.id());
        }
        response
    }

    fn error_response(&self, request: &Request, error: &Error) -> Response {
        let id = request.id();
        let is_logged = error.has_cause() || error.status() != StatusCode::SERVICE_UNAVAILABLE;
        if error.status().is_server_error()
            && is_logged
            && let Err(panic) = panics::catch(|| {
                log::error!("{id} {} {}: {error}", request.method(), request.path());
            })
        {
            log::error!("{id}: the error, when it was written: {panic}");
        }
        let page = panics::catch(|| (self.error_page)(&self.state, request, error));
        let mut response = page.unwrap_or_else(|panic| {
            log::error!("{id}: the error page: {panic}");
            plain_error(error)
        });
        if let Some(after) = error.retry_after() {
            response.set(header::RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)));
        }
        response
    }
}

/// What stands between a layer and the handler.
#[derive(Debug)]
pub struct Next<'a, S> {
    app: &'a App<S>,
    inner: usize,
    endpoint: Endpoint,
}

impl<S: Send + Sync + 'static> Next<'_, S> {
    /// Hands the request on and gives back what became of it; errors are responses already.
    pub fn run(self, request: &Request) -> Response {
        match self.app.layers.get(self.inner) {
            Some(layer) => {
                let next = Next { inner: self.inner + 1, ..self };
                layer.handle(&self.app.state, request, next)
            }
            None => self.app.endpoint_response(self.endpoint, request),
        }
    }

    /// Hands nothing on, and gives back the app's page for this error.
    pub fn refuse(self, request: &Request, error: &Error) -> Response {
        self.app.error_response(request, error)
    }
}

impl<S: Send + Sync + 'static> Service for App<S> {
    fn find(&self, request: &mut Request) -> Endpoint {
        let path = request.head.path_bytes();
        let endpoint = match self.urls.find(request.head.method(), path) {
            _ if path == b"*" => Endpoint::WholeServer,
            Found::Route(number) => Endpoint::Route(number),
            Found::WrongMethod => Endpoint::WrongMethod,
            Found::Nothing => Endpoint::Nothing,
        };
        request.pattern = self.pattern(endpoint);
        endpoint
    }

    fn pattern(&self, endpoint: Endpoint) -> &'static str {
        match endpoint {
            Endpoint::Route(number) => self.urls.route(number).map_or("", |route| route.pattern),
            Endpoint::WholeServer => "*",
            Endpoint::WrongMethod | Endpoint::Nothing => "",
        }
    }

    fn pace(&self, endpoint: Endpoint) -> &Pace {
        match endpoint {
            Endpoint::Route(number) => self.urls.route(number).map_or(&self.elsewhere, |r| &r.pace),
            _ => &self.elsewhere,
        }
    }

    fn answer(&self, endpoint: Endpoint, request: &Request) -> Response {
        if self.layers.is_empty() {
            return self.endpoint_response(endpoint, request); // which lets no panic out
        }
        let next = Next { app: self, inner: 0, endpoint };
        panics::catch(|| next.run(request))
            .unwrap_or_else(|panic| self.failed(request, Error::internal(panic)))
    }

    fn refuse(&self, refusal: Refusal) -> Response {
        self.refusal_pages.response(refusal)
    }
}

fn is_known(method: &Method) -> bool {
    [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
        Method::OPTIONS,
        Method::TRACE,
        Method::CONNECT,
    ]
    .contains(method)
}

/// The page of an app that has none of its own: status, reason and text.
fn plain_error(error: &Error) -> Response {
    let status = error.status();
    Response::text(plain_text(status, error.public())).with_status(status)
}

impl<S> std::fmt::Debug for App<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("urls", &self.urls).finish_non_exhaustive()
    }
}
