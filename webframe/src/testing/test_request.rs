//! A request of a test client: sets its header fields and body, and sends it to the app.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use http::{HeaderName, HeaderValue, Method, StatusCode};
#[cfg(feature = "json")]
use serde::Serialize;

use super::{
    test_client::TestClient,
    test_response::{TestResponse, read_whole},
};
use crate::{
    Body, Limits, Refused, Request, RequestId,
    contract::service::{Endpoint, Service},
    request::body::ReceivedBody,
    wire::{Head, Progress, WireError},
};

/// A request that is not sent yet.
#[derive(Debug)]
#[must_use]
pub struct TestRequest<'a, S> {
    pub(super) client: &'a TestClient<'a, S>,
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) fields: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// Whether the body is a form with files.
    pub(super) has_parts: bool,
}

/// The media type of forms without files.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";
/// The boundary of forms with files.
const BOUNDARY: &str = "test-client-boundary";

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
        self.has_parts = false;
        self
    }

    /// The same request with a value as JSON.
    ///
    /// Needs the feature `json`.
    #[cfg(feature = "json")]
    #[track_caller]
    pub fn with_json(self, value: &impl Serialize) -> Self {
        let body = serde_json::to_vec(value).expect("the value can be serialized as JSON");
        self.without_field("Content-Type")
            .with_field("Content-Type", "application/json")
            .with_body(body)
    }

    /// The same request with one more field in a form with files (`multipart/form-data`). The
    /// fields of [`TestClient::post`] become parts of it.
    ///
    /// # Panics
    /// If the request has a body that is not a form.
    #[track_caller]
    pub fn with_part(self, name: &str, value: &str) -> Self {
        self.with_raw_part(&format!("name=\"{}\"", quoted(name)), value.as_bytes())
    }

    /// The same request with one more file in a form with files (`multipart/form-data`). The fields
    /// of [`TestClient::post`] become parts of it.
    ///
    /// # Panics
    /// If the request has a body that is not a form.
    #[track_caller]
    pub fn with_file(self, name: &str, file_name: &str, bytes: &[u8]) -> Self {
        let names = format!("name=\"{}\"; filename=\"{}\"", quoted(name), quoted(file_name));
        self.with_raw_part(&names, bytes)
    }

    /// Adds a part to the form. The first call converts the body to a form with files. `names` are
    /// the parameters of the part's `Content-Disposition`.
    #[track_caller]
    fn with_raw_part(mut self, names: &str, bytes: &[u8]) -> Self {
        if !std::mem::replace(&mut self.has_parts, true) {
            let pairs = self.form_fields();
            let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
            self = self.without_field("Content-Type").with_field("Content-Type", &media_type);
            self.body = format!("--{BOUNDARY}--\r\n").into_bytes();
            for (name, value) in pairs {
                self = self.with_part(&name, &value);
            }
        }
        let end = self.body.len() - "--\r\n".len();
        self.body.truncate(end);
        let head = format!("\r\nContent-Disposition: form-data; {names}\r\n\r\n");
        self.body
            .extend([head.as_bytes(), bytes, b"\r\n--", BOUNDARY.as_bytes(), b"--\r\n"].concat());
        self
    }

    /// The fields of the URL-encoded form in the body; none if there is no body. Panics if the body
    /// is not a form.
    #[track_caller]
    fn form_fields(&self) -> Vec<(String, String)> {
        let is_form = |(name, value): &(String, String)| {
            name.eq_ignore_ascii_case("Content-Type") && value == FORM
        };
        if self.fields.iter().any(is_form) {
            return serde_urlencoded::from_bytes(&self.body).expect("the body is a valid form");
        }
        assert!(self.body.is_empty(), "a part would replace the body, which is not a form");
        Vec::new()
    }

    /// Sends the request and returns the app's response.
    #[track_caller]
    pub fn send(self) -> TestResponse {
        let client = self.client;
        let (mut method, fields, body) =
            (self.method.clone(), self.fields.clone(), self.body.clone());
        let (origin, mut base) = (self.origin(), self.target.clone());
        let mut response = self.send_once();
        for _ in 0..client.redirects_max {
            let Some(target) = response.redirect(&origin, &base) else { break };
            // As browsers do (Fetch, HTTP-redirect fetch).
            let changes_to_get = match response.status.as_u16() {
                303 => method != Method::HEAD,
                301 | 302 => method == Method::POST,
                _ => false,
            };
            response = if changes_to_get {
                method = Method::GET;
                client.get(&target).send_once()
            } else {
                let again = client.request(method.clone(), &target);
                let body = if method == Method::GET { Vec::new() } else { body.clone() };
                TestRequest { fields: fields.clone(), body, ..again }.send_once()
            };
            base = target;
        }
        let is_unfinished = client.redirects_max > 0 && response.redirect(&origin, &base).is_some();
        assert!(!is_unfinished, "more than {} redirects", client.redirects_max);
        response
    }

    /// Scheme and host of the request.
    fn origin(&self) -> String {
        let scheme = if self.client.peer.encrypted { "https" } else { "http" };
        let host = self.fields.iter().find(|field| field.0.eq_ignore_ascii_case("Host"));
        format!("{scheme}://{}", host.map_or("localhost", |field| &field.1))
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
    #[track_caller]
    pub(super) fn answer(self) -> (StatusCode, Vec<(HeaderName, HeaderValue)>, Body) {
        static SENT: AtomicU64 = AtomicU64::new(0);
        let client = self.client;
        let limits = &client.limits;
        let refuse = |error: WireError, request| {
            let (refusal, target) = (error.into(), self.target.as_bytes());
            let refused =
                Refused { refusal, peer: client.peer, request, target, request_line: None };
            client.app.refuse(&refused).into_parts()
        };
        let head = match self.head(limits) {
            Ok(head) => head,
            Err(error) => return refuse(error, None),
        };
        let mut body = ReceivedBody::default();
        body.append(&self.body, limits.body_memory_max)
            .expect("the body can be stored in memory or a temporary file");
        let id = RequestId(SENT.fetch_add(1, Relaxed));
        let empty = Request::empty(limits, client.peer);
        let mut request = Request { head, body, id, ..empty };
        let endpoint = client.app.find(&mut request);
        let body_max = client.app.body_bytes_max(endpoint).unwrap_or(limits.body_bytes_max);
        if matches!(endpoint, Endpoint::Route(_)) && request.body.length() > body_max {
            return refuse(WireError::BodyTooLarge, Some(&request));
        }
        let (status, fields, body) = client.app.answer(endpoint, &mut request).into_parts();
        client.take_cookies(&fields);
        (status, fields, body)
    }

    /// Writes the head and reads it as the server does.
    ///
    /// # Errors
    /// The reason why the server refuses the head.
    #[track_caller]
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

/// Quotes a name as browsers do in a form with files.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
