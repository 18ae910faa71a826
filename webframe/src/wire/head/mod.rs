//! Parses the head of a request into a checked [`Head`], or returns a [`WireError`] or "need more".
//!
//! `request_line` parses the request line and `httparse` the fields. `httparse` accepts a bare LF
//! as a line end, so line ends are checked here.

mod control_fields;
pub(crate) mod request_line;
mod valid_host;

use http::Method;
use httparse::{EMPTY_HEADER, Header, Status};

use self::{control_fields::ControlFields, request_line::RequestLine, valid_host::ValidHost};
use super::{
    Framing, WireError,
    framing::{self, Once},
    target,
};

/// The limits of a head, from [`Limits`](crate::Limits).
#[derive(Clone, Copy, Debug)]
pub struct HeadLimits {
    /// Request line and fields together, in bytes.
    pub head_bytes_max: usize,
    /// Number of fields.
    pub head_fields_max: usize,
    /// The request target in bytes.
    pub target_bytes_max: usize,
}

/// The version of a request. A higher minor version is treated as 1.1 (RFC 9110 §2.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// HTTP/1.0: closes unless the client asks for keep-alive; no chunked answers.
    Http10,
    /// HTTP/1.1.
    #[default]
    Http11,
}

/// The result of reading a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The bytes are the beginning of a head.
    NeedMore,
    /// The head is complete and has this number of bytes.
    Complete(usize),
}

/// A range of the bytes of a head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Span {
    start: usize,
    end: usize,
}

impl Span {
    /// The range of `piece` in `whole`; `piece` must be a slice of it.
    fn locate(piece: &[u8], whole: &[u8]) -> Span {
        let start = piece.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
        Span { start, end: start.wrapping_add(piece.len()) }
    }

    fn range(self) -> std::ops::Range<usize> {
        self.start..self.end
    }
}

/// The positions of a header field.
#[derive(Clone, Copy, Debug)]
struct FieldSpans {
    name: Span,
    value: Span,
}

/// The checked head of a request. It owns a copy of its bytes and is reused from request to
/// request, so that reading a head allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// The head as received, with the empty line. A path or query that had to be changed (for dot
    /// segments, for UTF-8) follows in its new form. So `path` and `query` are ASCII.
    bytes: Vec<u8>,
    valid_host: ValidHost,
    method: Method,
    version: Version,
    path: Span,
    query: Option<Span>,
    /// The target's authority, which takes precedence (RFC 9112 §3.2.2), or the value of `Host`.
    host: Option<Span>,
    fields: Vec<FieldSpans>,
    framing: Framing,
    keep_alive: bool,
    expects_continue: bool,
}

/// Heads with up to this number of fields are parsed without an allocation. Browsers send up to
/// sixteen fields. A larger number would cost time, since each slot is initialised for every head.
const SLOTS: usize = 16;

/// The buffer of a larger head is freed before the head is kept for reuse.
const BYTES_KEPT_MAX: usize = 4 << 10;

impl Head {
    /// Frees the buffer of a large head.
    pub(crate) fn shrink(&mut self) {
        if self.bytes.capacity() > BYTES_KEPT_MAX {
            *self = Head::default();
        }
    }

    /// Reads a head from the unconsumed input of a connection. Empty lines before the request line
    /// are skipped (RFC 9112 §2.2) and count against `head_bytes_max`. The same bytes give the same
    /// error, however they were split into reads. After an error only [`Head::method`] is valid:
    /// HEAD if the request line begins with this method, otherwise GET. It decides whether the
    /// refusal has a body.
    ///
    /// # Errors
    /// If the bytes are not the beginning of a valid head, or exceed a limit.
    pub fn read(&mut self, input: &[u8], limits: &HeadLimits) -> Result<Progress, WireError> {
        let bytes = input.get(..limits.head_bytes_max).unwrap_or(input);
        let read = match self.read_limited(bytes, limits) {
            Ok(Progress::NeedMore) if input.len() >= limits.head_bytes_max => {
                Err(WireError::HeadTooLarge)
            }
            read => read,
        };
        if read.is_err() {
            self.method = refused_method(bytes);
        }
        read
    }

    /// Like [`Head::read`], for input that is not longer than a head may be.
    fn read_limited(&mut self, bytes: &[u8], limits: &HeadLimits) -> Result<Progress, WireError> {
        let lines = skip_empty_lines(bytes)?;
        if let Some(line) = request_line::parse(lines, limits)?
            && let Some(after) = self.read_fields(lines, &line, limits)?
        {
            return Ok(Progress::Complete(bytes.len().saturating_sub(after)));
        }
        Ok(Progress::NeedMore)
    }

    /// The head of a refused request. Only its method matters: it decides whether the answer has a
    /// body.
    pub(crate) fn refused(method: &Method) -> Head {
        Head { method: method.clone(), ..Head::default() }
    }

    /// Reads the fields after a request line. Returns the number of bytes after them, or `None` if
    /// they are incomplete.
    fn read_fields(
        &mut self,
        lines: &[u8],
        line: &RequestLine<'_>,
        limits: &HeadLimits,
    ) -> Result<Option<usize>, WireError> {
        let mut slots = [EMPTY_HEADER; SLOTS];
        let few = slots.get_mut(..limits.head_fields_max.min(SLOTS)).unwrap_or_default();
        match httparse::parse_headers(line.rest, few) {
            Err(httparse::Error::TooManyHeaders) if limits.head_fields_max > SLOTS => {
                let mut slots = vec![EMPTY_HEADER; limits.head_fields_max];
                self.store(httparse::parse_headers(line.rest, &mut slots), lines, line, limits)
            }
            found => self.store(found, lines, line, limits),
        }
    }

    /// Stores the head if `httparse` has found all its fields. Returns the number of bytes after
    /// it, or `None` if it is incomplete.
    fn store(
        &mut self,
        found: httparse::Result<(usize, &[Header<'_>])>,
        lines: &[u8],
        line: &RequestLine<'_>,
        limits: &HeadLimits,
    ) -> Result<Option<usize>, WireError> {
        match found {
            Ok(Status::Complete((length, headers))) => {
                let after = line.rest.len().saturating_sub(length);
                let head = lines.get(..lines.len().saturating_sub(after)).unwrap_or_default();
                let control = self.store_fields(headers, head)?;
                self.store_request_line(line, head)?;
                self.decide(&control, head)?;
                Ok(Some(after))
            }
            Ok(Status::Partial) => check_line_ends(line.rest, usize::MAX).map(|()| None),
            Err(httparse::Error::TooManyHeaders) => {
                check_line_ends(line.rest, limits.head_fields_max.saturating_add(1))?;
                Err(WireError::TooManyFields)
            }
            Err(_) => Err(WireError::Field),
        }
    }

    /// Stores the fields, and records those that frame the message or control the connection.
    fn store_fields<'a>(
        &mut self,
        headers: &[Header<'a>],
        head: &[u8],
    ) -> Result<ControlFields<'a>, WireError> {
        let mut control = ControlFields::default();
        let mut has_valid_line_ends = head.ends_with(b"\r\n\r\n");
        self.fields.clear();
        self.fields.extend(headers.iter().map(|header| {
            let name = Span::locate(header.name.as_bytes(), head);
            has_valid_line_ends &= matches!(head.get(..name.start), Some([.., b'\r', b'\n']));
            control.note(header.name, header.value);
            FieldSpans { name, value: Span::locate(header.value, head) }
        }));
        if has_valid_line_ends { Ok(control) } else { Err(WireError::Field) }
    }

    /// Stores the bytes of the head, and the parts of the request line.
    fn store_request_line(&mut self, line: &RequestLine<'_>, head: &[u8]) -> Result<(), WireError> {
        self.bytes.clear();
        self.bytes.extend_from_slice(head);
        match line.method {
            b"GET" if self.method == Method::GET => {}
            method => {
                self.method = Method::from_bytes(method).map_err(|_| WireError::RequestLine)?;
            }
        }
        self.version = line.version;
        let target = &line.target;
        self.query = target.query.map(|query| Span::locate(query, head));
        self.host = target.authority.map(|authority| Span::locate(authority, head));
        self.path = Span::locate(target.path, head);
        if target.has_dot_segments || target.path.is_empty() || target.path == b"*" {
            self.append_path(target);
        }
        if target.has_utf8 {
            self.path = self.append_encoded(self.path);
            self.query = self.query.map(|query| self.append_encoded(query));
        }
        Ok(())
    }

    /// Appends a piece of the target once more, percent-encoded, and returns its new range.
    fn append_encoded(&mut self, piece: Span) -> Span {
        let text = self.piece(piece).to_vec();
        let start = self.bytes.len();
        target::append_encoded(&text, &mut self.bytes);
        Span { start, end: self.bytes.len() }
    }

    /// Appends the path of the target: `/` for an empty one, and without dot segments. `*` is also
    /// appended, since it may be a constant that is not in the received head.
    fn append_path(&mut self, target: &target::Target<'_>) {
        let start = self.bytes.len();
        match target.path {
            [] => self.bytes.push(b'/'),
            path if target.has_dot_segments => target::append_without_dots(path, &mut self.bytes),
            path => self.bytes.extend_from_slice(path),
        }
        self.path = Span { start, end: self.bytes.len() };
    }

    /// Decides host, framing and persistence from all fields. The authority of a target replaces
    /// the value of the received `Host`, which must be ignored (RFC 9112 §3.2.2).
    fn decide(&mut self, control: &ControlFields<'_>, head: &[u8]) -> Result<(), WireError> {
        match control.host {
            Once::Value(host) if self.valid_host.check(host) => match self.host {
                Some(authority) => self.replace_host(authority),
                None => self.host = Some(Span::locate(host, head)),
            },
            Once::Absent if self.version == Version::Http10 => {}
            _ => return Err(WireError::Host),
        }
        self.framing =
            framing::decide(self.version, control.transfer_encoding, control.content_length)?;
        self.keep_alive = !control.close && (self.version == Version::Http11 || control.keep_alive);
        let has_body = !matches!(self.framing, Framing::None | Framing::Length(0));
        let may_expect = self.version == Version::Http11;
        self.expects_continue = may_expect && has_body && control.expects_continue;
        if may_expect && control.expects_other {
            return Err(WireError::Expectation);
        }
        Ok(())
    }

    /// Replaces the value of the field `Host`.
    fn replace_host(&mut self, authority: Span) {
        let bytes = &self.bytes;
        let is_host = |name: &Span| {
            let name = bytes.get(name.range()).and_then(|name| std::str::from_utf8(name).ok());
            name.is_some_and(|name| control_fields::is_name(name, "Host"))
        };
        if let Some(field) = self.fields.iter_mut().find(|field| is_host(&field.name)) {
            field.value = authority;
        }
    }

    /// Replaces the method, for a POST that overrides its method.
    pub(crate) fn set_method(&mut self, method: Method) {
        self.method = method;
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The version.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The path without dot segments, still percent-encoded. It begins with `/`, or is `*` for the
    /// asterisk form.
    pub fn path(&self) -> &str {
        self.text(self.path)
    }

    /// The path as ASCII bytes, without the UTF-8 check of [`Head::path`].
    pub(crate) fn path_bytes(&self) -> &[u8] {
        self.piece(self.path)
    }

    /// The query as received, without its question mark.
    pub fn query(&self) -> Option<&str> {
        self.query.map(|span| self.text(span))
    }

    /// Host and port of the request: the target's authority, or the `Host` field. `None` only in
    /// HTTP/1.0, which may omit both.
    pub fn host(&self) -> Option<&str> {
        self.host.map(|span| self.text(span))
    }

    /// The value of the first field of that name, in any letter case.
    pub fn field(&self, name: &str) -> Option<&[u8]> {
        self.values(name).next()
    }

    /// The values of all fields of that name, in any letter case, in order of arrival.
    pub fn values(&self, name: &str) -> impl DoubleEndedIterator<Item = &[u8]> {
        let is_it = move |span: Span| self.piece(span).eq_ignore_ascii_case(name.as_bytes());
        let fields = self.fields.iter().filter(move |field| is_it(field.name));
        fields.map(|field| self.piece(field.value))
    }

    /// All fields in order of arrival. If the target has an authority, this authority is the value
    /// of `Host`.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.fields.iter().map(|field| (self.text(field.name), self.piece(field.value)))
    }

    /// How the body is delimited.
    pub fn framing(&self) -> Framing {
        self.framing
    }

    /// Whether the peer wants to keep the connection open.
    pub fn keep_alive(&self) -> bool {
        self.keep_alive
    }

    /// Whether the peer waits for a 100 before it sends the body.
    pub fn expects_continue(&self) -> bool {
        self.expects_continue
    }

    fn text(&self, span: Span) -> &str {
        std::str::from_utf8(self.piece(span)).unwrap_or_default()
    }

    fn piece(&self, span: Span) -> &[u8] {
        self.bytes.get(span.range()).unwrap_or_default()
    }
}

/// Skips empty lines before the request line: some clients send one after a body.
fn skip_empty_lines(mut bytes: &[u8]) -> Result<&[u8], WireError> {
    loop {
        match bytes {
            [b'\r', b'\n', rest @ ..] => bytes = rest,
            [b'\r'] => return Ok(&[]),
            [b'\r' | b'\n', ..] => return Err(WireError::RequestLine),
            _ => return Ok(bytes),
        }
    }
}

/// HEAD if the request line begins with it, even if the rest is invalid; otherwise GET.
pub(crate) fn refused_method(bytes: &[u8]) -> Method {
    let is_head = skip_empty_lines(bytes).is_ok_and(|lines| lines.starts_with(b"HEAD "));
    if is_head { Method::HEAD } else { Method::GET }
}

/// Refuses a line feed without carriage return in the first `lines_max` lines (RFC 9112 §2.2).
fn check_line_ends(fields: &[u8], lines_max: usize) -> Result<(), WireError> {
    for at in memchr::memchr_iter(b'\n', fields).take(lines_max) {
        if !fields.get(..at).is_some_and(|line| line.ends_with(b"\r")) {
            return Err(WireError::Field);
        }
    }
    Ok(())
}
