//! Checks the parser of the PROXY header, which a proxy sends at the start of a connection, with
//! any bytes: a result does not change with more bytes, a naive parser has the same result, and a
//! checksum that is added to the header is verified. The numbers of sections are those of the
//! specification of the PROXY protocol.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use webframe::fuzzing::{PROXY_HEADER_BYTES_MAX, ProxyHeader, proxy_header};

const LINE_BYTES_MAX: usize = 107;
const SIGNATURE: [u8; 12] = *b"\x0D\x0A\x0D\x0A\x00\x0D\x0A\x51\x55\x49\x54\x0A";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Header {
    /// The length of the header in bytes.
    length: usize,
    client: Option<SocketAddr>,
    /// Whether the client's connection to the proxy is encrypted.
    encrypted: bool,
}

/// Panics if the parser of PROXY headers is wrong.
pub fn check(data: &[u8]) {
    check_pieces(data);
    let header = parse(data);
    let naive =
        if data.starts_with(b"PROXY ") { parse_version_1(data) } else { parse_version_2(data) };
    assert_eq!(header, naive, "{}", data.escape_ascii());
    let Some(header) = header else { return };
    check_tail(data, header);
    if data.starts_with(&SIGNATURE) {
        check_checksum(&data[..header.length], header);
    } else if let Some(client) = header.client {
        check_line_of(client);
    }
}

/// Parses a header with webframe.
fn parse(data: &[u8]) -> Option<Header> {
    match proxy_header(data) {
        ProxyHeader::Whole { bytes: length, client, encrypted } => {
            Some(Header { length, client, encrypted })
        }
        ProxyHeader::Refused | ProxyHeader::NeedMore => None,
    }
}

/// Parses ever longer beginnings of the bytes. At first the parser needs more bytes. Then it finds
/// a header when the last byte of the header arrives, or refuses. More bytes change nothing.
fn check_pieces(data: &[u8]) {
    let mut before = proxy_header(b"");
    assert_eq!(before, ProxyHeader::NeedMore);
    for end in 1..=data.len() {
        let now = proxy_header(&data[..end]);
        match (before, now) {
            (ProxyHeader::NeedMore, ProxyHeader::Whole { bytes, .. }) => assert_eq!(bytes, end),
            (ProxyHeader::NeedMore, ProxyHeader::NeedMore) => {
                assert!(end < PROXY_HEADER_BYTES_MAX, "{end} bytes are too few");
            }
            (ProxyHeader::NeedMore, ProxyHeader::Refused) => {}
            _ => assert_eq!(before, now, "at {end}: {}", data.escape_ascii()),
        }
        before = now;
    }
}

/// The bytes after a header have no effect.
fn check_tail(data: &[u8], header: Header) {
    assert!(header.length <= data.len().min(PROXY_HEADER_BYTES_MAX));
    for tail in [&b""[..], b"\r\n", b"PROXY UNKNOWN\r\n", &SIGNATURE, &[0; 600]] {
        let data = [&data[..header.length], tail].concat();
        assert_eq!(parse(&data), Some(header), "{}", data.escape_ascii());
    }
}

/// A line of version 1 that is written for the client is parsed as this client.
fn check_line_of(client: SocketAddr) {
    let (family, address) = match client.ip() {
        IpAddr::V4(address) => ("TCP4", address.to_string()),
        IpAddr::V6(address) => ("TCP6", address.segments().map(|s| format!("{s:X}")).join(":")),
    };
    let line = format!("PROXY {family} {address} {address} {} 0\r\n", client.port());
    let expected = Header { length: line.len(), client: Some(client), encrypted: false };
    assert_eq!(parse(line.as_bytes()), Some(expected), "{line:?}");
}

/// With a right checksum a header has the same meaning; with a wrong one it is refused. `parsed` is
/// the meaning of the header without a checksum.
fn check_checksum(header: &[u8], parsed: Header) {
    let length = header.len() + 7;
    // The content of a header without a client is ignored, and a second checksum is refused.
    let is_read = header[12] == 0x21 && header[13] != 0;
    if !is_read || length > PROXY_HEADER_BYTES_MAX || has_checksum(header) {
        return;
    }
    let mut header = [header, &[0x03, 0, 4, 0, 0, 0, 0]].concat();
    header[14..16].copy_from_slice(&((length - 16) as u16).to_be_bytes());
    let sum = crc32c(&header);
    for bit in 0..32 {
        header[length - 4..].copy_from_slice(&(sum ^ (1 << bit)).to_be_bytes());
        assert_eq!(proxy_header(&header), ProxyHeader::Refused, "{}", header.escape_ascii());
    }
    header[length - 4..].copy_from_slice(&sum.to_be_bytes());
    let expected = Some(Header { length, ..parsed });
    assert_eq!(parse(&header), expected, "{}", header.escape_ascii());
}

fn has_checksum(header: &[u8]) -> bool {
    let addresses = addresses_bytes(header[13]).expect("a family that is read");
    vectors(&header[16 + addresses..]).expect("vectors").iter().any(|vector| vector.0 == 0x03)
}

/// Parses the line of version 1 (§2.1). A bare LF is refused even in ignored text, because the next
/// parser may regard it as a line end.
fn parse_version_1(data: &[u8]) -> Option<Header> {
    let end = data.windows(2).position(|two| two == b"\r\n")?;
    let length = end + 2;
    if length > LINE_BYTES_MAX || data[..end].contains(&b'\n') {
        return None;
    }
    let words: Vec<&[u8]> = data[..end].split(|&byte| byte == b' ').collect();
    if words[1] == b"UNKNOWN" {
        return Some(Header { length, client: None, encrypted: false });
    }
    let [_, family, source, destination, source_port, destination_port] = words[..] else {
        return None;
    };
    let address: fn(&str) -> Option<IpAddr> = match family {
        b"TCP4" => |text| Some(IpAddr::V4(Ipv4Addr::from(parse_ipv4(text)?))),
        b"TCP6" => |text| Some(IpAddr::V6(Ipv6Addr::from(parse_ipv6(text)?))),
        _ => return None,
    };
    let address = |word| address(str::from_utf8(word).ok()?);
    let port = |word| number(str::from_utf8(word).ok()?, 65535);
    address(destination)?;
    port(destination_port)?;
    let client = SocketAddr::new(address(source)?, port(source_port)? as u16);
    Some(Header { length, client: Some(client), encrypted: false })
}

/// Parses a decimal number without leading zeros.
fn number(text: &str, max: u32) -> Option<u32> {
    let number = text.parse::<u32>().ok().filter(|&number| number <= max)?;
    (number.to_string() == text).then_some(number)
}

fn parse_ipv4(text: &str) -> Option<u32> {
    let parts: Vec<u32> = text.split('.').map(|part| number(part, 255)).collect::<Option<_>>()?;
    (parts.len() == 4).then(|| parts.iter().fold(0, |address, part| (address << 8) | part))
}

/// Parses groups of hexadecimal digits between colons. Two colons may replace one or more groups of
/// zeros, once. The last two groups may be written as an IPv4 address, as `inet_ntop` does.
fn parse_ipv6(text: &str) -> Option<u128> {
    let (before, after) = match text.split_once("::") {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    };
    let ipv4_allowed = if after.is_none() { Ipv4AtEnd::Allowed } else { Ipv4AtEnd::Refused };
    let mut groups = parse_groups(before, ipv4_allowed)?;
    if let Some(after) = after {
        let after = parse_groups(after, Ipv4AtEnd::Allowed)?;
        if groups.len() + after.len() > 7 {
            return None;
        }
        groups.resize(8 - after.len(), 0);
        groups.extend(after);
    }
    (groups.len() == 8).then(|| groups.iter().fold(0, |address, group| (address << 16) | group))
}

/// Whether the last two groups may be written as an IPv4 address.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ipv4AtEnd {
    Allowed,
    Refused,
}

fn parse_groups(text: &str, ipv4_at_end: Ipv4AtEnd) -> Option<Vec<u128>> {
    let mut groups = Vec::new();
    if text.is_empty() {
        return Some(groups);
    }
    let parts: Vec<&str> = text.split(':').collect();
    for (at, part) in parts.iter().enumerate() {
        let is_last = at + 1 == parts.len();
        if ipv4_at_end == Ipv4AtEnd::Allowed && is_last && part.contains('.') {
            let address = u128::from(parse_ipv4(part)?);
            groups.extend([address >> 16, address & 0xffff]);
            break;
        }
        let digits = (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_hexdigit());
        groups.push(u128::from_str_radix(part, 16).ok().filter(|_| digits)?);
    }
    Some(groups)
}

/// Parses the binary header of version 2 (§2.2).
fn parse_version_2(data: &[u8]) -> Option<Header> {
    if data.len() < 16 || data[..12] != SIGNATURE {
        return None;
    }
    let length = 16 + usize::from(data[14]) * 256 + usize::from(data[15]);
    let header = data.get(..length).filter(|_| length <= PROXY_HEADER_BYTES_MAX)?;
    match (header[12], header[13]) {
        (0x20, _) | (0x21, 0x00) => {
            return Some(Header { length, client: None, encrypted: false });
        }
        (0x21, _) => {}
        _ => return None,
    }
    let block = &header[16..];
    let after = block.get(addresses_bytes(header[13])?..)?;
    let port = |at: usize| u16::from(block[at]) * 256 + u16::from(block[at + 1]);
    let client = match header[13] {
        0x11 => Some((IpAddr::from([block[0], block[1], block[2], block[3]]), port(8))),
        0x21 => Some((IpAddr::from(*block.first_chunk::<16>()?), port(32))),
        _ => None,
    };
    let vectors = vectors(after)?;
    let of_kind = |kind| vectors.iter().filter(move |vector| vector.0 == kind).map(|v| v.1);
    if of_kind(0x03).count() > 1 || of_kind(0x20).count() > 1 {
        return None;
    }
    if let Some(sum) = of_kind(0x03).next() {
        let mut zeroed = header.to_vec();
        let at = sum.as_ptr().addr() - header.as_ptr().addr();
        zeroed[at..at + sum.len()].fill(0);
        if sum != crc32c(&zeroed).to_be_bytes() {
            return None;
        }
    }
    let encrypted = match of_kind(0x20).next() {
        None => false,
        Some([bits, _, _, _, _, inner @ ..]) => {
            self::vectors(inner)?;
            if bits % 2 == 0 && bits & 0b110 != 0 {
                return None;
            }
            bits % 2 == 1
        }
        Some(_) => return None,
    };
    Some(Header { length, client: client.map(SocketAddr::from), encrypted })
}

/// The number of bytes of the two addresses and their ports.
fn addresses_bytes(family: u8) -> Option<usize> {
    match family {
        0x11 => Some(12),
        0x21 => Some(36),
        0x31 => Some(216),
        _ => None,
    }
}

/// The type and the value of each type-length-value vector (§2.2).
fn vectors(bytes: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let (mut vectors, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let length = usize::from(*bytes.get(at + 1)?) * 256 + usize::from(*bytes.get(at + 2)?);
        vectors.push((bytes[at], bytes.get(at + 3..at + 3 + length)?));
        at += 3 + length;
    }
    Some(vectors)
}

/// The checksum CRC-32C, computed bit by bit as a division of polynomials. The lowest bit of each
/// byte comes first (RFC 9260, appendix A).
fn crc32c(bytes: &[u8]) -> u32 {
    let mut rest = !0_u32;
    for byte in bytes {
        for bit in 0..8 {
            let out = (rest >> 31) ^ u32::from((byte >> bit) & 1);
            rest = (rest << 1) ^ (out * 0x1EDC_6F41);
        }
    }
    !rest.reverse_bits()
}
