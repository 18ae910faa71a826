//! Refusals: responses that the server sends without calling a handler. Each is a line of text or a
//! page of the app. The pages are made before the server starts, so that no code of the app runs
//! while clients are refused.

use std::sync::Arc;

use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::{Body, Peer, Request, Response, Result, wire::WireError};

/// Maximum size of a page: 16 KiB, since a page is copied for each client, and many clients may be
/// refused at once.
const PAGE_BYTES_MAX: usize = 16 << 10;

/// The reason why the server answers without calling a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The request is invalid or exceeds a limit.
    Unacceptable(WireError),
    /// The server is overloaded: the requests before this one have waited too long for a worker
    /// thread, or the bodies of other requests take the space for this one's body.
    Busy,
    /// The system has no space for the body of the request: the disk is full, or a quota or the
    /// limit on the size of files is reached (507, RFC 4918 §11.5).
    NoSpace,
    /// The body of the request cannot be stored for another reason: an error of the server.
    Fault,
    /// The handler exceeded the [time limit](crate::Urls::time_limit) of its route.
    Overdue,
}

/// A request that the server answered itself.
#[derive(Clone, Copy, Debug)]
pub struct Refused<'r> {
    /// The reason.
    pub refusal: Refusal,
    /// The sender.
    pub peer: Peer,
    /// The request, if its head was read. Its body may be incomplete, and it may have no
    /// [id](Request::id) of its own.
    pub request: Option<&'r Request>,
    /// The received part of the target, if the head is invalid.
    pub target: &'r [u8],
    /// The request line, if `request` is `None` and the line is complete and valid.
    pub request_line: Option<&'r str>,
}

impl Refused<'_> {
    /// Whether the path of the request begins with `prefix`.
    pub(crate) fn is_below(&self, prefix: &str) -> bool {
        let path = self.request.map_or(self.target, |request| request.path().as_bytes());
        path.starts_with(prefix.as_bytes())
    }
}

/// The target in the request line of a head that may be invalid or incomplete.
pub(crate) fn target_of(head: &[u8]) -> &[u8] {
    let line = head.trim_ascii_start().split(|byte| matches!(byte, b'\r' | b'\n')).next();
    line.unwrap_or_default().split(|byte| *byte == b' ').nth(1).unwrap_or_default()
}

impl Refusal {
    /// The status of the response.
    pub fn status(self) -> StatusCode {
        match self {
            Refusal::Unacceptable(error) => error.status(),
            Refusal::Busy | Refusal::Overdue => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::NoSpace => StatusCode::INSUFFICIENT_STORAGE,
            Refusal::Fault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Whether the client sent plain HTTP to an HTTPS port.
    pub fn is_unencrypted(self) -> bool {
        self == Refusal::Unacceptable(WireError::Unencrypted)
    }

    /// A technical description of the mistake; empty if the status is enough.
    pub fn detail(self) -> String {
        match self {
            Refusal::Unacceptable(error) => error.to_string(),
            Refusal::Overdue => "the response takes too long".to_owned(),
            Refusal::Busy | Refusal::NoSpace | Refusal::Fault => String::new(),
        }
    }

    /// The reason in a few words, for a log.
    pub(crate) fn reason(self) -> String {
        match self {
            Refusal::Unacceptable(_) | Refusal::Overdue => self.detail(),
            Refusal::Busy => "the server is busy".to_owned(),
            Refusal::NoSpace => "there is no space for the body".to_owned(),
            Refusal::Fault => "the body cannot be stored".to_owned(),
        }
    }

    fn all() -> impl Iterator<Item = Refusal> {
        let of_server = [Refusal::Busy, Refusal::NoSpace, Refusal::Fault, Refusal::Overdue];
        WireError::ALL.into_iter().map(Refusal::Unacceptable).chain(of_server)
    }

    /// The response if the app has no page for the refusal: a line of text.
    fn plain(self) -> Response {
        match self {
            Refusal::Busy => Response::text("the server is busy: try again in a second\n"),
            Refusal::Unacceptable(_) | Refusal::NoSpace | Refusal::Fault | Refusal::Overdue => {
                Response::text(plain_text(self.status(), &self.detail()))
            }
        }
    }
}

impl From<WireError> for Refusal {
    fn from(error: WireError) -> Refusal {
        Refusal::Unacceptable(error)
    }
}

/// One line with status, reason phrase and detail.
pub(crate) fn plain_text(status: StatusCode, detail: &str) -> String {
    let reason = status.canonical_reason().unwrap_or("");
    match detail {
        "" => format!("{} {reason}\n", status.as_u16()),
        detail => format!("{} {reason}: {detail}\n", status.as_u16()),
    }
}

/// The app's pages for refusals; empty if it has none.
#[derive(Debug, Default)]
pub(crate) struct RefusalPages {
    pages: Vec<(Refusal, Page)>,
    mistakes: Vec<String>,
}

#[derive(Debug)]
struct Page {
    fields: Vec<(HeaderName, HeaderValue)>,
    content: Arc<[u8]>,
}

impl RefusalPages {
    /// Makes the page of every refusal. Mistakes are collected.
    pub(crate) fn make(page: impl Fn(Refusal) -> Result<Response>) -> RefusalPages {
        let mut made = RefusalPages::default();
        for refusal in Refusal::all() {
            match page(refusal).map_err(|error| error.to_string()).and_then(Page::from_response) {
                Ok(page) => made.pages.push((refusal, page)),
                Err(mistake) => made.mistakes.push(format!("the page of {refusal:?}: {mistake}")),
            }
        }
        made
    }

    /// Mistakes of pages that cannot be used.
    pub(crate) fn mistakes(&self) -> &[String] {
        &self.mistakes
    }

    /// The response to a refused request: the app's page, otherwise a line of text.
    pub(crate) fn response(&self, refusal: Refusal) -> Response {
        let page = self.pages.iter().find(|page| page.0 == refusal);
        let mut response = page.map_or_else(|| refusal.plain(), |page| page.1.response());
        if refusal == Refusal::Busy {
            response.set(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response.with_status(refusal.status())
    }
}

impl Page {
    /// Keeps the fields and the body of a response as a page.
    ///
    /// # Errors
    /// The body is not in memory, or is too large.
    fn from_response(response: Response) -> Result<Page, String> {
        let (_, fields, body) = response.into_parts();
        let content = body.as_bytes().ok_or("its length is unknown")?;
        if content.len() > PAGE_BYTES_MAX {
            Err(format!("it is larger than {PAGE_BYTES_MAX} bytes"))
        } else {
            Ok(Page { fields, content: content.into() })
        }
    }

    fn response(&self) -> Response {
        let body = Body::Shared(Arc::clone(&self.content));
        Response::assembled(StatusCode::OK, &self.fields, body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    #[test]
    fn the_target_of_an_invalid_head_is_the_part_that_arrived() {
        let targets: [(&[u8], &[u8]); 7] = [
            (b"GET /api/x HTTP/2.0\r\n\r\n", b"/api/x"),
            (b"\r\nGET /api/%zz HTTP/1.1\r\nA: b c", b"/api/%zz"),
            (b"GET /api/unfin", b"/api/unfin"),
            (b"GET  /two", b""),
            (b"GET\r\nA: /api/", b""),
            (b"GE", b""),
            (b"", b""),
        ];
        for (head, target) in targets {
            assert_eq!(target_of(head), target, "{}", head.escape_ascii());
        }
    }

    #[test]
    fn without_pages_a_refusal_is_a_line() {
        let answer = |refusal| RefusalPages::default().response(refusal);
        let refused = answer(WireError::HeadTooLarge.into());
        assert_eq!(refused.status().as_u16(), 431);
        let line = "431 Request Header Fields Too Large: the header section is too large\n";
        assert_eq!(refused.body().as_bytes(), Some(line.as_bytes()));
        let fault = answer(Refusal::Fault);
        assert_eq!(fault.status().as_u16(), 500);
        assert_eq!(fault.body().as_bytes(), Some(&b"500 Internal Server Error\n"[..]));
        let busy = answer(Refusal::Busy);
        assert_eq!(busy.status().as_u16(), 503);
        assert_eq!(busy.field(&header::RETRY_AFTER).unwrap(), "1");
    }

    #[test]
    fn every_refusal_has_its_page_its_fields_and_its_status() {
        let pages = RefusalPages::make(|refusal| {
            let no_store = HeaderValue::from_static("no-store");
            Ok(Response::html(format!("{refusal:?}")).with_field(header::CACHE_CONTROL, no_store))
        });
        assert!(pages.mistakes().is_empty());
        for refusal in Refusal::all() {
            let response = pages.response(refusal);
            assert_eq!(response.status(), refusal.status());
            assert_eq!(response.body().as_bytes(), Some(format!("{refusal:?}").as_bytes()));
            assert_eq!(response.field(&header::CACHE_CONTROL).unwrap(), "no-store");
            assert_eq!(response.field(&header::CONTENT_TYPE).unwrap(), "text/html; charset=utf-8");
        }
        assert_eq!(pages.response(Refusal::Busy).field(&header::RETRY_AFTER).unwrap(), "1");
    }

    #[test]
    fn an_unusable_refusal_page_is_reported() {
        let large = RefusalPages::make(|refusal| match refusal {
            Refusal::Busy => Ok(Response::html("x".repeat(PAGE_BYTES_MAX + 1))),
            Refusal::NoSpace | Refusal::Fault | Refusal::Overdue => {
                Err(Error::internal("no template"))
            }
            Refusal::Unacceptable(_) => Ok(Response::html("x".repeat(PAGE_BYTES_MAX))),
        });
        assert_eq!(
            large.mistakes(),
            [
                "the page of Busy: it is larger than 16384 bytes",
                "the page of NoSpace: 500: no template",
                "the page of Fault: 500: no template",
                "the page of Overdue: 500: no template"
            ]
        );
    }
}
