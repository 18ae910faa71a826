//! Redirects requests on an unencrypted listener to the encrypted site.

use http::{HeaderValue, StatusCode, header};

use super::address::Address;
use crate::{
    Response,
    wire::{Head, host},
};

/// The `Content-Security-Policy` of a redirect: allows nothing, since a redirect has no body.
const LOAD_NOTHING: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// The location of the encrypted site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// At this origin, such as `https://dict.example`.
    Origin(String),
    /// At the host of the request, on this port.
    Port(u16),
}

impl Destination {
    /// The destination: the configured origin, or the port of the site's first TCP address.
    pub(crate) fn new(public_url: Option<&str>, site: &[Address]) -> Destination {
        let port = site.iter().find_map(|address| match address {
            Address::Tcp(address) => Some(address.port()),
            Address::Unix(_) => None,
        });
        match public_url {
            Some(url) => Destination::Origin(url.trim_end_matches('/').to_owned()),
            None => Destination::Port(port.unwrap_or(443)),
        }
    }

    /// A 308 redirect to the same target. `None` if the request has no host or no path.
    pub(crate) fn response(&self, head: &Head) -> Option<Response> {
        let path = Some(head.path()).filter(|path| path.starts_with('/'))?;
        let mut location = match self {
            Destination::Origin(origin) => origin.clone(),
            Destination::Port(443) => format!("https://{}", host::name(head.host()?)),
            Destination::Port(port) => format!("https://{}:{port}", host::name(head.host()?)),
        };
        location.push_str(path);
        if let Some(query) = head.query() {
            location.push('?');
            location.push_str(query);
        }
        let location = HeaderValue::try_from(location).ok()?;
        let response = Response::new(StatusCode::PERMANENT_REDIRECT);
        Some(
            response
                .with_field(header::LOCATION, location)
                .with_field(header::CONTENT_SECURITY_POLICY, LOAD_NOTHING)
                .with_field(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"))
                .with_field(header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::HeadLimits;

    const LIMITS: HeadLimits =
        HeadLimits { head_bytes_max: 4096, head_fields_max: 20, target_bytes_max: 1000 };

    #[track_caller]
    fn location(to: &Destination, request: &str) -> Option<String> {
        let mut head = Head::default();
        head.read(format!("{request}\r\n\r\n").as_bytes(), &LIMITS).unwrap();
        let response = to.response(&head)?;
        assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT);
        let location = response.field(&header::LOCATION)?;
        Some(location.to_str().unwrap().to_owned())
    }

    #[test]
    fn keeps_host_and_target_and_changes_scheme_and_port() {
        let at = Destination::Port;
        for (to, request, wanted) in [
            (at(443), "GET /a?b=c HTTP/1.1\r\nHost: x", "https://x/a?b=c"),
            (at(443), "POST / HTTP/1.1\r\nHost: x:8080", "https://x/"),
            (at(8443), "GET /%2F/?a?b HTTP/1.1\r\nHost: [::1]:80", "https://[::1]:8443/%2F/?a?b"),
            (at(443), "GET //evil.example/ HTTP/1.1\r\nHost: x", "https://x//evil.example/"),
            (at(443), "GET http://y/z HTTP/1.1\r\nHost: x", "https://y/z"),
        ] {
            assert_eq!(location(&to, request).as_deref(), Some(wanted));
        }
        let origin = Destination::new(Some("https://dict.example/"), &[]);
        assert_eq!(location(&origin, "GET /a HTTP/1.0").as_deref(), Some("https://dict.example/a"));
    }

    #[test]
    fn no_redirect_without_a_host_or_a_path() {
        assert_eq!(location(&Destination::Port(443), "GET / HTTP/1.0"), None);
        assert_eq!(location(&Destination::Port(443), "OPTIONS * HTTP/1.1\r\nHost: x"), None);
    }
}
