//! The response of a handler: a status, header fields, and a body that may be bytes, a file or a
//! stream.

pub(crate) mod error;
pub(crate) mod body;
pub(crate) mod cookie;
pub(crate) mod coding;
#[cfg(feature = "compression")]
pub(crate) mod gzip_source;
pub(crate) mod media;
pub(crate) mod source;

use std::{borrow::Cow, cell::Cell, io::Read};

use http::{HeaderName, HeaderValue, StatusCode, header};
use percent_encoding::percent_encode_byte;

use self::{
    body::{Body, IntoBody},
    cookie::Cookie,
    error::{Error, Result},
    source::Source,
};

/// A response that is not encoded yet. The engine adds the framing fields (`Content-Length`,
/// `Transfer-Encoding`, `Connection`, `Date`); an app cannot set them.
///
/// It is a single pointer, since it is moved often between handler and engine.
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

/// A list of fields with more room than this is freed, not reused.
const SPARE_FIELDS_MAX: usize = 32;

/// The initial room of a list of fields: middleware adds fields to those of the handler.
const FIELDS_USUAL: usize = 12;

thread_local! {
    /// The emptied parts of the last response that this thread sent. The next response of this
    /// thread reuses them, so it allocates nothing.
    static SPARE: Cell<Option<Box<Parts>>> = const { Cell::new(None) };
}

/// Whether a layer may compress the body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Compression {
    #[default]
    Allowed,
    Refused,
}

/// Fields that only the engine may set: a wrong value could desynchronise the connection, and
/// `Date` would be sent twice.
const FRAMING: [HeaderName; 6] = [
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::DATE,
    header::TRAILER,
    header::UPGRADE,
];

impl Response {
    /// A response without a body.
    pub fn new(status: StatusCode) -> Response {
        let mut parts = SPARE.take().unwrap_or_else(|| {
            let fields = Fields::with_capacity(FIELDS_USUAL);
            Box::new(Parts { fields, ..Parts::default() })
        });
        parts.status = status;
        Response(parts)
    }

    /// 200 with plain text: a `String`, a `&'static str`, a `Cow<str>` or bytes. A text that is
    /// borrowed from the request is copied: `request.path().to_owned()`. A number is formatted
    /// first: `number.to_string()`.
    pub fn text(text: impl IntoBody) -> Response {
        Response::typed(HeaderValue::from_static("text/plain; charset=utf-8"), text.into_body())
    }

    /// 200 with an HTML page, of the types that [`Response::text`] takes.
    pub fn html(page: impl IntoBody) -> Response {
        Response::typed(HeaderValue::from_static("text/html; charset=utf-8"), page.into_body())
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
    /// Needs the feature `json`.
    ///
    /// # Errors
    /// 500: the value cannot be written as JSON, such as a map with keys that are not text.
    #[cfg(feature = "json")]
    pub fn json(value: &impl serde::Serialize) -> Result<Response> {
        let mut bytes = Vec::with_capacity(128);
        serde_json::to_writer(&mut bytes, value).map_err(Error::internal)?;
        Ok(Response::typed(HeaderValue::from_static("application/json"), Body::Bytes(bytes)))
    }

    /// 200 with a stream that is read while the client takes it.
    ///
    /// A source that has no bytes yet should return [`ErrorKind::WouldBlock`](std::io::ErrorKind):
    /// then no worker waits for it, it is read again after 50 ms, and it is dropped when the client
    /// has gone. A source that blocks should check [`Request::presence`](crate::Request::presence)
    /// from time to time.
    pub fn stream(media_type: HeaderValue, source: impl Read + Send + 'static) -> Response {
        Response::typed(media_type, Body::Stream(Source::new(source)))
    }

    /// A response with these fields, which must not contain framing fields: they are not checked.
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

    /// 201 with the URL of the new resource.
    ///
    /// # Errors
    /// 500: `location` is not a valid field value.
    pub fn created(location: &str) -> Result<Response> {
        redirect(StatusCode::CREATED, location)
    }

    /// 303: redirects to a URL that is fetched with GET, as after a form. In this and the other
    /// redirects, characters beyond ASCII are percent-encoded.
    ///
    /// ```
    /// use webframe::{Response, url::encode_segment};
    ///
    /// let location = format!("/word/{}", encode_segment("ice cream"));
    /// assert_eq!(Response::see_other(&location)?.status().as_u16(), 303);
    /// # Ok::<(), webframe::Error>(())
    /// ```
    ///
    /// # Errors
    /// 500: `location` has a control character. Encode text of a client first: it may contain `/`
    /// or `?`.
    pub fn see_other(location: &str) -> Result<Response> {
        redirect(StatusCode::SEE_OTHER, location)
    }

    /// 301: a permanent redirect. Most clients repeat a POST as GET. Prefer
    /// [`permanent_redirect`](Response::permanent_redirect) if the method matters.
    ///
    /// # Errors
    /// 500: `location` is not a valid field value.
    pub fn moved_permanently(location: &str) -> Result<Response> {
        redirect(StatusCode::MOVED_PERMANENTLY, location)
    }

    /// 302: a temporary redirect. Most clients repeat a POST as GET. Prefer
    /// [`see_other`](Response::see_other) or [`temporary_redirect`](Response::temporary_redirect).
    ///
    /// # Errors
    /// 500: `location` is not a valid field value.
    pub fn found(location: &str) -> Result<Response> {
        redirect(StatusCode::FOUND, location)
    }

    /// 307: a temporary redirect with the same method and body.
    ///
    /// # Errors
    /// 500: `location` is not a valid field value.
    pub fn temporary_redirect(location: &str) -> Result<Response> {
        redirect(StatusCode::TEMPORARY_REDIRECT, location)
    }

    /// 308: a permanent redirect with the same method and body.
    ///
    /// # Errors
    /// 500: `location` is not a valid field value.
    pub fn permanent_redirect(location: &str) -> Result<Response> {
        redirect(StatusCode::PERMANENT_REDIRECT, location)
    }

    /// The same response with another status.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Response {
        self.0.status = status;
        self
    }

    /// The same response with a field set, which replaces the old value. Framing fields are
    /// ignored.
    ///
    /// ```
    /// use webframe::{Response, Result, http::{HeaderName, HeaderValue, header}};
    ///
    /// fn page(language: &str) -> Result<Response> {
    ///     Ok(Response::text("Hello")
    ///         .with_field(header::VARY, HeaderValue::from_static("Cookie"))
    ///         .with_field(HeaderName::from_static("x-page"), HeaderValue::from(7))
    ///         .with_field(header::CONTENT_LANGUAGE, HeaderValue::from_str(language)?))
    /// }
    /// # assert_eq!(page("en").unwrap().fields().len(), 4);
    /// ```
    #[must_use]
    pub fn with_field(mut self, name: HeaderName, value: HeaderValue) -> Response {
        self.set(name, value);
        self
    }

    /// The same response with one more field of that name, as for `Set-Cookie`.
    #[must_use]
    pub fn with_added(mut self, name: HeaderName, value: HeaderValue) -> Response {
        self.add(name, value);
        self
    }

    /// The same response, which also sets or removes a cookie.
    #[must_use]
    pub fn with_cookie(self, cookie: &Cookie) -> Response {
        self.with_added(header::SET_COOKIE, cookie.to_field())
    }

    /// The same response with another body.
    #[must_use]
    pub fn with_body(mut self, body: Body) -> Response {
        self.0.body = body;
        self
    }

    /// The same response, never compressed: for a page that contains a secret and repeats text of
    /// the request. Its compressed length would reveal the secret (BREACH).
    #[must_use]
    pub fn without_compression(mut self) -> Response {
        self.0.compression = Compression::Refused;
        self
    }

    #[cfg(feature = "compression")]
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

    /// Removes a field in place; for middleware.
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

    /// Takes the body; for middleware that encodes it again.
    pub fn take_body(&mut self) -> Body {
        std::mem::take(&mut self.0.body)
    }

    /// Sets the body in place; for middleware that encodes it again.
    pub fn replace_body(&mut self, body: Body) {
        self.0.body = body;
    }

    /// Status, fields and body.
    pub fn into_parts(self) -> (StatusCode, Vec<(HeaderName, HeaderValue)>, Body) {
        let parts = *self.0;
        (parts.status, parts.fields, parts.body)
    }

    /// Clears everything, and keeps the allocation of a short list of fields.
    pub(crate) fn clear(&mut self) {
        let parts = &mut self.0;
        parts.fields.clear();
        if parts.fields.capacity() > SPARE_FIELDS_MAX {
            parts.fields = Fields::new();
        }
        parts.body = Body::Empty;
        parts.compression = Compression::Allowed;
    }

    /// Keeps the parts for the next response of this thread.
    pub(crate) fn recycle(mut self) {
        self.clear();
        SPARE.set(Some(self.0));
    }
}

/// A response with this status and `Location`.
fn redirect(status: StatusCode, location: &str) -> Result<Response> {
    let encoded = encode_beyond_ascii(location);
    let location = HeaderValue::from_str(&encoded)
        .map_err(|cause| Error::internal(format!("the redirect to {location:?}: {cause}")))?;
    Ok(Response::new(status).with_field(header::LOCATION, location))
}

/// Encodes the characters of an address that are not ASCII, as browsers do in a link (RFC 3987
/// §3.1).
fn encode_beyond_ascii(location: &str) -> Cow<'_, str> {
    if location.is_ascii() {
        return Cow::Borrowed(location);
    }
    let mut encoded = String::with_capacity(3 * location.len());
    for byte in location.bytes() {
        if byte.is_ascii() {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(percent_encode_byte(byte));
        }
    }
    Cow::Owned(encoded)
}

impl Default for Response {
    /// 200 without a body.
    fn default() -> Response {
        Response::new(StatusCode::OK)
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
    fn reused_parts_of_a_response_are_empty() {
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
    fn a_redirect_to_a_path_in_chinese_is_percent_encoded() {
        for (location, encoded) in [
            ("/word/苹果?q=é&x=%20a b#部", "/word/%E8%8B%B9%E6%9E%9C?q=%C3%A9&x=%20a b#%E9%83%A8"),
            ("/plain/%E8", "/plain/%E8"),
        ] {
            let response = Response::see_other(location).expect("a redirect");
            assert_eq!(response.field(&header::LOCATION).unwrap(), encoded);
        }
    }

    #[test]
    fn a_redirect_with_a_line_end_is_an_error() {
        let error = Response::see_other("/a\r\nSet-Cookie: x=y").unwrap_err();
        assert_eq!(error.status(), 500);
        assert!(error.to_string().contains("\"/a\\r\\nSet-Cookie: x=y\""), "{error}");
    }
}
