//! A client for tests: it passes requests to an app without a socket.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
};

use http::{HeaderName, HeaderValue, Method, header};
use serde::Serialize;

use super::test_request::{FORM, TestRequest};
use crate::{App, Limits, request::Peer};

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
    pub(super) app: &'a App<S>,
    pub(super) peer: Peer,
    pub(super) limits: Limits,
    pub(super) redirects_max: usize,
    pub(super) cookies: RefCell<BTreeMap<String, String>>,
}

impl<'a, S: Send + Sync + 'static> TestClient<'a, S> {
    /// A client without cookies, on the loopback address, not encrypted.
    ///
    /// # Panics
    /// If the app has mistakes in its table of URLs. The panic lists them.
    #[track_caller]
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

    /// The same client, which follows up to ten redirects within the app, as a browser does.
    /// Redirects to another host are returned.
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
    #[track_caller]
    pub fn post(&'a self, target: &str, form: &impl Serialize) -> TestRequest<'a, S> {
        let body = serde_urlencoded::to_string(form).expect("a form is pairs of texts");
        self.request(Method::POST, target)
            .with_field("Content-Type", FORM)
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

    /// Stores and deletes cookies as the `Set-Cookie` fields of a response require. Of the
    /// attributes only `Max-Age=0` has an effect.
    pub(super) fn take_cookies(&self, fields: &[(HeaderName, HeaderValue)]) {
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

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::{Cookie, Request, Response, Result, Urls};

    fn login(_: &(), request: &Request) -> Result<Response> {
        let form: BTreeMap<String, String> = request.form()?;
        Ok(Response::text("in").with_cookie(&Cookie::new("name", &form["name"])?))
    }

    fn whoami(_: &(), request: &Request) -> Result<Response> {
        Ok(Response::text(request.cookie("name").unwrap_or("nobody").to_owned()))
    }

    #[test]
    fn redirects_are_followed_with_the_method_and_body_that_a_browser_sends() {
        fn place(_: &(), request: &Request) -> Result<Response> {
            let status = StatusCode::from_bytes(request.param("status")?.as_bytes())?;
            let place = HeaderValue::from_static("/seen#part");
            Ok(Response::new(status).with_field(header::LOCATION, place))
        }
        fn seen(_: &(), request: &Request) -> Result<Response> {
            let body = String::from_utf8(request.body()?.into_owned())?;
            Ok(Response::text(format!("{} {body}", request.method())))
        }
        fn endless(_: &(), _: &Request) -> Result<Response> {
            Response::found("/endless")
        }
        let urls =
            Urls::new().any("/go/{status}", place).any("/seen", seen).get("/endless", endless);
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
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            client.get("/endless").send();
        }));
        assert!(result.is_err(), "too many redirects are a mistake of the test");
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
        let form = client.post("/", &[("title", "a+b=c")]);
        assert_eq!(form.with_file("file", "x", b"").send().text(), "a+b=c x []");
        let form = client.request(Method::POST, "/").with_part("title", "a\r\nb");
        let answer = form.with_file("file", "\"x\".txt", b"--\r\n").send();
        assert_eq!(answer.text(), "a\r\nb \"x\".txt [45, 45, 13, 10]");
    }

    #[test]
    fn a_relative_redirect_is_followed_from_the_page_before() {
        fn go(_: &(), request: &Request) -> Result<Response> {
            let place = match &*request.param("name")? {
                "a" => "b",
                "b" => "?x",
                _ => return Ok(Response::text(request.path_and_query().into_owned())),
            };
            match request.query_string() {
                "" => Response::see_other(place),
                _ => Response::see_other("../y/z"),
            }
        }
        let app = App::new(()).urls(Urls::new().get("/{folder}/{name}", go));
        let client = TestClient::new(&app).following_redirects();
        assert_eq!(client.get("/r/a").send().text(), "/y/z");
        let elsewhere = |_: &(), _: &Request| Response::see_other("//example.org/");
        let app = App::new(()).urls(Urls::new().get("/", elsewhere));
        let answer = TestClient::new(&app).following_redirects().get("/").send();
        assert_eq!(answer.field("Location"), Some("//example.org/"));
    }

    #[test]
    fn a_refused_subscription_or_websocket_shows_status_and_text() {
        let app = App::new(()).urls(Urls::new().get("/", whoami));
        let client = TestClient::new(&app);
        let text = |act: &dyn Fn()| crate::panics::catch(act).expect_err("it panics");
        let subscribed = text(&|| drop(client.get("/none").subscribe()));
        assert!(subscribed.contains("404 Not Found: \"404"), "{subscribed}");
        let subscribed = text(&|| drop(client.get("/").subscribe()));
        assert!(subscribed.contains("200 OK: \"nobody\""), "{subscribed}");
        #[cfg(feature = "websocket")]
        {
            let connected = text(&|| drop(client.get("/").connect()));
            assert!(connected.contains("200 OK: \"nobody\""), "{connected}");
        }
    }

    #[test]
    fn a_request_that_the_server_would_refuse_is_refused_with_the_same_status() {
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
