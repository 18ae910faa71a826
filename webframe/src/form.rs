//! Forms and queries: `application/x-www-form-urlencoded` bytes to a value, by `serde_urlencoded`.

use http::StatusCode;
use serde::de::DeserializeOwned;

use crate::{Error, Result};

/// Reads pairs into a `T`; `what` names them in the error.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8], pairs_max: usize, what: &str) -> Result<T> {
    let pairs = memchr::memchr_iter(b'&', bytes).count() + 1;
    if pairs > pairs_max {
        return Err(Error::bad_request(format!("the {what} has more than {pairs_max} fields")));
    }
    serde_urlencoded::from_bytes(bytes)
        .map_err(|cause| Error::bad_request(format!("the {what} cannot be read: {cause}")))
}

/// A form is told by its media type, whatever parameters follow it.
pub(crate) fn check_media_type(value: Option<&str>) -> Result<()> {
    let media_type = value.and_then(|value| value.split(';').next()).map(str::trim);
    match media_type {
        Some(t) if t.eq_ignore_ascii_case("application/x-www-form-urlencoded") => Ok(()),
        _ => Err(Error::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "a form is sent as application/x-www-form-urlencoded",
        )),
    }
}
