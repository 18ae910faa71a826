//! Warns once about a reverse proxy that the settings do not name. Behind it all visitors seem to
//! have one address, so a few who fail to log in lock all of them out.

use std::net::IpAddr;
use std::sync::Once;

use webframe::Request;
use webframe::http::HeaderName;

/// Warns once if the request has forwarding fields and none of them was trusted.
pub(super) fn warn_of_unknown_proxy(request: &Request, address: IpAddr) {
    static WARNED: Once = Once::new();
    let field = |name| request.field(&HeaderName::from_static(name));
    let sent: Vec<&str> = ["x-forwarded-for", "forwarded"].into_iter().filter_map(field).collect();
    if !sent.is_empty() && !sent.iter().any(|field| names(field, address)) {
        WARNED.call_once(|| {
            log::warn!(
                "{address} sends X-Forwarded-For or Forwarded and is not in server.trusted_proxies: \
                 if it is your proxy, add it there; until then all its visitors are one network, \
                 and https is not noticed"
            );
        });
    }
}

/// Whether the forwarded addresses contain this one. If so, a trusted proxy named it.
fn names(field: &str, address: IpAddr) -> bool {
    let separators = |c: char| matches!(c, ',' | ';' | '=' | '"' | '[' | ']' | ' ' | '\t');
    let address = address.to_canonical();
    field.split(separators).any(|part| {
        let host = part.parse::<IpAddr>().ok();
        let host = host.or_else(|| part.parse::<std::net::SocketAddr>().ok().map(|a| a.ip()));
        host.is_some_and(|host| host.to_canonical() == address)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trusted_address_is_found_in_either_field() {
        let address = |text: &str| text.parse().unwrap();
        assert!(names("203.0.113.9, 192.0.2.1", address("192.0.2.1")));
        assert!(names("for=\"[2001:db8::1]:4711\";proto=https", address("2001:db8::1")));
        assert!(names("for=192.0.2.1:80", address("::ffff:192.0.2.1")));
        assert!(!names("192.0.2.10", address("192.0.2.1")));
        assert!(!names("unknown", address("192.0.2.1")));
    }
}
