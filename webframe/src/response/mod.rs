//! What a handler gives back: a status, fields, and a body that may be bytes, a file or a stream.

pub(crate) mod coding;
pub(crate) mod condition;
pub(crate) mod media;
pub(crate) mod source;

use std::{cell::Cell, fmt, fs::File, io::Read, sync::Arc};

use http::{HeaderName, HeaderValue, Method, StatusCode, header};

use self::condition::{Asked, Validators, Verdict};
use crate::{Error, Live, Request, Result, Source};

/// An answer, not yet bytes. Framing (`Content-Length`, `Transfer-Encoding`, `Connection`, `Date`)
/// is added by the wire and cannot be set here.
///
/// It is one word wide, for it goes through many hands from handler to wire.
#[derive(Debug)]
pub struct Response(Box<Parts>);

#[derive(Debug, Default)]
struct Parts {
    status: StatusCode,
    fields: Fields,
    body: Body,
    compression: Compression,
}

type Fields = Vec<(HeaderName, HeaderValue)>;

/// A longer list of fields is not kept for the next answer.
const SPARE_FIELDS_MAX: usize = 32;

thread_local! {
    /// The emptied parts of the last answer that was sent from this thread: with them the next one
    /// that is made here allocates nothing.
    static SPARE: Cell<Option<Box<Parts>>> = const { Cell::new(None) };
}

/// Whether a layer may compress the content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Compression {
    #[default]
    Allowed,
    Refused,
}

/// The content of an answer.
#[derive(Default)]
pub enum Body {
    /// No content.
    #[default]
    Empty,
    /// Bytes of the program itself.
    Static(&'static [u8]),
    /// Bytes made for this answer.
    Bytes(Vec<u8>),
    /// Bytes that several answers share, as a small file kept in memory.
    Shared(Arc<[u8]>),
    /// `length` bytes of a file from its current position on, read in pieces as the peer takes them.
    File {
        /// The file, positioned.
        file: File,
        /// How many bytes of it.
        length: u64,
    },
    /// Pieces made while the peer takes them; the length is not known beforehand. Reading may
    /// block: it is done by a worker, one piece at a time, and no worker waits for the peer. So may
    /// dropping.
    Stream(Source),
    /// The connection stays open and holds no thread: an event stream, or another protocol.
    Live(Live),
}

/// Fields that only the wire may set: a handler that could would desynchronise the connection.
const FRAMING: [HeaderName; 6] = [
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::DATE,
    header::TRAILER,
    header::UPGRADE,
];

impl Response {
    /// An answer without content.
    pub fn new(status: StatusCode) -> Response {
        let mut parts = SPARE.take().unwrap_or_default();
        parts.status = status;
        Response(parts)
    }

    /// 200 with plain text.
    pub fn text(text: impl Into<Body>) -> Response {
        Response::typed(HeaderValue::from_static("text/plain; charset=utf-8"), text.into())
    }

    /// 200 with a page.
    pub fn html(page: impl Into<Body>) -> Response {
        Response::typed(HeaderValue::from_static("text/html; charset=utf-8"), page.into())
    }

    /// 200 with bytes of the given media type.
    pub fn typed(media_type: HeaderValue, body: Body) -> Response {
        let mut response = Response::new(StatusCode::OK);
        response.0.fields.push((header::CONTENT_TYPE, media_type));
        response.0.body = body;
        response
    }

    /// 200 with the value as JSON.
    ///
    /// # Errors
    /// 500 for a value that is no JSON, such as a map whose keys are no text.
    pub fn json(value: &impl serde::Serialize) -> Result<Response> {
        let mut bytes = Vec::with_capacity(128);
        serde_json::to_writer(&mut bytes, value).map_err(Error::internal)?;
        Ok(Response::typed(HeaderValue::from_static("application/json"), Body::Bytes(bytes)))
    }

    /// 200 with pieces read while the peer takes them.
    ///
    /// A source that has nothing yet should return [`ErrorKind::WouldBlock`](std::io::ErrorKind):
    /// then no worker waits for it, it is asked again after 50 ms, and dropped when the client has
    /// gone. One that blocks should look at [`Request::presence`] from time to time.
    pub fn stream(media_type: HeaderValue, source: impl Read + Send + 'static) -> Response {
        Response::typed(media_type, Body::Stream(Source::new(source)))
    }

    /// From parts whose fields were looked at when they were made.
    pub(crate) fn assembled<'a>(
        status: StatusCode,
        fields: impl IntoIterator<Item = &'a (HeaderName, HeaderValue)>,
        body: Body,
    ) -> Response {
        let mut response = Response::new(status);
        response.0.fields.extend(fields.into_iter().cloned());
        response.0.body = body;
        response
    }

    /// 303 to a place of this site, as after a form was taken.
    ///
    /// # Errors
    /// 500 for a place that is no field value: what a visitor wrote is encoded before it is one.
    pub fn see_other(place: &str) -> Result<Response> {
        let location = HeaderValue::from_str(place)
            .map_err(|cause| Error::internal(format!("a redirect to {place:?}: {cause}")))?;
        Ok(Response::new(StatusCode::SEE_OTHER).with_field(header::LOCATION, location))
    }

    /// The same answer with another status.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Response {
        self.0.status = status;
        self
    }

    /// The same answer with a field set, replacing what it had; framing fields are left to the wire.
    #[must_use]
    pub fn with_field(mut self, name: HeaderName, value: HeaderValue) -> Response {
        self.set(name, value);
        self
    }

    /// The same answer with one more field of that name, as for `Set-Cookie`.
    #[must_use]
    pub fn with_added(mut self, name: HeaderName, value: HeaderValue) -> Response {
        self.add(name, value);
        self
    }

    /// The same answer that also sets (or removes) a cookie.
    #[must_use]
    pub fn with_cookie(self, cookie: &crate::Cookie) -> Response {
        self.with_added(header::SET_COOKIE, cookie.to_field())
    }

    /// The same answer with another body.
    #[must_use]
    pub fn with_body(mut self, body: Body) -> Response {
        self.0.body = body;
        self
    }

    /// The same answer, never compressed: for a page that holds a secret, such as the token of a
    /// form, and repeats what the request said. Its compressed length would tell the one by
    /// trying the other (BREACH).
    #[must_use]
    pub fn without_compression(mut self) -> Response {
        self.0.compression = Compression::Refused;
        self
    }

    /// The same answer with an entity tag of its content, or 304 without content where the request
    /// says that the peer has it, or 412 where it means another version (RFC 9110 §13). The
    /// content is made all the same, but not sent: for pages that browsers keep and ask about.
    ///
    /// ```
    /// use webframe::{App, Request, Response, Result, TestClient, Urls};
    ///
    /// fn page(_: &(), request: &Request) -> Result<Response> {
    ///     Ok(Response::text("as before").or_not_modified(request))
    /// }
    ///
    /// let app = App::new(()).urls(Urls::new().get("/", page));
    /// let client = TestClient::new(&app);
    /// let tag = client.get("/").send().field("ETag").expect("a tag").to_owned();
    /// let again = client.get("/").with_field("If-None-Match", &tag).send();
    /// assert_eq!(again.status().as_u16(), 304);
    /// ```
    #[must_use]
    pub fn or_not_modified(mut self, request: &Request) -> Response {
        let safe = [Method::GET, Method::HEAD].contains(request.method());
        let Some(content) = self.0.body.as_bytes() else { return self };
        if !safe || self.0.status != StatusCode::OK {
            return self;
        }
        let etag = condition::tag_of(content);
        if let Ok(value) = HeaderValue::from_str(&etag) {
            self.set(header::ETAG, value);
        }
        let validators = Validators { etag: &etag, modified: None };
        let status = match Asked::of(request).weigh(request.method(), validators) {
            Verdict::Whole | Verdict::Pieces => return self,
            Verdict::NotModified => StatusCode::NOT_MODIFIED,
            Verdict::Failed => StatusCode::PRECONDITION_FAILED,
        };
        self.remove(&header::CONTENT_TYPE);
        self.with_status(status).with_body(Body::Empty)
    }

    pub(crate) fn may_be_compressed(&self) -> bool {
        self.0.compression == Compression::Allowed
    }

    /// Adds one more field of that name in place; for middleware.
    pub fn add(&mut self, name: HeaderName, value: HeaderValue) {
        if !FRAMING.contains(&name) {
            self.0.fields.push((name, value));
        }
    }

    /// Sets a field in place; for middleware.
    pub fn set(&mut self, name: HeaderName, value: HeaderValue) {
        if FRAMING.contains(&name) {
            return;
        }
        match self.0.fields.iter_mut().find(|field| field.0 == name) {
            Some(field) => field.1 = value,
            None => self.0.fields.push((name, value)),
        }
    }

    /// Takes a field away in place; for middleware.
    pub fn remove(&mut self, name: &HeaderName) {
        self.0.fields.retain(|field| field.0 != name);
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The first field of that name.
    pub fn field(&self, name: &HeaderName) -> Option<&HeaderValue> {
        self.0.fields.iter().find(|field| field.0 == name).map(|field| &field.1)
    }

    /// All fields in the order they were set.
    pub fn fields(&self) -> &[(HeaderName, HeaderValue)] {
        &self.0.fields
    }

    /// The body.
    pub fn body(&self) -> &Body {
        &self.0.body
    }

    /// The body, taken out; for middleware that encodes it anew.
    pub fn take_body(&mut self) -> Body {
        std::mem::take(&mut self.0.body)
    }

    /// Sets the body in place; for middleware that encodes it anew.
    pub fn replace_body(&mut self, body: Body) {
        self.0.body = body;
    }

    /// Status, fields and body, taken apart.
    pub fn into_parts(self) -> (StatusCode, Vec<(HeaderName, HeaderValue)>, Body) {
        let parts = *self.0;
        (parts.status, parts.fields, parts.body)
    }

    /// Forgets what an answer that was sent held, and keeps a small list for fields.
    pub(crate) fn clear(&mut self) {
        let parts = &mut self.0;
        parts.fields.clear();
        if parts.fields.capacity() > SPARE_FIELDS_MAX {
            parts.fields = Fields::new();
        }
        parts.body = Body::Empty;
        parts.compression = Compression::Allowed;
    }

    /// Leaves the parts of an answer that was sent to the next one that is made in this thread.
    pub(crate) fn recycle(mut self) {
        self.clear();
        SPARE.set(Some(self.0));
    }
}

impl Default for Response {
    /// 200 without content.
    fn default() -> Response {
        Response::new(StatusCode::OK)
    }
}

impl Body {
    /// The bytes, where they lie in memory.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Body::Empty => Some(&[]),
            Body::Static(bytes) => Some(bytes),
            Body::Bytes(bytes) => Some(bytes),
            Body::Shared(bytes) => Some(bytes),
            Body::File { .. } | Body::Stream(_) | Body::Live(_) => None,
        }
    }

    /// The length in bytes, where it is known beforehand.
    pub fn length(&self) -> Option<u64> {
        match self {
            Body::File { length, .. } => Some(*length),
            body => body.as_bytes().map(|bytes| bytes.len() as u64),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.length() {
            Some(length) => write!(f, "Body({length} bytes)"),
            None => f.write_str("Body(stream)"),
        }
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Body {
        Body::Static(text.as_bytes())
    }
}

impl From<String> for Body {
    fn from(text: String) -> Body {
        Body::Bytes(text.into_bytes())
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Body {
        Body::Bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_cannot_set_the_framing() {
        let two = HeaderValue::from_static("2");
        let response = Response::text("x")
            .with_field(header::CONTENT_LENGTH, two.clone())
            .with_added(header::TRANSFER_ENCODING, two);
        assert_eq!(response.fields().len(), 1);
    }

    #[test]
    fn what_an_answer_leaves_to_the_next_one_is_empty() {
        Response::text("a secret").without_compression().with_status(StatusCode::GONE).recycle();
        let spare = SPARE.with(|spare| spare.take()).expect("the parts are kept");
        SPARE.set(Some(spare));
        let next = Response::new(StatusCode::OK);
        assert!(SPARE.take().is_none(), "the parts are used");
        assert_eq!(
            (next.status(), next.fields(), next.body().length()),
            (StatusCode::OK, &[][..], Some(0))
        );
        assert!(next.may_be_compressed());
    }

    #[test]
    fn a_place_with_a_line_end_is_no_redirect() {
        let error = Response::see_other("/a\r\nSet-Cookie: x=y").unwrap_err();
        assert_eq!(error.status(), 500);
        assert!(error.to_string().contains("\"/a\\r\\nSet-Cookie: x=y\""), "{error}");
    }
}
