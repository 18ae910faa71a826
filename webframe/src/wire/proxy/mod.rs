//! Parses the header of the PROXY protocol: with it, a proxy reports the client of a connection
//! (<https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt>).

mod tlv;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Maximum length of a header: 16 bytes, addresses, and 500 bytes of TLVs (type, length, value).
pub(crate) const HEADER_BYTES_MAX: usize = 552;

/// Maximum length of a line of version 1 (§2.1).
const LINE_BYTES_MAX: usize = 107;
const LINE_START: &[u8] = b"PROXY ";
const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// A complete header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProxyHeader {
    /// The length of the header in bytes.
    pub(crate) bytes: usize,
    /// The client. `None`: the connection is the proxy's own, or the client has no address.
    pub(crate) client: Option<SocketAddr>,
    /// Whether the client's connection to the proxy is encrypted.
    pub(crate) encrypted: bool,
}

/// The bytes are not a valid header of the PROXY protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotProxyHeader;

/// Parses the header at the beginning of a connection. `None`: it is incomplete.
///
/// # Errors
/// If the bytes are not the beginning of a header.
pub(crate) fn parse(input: &[u8]) -> Result<Option<ProxyHeader>, NotProxyHeader> {
    let begins = |start: &[u8]| input.iter().zip(start).all(|(a, b)| a == b);
    if begins(LINE_START) {
        parse_version_1(input)
    } else if begins(SIGNATURE) {
        parse_version_2(input)
    } else {
        Err(NotProxyHeader)
    }
}

/// Version 1: `PROXY TCP4 192.0.2.1 192.0.2.2 4711 80`, CR and LF.
fn parse_version_1(input: &[u8]) -> Result<Option<ProxyHeader>, NotProxyHeader> {
    let seen = input.get(..LINE_BYTES_MAX).unwrap_or(input);
    let Some(end) = memchr::memchr(b'\n', seen) else {
        return if seen.len() < LINE_BYTES_MAX { Ok(None) } else { Err(NotProxyHeader) };
    };
    let line = seen.get(..end).and_then(|line| line.strip_suffix(b"\r")).ok_or(NotProxyHeader)?;
    let words: Vec<&[u8]> = line.split(|&byte| byte == b' ').collect();
    let client = match words.as_slice() {
        // The rest must be ignored, even if it is not text (§2.1).
        [b"PROXY", b"UNKNOWN", ..] => Ok(None),
        [b"PROXY", b"TCP4", endpoints @ ..] => parse_client::<Ipv4Addr>(endpoints),
        [b"PROXY", b"TCP6", endpoints @ ..] => parse_client::<Ipv6Addr>(endpoints),
        _ => Err(NotProxyHeader),
    }?;
    Ok(Some(ProxyHeader { bytes: end.saturating_add(1), client, encrypted: false }))
}

/// Parses source and destination, then their ports, and returns the source. All four must be valid.
fn parse_client<A: std::str::FromStr + Into<IpAddr>>(
    endpoints: &[&[u8]],
) -> Result<Option<SocketAddr>, NotProxyHeader> {
    let text = |word| std::str::from_utf8(word).map_err(|_| NotProxyHeader);
    let address = |word| text(word)?.parse::<A>().map(Into::into).map_err(|_| NotProxyHeader);
    let &[source, destination, source_port, destination_port] = endpoints else {
        return Err(NotProxyHeader);
    };
    address(destination)?;
    parse_port(text(destination_port)?)?;
    Ok(Some(SocketAddr::new(address(source)?, parse_port(text(source_port)?)?)))
}

/// Parses a port: digits without a sign or a leading zero.
fn parse_port(text: &str) -> Result<u16, NotProxyHeader> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit())
        && (text.len() == 1 || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain).ok_or(NotProxyHeader)
}

/// Version 2: signature, version and command, address family, length, then addresses and TLVs.
/// If the command is LOCAL (the connection is the proxy's own) or the family is unspecified, the
/// bytes after the length are skipped.
fn parse_version_2(input: &[u8]) -> Result<Option<ProxyHeader>, NotProxyHeader> {
    let Some(([.., command, family, high, low], rest)) = input.split_first_chunk::<16>() else {
        return Ok(None);
    };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    let bytes = length.saturating_add(16);
    // Version 2, with the command LOCAL (0x20) or PROXY (0x21).
    if bytes > HEADER_BYTES_MAX || !matches!(command, 0x20 | 0x21) {
        return Err(NotProxyHeader);
    }
    let Some((block, after)) = rest.split_at_checked(length) else { return Ok(None) };
    let (client, tlvs) = match (command, family) {
        (0x20, _) | (_, 0x00) => {
            return Ok(Some(ProxyHeader { bytes, client: None, encrypted: false }));
        }
        (_, 0x11) => addresses::<4, 12>(block)?, // TCP over IPv4
        (_, 0x21) => addresses::<16, 36>(block)?, // TCP over IPv6
        (_, 0x31) => (None, block.get(216..).ok_or(NotProxyHeader)?), // two paths of Unix sockets
        _ => return Err(NotProxyHeader),
    };
    let header = input.strip_suffix(after).unwrap_or(input);
    let encrypted = tlv::client_is_encrypted(header, tlvs)?;
    Ok(Some(ProxyHeader { bytes, client, encrypted }))
}

/// The source in a block of two addresses and two ports, and the bytes after the block. `ADDRESS`
/// is the length of an address in bytes, `BLOCK` that of the whole block.
fn addresses<const ADDRESS: usize, const BLOCK: usize>(
    block: &[u8],
) -> Result<(Option<SocketAddr>, &[u8]), NotProxyHeader>
where
    IpAddr: From<[u8; ADDRESS]>,
{
    let source = |block: &[u8; BLOCK]| {
        let (address, rest) = block.split_first_chunk::<ADDRESS>()?;
        let port = rest.get(ADDRESS..)?.first_chunk::<2>()?;
        Some(SocketAddr::new(IpAddr::from(*address), u16::from_be_bytes(*port)))
    };
    let (block, after) = block.split_first_chunk::<BLOCK>().ok_or(NotProxyHeader)?;
    Ok((source(block), after))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parses the header with bytes after it, and checks that each shorter piece is incomplete.
    #[track_caller]
    fn client_of(header: &[u8]) -> Option<String> {
        for piece in (0..header.len()).filter_map(|end| header.get(..end)) {
            assert_eq!(parse(piece), Ok(None), "{piece:?} of {header:?}");
        }
        let whole = parse(&[header, b"GET / HTTP/1.1\r\n"].concat());
        let proxy_header = whole.unwrap().unwrap();
        assert_eq!(proxy_header.bytes, header.len());
        proxy_header.client.map(|client| client.to_string())
    }

    fn v2(command: u8, family: u8, block: &[u8]) -> Vec<u8> {
        let length = u16::try_from(block.len()).unwrap().to_be_bytes();
        [SIGNATURE, &[command, family], &length, block].concat()
    }

    /// The checksum of a header with [`V4`], computed by another implementation of CRC32C.
    const CHECKSUM: [u8; 4] = [0xd4, 0x57, 0xb5, 0x81];

    const V4: [u8; 12] = [192, 0, 2, 1, 10, 0, 0, 1, 0x12, 0x67, 0, 80];

    #[test]
    fn reads_the_client_of_either_version() {
        let line = b"PROXY TCP4 192.0.2.1 10.0.0.1 4711 80\r\n";
        assert_eq!(client_of(line).as_deref(), Some("192.0.2.1:4711"));
        let line = b"PROXY TCP6 2001:db8::1 ::1 65535 0\r\n";
        assert_eq!(client_of(line).as_deref(), Some("[2001:db8::1]:65535"));
        assert_eq!(client_of(&v2(0x21, 0x11, &V4)).as_deref(), Some("192.0.2.1:4711"));
        let mut block = [0; 36];
        (block[0], block[15], block[33]) = (0x20, 1, 9);
        assert_eq!(client_of(&v2(0x21, 0x21, &block)).as_deref(), Some("[2000::1]:9"));
        let more = [&V4[..], &[0x04, 0, 1, 0]].concat();
        assert_eq!(client_of(&v2(0x21, 0x11, &more)).as_deref(), Some("192.0.2.1:4711"));
    }

    /// A TLV after the addresses: TLS 1.2, no certificate, as haproxy 1.5 and later write it.
    const TLS: &[u8] = b"\x20\0\x0f\x01\0\0\0\x01\x21\0\x07TLSv1.2";

    #[test]
    fn a_proxy_reports_that_its_client_uses_tls() {
        let proxy_header = |family, block: &[u8]| parse(&v2(0x21, family, block)).unwrap().unwrap();
        assert!(proxy_header(0x11, &[&V4, TLS].concat()).encrypted);
        assert!(proxy_header(0x21, &[&[1; 36], TLS].concat()).encrypted);
        assert!(proxy_header(0x31, &[&[b'/'; 216], TLS].concat()).encrypted);
        assert!(!proxy_header(0x11, &V4).encrypted);
        assert!(!proxy_header(0x00, TLS).encrypted, "a header without a family reports nothing");
        assert!(!parse(&v2(0x20, 0x11, &[&V4, TLS].concat())).unwrap().unwrap().encrypted);
        assert_eq!(
            client_of(&v2(0x21, 0x11, &[&V4, TLS].concat())).as_deref(),
            Some("192.0.2.1:4711")
        );
    }

    #[test]
    fn a_header_with_its_checksum_is_read_and_one_with_a_wrong_checksum_is_refused() {
        // Version 2, TCP4, 192.0.2.1:4711 to 10.0.0.1:80.
        let header = v2(0x21, 0x11, &[&V4[..], b"\x03\0\x04", &CHECKSUM].concat());
        assert_eq!(client_of(&header).as_deref(), Some("192.0.2.1:4711"));
        for wrong in [[0; 4], {
            let mut reversed = CHECKSUM;
            reversed.reverse();
            reversed
        }] {
            let header = v2(0x21, 0x11, &[&V4[..], b"\x03\0\x04", &wrong].concat());
            assert_eq!(parse(&header), Err(NotProxyHeader));
        }
    }

    #[test]
    fn a_proxy_may_send_local_or_unknown_headers() {
        assert_eq!(client_of(b"PROXY UNKNOWN\r\n"), None);
        assert_eq!(client_of(b"PROXY UNKNOWN what \xc3\xa4 ever\r\n"), None);
        assert_eq!(client_of(&v2(0x20, 0x00, b"")), None);
        assert_eq!(client_of(&v2(0x20, 0x11, &V4)), None);
        assert_eq!(client_of(&v2(0x21, 0x00, b"xyz")), None);
        assert_eq!(client_of(&v2(0x21, 0x31, &[b'/'; 216])), None);
    }

    #[test]
    fn an_unknown_header_may_contain_bytes_that_are_not_utf_8() {
        assert_eq!(client_of(b"PROXY UNKNOWN \xcawhat\0 ever\r\n"), None);
        assert_eq!(client_of(b"PROXY UNKNOWN TCP4 \xff\xfe\r\r\n"), None);
        assert_eq!(parse(b"PROXY UNKNOWN\xca\r\n"), Err(NotProxyHeader));
        assert_eq!(parse(b"PROXY TCP4 \xca 10.0.0.1 4711 80\r\n"), Err(NotProxyHeader));
    }

    #[test]
    fn the_longest_header_is_read_and_one_byte_more_is_refused() {
        assert_eq!(client_of(&v2(0x20, 0, &[0; 536])), None);
        assert_eq!(parse(&v2(0x20, 0, &[0; 537])), Err(NotProxyHeader));
        let line = format!("PROXY UNKNOWN {}\r\n", "x".repeat(91));
        assert_eq!(line.len(), LINE_BYTES_MAX);
        assert_eq!(client_of(line.as_bytes()), None);
        let line = format!("PROXY UNKNOWN {}\r\n", "x".repeat(92));
        assert_eq!(parse(line.as_bytes()), Err(NotProxyHeader));
    }

    #[test]
    fn refuses_bytes_that_are_not_a_header() {
        for bad in [
            &b"GET / HTTP/1.1\r\n"[..],
            b"proxy TCP4 192.0.2.1 10.0.0.1 4711 80\r\n",
            b"PROXY TCP4 192.0.2.1 10.0.0.1 4711 80\n",
            b"PROXY TCP4 192.0.2.1 10.0.0.1 4711\r\n",
            b"PROXY TCP4 192.0.2.1 10.0.0.1 4711 80 \r\n",
            b"PROXY TCP4  192.0.2.1 10.0.0.1 4711 80\r\n",
            b"PROXY TCP4 2001:db8::1 ::1 4711 80\r\n",
            b"PROXY TCP6 192.0.2.1 10.0.0.1 4711 80\r\n",
            b"PROXY TCP4 192.0.2.1 10.0.0.1 65536 80\r\n",
            b"PROXY TCP4 192.0.2.1 10.0.0.1 +1 80\r\n",
            b"PROXY TCP4 192.0.2.1 10.0.0.1 01 80\r\n",
            b"PROXY TCP4 192.0.2.1 10.0.0.1  80\r\n",
            b"PROXY TCP4 192.0.2.999 10.0.0.1 1 80\r\n",
            b"PROXY UDP4 192.0.2.1 10.0.0.1 1 80\r\n",
            b"PROXY \r\n",
            b"\x16\x03\x01\x02\x00",
            &v2(0x11, 0x11, &V4),
            &v2(0x22, 0x11, &V4),
            &v2(0x21, 0x12, &V4),
            &v2(0x21, 0x11, V4.first_chunk::<11>().unwrap()),
            &v2(0x21, 0x21, &V4),
            &v2(0x21, 0x31, &[0; 215]),
            &v2(0x21, 0x11, &[&V4[..], &[0x20, 0, 1, 0]].concat()),
            &v2(0x21, 0x11, &[&V4[..], &[0x04, 0, 2, 0]].concat()),
            &v2(0x21, 0x31, &[0; 217]),
            &v2(0x21, 0xff, &V4),
        ] {
            assert_eq!(parse(bad), Err(NotProxyHeader), "{bad:?}");
        }
    }
}
