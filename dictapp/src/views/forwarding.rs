//! Logs a warning about a reverse proxy that the settings do not name. All visitors behind such a
//! proxy seem to have one address, so a few visitors who fail to log in lock out all the others.

use std::net::IpAddr;
use std::sync::Mutex;

use webframe::Request;
use webframe::http::HeaderName;

use crate::lock::lock;

/// Maximum number of addresses with a warning. It is more than one, since any client may send
/// forwarding fields: a client that does so first must not suppress the warning about the proxy.
const WARNED_MAX: usize = 32;

/// The addresses about which a warning was logged.
static WARNED: Mutex<Vec<IpAddr>> = Mutex::new(Vec::new());

/// Logs a warning, once for each address, if the request has forwarding fields and none of them was
/// trusted. `address` is the client's: the one that a trusted proxy has forwarded, otherwise that
/// of the connection.
pub(super) fn warn_of_unknown_proxy(request: &Request, address: IpAddr) {
    let field = |name| request.field(&HeaderName::from_static(name));
    let sent: Vec<&str> = ["x-forwarded-for", "forwarded"].into_iter().filter_map(field).collect();
    let is_trusted = sent.iter().any(|field| contains_address(field, address));
    if !sent.is_empty() && !is_trusted && is_new(address) {
        log::warn!(
            "{address} sends X-Forwarded-For or Forwarded and is not in server.trusted_proxies: \
             if it is your proxy, add it there; until then all visitors behind it count as one \
             network, and it is not noticed that they use https"
        );
    }
}

/// Whether a warning about this address is due; remembers the address. `false`: a warning was
/// logged before, or there were [`WARNED_MAX`] warnings.
fn is_new(address: IpAddr) -> bool {
    let mut warned = lock(&WARNED);
    let is_new = warned.len() < WARNED_MAX && !warned.contains(&address);
    if is_new {
        warned.push(address);
    }
    is_new
}

/// Whether a forwarding field contains this address. If so, the address was taken from the field,
/// so the proxy is trusted.
fn contains_address(field: &str, address: IpAddr) -> bool {
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
    fn a_client_that_sends_such_fields_does_not_keep_the_proxys_warning_away() {
        let address = |host: u8| IpAddr::from([192, 0, 2, host]);
        assert!(is_new(address(1)) && is_new(address(2)) && !is_new(address(1)));
        let more = (3..255).filter(|host| is_new(address(*host)));
        assert_eq!(more.count(), WARNED_MAX - 2, "not a line for each address");
    }

    #[test]
    fn a_trusted_address_is_found_in_either_field() {
        let address = |text: &str| text.parse().unwrap();
        assert!(contains_address("203.0.113.9, 192.0.2.1", address("192.0.2.1")));
        assert!(contains_address("for=\"[2001:db8::1]:4711\";proto=https", address("2001:db8::1")));
        assert!(contains_address("for=192.0.2.1:80", address("::ffff:192.0.2.1")));
        assert!(!contains_address("192.0.2.10", address("192.0.2.1")));
        assert!(!contains_address("unknown", address("192.0.2.1")));
    }
}
