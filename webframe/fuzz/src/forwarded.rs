//! Checks how the client's address is read from the fields `X-Forwarded-For` and `Forwarded`. A
//! client may send these fields with any bytes, and trusted proxies append to them. The bytes of
//! the client must not change its address: it is the one that the proxies appended. If a request
//! has only the client's bytes, and no quotes, a naive parser finds the same address.

use std::net::{IpAddr, SocketAddr};

use super::head::head_limits;
use webframe::{
    Network, Peer,
    fuzzing::client,
    wire::{Head, Progress},
};

/// Fields as the proxies pass them on, and whether the proxies report that the client's connection
/// is encrypted. The client's own bytes take the place of `?`. The proxies report the client
/// 192.0.2.1 in each case.
const CASES: [(&str, bool); 7] = [
    ("X-Forwarded-For: ?, 1.1.1.1, 192.0.2.1", false),
    ("X-Forwarded-For: ?\r\nX-Forwarded-For: 192.0.2.1, 10.2.2.2", false),
    ("X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: ?,http", false),
    ("Forwarded: ?\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https", true),
    ("Forwarded: ?, for=1.1.1.1;proto=https, for=192.0.2.1;by=\"a,b;c\"", false),
    ("Forwarded: ?\r\nForwarded: for=\"192.0.2.1\";proto=https", true),
    ("Forwarded: ?, proto=http;for=192.0.2.1 , for=10.2.2.2;proto=https", false),
];

/// Panics if a client can pass for another one.
pub fn check(data: &[u8]) {
    let Some(alone) = head("X-Forwarded-For: ?", data) else { return };
    assert_eq!(client_of("203.0.113.9:77", &alone), client_of("203.0.113.9:77", &Head::default()));
    for (fields, encrypted) in CASES {
        let head = head(fields, data).expect("the bytes were accepted as a field value above");
        let expected = (([192, 0, 2, 1], 0).into(), encrypted);
        assert_eq!(client_of(PROXY, &head), expected, "{fields}: {}", data.escape_ascii());
    }
    if !data.contains(&b'"') {
        assert_eq!(client_of(PROXY, &alone), (naive(data), false), "{}", data.escape_ascii());
    }
}

const PROXY: &str = "10.0.0.1:5000";

/// A request with these fields, and the client's bytes in the place of `?`. `None` if the client's
/// bytes are not exactly one field value.
fn head(fields: &str, client_bytes: &[u8]) -> Option<Head> {
    let (before, after) = fields.split_once('?')?;
    let start = ["GET / HTTP/1.1\r\nHost: x\r\n", before].concat();
    let text = [start.as_bytes(), client_bytes, after.as_bytes(), b"\r\n\r\n"].concat();
    let mut head = Head::default();
    let whole = Ok(Progress::Complete(text.len()));
    let is_one_value = !client_bytes.contains(&b'\n') && head.read(&text, &head_limits()) == whole;
    is_one_value.then_some(head)
}

/// The client of a request that `from` sent, and whether the client's connection is encrypted.
/// Proxies in 10.0.0.0/8 are trusted.
fn client_of(from: &str, head: &Head) -> (SocketAddr, bool) {
    let trusted: Network = "10.0.0.0/8".parse().expect("a network");
    let peer = Peer { address: from.parse().expect("an address"), encrypted: false };
    let client = client(peer, head, &[trusted]);
    (client.address, client.encrypted)
}

/// The first address that is not a trusted proxy, from the proxy on and then the list backwards.
/// The search ends at a member that is not an address.
fn naive(list: &[u8]) -> SocketAddr {
    let mut chain = vec![PROXY.parse().ok()];
    let members = list.split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
    let members: Vec<_> = members.filter(|member| !member.is_empty()).map(parse_node).collect();
    chain.extend(members.into_iter().rev());
    let known: Vec<SocketAddr> = chain.into_iter().map_while(|hop| hop).collect();
    let trusted = |hop: &SocketAddr| matches!(hop.ip(), IpAddr::V4(ip) if ip.octets()[0] == 10);
    let hops = known.iter().take_while(|hop| trusted(hop)).count();
    known[hops.min(known.len() - 1)]
}

/// Parses an address with or without a port and brackets. A zone is refused.
fn parse_node(text: &[u8]) -> Option<SocketAddr> {
    let text = str::from_utf8(text).ok().filter(|text| !text.contains('%'))?;
    let with_port = [format!("{text}:0"), format!("[{text}]:0"), text.to_owned()];
    let node: SocketAddr = with_port.iter().find_map(|text| text.parse().ok())?;
    Some(SocketAddr::new(node.ip().to_canonical(), node.port()))
}
