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

/// Sends requests to an app like a browser: keeps cookies, and follows redirects after
/// [`following_redirects`](TestClient::following_redirects). It refuses the same requests as the
/// server (a target or head that is invalid or too large, a body beyond the limit).
///
/// Panics on mistakes of a test, such as a body that is not valid JSON.
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
    limits: Limits,
    redirects_max: usize,
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
    has_parts: bool,
}

/// The boundary of forms with files.
const BOUNDARY: &str = "test-client-boundary";

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
        TestClient {
            app,
            peer,
            limits: Limits::default(),
            redirects_max: 0,
            cookies: RefCell::default(),
        }
    }

    /// The same client with these limits instead of the defaults of a server.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> TestClient<'a, S> {
        self.limits = limits;
        self
    }

    /// The same client that follows up to ten redirects within the app, as a browser does.
    #[must_use]
    pub fn following_redirects(mut self) -> TestClient<'a, S> {
        self.redirects_max = 10;
        self
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

    /// A PUT request; [`with_json`](TestRequest::with_json) and
    /// [`with_body`](TestRequest::with_body) set its body.
    pub fn put(&'a self, target: &str) -> TestRequest<'a, S> {
        self.request(Method::PUT, target)
    }

    /// A PATCH request.
    pub fn patch(&'a self, target: &str) -> TestRequest<'a, S> {
        self.request(Method::PATCH, target)
    }

    /// A DELETE request.
    pub fn delete(&'a self, target: &str) -> TestRequest<'a, S> {
        self.request(Method::DELETE, target)
    }

    /// A request of any method.
    pub fn request(&'a self, method: Method, target: &str) -> TestRequest<'a, S> {
        let fields = vec![("Host".to_owned(), "localhost".to_owned())];
        let target = target.to_owned();
        TestRequest { client: self, method, target, fields, body: Vec::new(), has_parts: false }
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

    /// The same request with a value as JSON.
    #[cfg(feature = "json")]
    pub fn with_json(self, value: &impl Serialize) -> Self {
        let body = serde_json::to_vec(value).expect("a value that is JSON");
        self.without_field("Content-Type")
            .with_field("Content-Type", "application/json")
            .with_body(body)
    }

    /// The same request with one more field in a form with files (`multipart/form-data`).
    pub fn with_part(self, name: &str, value: &str) -> Self {
        self.with_raw_part(&format!("name=\"{}\"", quoted(name)), value.as_bytes())
    }

    /// The same request with one more file in a form with files (`multipart/form-data`).
    pub fn with_file(self, name: &str, file_name: &str, bytes: &[u8]) -> Self {
        let names = format!("name=\"{}\"; filename=\"{}\"", quoted(name), quoted(file_name));
        self.with_raw_part(&names, bytes)
    }

    fn with_raw_part(mut self, names: &str, bytes: &[u8]) -> Self {
        if !std::mem::replace(&mut self.has_parts, true) {
            let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
            self = self.without_field("Content-Type").with_field("Content-Type", &media_type);
            self.body = format!("--{BOUNDARY}--\r\n").into_bytes();
        }
        let end = self.body.len() - "--\r\n".len();
        self.body.truncate(end);
        let head = format!("\r\nContent-Disposition: form-data; {names}\r\n\r\n");
        self.body
            .extend([head.as_bytes(), bytes, b"\r\n--", BOUNDARY.as_bytes(), b"--\r\n"].concat());
        self
    }

    /// Sends the request and returns the app's response.
    #[track_caller]
    pub fn send(self) -> TestResponse {
        let client = self.client;
        let (mut method, fields, body) =
            (self.method.clone(), self.fields.clone(), self.body.clone());
        let mut response = self.send_once();
        for _ in 0..client.redirects_max {
            let Some(target) = redirect_of(&response) else { break };
            // As browsers do (Fetch, HTTP-redirect fetch).
            let becomes_get = match response.status.as_u16() {
                303 => method != Method::HEAD,
                301 | 302 => method == Method::POST,
                _ => false,
            };
            response = if becomes_get {
                method = Method::GET;
                client.get(&target).send_once()
            } else {
                let again = client.request(method.clone(), &target);
                let body = if method == Method::GET { Vec::new() } else { body.clone() };
                TestRequest { fields: fields.clone(), body, ..again }.send_once()
            };
        }
        let follows = client.redirects_max > 0 && redirect_of(&response).is_some();
        assert!(!follows, "more than {} redirects", client.redirects_max);
        response
    }

    #[track_caller]
    fn send_once(self) -> TestResponse {
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
        let limits = &client.limits;
        let refuse = |error: WireError, request| {
            let (refusal, target) = (error.into(), self.target.as_bytes());
            let refused = Refused { refusal, peer: client.peer, request, target };
            client.app.refuse(&refused).into_parts()
        };
        let head = match self.head(limits) {
            Ok(head) => head,
            Err(error) => return refuse(error, None),
        };
        let mut content = Content::default();
        content.append(&self.body, limits.body_memory_max).expect("a body in memory or a file");
        let id = RequestId(SENT.fetch_add(1, Relaxed));
        let empty = Request::empty(limits, client.peer);
        let mut request = Request { head, content, id, ..empty };
        let endpoint = client.app.find(&mut request);
        let body_max = client.app.body_bytes_max(endpoint).unwrap_or(limits.body_bytes_max);
        if request.content.length() > body_max {
            return refuse(WireError::BodyTooLarge, Some(&request));
        }
        let (status, fields, body) = client.app.answer(endpoint, &mut request).into_parts();
        client.take_cookies(&fields);
        (status, fields, body)
    }

    /// # Errors
    /// The reason why the server refuses the head.
    fn head(&self, limits: &Limits) -> Result<Head, WireError> {
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
            Ok(Progress::Complete(_)) => Ok(head),
            Ok(Progress::NeedMore) => panic!("{text:?} is not a whole head"),
            Err(error) => Err(error),
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
    #[track_caller]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a text in UTF-8")
    }

    /// The body, parsed as JSON.
    #[cfg(feature = "json")]
    #[track_caller]
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> T {
        let text = String::from_utf8_lossy(&self.body);
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{} {text:?} is not this JSON: {error}", self.status))
    }
}

/// The target of a redirect within the app.
fn redirect_of(response: &TestResponse) -> Option<String> {
    if !matches!(response.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let place = response.field("Location")?;
    let path = place.strip_prefix("http://localhost").unwrap_or(place);
    let path = path.split('#').next().unwrap_or_default();
    (path.starts_with('/') && !path.starts_with("//")).then(|| path.to_owned())
}

/// Quotes a name as browsers do in a form with files.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
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

    #[test]
    fn redirects_are_followed_when_wanted_with_the_method_and_body_that_a_browser_sends() {
        fn place(_: &(), request: &Request) -> Result<Response> {
            let status = StatusCode::from_bytes(request.param("status")?.as_bytes())?;
            let place = HeaderValue::from_static("/seen#part");
            Ok(Response::new(status).with_field(header::LOCATION, place))
        }
        fn seen(_: &(), request: &Request) -> Result<Response> {
            let body = String::from_utf8(request.body()?.into_owned())?;
            Ok(Response::text(format!("{} {body}", request.method())))
        }
        fn round(_: &(), _: &Request) -> Result<Response> {
            Response::found("/round")
        }
        let urls = Urls::new().any("/go/{status}", place).any("/seen", seen).get("/round", round);
        let app = App::new(()).urls(urls);
        let client = TestClient::new(&app).following_redirects();
        let seen = |method: &Method, status: u16| {
            let request = client.request(method.clone(), &format!("/go/{status}"));
            request.with_body("x").send().text().to_owned()
        };
        for status in [301, 302, 303] {
            assert_eq!(seen(&Method::POST, status), "GET ", "{status}");
        }
        assert_eq!(seen(&Method::PUT, 303), "GET ");
        for status in [301, 302, 307, 308] {
            assert_eq!(seen(&Method::PUT, status), "PUT x", "{status}");
        }
        assert_eq!(seen(&Method::POST, 307), "POST x");
        let plain = TestClient::new(&app);
        assert_eq!(plain.get("/go/303").send().status(), StatusCode::SEE_OTHER);
        let endless = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            client.get("/round").send();
        }));
        assert!(endless.is_err(), "it goes round for ever");
    }

    #[cfg(feature = "json")]
    #[test]
    fn json_and_files_are_sent_and_read() {
        fn twice(_: &(), request: &Request) -> Result<Response> {
            let numbers: Vec<u32> = request.json()?;
            Response::json(&numbers.iter().map(|n| n * 2).collect::<Vec<_>>())
        }
        fn upload(_: &(), request: &Request) -> Result<Response> {
            let form = request.multipart()?;
            let file = form.part("file")?;
            let name = file.file_name().unwrap_or_default();
            Ok(Response::text(format!("{} {name} {:?}", form.part("title")?.text()?, file.bytes())))
        }
        let app = App::new(()).urls(Urls::new().patch("/", twice).post("/", upload));
        let client = TestClient::new(&app);
        let doubled: Vec<u32> = client.patch("/").with_json(&[1, 2]).send().json();
        assert_eq!(doubled, [2, 4]);
        let form = client.request(Method::POST, "/").with_part("title", "a\r\nb");
        let answer = form.with_file("file", "\"x\".txt", b"--\r\n").send();
        assert_eq!(answer.text(), "a\r\nb \"x\".txt [45, 45, 13, 10]");
    }

    #[test]
    fn what_the_server_refuses_is_refused_as_there() {
        let app = App::new(()).urls(Urls::new().get("/", whoami).post("/in", login));
        let small = Limits { body_bytes_max: 3, target_bytes_max: 100, ..Limits::default() };
        let client = TestClient::new(&app).with_limits(small);
        let status = |request: TestRequest<'_, ()>| request.send().status().as_u16();
        assert_eq!(status(client.post("/in", &[("name", "Levi")])), 413);
        assert_eq!(status(client.get(&format!("/?{}", "x".repeat(100)))), 414);
        assert_eq!(status(client.get("/").with_field("X", &"y".repeat(20_000))), 431);
        assert_eq!(status(client.get("no slash")), 400);
        assert_eq!(status(client.get("/").without_field("Host")), 400);
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
