//! Parses addresses to listen at, names of hosts, origins (`https://HOST`) and networks of clients
//! in settings.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use webframe::Network;

use super::value::{Checked, Value};

/// An address to listen at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `127.0.0.1:8000`, `[::1]:8000` or `localhost:8000`. Port 0: the system chooses a free port.
    Tcp {
        /// A name or an IP address, without brackets.
        host: String,
        /// The port.
        port: u16,
    },
    /// `unix:/run/dictapp.sock`.
    Unix(PathBuf),
}

impl Address {
    /// Whether two servers cannot listen at these two addresses at the same time. `0.0.0.0`
    /// includes all IPv4 addresses, `[::]` all addresses. Port 0 is a different port each time.
    pub(super) fn overlaps(&self, other: &Address) -> bool {
        match (self, other) {
            (Address::Tcp { host, port }, Address::Tcp { host: others, port: other_port }) => {
                let (host, others) = (canonical(host), canonical(others));
                let overlap = includes(&host, &others) || includes(&others, &host);
                port == other_port && *port != 0 && overlap
            }
            (Address::Unix(path), Address::Unix(other)) => absolute(path) == absolute(other),
            _ => false,
        }
    }

    /// Whether one of the two is `0.0.0.0` and the other `[::]`. One server can listen at both.
    pub(super) fn are_both_families(&self, other: &Address) -> bool {
        let is = |one: &Address, wanted: &str| matches!(one, Address::Tcp { host, .. } if canonical(host) == wanted);
        (is(self, ALL_IPV4) && is(other, ALL)) || (is(self, ALL) && is(other, ALL_IPV4))
    }
}

const ALL_IPV4: &str = "0.0.0.0";
/// A listener for all IPv6 addresses accepts IPv4 connections, too.
const ALL: &str = "::";

/// The usual spelling of a host. An IPv4-mapped IPv6 address becomes an IPv4 address.
fn canonical(host: &str) -> String {
    let address = host.parse().map(|address: IpAddr| address.to_canonical().to_string());
    address.unwrap_or_else(|_| host.to_ascii_lowercase())
}

/// Whether a server that listens at `outer` also listens at `host`. A name may have addresses of
/// both families.
fn includes(outer: &str, host: &str) -> bool {
    match outer {
        ALL => true,
        ALL_IPV4 => !host.contains(':'),
        "localhost" => matches!(host, "localhost" | "127.0.0.1" | "::1"),
        _ => outer == host,
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Address::Tcp { host, port } => write!(f, "{host}:{port}"),
            Address::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

pub(super) fn address(value: &Value) -> Checked<Address> {
    value.text().and_then(parse_address).ok_or_else(|| {
        value.invalid("HOST:PORT like \"127.0.0.1:8000\" or \"[::]:8000\", or \"unix:/path\"")
    })
}

fn parse_address(text: &str) -> Option<Address> {
    if let Some(path) = text.strip_prefix("unix:") {
        let is_path = !path.is_empty() && !path.contains('\0');
        return is_path.then(|| Address::Unix(PathBuf::from(path)));
    }
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some(Address::Tcp { host: address.ip().to_string(), port: address.port() });
    }
    let (host, port) = text.rsplit_once(':')?;
    let port = parse_port(port)?;
    is_name(host).then(|| Address::Tcp { host: host.to_owned(), port })
}

/// Parses a port that has only digits; `str::parse` would accept a sign, too. `None`: the text is
/// not a port.
fn parse_port(text: &str) -> Option<u16> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

/// Parses the name or IP address of a site, as a `Host` header field has it, without a port. The
/// result is in lower case.
pub(super) fn host(value: &Value) -> Checked<String> {
    value.text().and_then(parse_host).ok_or_else(|| {
        value
            .invalid("a host name or IP address without scheme and port, like \"dict.example.org\"")
    })
}

fn parse_host(text: &str) -> Option<String> {
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_ipv6 = bracketed.is_some_and(|inside| inside.parse::<std::net::Ipv6Addr>().is_ok());
    (is_ipv6 || is_name(text)).then(|| text.to_ascii_lowercase())
}

/// Whether a text consists of labels of letters, digits, `-` and `_` with dots between, as host
/// names and IPv4 addresses do. 253 is the maximum length of a name in DNS.
fn is_name(text: &str) -> bool {
    let is_label_byte = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    text.len() <= 253
        && text.split('.').all(|label| !label.is_empty() && label.bytes().all(is_label_byte))
}

/// Parses an origin, which is the beginning of all URLs of a site: `http://HOST[:PORT]` or
/// `https://HOST[:PORT]`. A final `/` is dropped.
pub(super) fn origin(value: &Value) -> Checked<String> {
    value.text().and_then(parse_origin).ok_or_else(|| {
        value.invalid("a URL without a path, like \"https://dict.example.org\", or \"\"")
    })
}

fn parse_origin(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    // Colons inside the brackets of an IPv6 address do not begin a port.
    let port_at = rest.rfind(':').filter(|&at| !rest[at..].contains(']'));
    let (name, port) = rest.split_at(port_at.unwrap_or(rest.len()));
    let is_port_valid = port.is_empty() || parse_port(&port[1..]).is_some();
    let is_origin = matches!(scheme, "http" | "https") && is_port_valid;
    is_origin.then(|| parse_host(name).map(|name| format!("{scheme}://{name}{port}")))?
}

pub(super) fn network(value: &Value) -> Checked<Network> {
    value.text().and_then(|text| text.parse().ok()).ok_or_else(|| {
        value.invalid("an IP address, a network like \"10.0.0.0/8\" or \"fd00::/8\", or \"unix:\"")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_form_of_address_and_writes_it_back() {
        for text in ["127.0.0.1:8000", "[::1]:0", "localhost:80", "unix:/run/d.sock", "[::]:65535"]
        {
            assert_eq!(parse_address(text).expect(text).to_string(), text);
        }
    }

    #[test]
    fn addresses_overlap_if_only_one_server_can_have_them() {
        let overlap = |one: &str, other: &str| {
            let (one, other) = (parse_address(one).unwrap(), parse_address(other).unwrap());
            assert_eq!(one.overlaps(&other), other.overlaps(&one));
            one.overlaps(&other)
        };
        for other in ["127.0.0.1:80", "0.0.0.0:80", "localhost:80"] {
            assert!(overlap("127.0.0.1:80", other), "{other}");
        }
        for (any, other) in [("0.0.0.0:80", "10.0.0.1:80"), ("[::]:80", "[::1]:80")] {
            assert!(overlap(any, other) && overlap(any, "localhost:80"), "{other}");
        }
        assert!(overlap("0.0.0.0:80", "[::]:80") && overlap("[::]:80", "127.0.0.1:80"));
        assert!(overlap("[::ffff:127.0.0.1]:80", "127.0.0.1:80"));
        assert!(overlap("LOCALHOST:80", "localhost:80"));
        assert!(overlap("unix:/a", "unix:/a"));
        for other in ["127.0.0.1:81", "127.0.0.2:80", "[::1]:80", "unix:/a"] {
            assert!(!overlap("127.0.0.1:80", other), "{other}");
        }
        assert!(!overlap("127.0.0.1:0", "127.0.0.1:0"));
    }

    #[test]
    fn refuses_invalid_addresses() {
        for text in [
            "",
            "8000",
            ":8000",
            "*:8000",
            "host",
            "host:",
            "host:65536",
            "host:+1",
            "::1:80",
            "http://host:80",
            "a b:80",
            "unix:",
            "host:80/",
            "a..b:1",
        ] {
            assert_eq!(parse_address(text), None, "{text}");
        }
    }

    #[test]
    fn hosts_are_names_or_addresses_without_a_port() {
        assert_eq!(parse_host("Dict.Example.org").as_deref(), Some("dict.example.org"));
        assert_eq!(parse_host("[::1]").as_deref(), Some("[::1]"));
        for text in ["", "a:80", "http://a", "a/b", "::1", "[a]", "词典.cn", "*"] {
            assert_eq!(parse_host(text), None, "{text}");
        }
    }

    #[test]
    fn an_origin_has_a_scheme_a_host_and_perhaps_a_port() {
        for (text, origin) in [
            ("https://Dict.example.org", "https://dict.example.org"),
            ("http://a:8000/", "http://a:8000"),
            ("http://[::1]:80", "http://[::1]:80"),
            ("http://[::1]", "http://[::1]"),
        ] {
            assert_eq!(parse_origin(text).as_deref(), Some(origin), "{text}");
        }
        for text in [
            "",
            "a",
            "ftp://a",
            "https://",
            "https://a/b",
            "https://a:",
            "https://a:x",
            "https://u@a",
        ] {
            assert_eq!(parse_origin(text), None, "{text}");
        }
    }
}
