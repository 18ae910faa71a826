//! A client for tests: it passes requests to an app without a socket.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    io::Read,
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use serde::Serialize;

use crate::{
    App, Body, Limits, Refused, Request, RequestId,
    contract::service::Service,
    request::{Peer, body::Content},
    wire::{Head, Progress, WireError},
};

/// Sends requests to an app as a browser would: it keeps cookies, and does not follow redirects.
///
/// It panics on mistakes of a test: an invalid target or field, a body that cannot be read.
///
/// ```
/// use webframe::{App, Request, Response, Result, TestClient, Urls};
///
/// fn hello(name: &String, request: &Request) -> Result<Response> {
///     Ok(Response::text(format!("{} from {name}", request.param("greeting")?)))
/// }
///
/// let app = App::new("here".to_owned()).urls(Urls::new().get("/{greeting}", hello));
/// let client = TestClient::new(&app);
/// let answer = client.get("/hello").with_field("Accept-Language", "en").send();
/// assert_eq!((answer.status().as_u16(), answer.text()), (200, "hello from here"));
/// assert_eq!(client.get("/").send().status().as_u16(), 404);
/// ```
#[derive(Debug)]
pub struct TestClient<'a, S> {
    app: &'a App<S>,
    peer: Peer,
    cookies: RefCell<BTreeMap<String, String>>,
}

/// A request that is not sent yet.
#[derive(Debug)]
#[must_use]
pub struct TestRequest<'a, S> {
    client: &'a TestClient<'a, S>,
    method: Method,
    target: String,
    fields: Vec<(String, String)>,
    body: Vec<u8>,
}

/// A response with its complete body.
#[derive(Debug)]
pub struct TestResponse {
    status: StatusCode,
    fields: Vec<(HeaderName, HeaderValue)>,
    body: Vec<u8>,
}

impl<'a, S: Send + Sync + 'static> TestClient<'a, S> {
    /// A client without cookies, on the loopback address, not encrypted.
    ///
    /// # Panics
    /// If the app has mistakes in its table of URLs. The panic lists them.
    pub fn new(app: &'a App<S>) -> TestClient<'a, S> {
        let mistakes: Vec<&str> = app.mistakes().map(String::as_str).collect();
        assert!(mistakes.is_empty(), "the app cannot be served: {}", mistakes.join("; "));
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 50_000));
        let peer = Peer { address, encrypted: false };
        TestClient { app, peer, cookies: RefCell::default() }
    }

    /// The same client with another peer.
    #[must_use]
    pub fn with_peer(mut self, peer: Peer) -> TestClient<'a, S> {
        self.peer = peer;
        self
    }

    /// A GET request for a target, which must be percent-encoded.
    pub fn get(&'a self, target: &str) -> TestRequest<'a, S> {
        self.request(Method::GET, target)
    }

    /// A POST request with a form, as a page of the same origin would send it.
    pub fn post(&'a self, target: &str, form: &impl Serialize) -> TestRequest<'a, S> {
        let body = serde_urlencoded::to_string(form).expect("a form is pairs of texts");
        self.request(Method::POST, target)
            .with_field("Content-Type", "application/x-www-form-urlencoded")
            .with_field("Origin", "http://localhost")
            .with_body(body)
    }

    /// Any other request.
    pub fn request(&'a self, method: Method, target: &str) -> TestRequest<'a, S> {
        let fields = vec![("Host".to_owned(), "localhost".to_owned())];
        TestRequest { client: self, method, target: target.to_owned(), fields, body: Vec::new() }
    }

    /// The value of a cookie of the client.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    fn take_cookies(&self, fields: &[(HeaderName, HeaderValue)]) {
        let set = fields.iter().filter(|field| field.0 == header::SET_COOKIE);
        for cookie in set.filter_map(|field| field.1.to_str().ok()) {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if attributes.contains("Max-Age=0") {
                self.cookies.borrow_mut().remove(name)
            } else {
                self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned())
            };
        }
    }
}

impl<S: Send + Sync + 'static> TestRequest<'_, S> {
    /// The same request with one more field.
    pub fn with_field(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same request without fields of that name, for example without `Host`.
    pub fn without_field(mut self, name: &str) -> Self {
        self.fields.retain(|field| !field.0.eq_ignore_ascii_case(name));
        self
    }

    /// The same request with this body.
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends the request and returns the app's response.
    pub fn send(self) -> TestResponse {
        let method = self.method.clone();
        let (status, fields, body) = self.answer();
        let body = match method {
            Method::HEAD => Vec::new(),
            _ => read_whole(body),
        };
        TestResponse { status, fields, body }
    }

    /// Sends the request and returns the response without reading its body.
    pub(super) fn answer(self) -> (StatusCode, Vec<(HeaderName, HeaderValue)>, Body) {
        static SENT: AtomicU64 = AtomicU64::new(0);
        let client = self.client;
        let limits = Limits::default();
        let head = self.head(&limits);
        let mut content = Content::default();
        content.append(&self.body, limits.body_memory_max).expect("a body in memory or a file");
        let id = RequestId(SENT.fetch_add(1, Relaxed));
        let empty = Request::empty(&limits, client.peer);
        let mut request = Request { head, content, id, ..empty };
        let endpoint = client.app.find(&mut request);
        let body_max = client.app.body_bytes_max(endpoint).unwrap_or(limits.body_bytes_max);
        if request.content.length() > body_max {
            let refusal = WireError::BodyTooLarge.into();
            let refused = Refused { refusal, peer: client.peer, request: Some(&request) };
            return client.app.refuse(&refused).into_parts();
        }
        let (status, fields, body) = client.app.answer(endpoint, &mut request).into_parts();
        client.take_cookies(&fields);
        (status, fields, body)
    }

    fn head(&self, limits: &Limits) -> Head {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.fields {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        for (name, value) in &*self.client.cookies.borrow() {
            text.push_str(&format!("Cookie: {name}={value}\r\n"));
        }
        if !self.body.is_empty() {
            text.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        text.push_str("\r\n");
        let mut head = Head::default();
        match head.read(text.as_bytes(), &limits.head()) {
            Ok(Progress::Complete(_)) => head,
            other => panic!("{text:?} is not a request: {other:?}"),
        }
    }
}

impl TestResponse {
    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The first field of that name, if it is ASCII.
    pub fn field(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|field| field.0.as_str().eq_ignore_ascii_case(name));
        field.and_then(|field| field.1.to_str().ok())
    }

    /// All fields in order.
    pub fn fields(&self) -> &[(HeaderName, HeaderValue)] {
        &self.fields
    }

    /// The body; empty for HEAD.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a text in UTF-8")
    }
}

fn read_whole(body: Body) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = match body {
        Body::File { file, length } => file.take(length).read_to_end(&mut bytes),
        Body::Stream(mut stream) => stream.read_to_end(&mut bytes),
        body => {
            bytes.extend_from_slice(body.as_bytes().unwrap_or_default());
            Ok(bytes.len())
        }
    };
    read.expect("a body that can be read");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cookie, Response, Result, Urls};

    fn login(_: &(), request: &Request) -> Result<Response> {
        let form: BTreeMap<String, String> = request.form()?;
        Ok(Response::text("in").with_cookie(&Cookie::new("name", &form["name"])?))
    }

    fn whoami(_: &(), request: &Request) -> Result<Response> {
        Ok(Response::text(request.cookie("name").unwrap_or("nobody").to_owned()))
    }

    fn logout(_: &(), _: &Request) -> Result<Response> {
        Ok(Response::text("out").with_cookie(&Cookie::removal("name")?))
    }

    #[test]
    fn cookies_are_kept_until_they_are_removed() {
        let urls = Urls::new().get("/", whoami).post("/in", login).post("/out", logout);
        let app = App::new(()).urls(urls);
        let client = TestClient::new(&app);
        assert_eq!(client.get("/").send().text(), "nobody");
        client.post("/in", &[("name", "Levi")]).send();
        assert_eq!(client.get("/").send().text(), "Levi");
        assert_eq!(client.cookie("name").as_deref(), Some("Levi"));
        client.post("/out", &[("", "")]).send();
        assert_eq!(client.get("/").send().text(), "nobody");
        assert_eq!(client.request(Method::HEAD, "/").send().bytes(), b"");
    }
}
