//! The response to a request of a test client.

use std::io::Read;

use http::{HeaderName, HeaderValue, StatusCode};

use super::redirect;
use crate::Body;

/// A response with its complete body.
#[derive(Debug)]
pub struct TestResponse {
    pub(super) status: StatusCode,
    pub(super) fields: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Vec<u8>,
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
    ///
    /// Needs the feature `json`.
    #[cfg(feature = "json")]
    #[track_caller]
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> T {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => {
                let text = String::from_utf8_lossy(&self.body);
                panic!("{} {text:?} is not this JSON: {error}", self.status);
            }
        }
    }

    /// The target of a redirect within the origin. `base` is the target of the request.
    pub(super) fn redirect(&self, origin: &str, base: &str) -> Option<String> {
        if !matches!(self.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
            return None;
        }
        redirect::target(origin, base, self.field("Location")?)
    }
}

/// The status and text of a response, for the message of a failed test.
pub(super) fn shown(status: StatusCode, body: Body) -> String {
    let text = match body {
        Body::Live(_) => "an open connection".to_owned(),
        body => format!("{:?}", String::from_utf8_lossy(&read_whole(body))),
    };
    format!("the app answered {status}: {text}")
}

/// The bytes of a body, which may be a file or a stream.
#[track_caller]
pub(super) fn read_whole(body: Body) -> Vec<u8> {
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
