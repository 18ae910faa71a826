//! A request as an app sees it: head, parameters and body, and their parsing into typed values.

pub mod accept;
pub(crate) mod body;
pub(crate) mod condition;
pub(crate) mod form;
#[cfg(feature = "json")]
mod json;
pub(crate) mod forwarded;
pub(crate) mod multipart;
pub(crate) mod network;
pub(crate) mod values;

use std::{any::Any, borrow::Cow, fmt, net::SocketAddr, str::FromStr, sync::Arc};

use http::{HeaderName, Method};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use self::{body::ReceivedBody, values::Values};
use crate::{
    Error, Limits, Presence, Result,
    response::cookie,
    url::{Parameters, names::Names, pattern},
    wire::{Head, multipart::PartLimits},
};

/// A complete request: its body has been received before the handler is called.
pub struct Request {
    pub(crate) head: Head,
    /// The pattern of the route; empty without a route.
    pub(crate) pattern: &'static str,
    /// The names of the app's routes; `None` if no route has a name.
    pub(crate) names: Option<Arc<Names>>,
    /// The values that middleware stored in the request.
    pub(crate) values: Values,
    pub(crate) body: ReceivedBody,
    /// Whether the body was left unread, so that the connection has to close.
    pub(crate) body_unread: bool,
    pub(crate) peer: Peer,
    pub(crate) id: RequestId,
    pub(crate) presence: Presence,
    pub(crate) form_fields_max: usize,
    pub(crate) part_limits: PartLimits,
}

/// The sender of a request, as the connection and the header fields of trusted proxies show it.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// The address of the client; on a Unix socket, the unspecified address. The port is 0 if a
    /// proxy gives none.
    pub address: SocketAddr,
    /// Whether the client's connection is encrypted.
    pub encrypted: bool,
}

/// The number of a request, for logs and error pages. It is unique for the life of the process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RequestId(pub(crate) u64);

impl RequestId {
    /// The lowest 48 bits as twelve hexadecimal digits: enough for eight years at a million
    /// requests a second.
    pub(crate) fn digits(self) -> [u8; 12] {
        let mut rest = self.0;
        let mut digits = [0; 12];
        for digit in digits.iter_mut().rev() {
            *digit = b"0123456789abcdef"[(rest % 16) as usize];
            rest /= 16;
        }
        digits
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012x}", self.0)
    }
}

impl Request {
    /// The method. It is HEAD for a HEAD request, even if the handler of GET answers it.
    pub fn method(&self) -> &Method {
        self.head.method()
    }

    /// The path without dot segments, percent-encoded as it was sent.
    pub fn path(&self) -> &str {
        self.head.path()
    }

    /// The query as it was sent, without the question mark; empty if there is none.
    pub fn query_string(&self) -> &str {
        self.head.query().unwrap_or_default()
    }

    /// The [path](Request::path) and the query, for a link to the same page.
    pub fn path_and_query(&self) -> Cow<'_, str> {
        match self.query_string() {
            "" => Cow::Borrowed(self.path()),
            query => Cow::Owned(format!("{}?{query}", self.path())),
        }
    }

    /// The parameter `name` of the route's pattern, decoded.
    ///
    /// # Errors
    /// 400: its bytes are not UTF-8. 500: the pattern has no such parameter.
    pub fn param(&self, name: &str) -> Result<Cow<'_, str>> {
        let raw = pattern::param(self.pattern, self.path(), name).ok_or_else(|| {
            Error::internal(format!("the route's pattern has no parameter {name}"))
        })?;
        percent_decode_str(raw)
            .decode_utf8()
            .map_err(|_| Error::bad_request(format!("the parameter {name} is not UTF-8")))
    }

    /// The parameter `name`, parsed.
    ///
    /// # Errors
    /// 400: the value is not a `T`; the error names the parameter.
    pub fn param_as<T: FromStr>(&self, name: &str) -> Result<T> {
        self.param(name)?
            .parse()
            .map_err(|_| Error::bad_request(format!("the parameter {name} is not valid")))
    }

    /// The value of the first field of that name, if it is UTF-8.
    pub fn field(&self, name: &HeaderName) -> Option<&str> {
        self.head.field(name.as_str()).and_then(|value| std::str::from_utf8(value).ok())
    }

    /// The value of a field that must not be repeated: of two values, a proxy might use one and the
    /// app the other.
    ///
    /// # Errors
    /// 400: the field is repeated or not UTF-8.
    pub(crate) fn single_field(&self, name: &HeaderName) -> Result<Option<&str>> {
        let mut values = self.head.values(name.as_str());
        let Some(value) = values.next() else { return Ok(None) };
        match std::str::from_utf8(value) {
            Ok(value) if values.next().is_none() => Ok(Some(value)),
            _ => Err(Error::bad_request(format!("the field {name} is repeated or not UTF-8"))),
        }
    }

    /// All fields in their order, with names in the letter case that was sent.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.head.fields()
    }

    /// Parses the query as a `T`.
    ///
    /// ```
    /// use webframe::{App, Request, Response, Result, TestClient, Urls};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Search {
    ///     q: String,
    ///     page: Option<u32>,
    /// }
    ///
    /// fn search(_: &(), request: &Request) -> Result<Response> {
    ///     let search: Search = request.query()?;
    ///     Ok(Response::text(format!("{} on page {}", search.q, search.page.unwrap_or(1))))
    /// }
    ///
    /// let app = App::new(()).urls(Urls::new().get("/search", search));
    /// let client = TestClient::new(&app);
    /// assert_eq!(client.get("/search?q=ice+cream&page=2").send().text(), "ice cream on page 2");
    /// let refused = client.get("/search?q=x&page=two").send();
    /// assert!(refused.text().contains("in the field page"));
    /// ```
    ///
    /// # Errors
    /// 400, which names the field: it is missing or invalid.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T> {
        form::parse(self.query_string().as_bytes(), self.form_fields_max, "query")
    }

    /// Parses the body as a form: `let entry: Entry = request.form()?`. An empty optional field is
    /// `None`, a repeated name fills a `Vec` (with `#[serde(default)]` if it may be missing), `on`
    /// is `true`, and a struct may be flattened. A `Vec<(String, String)>` gets all pairs in order.
    /// A box that is not ticked sends nothing, so a `bool` needs `#[serde(default)]` too.
    ///
    /// # Errors
    /// 415: the body is not `application/x-www-form-urlencoded`, or it is compressed. A form that
    /// is sent with GET is in the [query](Request::query). 400: `Content-Type` is repeated, or a
    /// field, which the error names, is missing or invalid.
    pub fn form<T: DeserializeOwned>(&self) -> Result<T> {
        self.check_coding()?;
        if let Err(error) = form::check_media_type(self.single_field(&http::header::CONTENT_TYPE)?)
        {
            let is_get = matches!(*self.method(), Method::GET | Method::HEAD);
            return Err(if is_get { form::sent_with_get() } else { error });
        }
        let body = self.body.bytes()?;
        form::parse(&body, self.form_fields_max, "form")
    }

    /// Parses the body as JSON.
    ///
    /// Needs the feature `json`.
    ///
    /// ```
    /// use webframe::{App, Request, Response, Result, TestClient, Urls, http::Method};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Entry {
    ///     title: String,
    /// }
    ///
    /// fn add(_: &(), request: &Request) -> Result<Response> {
    ///     let entry: Entry = request.json()?;
    ///     Ok(Response::text(entry.title))
    /// }
    ///
    /// let app = App::new(()).urls(Urls::new().post("/", add));
    /// let client = TestClient::new(&app);
    /// let post = |body: &str| {
    ///     let request = client.request(Method::POST, "/").with_body(body);
    ///     request.with_field("Content-Type", "application/json").send()
    /// };
    /// assert_eq!(post("{\"title\": \"tea\"}").text(), "tea");
    /// assert!(post("{\"title\": 7}").text().contains("in the field title"));
    /// ```
    ///
    /// # Errors
    /// 415: `Content-Type` is not JSON, or the body is compressed. 400: `Content-Type` is repeated,
    /// or the JSON is invalid; the error names the field, line and column.
    #[cfg(feature = "json")]
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        self.check_coding()?;
        json::check_media_type(self.single_field(&http::header::CONTENT_TYPE)?)?;
        json::parse(&self.body.bytes()?)
    }

    /// Returns an error for a compressed body: webframe does not decompress bodies.
    pub(crate) fn check_coding(&self) -> Result<()> {
        let fields = self.head.values(http::header::CONTENT_ENCODING.as_str());
        let mut codings = fields.flat_map(crate::wire::nonempty_members);
        if codings.all(|coding| coding.eq_ignore_ascii_case(b"identity")) {
            return Ok(());
        }
        Err(Error::unsupported_media_type("the body must not be compressed"))
    }

    /// The bytes of the body. A body in a temporary file is read into memory as a whole.
    ///
    /// # Errors
    /// 500: the temporary file cannot be read.
    pub fn body(&self) -> Result<Cow<'_, [u8]>> {
        self.body.bytes()
    }

    /// The body as a stream, for large bodies: a temporary file is not read into memory. Use one
    /// reader at a time: readers share one position in the file, and each starts at the beginning.
    ///
    /// # Errors
    /// 500: the temporary file cannot be read.
    pub fn reader(&self) -> Result<impl std::io::Read + '_> {
        Ok(self.body.reader()?)
    }

    /// The first cookie of that name.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        cookie::values(self.head.values("cookie"), name).next()
    }

    /// All cookies of that name. There are several if a site on a sibling domain, or a page with
    /// another path, set a cookie of the same name. Browsers do not send the domain or path of a
    /// cookie.
    pub fn cookies<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        cookie::values(self.head.values("cookie"), name)
    }

    /// Whether the client's connection is encrypted, here or at a trusted proxy.
    pub fn is_secure(&self) -> bool {
        self.peer.encrypted
    }

    /// Scheme, host and port as the client sees them: `https://example.org`. `None` if the request
    /// names no host. The client chooses the host: check it before it becomes part of a mail or of
    /// a page that others see ([`ServerSettings::allowed_hosts`](crate::ServerSettings)).
    pub fn origin(&self) -> Option<String> {
        let scheme = if self.is_secure() { "https" } else { "http" };
        self.head.host().map(|host| format!("{scheme}://{host}"))
    }

    /// The language of `offered` that the client prefers by `Accept-Language`; `None` if it accepts
    /// none of them or sends no such field.
    pub fn language<'o>(&self, offered: &[&'o str]) -> Option<&'o str> {
        accept::best_language(self.field(&http::header::ACCEPT_LANGUAGE)?, offered)
    }

    /// The sender.
    pub fn peer(&self) -> Peer {
        self.peer
    }

    /// A handle that reports whether the client is still connected. A handler or source that runs
    /// long can check it and give up.
    ///
    /// ```
    /// # use webframe::{Request, Response, Result};
    /// # fn work_a_little() -> bool { true }
    /// fn compute(_: &(), request: &Request) -> Result<Response> {
    ///     let client = request.presence();
    ///     while client.is_there() && !work_a_little() {}
    ///     Ok(Response::text("done"))
    /// }
    /// ```
    pub fn presence(&self) -> Presence {
        self.presence.clone()
    }

    /// The number of the request.
    pub fn id(&self) -> RequestId {
        self.id
    }

    /// The pattern of the request's route, for logs and metrics; empty without a route.
    pub fn pattern(&self) -> &'static str {
        self.pattern
    }

    /// Stores a value in the request, for inner middleware, the handler and the error page. A later
    /// value of the same type hides the earlier one.
    ///
    /// ```
    /// use webframe::{App, Next, OrNotFound, Request, Response, Result, TestClient, Urls};
    ///
    /// struct User(String);
    ///
    /// fn log_in(_: &(), request: &Request, next: Next<'_, ()>) -> Response {
    ///     if let Some(name) = request.cookie("user") {
    ///         request.put(User(name.to_owned()));
    ///     }
    ///     next.run(request)
    /// }
    ///
    /// fn greet(_: &(), request: &Request) -> Result<Response> {
    ///     let user = request.get::<User>().or_404()?;
    ///     Ok(Response::text(format!("hello, {}", user.0)))
    /// }
    ///
    /// let app = App::new(()).wrap(log_in).urls(Urls::new().get("/", greet));
    /// let client = TestClient::new(&app);
    /// assert_eq!(client.get("/").send().status().as_u16(), 404);
    /// let answer = client.get("/").with_field("Cookie", "user=Ada").send();
    /// assert_eq!(answer.text(), "hello, Ada");
    /// ```
    pub fn put(&self, value: impl Any + Send + Sync) {
        self.values.put(value);
    }

    /// The value of this type that middleware [stored](Request::put) in the request; `None` if
    /// there is none.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.values.get()
    }

    /// The path of the route with this [name](crate::Urls::named). The parameters are in the order
    /// of the pattern: `()`, `[id]` or `(id, "tab")` (see [`Parameters`]). This method
    /// percent-encodes them.
    ///
    /// # Errors
    /// 500: no route has this name, or it has more or fewer parameters.
    pub fn url<K>(&self, name: &str, parameters: impl Parameters<K>) -> Result<String> {
        match &self.names {
            Some(names) => names.path(name, parameters),
            None => Err(Error::internal("the app has no named routes")),
        }
    }

    /// A request without a head or body, to be filled.
    pub(crate) fn empty(limits: &Limits, peer: Peer) -> Request {
        Request {
            head: Head::default(),
            pattern: "",
            names: None,
            values: Values::default(),
            body: ReceivedBody::default(),
            body_unread: false,
            peer,
            id: RequestId::default(),
            presence: Presence::default(),
            form_fields_max: limits.form_fields_max,
            part_limits: PartLimits::from_limits(limits),
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({} {})", self.method(), self.path())
    }
}
