//! Requests for hosts that this site is not become 400: whoever points a name of theirs here gets
//! nothing out of it.

use webframe::http::header;
use webframe::{Error, Next, Request, Response};

use super::error;
use crate::dictionary::Dictionary;

/// The layer.
pub(crate) fn check(
    dictionary: &Dictionary,
    request: &Request,
    next: Next<'_, Dictionary>,
) -> Response {
    let allowed = &dictionary.settings().server.allowed_hosts;
    let host = request.field(&header::HOST).unwrap_or_default();
    if allowed.is_empty() || allowed.iter().any(|name| is_host(host, name)) {
        return next.run(request);
    }
    error::page(dictionary, request, &Error::bad_request("this host is not served here"))
}

/// The field `Host`, perhaps with a port, is this name or address.
fn is_host(field: &str, name: &str) -> bool {
    let end = match field.rfind(':') {
        Some(colon) if field[colon..].contains(']') => field.len(),
        Some(colon) => colon,
        None => field.len(),
    };
    let host = &field[..end];
    host.strip_suffix('.').unwrap_or(host).eq_ignore_ascii_case(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_told_with_and_without_its_port() {
        for (field, name, same) in [
            ("dict.example", "dict.example", true),
            ("Dict.Example:8000", "dict.example", true),
            ("dict.example.", "dict.example", true),
            ("[::1]:8000", "[::1]", true),
            ("[::1]", "[::1]", true),
            ("evil.dict.example", "dict.example", false),
            ("dict.example.evil", "dict.example", false),
            ("", "dict.example", false),
        ] {
            assert_eq!(is_host(field, name), same, "{field}");
        }
    }
}
