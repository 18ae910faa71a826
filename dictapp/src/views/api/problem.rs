//! Errors of the API: `application/problem+json` (RFC 9457).

use std::time::Duration;

use serde::Serialize;
use webframe::http::{HeaderValue, StatusCode, header};
use webframe::{Error, Refusal, Request, Response, Result};

use super::super::page::NO_STORE;
use super::super::word::Brief;

const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

/// `WWW-Authenticate` of a 401 (RFC 6750 §3).
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"dictapp\"");

/// The description of an error, as the client gets it.
#[derive(Debug, Serialize)]
pub(crate) struct ApiProblem {
    #[serde(skip)]
    code: StatusCode,
    #[serde(skip)]
    retry_after: Option<Duration>,
    status: u16,
    title: String,
    detail: String,
    /// The field of the body that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    /// For a log-in that is delayed: the text that the next attempt must send, to prove that the
    /// client has waited.
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<String>,
    /// For a word that no book has: words of a similar spelling.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    near: Vec<Brief>,
}

impl ApiProblem {
    pub(super) fn new(code: StatusCode, detail: impl Into<String>) -> ApiProblem {
        ApiProblem {
            code,
            retry_after: None,
            status: code.as_u16(),
            title: code.canonical_reason().unwrap_or_default().to_owned(),
            detail: detail.into(),
            field: None,
            ticket: None,
            near: Vec::new(),
        }
    }

    /// Describes an error of this request. If the error has no public text, the detail of a 404,
    /// 405 or 501 names the path or the method.
    pub(crate) fn of_request(request: &Request, error: &Error) -> ApiProblem {
        let detail = match error.status() {
            _ if !error.public().is_empty() => return ApiProblem::from_error(error),
            StatusCode::NOT_FOUND => {
                format!("there is nothing at {}; the addresses are listed at /api", request.path())
            }
            StatusCode::METHOD_NOT_ALLOWED => {
                format!("{} does not accept {}", request.path(), request.method())
            }
            StatusCode::NOT_IMPLEMENTED => format!("unknown method {}", request.method()),
            _ => return ApiProblem::from_error(error),
        };
        ApiProblem::new(error.status(), detail)
    }

    /// Describes an error without details of the request.
    pub(crate) fn from_error(error: &Error) -> ApiProblem {
        let detail = match error.public() {
            "" => error.status().canonical_reason().unwrap_or_default(),
            public => public,
        };
        let retry_after = error.retry_after();
        ApiProblem { retry_after, ..ApiProblem::new(error.status(), detail) }
    }

    /// Describes why the server refused a request before it reached a view.
    pub(super) fn of_refusal(refusal: Refusal) -> ApiProblem {
        let status = refusal.status();
        let detail = match refusal.detail() {
            detail if detail.is_empty() => status.canonical_reason().unwrap_or_default().to_owned(),
            detail => detail,
        };
        ApiProblem::new(status, detail)
    }

    pub(super) fn bad_request(detail: impl Into<String>) -> ApiProblem {
        ApiProblem::new(StatusCode::BAD_REQUEST, detail)
    }

    pub(super) fn unauthorized(detail: &str) -> ApiProblem {
        ApiProblem::new(StatusCode::UNAUTHORIZED, detail)
    }

    /// 422: a field of the body has an invalid value.
    pub(super) fn unusable(field: &'static str, detail: impl Into<String>) -> ApiProblem {
        let field = Some(field);
        ApiProblem { field, ..ApiProblem::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
    }

    /// 429: there were too many attempts, so the request was not processed.
    pub(super) fn later(wait: Duration, ticket: Option<String>) -> ApiProblem {
        let retry_after = Some(wait);
        let detail = "too many attempts; wait and try again";
        ApiProblem { retry_after, ticket, ..ApiProblem::new(StatusCode::TOO_MANY_REQUESTS, detail) }
    }

    /// 404: no book has the word.
    pub(super) fn no_word(word: &str, near: Vec<Brief>) -> ApiProblem {
        let detail = format!("no dictionary has {word:?}");
        ApiProblem { near, ..ApiProblem::new(StatusCode::NOT_FOUND, detail) }
    }

    /// Makes the response. `Retry-After` is rounded up, so that a client does not come too early.
    pub(crate) fn response(&self) -> Result<Response> {
        let body = serde_json::to_vec(self).map_err(Error::internal)?;
        let mut response = Response::typed(MEDIA_TYPE, body.into())
            .with_status(self.code)
            .with_field(header::CACHE_CONTROL, NO_STORE);
        if let Some(wait) = self.retry_after {
            response.set(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
        }
        if self.code == StatusCode::UNAUTHORIZED {
            response.set(header::WWW_AUTHENTICATE, CHALLENGE);
        }
        Ok(response)
    }
}

impl From<ApiProblem> for Error {
    fn from(problem: ApiProblem) -> Error {
        problem.response().map_or_else(|error| error, Error::response)
    }
}
