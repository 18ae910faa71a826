//! How an app answers: calls handlers, converts errors to responses, and answers requests without a
//! route.

use http::{HeaderValue, Method, StatusCode, header};

use super::{App, head_check};
use crate::{
    Error, Middleware, Next, Request, Response,
    contract::{layer::Chain, refusal::plain_text, service::Endpoint},
    middleware::LoggedTarget,
    panics, report,
};

impl<S: Send + Sync + 'static> App<S> {
    /// The answer of an endpoint (the part of the app that answers a request, such as a route)
    /// without any layers: calls the handler of a route, or makes the answer to a request that has
    /// no route. Panics become a 500.
    pub(super) fn respond(&self, endpoint: Endpoint, request: &Request) -> Response {
        let answer = || match endpoint {
            Endpoint::Route(number) => match self.table.route(number) {
                Some(route) => (route.handler)(&self.state, request),
                None => Err(Error::not_found("")),
            },
            Endpoint::Nothing => Err(Error::not_found("")),
            Endpoint::Refused => Err(head_check::refusal_of(request)),
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

    /// The error for a path that has routes, but none for the method: 405, or 501 if the method is
    /// not a standard one and the app has no route for it.
    fn wrong_method(&self, request: &Request) -> Error {
        if is_standard(request.method()) || self.table.has_route_for(request.method()) {
            return Error::new(StatusCode::METHOD_NOT_ALLOWED, "");
        }
        Error::new(StatusCode::NOT_IMPLEMENTED, "")
    }

    /// The field `Allow`: the methods that the path has routes for.
    fn allow(&self, path: &[u8]) -> HeaderValue {
        let methods = self.table.allowed(path);
        let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
        HeaderValue::from_str(&names.join(", ")).unwrap_or(HeaderValue::from_static("GET, HEAD"))
    }

    /// The error that the first matching map of the app ([`App::on_error`]) makes from an error
    /// that `?` converted; otherwise the error itself.
    fn map_error(&self, error: Error) -> Error {
        match self.error_maps.iter().find_map(|map| map(&error)) {
            Some(other) => error.mapped_to(other),
            None => error,
        }
    }

    /// The target of a request for a log line.
    fn shown_target<'r>(&self, request: &'r Request) -> &'r str {
        match (self.logged_targets, request.pattern()) {
            (LoggedTarget::Whole, _) => request.path(),
            (LoggedTarget::Pattern, "") => "-",
            (LoggedTarget::Pattern, pattern) => pattern,
        }
    }

    /// The app's page for an error. Errors of the server (5xx) are logged.
    fn error_response(&self, request: &Request, error: &Error) -> Response {
        let id = request.id();
        // Without a cause, a 503 reports only that the server is busy, and a 501 only that the
        // client used an unknown method.
        let is_routine =
            matches!(error.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::NOT_IMPLEMENTED);
        let is_logged = error.cause().is_some() || !is_routine;
        if error.status().is_server_error()
            && is_logged
            && let Err(panic) = panics::catch(|| {
                let target = self.shown_target(request);
                report::error(format_args!("{id} {} {target}: {error}", request.method()));
            })
        {
            report::error(format_args!("{id}: formatting the error failed: {panic}"));
        }
        let page = panics::catch(|| (self.error_page)(&self.state, request, error));
        let mut response = page.unwrap_or_else(|panic| {
            report::error(format_args!("{id}: the error page failed: {panic}"));
            plain_error(error)
        });
        if let Some(after) = error.retry_after() {
            response.set(header::RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)));
        }
        response
    }

    /// The answer of an endpoint inside the layers of the app and of its route. Panics become a
    /// 500.
    pub(super) fn answer_through_layers(&self, endpoint: Endpoint, request: &Request) -> Response {
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
        // The maps, the error and its destructor are code of the app.
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
            report::error(format_args!("{}: dropping the error failed: {panic}", request.id()));
        }
        response
    }
}

/// Drops the values that code of the app stored in a request. A panic of a destructor is logged.
pub(super) fn drop_values(request: &mut Request) {
    if !request.values.is_empty()
        && let Err(panic) = panics::catch(|| request.values.clear())
    {
        report::error(format_args!(
            "{}: dropping a request's values failed: {panic}",
            request.id()
        ));
    }
}

/// Whether the method is a standard one (RFC 9110 §9, RFC 5789).
fn is_standard(method: &Method) -> bool {
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

/// The page of an app without an error page: a line of text. A debug build with the feature
/// `templates` shows a browser on the same machine why a request failed with a 5xx.
pub(super) fn default_page(request: &Request, error: &Error) -> Response {
    #[cfg(all(debug_assertions, feature = "templates"))]
    if let Some(page) = super::fault_page::page(request, error) {
        return page;
    }
    let _ = request; // unused in builds without the page for debugging
    plain_error(error)
}

/// A page of plain text: status, reason and the public text of the error.
pub(super) fn plain_error(error: &Error) -> Response {
    let status = error.status();
    Response::text(plain_text(status, error.public())).with_status(status)
}
