//! Renders errors as pages of the site in the visitor's language, or as JSON for the API.

use askama::Template;
use webframe::http::{Method, StatusCode, header};
use webframe::{Error, Request, Response};

use super::api::ApiProblem;
use super::filters;
use super::page::{NO_STORE, Page};
use crate::paths;
use crate::site::{Site, TEACHERS_ONLY};
use crate::texts::Texts;

/// The public text of the 403 on the pages of administrators. It selects the texts of the error
/// page.
pub(super) const ADMINS_ONLY: &str = "this page is for administrators";

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    status: u16,
    title: &'static str,
    text: &'static str,
    /// Details in English, for people who write requests by hand; empty if there are none.
    detail: &'a str,
    /// The id of the request in the log, if the status is 500.
    id: Option<String>,
    /// Whether the same request may succeed a moment later.
    may_retry: bool,
}

/// The kind of an error, which selects its texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    BadRequest,
    Forbidden,
    Admins,
    Teachers,
    NotFound,
    Method,
    Timeout,
    TooLarge,
    Format,
    TooLong,
    Internal,
    Unavailable,
    /// An internal error without a request id in the log.
    Fault,
    Host,
    Https,
    Other,
}

/// The page of an error, or plain text if the page cannot be rendered. Clients of the API get an
/// `application/problem+json` (RFC 9457).
pub(crate) fn page(site: &Site, request: &Request, error: &Error) -> Response {
    let status = error.status();
    if request.path().starts_with(paths::API)
        && let Ok(problem) = ApiProblem::of_request(request, error).response()
    {
        return problem;
    }
    let page = Page::new(site, request);
    let (title, text) = Subject::of_error(error).texts(page.texts());
    let values = ErrorPage {
        page: &page,
        t: page.texts(),
        status: status.as_u16(),
        title,
        text,
        detail: if status == StatusCode::BAD_REQUEST { error.public() } else { "" },
        may_retry: request.method() == Method::GET && matches!(status.as_u16(), 408 | 500 | 503),
        id: (status == StatusCode::INTERNAL_SERVER_ERROR).then(|| request.id().to_string()),
    };
    page.send_as(status, &values)
        .unwrap_or_else(|fault| {
            log::error!("{}: the error page: {fault}", request.id());
            let reason = status.canonical_reason().unwrap_or_default();
            Response::text(format!("{} {reason}\n", status.as_u16())).with_status(status)
        })
        .with_field(header::CACHE_CONTROL, NO_STORE)
}

impl Subject {
    /// The kind of an error. A 403 means that a form has expired, unless its text gives another
    /// reason.
    fn of_error(error: &Error) -> Subject {
        match error.public() {
            ADMINS_ONLY => Subject::Admins,
            TEACHERS_ONLY => Subject::Teachers,
            _ => Subject::from_status(error.status()),
        }
    }

    /// The kind of an error with this status.
    pub(super) fn from_status(status: StatusCode) -> Subject {
        match status.as_u16() {
            400 => Subject::BadRequest,
            403 => Subject::Forbidden,
            404 => Subject::NotFound,
            405 => Subject::Method,
            408 => Subject::Timeout,
            413 => Subject::TooLarge,
            414 | 431 => Subject::TooLong,
            415 => Subject::Format,
            // The client used a feature of HTTP that this server does not implement: not an
            // internal error.
            501 | 505 => Subject::Other,
            503 => Subject::Unavailable,
            500..=599 => Subject::Internal,
            _ => Subject::Other,
        }
    }

    /// The title and the text.
    pub(super) fn texts(self, t: &Texts) -> (&'static str, &'static str) {
        let e = &t.error;
        match self {
            Subject::BadRequest => (e.bad_request_title, e.bad_request_text),
            Subject::Forbidden => (e.forbidden_title, e.forbidden_text),
            Subject::Admins => (e.admins_title, e.admins_text),
            Subject::Teachers => (e.teachers_title, e.teachers_text),
            Subject::NotFound => (e.not_found_title, e.not_found_text),
            Subject::Method => (e.method_title, e.method_text),
            Subject::Timeout => (e.timeout_title, e.timeout_text),
            Subject::TooLarge => (e.too_large_title, e.too_large_text),
            Subject::Format => (e.format_title, e.format_text),
            Subject::TooLong => (e.too_long_title, e.too_long_text),
            Subject::Internal => (e.internal_title, e.internal_text),
            Subject::Unavailable => (e.unavailable_title, e.unavailable_text),
            Subject::Fault => (e.fault_title, e.fault_text),
            Subject::Host => (e.host_title, e.host_text),
            Subject::Https => (e.https_title, e.https_text),
            Subject::Other => (e.other_title, e.other_text),
        }
    }
}
