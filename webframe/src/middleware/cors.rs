//! CORS (Fetch §3.2): allows scripts of other sites to send requests and read responses.

use std::time::Duration;

use http::{HeaderValue, Method, StatusCode, header};

use crate::{Middleware, Next, Request, Response};

/// Allows scripts of other origins to call the app.
///
/// A preflight (`OPTIONS` with `Access-Control-Request-Method`) from an allowed origin is answered
/// here, for every path. The layer only gives browsers permissions; it refuses no request, so it
/// does not protect the server. Cookies are allowed only for origins that are listed, never for
/// `any`.
///
/// ```
/// use webframe::{App, Request, Response, Result, TestClient, Urls, middleware::Cors};
///
/// fn data(_: &(), _: &Request) -> Result<Response> {
///     Ok(Response::text("data"))
/// }
///
/// let cors = Cors::origins(["https://app.example.org"]);
/// let app = App::new(()).wrap(cors).urls(Urls::new().get("/", data));
/// let client = TestClient::new(&app);
/// let answer = client.get("/").with_field("Origin", "https://app.example.org").send();
/// assert_eq!(answer.field("Access-Control-Allow-Origin"), Some("https://app.example.org"));
/// ```
#[derive(Clone, Debug)]
pub struct Cors {
    origins: Origins,
    methods: HeaderValue,
    fields: Option<HeaderValue>,
    exposed: Option<HeaderValue>,
    credentials: Credentials,
    max_age: Duration,
}

#[derive(Clone, Debug)]
enum Origins {
    Any,
    Named(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Credentials {
    Omitted,
    Allowed,
}

impl Cors {
    /// Any site may read the responses, without the visitor's cookies: for public data.
    pub fn any() -> Cors {
        Cors::new(Origins::Any)
    }

    /// Only scripts of these origins, such as `https://app.example.org`.
    pub fn origins<T: Into<String>>(origins: impl IntoIterator<Item = T>) -> Cors {
        Cors::new(Origins::Named(origins.into_iter().map(Into::into).collect()))
    }

    fn new(origins: Origins) -> Cors {
        Cors {
            origins,
            methods: HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE"),
            fields: None,
            exposed: None,
            credentials: Credentials::Omitted,
            max_age: Duration::from_secs(600),
        }
    }

    /// Lets the named origins send the visitor's cookies. Without effect for [`Cors::any`].
    #[must_use]
    pub fn with_credentials(mut self) -> Cors {
        self.credentials = Credentials::Allowed;
        self
    }

    /// The header fields that scripts may send, as a list. If unset, scripts may send all fields.
    #[must_use]
    pub fn with_fields(mut self, names: HeaderValue) -> Cors {
        self.fields = Some(names);
        self
    }

    /// The header fields of responses that scripts may read besides the few that they always may,
    /// as a list: `ETag, Retry-After`.
    #[must_use]
    pub fn with_exposed_fields(mut self, names: HeaderValue) -> Cors {
        self.exposed = Some(names);
        self
    }

    /// How long a browser may remember a preflight. 10 minutes unless set.
    #[must_use]
    pub fn with_max_age(mut self, time: Duration) -> Cors {
        self.max_age = time;
        self
    }

    /// The value of `Access-Control-Allow-Origin` for a request. `None`: its origin is not allowed.
    fn allowed(&self, request: &Request) -> Option<HeaderValue> {
        match &self.origins {
            // Sent even if the request has no origin: a browser may cache the response and use it
            // for a script.
            Origins::Any => Some(HeaderValue::from_static("*")),
            Origins::Named(names) => {
                let origin = request.field(&header::ORIGIN)?;
                let is_named = names.iter().any(|name| name == origin);
                HeaderValue::from_str(origin).ok().filter(|_| is_named)
            }
        }
    }

    /// The answer to a preflight, without the allowed origin.
    fn preflight(&self, request: &Request) -> Response {
        let mut response = Response::new(StatusCode::NO_CONTENT);
        response.set(header::ACCESS_CONTROL_ALLOW_METHODS, self.methods.clone());
        let requested = request.field(&header::ACCESS_CONTROL_REQUEST_HEADERS);
        let requested = requested.and_then(|names| HeaderValue::from_str(names).ok());
        if let Some(names) = self.fields.clone().or(requested) {
            response.set(header::ACCESS_CONTROL_ALLOW_HEADERS, names);
        }
        response.with_field(header::ACCESS_CONTROL_MAX_AGE, self.max_age.as_secs().into())
    }
}

impl<S: Send + Sync + 'static> Middleware<S> for Cors {
    fn handle(&self, _: &S, request: &Request, next: Next<'_, S>) -> Response {
        let is_preflight = *request.method() == Method::OPTIONS
            && request.field(&header::ACCESS_CONTROL_REQUEST_METHOD).is_some();
        let allowed = self.allowed(request);
        let mut response = if is_preflight && allowed.is_some() {
            self.preflight(request)
        } else {
            next.run(request)
        };
        if let Origins::Named(_) = self.origins {
            // A cache must not send the response for one origin to another.
            response.add(header::VARY, HeaderValue::from_static("origin"));
        }
        if let Some(origin) = allowed {
            if self.credentials == Credentials::Allowed && origin != "*" {
                let yes = HeaderValue::from_static("true");
                response.set(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
            }
            if let Some(names) = self.exposed.clone().filter(|_| !is_preflight) {
                response.set(header::ACCESS_CONTROL_EXPOSE_HEADERS, names);
            }
            response.set(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{App, Result, TestClient, TestResponse, Urls};

    fn ok(_: &(), _: &Request) -> Result<Response> {
        Ok(Response::text("data"))
    }

    fn response_to(cors: Cors, method: Method, fields: &[(&str, &str)]) -> TestResponse {
        let app = App::new(()).wrap(cors).urls(Urls::new().get("/", ok));
        let client = TestClient::new(&app);
        let start = client.request(method, "/");
        fields.iter().fold(start, |request, field| request.with_field(field.0, field.1)).send()
    }

    #[test]
    fn only_named_origins_may_read_and_send_cookies() {
        let cors = || Cors::origins(["https://a.example"]).with_credentials();
        let named = response_to(cors(), Method::GET, &[("Origin", "https://a.example")]);
        assert_eq!(named.field("Access-Control-Allow-Origin"), Some("https://a.example"));
        assert_eq!(named.field("Access-Control-Allow-Credentials"), Some("true"));
        let other = response_to(cors(), Method::GET, &[("Origin", "https://b.example")]);
        assert_eq!((other.text(), other.field("Access-Control-Allow-Origin")), ("data", None));
        assert_eq!(other.field("Vary"), Some("origin"));
        let any = response_to(Cors::any().with_credentials(), Method::GET, &[("Origin", "null")]);
        assert_eq!(any.field("Access-Control-Allow-Origin"), Some("*"));
        assert_eq!(any.field("Access-Control-Allow-Credentials"), None);
    }

    #[test]
    fn a_response_for_any_origin_has_the_permission_even_without_an_origin() {
        let plain = response_to(Cors::any(), Method::GET, &[]);
        assert_eq!(plain.field("Access-Control-Allow-Origin"), Some("*"));
        assert_eq!(plain.field("Vary"), None);
    }

    #[test]
    fn scripts_of_allowed_origins_may_read_the_exposed_fields() {
        let cors = || {
            let exposed = HeaderValue::from_static("ETag, Retry-After");
            Cors::origins(["https://a.example"]).with_exposed_fields(exposed)
        };
        let exposed = |method, fields: &[(&str, &str)]| {
            let response = response_to(cors(), method, fields);
            response.field("Access-Control-Expose-Headers").map(str::to_owned)
        };
        let named = ("Origin", "https://a.example");
        assert_eq!(exposed(Method::GET, &[named]).as_deref(), Some("ETag, Retry-After"));
        assert_eq!(exposed(Method::GET, &[("Origin", "https://b.example")]), None);
        let preflight = [named, ("Access-Control-Request-Method", "PUT")];
        assert_eq!(exposed(Method::OPTIONS, &preflight), None);
    }

    #[test]
    fn a_preflight_is_answered_only_for_a_named_origin() {
        let preflight = |origin| {
            let fields = [
                ("Origin", origin),
                ("Access-Control-Request-Method", "PUT"),
                ("Access-Control-Request-Headers", "x-key"),
            ];
            response_to(Cors::origins(["https://a.example"]), Method::OPTIONS, &fields)
        };
        let allowed = preflight("https://a.example");
        assert_eq!(allowed.status().as_u16(), 204);
        assert!(allowed.field("Access-Control-Allow-Methods").is_some_and(|m| m.contains("PUT")));
        assert_eq!(allowed.field("Access-Control-Allow-Headers"), Some("x-key"));
        let refused = preflight("https://b.example");
        assert_eq!(refused.field("Access-Control-Allow-Methods"), None);
    }
}
