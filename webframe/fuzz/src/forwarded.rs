//! Any bytes as the forwarding fields that a client sent: fields of trusted proxies to the right of
//! them are believed in any case, and for plain addresses a naive reader from the left finds the
//! same client.

use std::net::{IpAddr, SocketAddr};

use super::head::head_limits;
use webframe::{
    Network, Peer,
    fuzzing::client,
    wire::{Head, Progress},
};

/// Fields with the client's bytes at `?`, and whether the client's connection to the proxies is
/// encrypted.
const VOUCHED_FOR: [(&str, bool); 7] = [
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
    for (fields, encrypted) in VOUCHED_FOR {
        let head = head(fields, data).expect("a value here is one there");
        let wanted = (([192, 0, 2, 1], 0).into(), encrypted);
        assert_eq!(client_of(PROXY, &head), wanted, "{fields}: {}", data.escape_ascii());
    }
    if !data.contains(&b'"') {
        assert_eq!(client_of(PROXY, &alone), (naive(data), false), "{}", data.escape_ascii());
    }
}

const PROXY: &str = "10.0.0.1:5000";

/// A request with these fields; `None` if the client's bytes are not exactly one field value.
fn head(fields: &str, words: &[u8]) -> Option<Head> {
    let (before, after) = fields.split_once('?')?;
    let start = ["GET / HTTP/1.1\r\nHost: x\r\n", before].concat();
    let text = [start.as_bytes(), words, after.as_bytes(), b"\r\n\r\n"].concat();
    let mut head = Head::default();
    let whole = Ok(Progress::Complete(text.len()));
    let one = !words.contains(&b'\n') && head.read(&text, &head_limits()) == whole;
    one.then_some(head)
}

/// The client if 10.0.0.0/8 is trusted.
fn client_of(from: &str, head: &Head) -> (SocketAddr, bool) {
    let trusted: Network = "10.0.0.0/8".parse().expect("a network");
    let peer = Peer { address: from.parse().expect("an address"), encrypted: false };
    let client = client(peer, head, &[trusted]);
    (client.address, client.encrypted)
}

fn naive(list: &[u8]) -> SocketAddr {
    let mut chain = vec![PROXY.parse().ok()];
    let members = list.split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
    let members: Vec<_> = members.filter(|member| !member.is_empty()).map(node).collect();
    chain.extend(members.into_iter().rev());
    let known: Vec<SocketAddr> = chain.into_iter().map_while(|hop| hop).collect();
    let trusted = |hop: &SocketAddr| matches!(hop.ip(), IpAddr::V4(ip) if ip.octets()[0] == 10);
    let hops = known.iter().take_while(|hop| trusted(hop)).count();
    known[hops.min(known.len() - 1)]
}

/// An address with or without a port, in brackets if it has colons, without a zone.
fn node(text: &[u8]) -> Option<SocketAddr> {
    let text = str::from_utf8(text).ok().filter(|text| !text.contains('%'))?;
    let with_port = [format!("{text}:0"), format!("[{text}]:0"), text.to_owned()];
    let node: SocketAddr = with_port.iter().find_map(|text| text.parse().ok())?;
    Some(SocketAddr::new(node.ip().to_canonical(), node.port()))
}
