//! Errors of the API: `application/problem+json` (RFC 9457).

use serde::Serialize;
use webframe::http::{HeaderValue, StatusCode};
use webframe::{Error, Response, Result};

use super::super::word::Brief;

const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

/// A problem and what may help.
#[derive(Debug, Serialize)]
pub(super) struct Problem {
    #[serde(skip)]
    code: StatusCode,
    status: u16,
    title: String,
    detail: String,
    /// Words of a similar spelling.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    near: Vec<Brief>,
}

impl Problem {
    pub(super) fn new(code: StatusCode, detail: String) -> Problem {
        let title = code.canonical_reason().unwrap_or_default().to_owned();
        Problem { code, status: code.as_u16(), title, detail, near: Vec::new() }
    }

    pub(super) fn bad_request(detail: String) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, detail)
    }

    pub(super) fn no_word(word: &str, near: Vec<Brief>) -> Problem {
        let detail = format!("no word book has {word:?}");
        Problem { near, ..Problem::new(StatusCode::NOT_FOUND, detail) }
    }

    pub(super) fn response(&self) -> Result<Response> {
        let body = serde_json::to_vec(self).map_err(Error::internal)?;
        Ok(Response::typed(MEDIA_TYPE, body.into()).with_status(self.code))
    }
}
