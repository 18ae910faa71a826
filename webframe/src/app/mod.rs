//! An app: state, table of URLs, layers and error page; and the path of a request through them.

mod routes;
mod table;

pub use routes::{Slashes, Urls};

use std::{
    error::Error as StdError,
    io::{self, Write},
    sync::Arc,
};

use http::{HeaderValue, Method, StatusCode, header};

use self::table::{Found, Table, TableRoute};
use crate::{
    Error, Middleware, Next, Refusal, Request, Response, Result,
    contract::{
        layer::Chain,
        refusal::{RefusalPages, plain_text},
        service::{Endpoint, Service},
    },
    pace::Pace,
    panics,
};

/// What answers requests: state of any `Send + Sync` type, URLs, layers and an error page.
pub struct App<S> {
    state: Arc<S>,
    /// What was declared; the table is made of it when the app is complete.
    table: Table<S>,
    layers: Vec<Box<dyn Middleware<S>>>,
    error_page: Box<ErrorPage<S>>,
    error_maps: Vec<Box<ErrorMap>>,
    refusal_pages: RefusalPages,
    /// The pace of the answers that no route gives: 404, 405, OPTIONS.
    elsewhere: Pace,
}

type ErrorPage<S> = dyn Fn(&S, &Request, &Error) -> Response + Send + Sync;
type ErrorMap = dyn Fn(&Error) -> Option<Error> + Send + Sync;

impl<S: Send + Sync + 'static> App<S> {
    /// An app with this state and no routes.
    pub fn new(state: S) -> App<S> {
        App {
            state: Arc::new(state),
            table: Table::new(Urls::new()),
            layers: Vec::new(),
            error_page: Box::new(|_, _, error| plain_error(error)),
            error_maps: Vec::new(),
            refusal_pages: RefusalPages::default(),
            elsewhere: Pace::learned(),
        }
    }

    /// The state, shared.
    pub fn state(&self) -> &Arc<S> {
        &self.state
    }

    /// Adds a layer inside the ones that the app has. The app's layers see every request that
    /// reaches the app, those without a route too.
    #[must_use]
    pub fn wrap(mut self, layer: impl Middleware<S>) -> App<S> {
        self.layers.push(Box::new(layer));
        self
    }

    /// Sets the table of URLs.
    #[must_use]
    pub fn urls(mut self, urls: Urls<S>) -> App<S> {
        self.table = Table::new(urls);
        self
    }

    /// Sets the page that an error becomes. The status of the response is the page's: it usually
    /// takes that of the error.
    #[must_use]
    pub fn error_page(
        mut self,
        page: impl Fn(&S, &Request, &Error) -> Response + Send + Sync + 'static,
    ) -> App<S> {
        self.error_page = Box::new(page);
        self
    }

    /// Sets what an error type becomes that handlers return with `?`. Without a map it is a 500. The
    /// error stays the cause for the log, unless the map makes a 503.
    ///
    /// ```
    /// use webframe::{App, Error, Request, Response, Result, TestClient, Urls};
    ///
    /// fn parse(_: &(), request: &Request) -> Result<Response> {
    ///     let number: u8 = request.query_string().parse()?;
    ///     Ok(Response::text(number.to_string()))
    /// }
    ///
    /// let app = App::new(())
    ///     .on_error(|_: &std::num::ParseIntError| Error::bad_request("not a number"))
    ///     .urls(Urls::new().get("/", parse));
    /// assert_eq!(TestClient::new(&app).get("/?x").send().status().as_u16(), 400);
    /// ```
    #[must_use]
    pub fn on_error<E: StdError + 'static>(
        mut self,
        map: impl Fn(&E) -> Error + Send + Sync + 'static,
    ) -> App<S> {
        self.error_maps.push(Box::new(move |error| error.converted_from().map(&map)));
        self
    }

    /// Sets the pages for requests that the server answers without a handler: invalid heads,
    /// time-outs, overload. Each page is made once, now, and has at most 16 KiB; its status is that
    /// of the refusal. No layer wraps them. If a page cannot be made, the app is not served.
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

    /// Every mistake in the app's declaration, for the report when it is bound.
    pub(crate) fn mistakes(&self) -> impl Iterator<Item = &String> {
        self.table.mistakes().iter().chain(self.refusal_pages.mistakes())
    }

    /// The path of the route with this name.
    ///
    /// # Errors
    /// 500: no route has this name, or it has more or fewer parameters.
    pub fn url<T: std::fmt::Display>(
        &self,
        name: &str,
        parameters: impl IntoIterator<Item = T>,
    ) -> Result<String> {
        self.table.names().path(name, parameters)
    }

    /// The routes as lines of text, in the order they were declared: methods, pattern.
    pub fn routes(&self) -> Vec<String> {
        let line = |route: &TableRoute<S>| format!("{:<8} {}", route.methods, route.pattern);
        self.table.routes().iter().filter(|route| !route.pattern.is_empty()).map(line).collect()
    }

    fn route(&self, endpoint: Endpoint) -> Option<&TableRoute<S>> {
        match endpoint {
            Endpoint::Route(number) => self.table.route(number),
            Endpoint::WrongMethod | Endpoint::Nothing | Endpoint::WholeServer => None,
        }
    }

    fn respond(&self, endpoint: Endpoint, request: &Request) -> Response {
        let answer = || match endpoint {
            Endpoint::Route(number) => match self.table.route(number) {
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
            Err(error) => self.answer_error(request, error),
        };
        if endpoint == Endpoint::WrongMethod {
            response.set(header::ALLOW, self.allow(request.head.path_bytes()));
        }
        response
    }

    fn wrong_method(&self, request: &Request) -> Error {
        if is_known(request.method()) || self.table.takes(request.method()) {
            return Error::new(StatusCode::METHOD_NOT_ALLOWED, "");
        }
        Error::new(StatusCode::NOT_IMPLEMENTED, "")
    }

    fn allow(&self, path: &[u8]) -> HeaderValue {
        let methods = self.table.allowed(path);
        let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
        HeaderValue::from_str(&names.join(", ")).unwrap_or(HeaderValue::from_static("GET, HEAD"))
    }

    /// The error that the app's maps make of one that `?` converted.
    fn map_error(&self, error: Error) -> Error {
        match self.error_maps.iter().find_map(|map| map(&error)) {
            Some(other) => error.mapped_to(other),
            None => error,
        }
    }

    fn error_response(&self, request: &Request, error: &Error) -> Response {
        let id = request.id();
        let is_logged =
            error.cause().is_some() || error.status() != StatusCode::SERVICE_UNAVAILABLE;
        if error.status().is_server_error()
            && is_logged
            && let Err(panic) = panics::catch(|| {
                log_error(&format!("{id} {} {}: {error}", request.method(), request.path()));
            })
        {
            log_error(&format!("{id}: formatting the error failed: {panic}"));
        }
        let page = panics::catch(|| (self.error_page)(&self.state, request, error));
        let mut response = page.unwrap_or_else(|panic| {
            log_error(&format!("{id}: the error page failed: {panic}"));
            plain_error(error)
        });
        if let Some(after) = error.retry_after() {
            response.set(header::RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)));
        }
        response
    }

    fn answer_through_layers(&self, endpoint: Endpoint, request: &Request) -> Response {
        let next = Next::outermost(self, endpoint);
        panics::catch(|| next.run(request))
            .unwrap_or_else(|panic| self.answer_error(request, Error::internal(panic)))
    }
}

impl<S: Send + Sync + 'static> Chain<S> for App<S> {
    fn state(&self) -> &S {
        &self.state
    }

    fn layer(&self, depth: usize, endpoint: Endpoint) -> Option<&dyn Middleware<S>> {
        if let Some(layer) = self.layers.get(depth) {
            return Some(&**layer);
        }
        let layer = self.route(endpoint)?.layers.get(depth - self.layers.len());
        layer.map(|layer| &**layer)
    }

    fn answer_endpoint(&self, endpoint: Endpoint, request: &Request) -> Response {
        self.respond(endpoint, request)
    }

    fn answer_error(&self, request: &Request, mut error: Error) -> Response {
        if let Some(response) = error.take_response() {
            return response;
        }
        // The maps, the error and its destructor are the app's code.
        let made = panics::catch(|| {
            let error = self.map_error(error);
            let response = self.error_response(request, &error);
            (response, panics::catch(|| drop(error)))
        });
        let (response, dropped) = made.unwrap_or_else(|panic| {
            let error = Error::internal(panic);
            (self.error_response(request, &error), Ok(()))
        });
        if let Err(panic) = dropped {
            log_error(&format!("{}: dropping the error failed: {panic}", request.id()));
        }
        response
    }
}

impl<S: Send + Sync + 'static> Service for App<S> {
    fn find(&self, request: &mut Request) -> Endpoint {
        let path = request.head.path_bytes();
        let endpoint = match self.table.find(request.head.method(), path) {
            _ if path == b"*" => Endpoint::WholeServer,
            Found::Route(number) => Endpoint::Route(number),
            Found::WrongMethod => Endpoint::WrongMethod,
            Found::Nothing => Endpoint::Nothing,
        };
        request.pattern = self.pattern(endpoint);
        if request.names.is_none() && !self.table.names().is_empty() {
            request.names = Some(Arc::clone(self.table.names()));
        }
        endpoint
    }

    fn pattern(&self, endpoint: Endpoint) -> &'static str {
        match endpoint {
            Endpoint::Route(number) => self.table.route(number).map_or("", |route| route.pattern),
            Endpoint::WholeServer => "*",
            Endpoint::WrongMethod | Endpoint::Nothing => "",
        }
    }

    fn pace(&self, endpoint: Endpoint) -> &Pace {
        self.route(endpoint).map_or(&self.elsewhere, |route| &route.pace)
    }

    fn body_bytes_max(&self, endpoint: Endpoint) -> Option<u64> {
        self.route(endpoint)?.body_bytes_max
    }

    fn answer(&self, endpoint: Endpoint, request: &mut Request) -> Response {
        let has_layers = !self.layers.is_empty()
            || self.route(endpoint).is_some_and(|route| !route.layers.is_empty());
        let response = if has_layers {
            self.answer_through_layers(endpoint, request)
        } else {
            self.respond(endpoint, request) // which catches panics itself
        };
        if !request.values.is_empty()
            && let Err(panic) = panics::catch(|| request.values.clear())
        {
            log_error(&format!("{}: dropping a request's values failed: {panic}", request.id()));
        }
        response
    }

    fn refuse(&self, refusal: Refusal) -> Response {
        self.refusal_pages.response(refusal)
    }
}

/// Logs an error; to the standard error output if the program has no logger.
fn log_error(text: &str) {
    if log::max_level() == log::LevelFilter::Off {
        drop(writeln!(io::stderr(), "error: {text}")); // there is no other place to report to
        return;
    }
    log::error!("{text}");
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

/// The page of an app without an error page: status, reason and text.
fn plain_error(error: &Error) -> Response {
    let status = error.status();
    Response::text(plain_text(status, error.public())).with_status(status)
}

impl<S> std::fmt::Debug for App<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("routes", &self.table).finish_non_exhaustive()
    }
}
