//! Every answer to one that tells browsers to trust nothing but this site.

use webframe::http::{HeaderName, HeaderValue, header};
use webframe::{Next, Request, Response};

use crate::dictionary::Dictionary;

const FIELDS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
         object-src 'none'",
    ),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// The layer.
pub(crate) fn add(_: &Dictionary, request: &Request, next: Next<'_, Dictionary>) -> Response {
    let mut response = next.run(request);
    for (name, value) in FIELDS {
        if response.field(&name).is_none() {
            response.set(name, HeaderValue::from_static(value));
        }
    }
    response
}
