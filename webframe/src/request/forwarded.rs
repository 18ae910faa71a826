//! Finds the client's address, and whether its connection is encrypted, in the fields `Forwarded`
//! (RFC 7239) and `X-Forwarded-*` of trusted proxies.
//!
//! A client can send these fields too; a proxy appends to their right end. So they are read from
//! the right, one hop for each trusted proxy. The first address that is not trusted is the client;
//! everything to the left of it is ignored. If there is an `X-Forwarded-For`, `Forwarded` is
//! ignored: most proxies write only `X-Forwarded-For` and pass `Forwarded` on unchanged.

use std::net::{IpAddr, SocketAddr};

use crate::{Network, Peer, Request, request::network::any_contains, wire::Head};

/// Fields that a proxy adds. If a request has one of them, the client may be on another machine
/// than the peer of the connection.
const PROXY_FIELDS: [&str; 3] = ["forwarded", "x-forwarded-for", "x-real-ip"];

impl Request {
    /// Whether the client is a program on this machine, as far as the request shows. A request that
    /// came through a proxy does not count as local, even if the proxy is on this machine.
    pub fn is_local(&self) -> bool {
        let is_proxy_field =
            |name: &str| PROXY_FIELDS.iter().any(|field| name.eq_ignore_ascii_case(field));
        self.peer().address.ip().to_canonical().is_loopback()
            && !self.fields().any(|(name, _)| is_proxy_field(name))
    }
}

/// The client of a request, according to trusted proxies.
pub(crate) fn client(peer: Peer, head: &Head, trusted: &[Network]) -> Peer {
    if !any_contains(trusted, peer.address.ip()) {
        return peer;
    }
    match (head.field("X-Forwarded-For"), head.field("Forwarded")) {
        (None, Some(_)) => by_forwarded(peer, head, trusted),
        _ => by_x_forwarded(peer, head, trusted),
    }
}

/// The client by `X-Forwarded-For` and `X-Forwarded-Proto`.
fn by_x_forwarded(peer: Peer, head: &Head, trusted: &[Network]) -> Peer {
    let mut address = peer.address;
    let mut hops = 0;
    for element in members_from_right(head, "X-Forwarded-For") {
        let Some(hop) = parse_node(element) else { break };
        address = hop;
        hops += 1;
        if !any_contains(trusted, hop.ip()) {
            break;
        }
    }
    // Each proxy either appends to `X-Forwarded-Proto` or replaces it, so at most `hops` members at
    // its right end are from proxies. At least one is read: a proxy may send only this field.
    let protocol = members_from_right(head, "X-Forwarded-Proto").take(hops.max(1)).last();
    Peer { address, encrypted: is_encrypted(protocol, peer) }
}

/// The client by `Forwarded`.
fn by_forwarded(peer: Peer, head: &Head, trusted: &[Network]) -> Peer {
    let mut client = peer;
    for element in members_from_right(head, "Forwarded") {
        let Some(hop) = Hop::parse(element) else { break };
        client.encrypted = is_encrypted(hop.protocol, peer);
        let Some(address) = hop.node.and_then(parse_node) else { break };
        client.address = address;
        if !any_contains(trusted, address.ip()) {
            break;
        }
    }
    client
}

/// Whether the protocol that a proxy names is encrypted. If the proxy names no protocol or an
/// unknown one, the connection of `peer` decides.
fn is_encrypted(protocol: Option<&[u8]>, peer: Peer) -> bool {
    let names = |name: &str| protocol.is_some_and(|it| it.eq_ignore_ascii_case(name.as_bytes()));
    names("https") || names("wss") || (!names("http") && !names("ws") && peer.encrypted)
}

/// The members of the lists in all fields of that name, the last one first.
fn members_from_right<'h>(head: &'h Head, name: &'h str) -> impl Iterator<Item = &'h [u8]> {
    head.values(name)
        .rev()
        .flat_map(|list| pieces_from_right(list, b','))
        .map(<[u8]>::trim_ascii)
        .filter(|member| !member.is_empty())
}

/// The pieces between separators outside of quotes, the last one first. Quotes are matched from the
/// right, so that an open quote sent by the client hides nothing that a proxy appended.
fn pieces_from_right(list: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(list);
    std::iter::from_fn(move || {
        let list = rest?;
        let mut quoted = false;
        let at = list.iter().rposition(|&byte| {
            quoted ^= byte == b'"';
            byte == separator && !quoted
        });
        rest = at.map(|at| &list[..at]);
        Some(at.map_or(list, |at| &list[at + 1..]))
    })
}

/// One member of `Forwarded`: a proxy's statement about its client.
#[derive(Debug, Default)]
struct Hop<'h> {
    node: Option<&'h [u8]>,
    protocol: Option<&'h [u8]>,
}

impl<'h> Hop<'h> {
    /// Parses `for=192.0.2.43;proto=http;by="[::1]:80"`. `None` if it is invalid or repeats a
    /// parameter.
    fn parse(element: &'h [u8]) -> Option<Hop<'h>> {
        let mut hop = Hop::default();
        for pair in pieces_from_right(element, b';') {
            let at = pair.iter().position(|&byte| byte == b'=')?;
            let name = pair[..at].trim_ascii();
            let value = pair[at + 1..].trim_ascii();
            let place = match name {
                name if name.eq_ignore_ascii_case(b"for") => &mut hop.node,
                name if name.eq_ignore_ascii_case(b"proto") => &mut hop.protocol,
                _ => continue,
            };
            if place.replace(unquoted(value)).is_some() {
                return None;
            }
        }
        Some(hop)
    }
}

/// The value without the quotes around it, if it has them.
fn unquoted(value: &[u8]) -> &[u8] {
    let inner = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\""));
    inner.unwrap_or(value)
}

/// Parses the address in `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` or
/// `[2001:db8::1]:80`; the port is 0 if none is given. `None` for `unknown` and `_hidden`, and for
/// an address with a zone like `[fe80::1%1]:80`, which only the proxy can interpret (RFC 4007
/// §11.2).
fn parse_node(text: &[u8]) -> Option<SocketAddr> {
    let text = std::str::from_utf8(text).ok().filter(|text| !text.contains('%'))?;
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let address = match (bare, text.parse::<IpAddr>()) {
        (Some(bare), _) => SocketAddr::new(IpAddr::V6(bare.parse().ok()?), 0),
        (None, Ok(address)) => SocketAddr::new(address, 0),
        (None, Err(_)) => text.parse().ok()?,
    };
    Some(SocketAddr::new(address.ip().to_canonical(), address.port()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{HeadLimits, Progress};

    const LIMITS: HeadLimits =
        HeadLimits { head_bytes_max: 4096, head_fields_max: 20, target_bytes_max: 100 };

    /// The client if 10.0.0.0/8 and fd00::/8 are trusted.
    #[track_caller]
    fn client_of(from: &str, fields: &str) -> String {
        let mut head = Head::default();
        let text = format!("GET / HTTP/1.1\r\nHost: x\r\n{fields}\r\n");
        let read = head.read(text.as_bytes(), &LIMITS);
        assert!(matches!(read, Ok(Progress::Complete(_))), "{fields:?}");
        let trusted: Vec<Network> =
            ["10.0.0.0/8", "fd00::/8"].map(|network| network.parse().unwrap()).into();
        let peer = Peer { address: from.parse().unwrap(), encrypted: false };
        let client = client(peer, &head, &trusted);
        format!("{}{}", client.address, if client.encrypted { " encrypted" } else { "" })
    }

    #[track_caller]
    fn check(table: &[(&str, &str)]) {
        for (fields, wanted) in table {
            assert_eq!(client_of("10.0.0.1:5000", fields), *wanted, "{fields:?}");
        }
    }

    #[test]
    fn only_the_fields_of_trusted_proxies_count() {
        for fields in [
            "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n",
            "Forwarded: for=192.0.2.1;proto=https\r\n",
            "X-Forwarded-For: 10.0.0.1\r\n",
        ] {
            assert_eq!(client_of("203.0.113.9:77", fields), "203.0.113.9:77");
        }
        assert_eq!(
            client_of("[::ffff:10.0.0.1]:9", "X-Forwarded-For: 192.0.2.1\r\n"),
            "192.0.2.1:0"
        );
    }

    #[test]
    fn x_forwarded_for_is_read_from_the_right_end() {
        check(&[
            ("", "10.0.0.1:5000"),
            ("X-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1:0"),
            ("X-Forwarded-For: 1.1.1.1, 192.0.2.1\r\n", "192.0.2.1:0"),
            ("X-Forwarded-For: 1.1.1.1,192.0.2.1,10.9.9.9\r\n", "192.0.2.1:0"),
            ("X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1:0"),
            ("X-Forwarded-For: 10.3.3.3, 10.2.2.2\r\n", "10.3.3.3:0"),
            ("X-Forwarded-For: 192.0.2.1:8080\r\n", "192.0.2.1:8080"),
            ("X-Forwarded-For: [2001:db8::1]:80, fd00::7\r\n", "[2001:db8::1]:80"),
            ("X-Forwarded-For: 2001:db8::1\r\n", "[2001:db8::1]:0"),
            ("X-Forwarded-For: ::ffff:192.0.2.1\r\n", "192.0.2.1:0"),
        ]);
    }

    #[test]
    fn an_invalid_address_ends_the_chain() {
        check(&[
            ("X-Forwarded-For: 192.0.2.1, unknown\r\n", "10.0.0.1:5000"),
            ("X-Forwarded-For: 192.0.2.1, <script>, 10.2.2.2\r\n", "10.2.2.2:0"),
            ("X-Forwarded-For: 192.0.2.1, 300.1.1.1\r\n", "10.0.0.1:5000"),
            ("X-Forwarded-For: 192.0.2.1, 127.1\r\n", "10.0.0.1:5000"),
            ("X-Forwarded-For: 192.0.2.1, 10.0.0.010\r\n", "10.0.0.1:5000"),
            ("X-Forwarded-For: 192.0.2.1, [10.0.0.2]\r\n", "10.0.0.1:5000"),
            ("X-Forwarded-For: 192.0.2.1, fe80::1%eth0\r\n", "10.0.0.1:5000"),
            ("X-Forwarded-For: 192.0.2.1, [fe80::1%1]:80\r\n", "10.0.0.1:5000"),
            ("X-Forwarded-For: 192.0.2.1, unix:\r\n", "10.0.0.1:5000"),
            ("X-Forwarded-For: 192.0.2.1, \u{ff11}.1.1.1\r\n", "10.0.0.1:5000"),
            ("X-Forwarded-For: ,192.0.2.1 ,\t,\r\n", "192.0.2.1:0"),
            ("X-Forwarded-For: ,,,\r\n", "10.0.0.1:5000"),
        ]);
    }

    #[test]
    fn the_protocol_is_that_of_the_client() {
        let client = "X-Forwarded-For: 192.0.2.1, 10.2.2.2\r\nX-Forwarded-Proto: ";
        let direct = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: ";
        let row = |fields: &str, protocols: &str| {
            client_of("10.0.0.1:5000", &format!("{fields}{protocols}\r\n"))
        };
        assert_eq!(row(client, "https"), "192.0.2.1:0 encrypted");
        assert_eq!(row(client, "https, http"), "192.0.2.1:0 encrypted");
        assert_eq!(row(client, "https, http, http"), "192.0.2.1:0");
        assert_eq!(row(direct, "https, http"), "192.0.2.1:0");
        assert_eq!(row(direct, "HTTPS"), "192.0.2.1:0 encrypted");
        assert_eq!(row(direct, "httpsx"), "192.0.2.1:0");
        assert_eq!(row("X-Forwarded-Proto: ", "https"), "10.0.0.1:5000 encrypted");
    }

    #[test]
    fn forwarded_is_read_from_the_right_end() {
        check(&[
            ("Forwarded: for=192.0.2.1\r\n", "192.0.2.1:0"),
            ("Forwarded: For=1.1.1.1, for=192.0.2.1;proto=https\r\n", "192.0.2.1:0 encrypted"),
            ("Forwarded: for=1.1.1.1\r\nForwarded: for=192.0.2.1, for=10.2.2.2\r\n", "192.0.2.1:0"),
            ("Forwarded: by=10.0.0.1; for = \"[2001:db8::1]:4711\"\r\n", "[2001:db8::1]:4711"),
            ("Forwarded: for=192.0.2.1;proto=http, for=10.2.2.2;proto=https\r\n", "192.0.2.1:0"),
            ("Forwarded: for=_hidden;proto=https\r\n", "10.0.0.1:5000 encrypted"),
            ("Forwarded: for=1.1.1.1, for=unknown\r\n", "10.0.0.1:5000"),
        ]);
    }

    #[test]
    fn fields_that_the_client_sent_change_nothing() {
        check(&[
            ("Forwarded: for=\"1.1.1.1, for=192.0.2.1\r\n", "192.0.2.1:0"),
            ("Forwarded: for=1.1.1.1;x=\", for=192.0.2.1;proto=http\r\n", "192.0.2.1:0"),
            ("Forwarded: for=\"a\\\", for=192.0.2.1\r\n", "192.0.2.1:0"),
            ("Forwarded: ;;;=,=;, for=\"192.0.2.1\"\r\n", "192.0.2.1:0"),
            ("Forwarded: for=1.1.1.1;for=192.0.2.1\r\n", "10.0.0.1:5000"),
            ("Forwarded: nonsense\r\n", "10.0.0.1:5000"),
            ("Forwarded: for=1.1.1.1;proto=https\r\nX-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1:0"),
        ]);
    }
}
