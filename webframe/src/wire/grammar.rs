//! The character classes of RFC 9110 §5.6 and RFC 3986 §2, §3.2.2, and checks of short texts by
//! them: lists, numbers, hosts.

use std::net::Ipv6Addr;

/// A letter, digit or mark of a token (RFC 9110 §5.6.2).
const TOKEN: u8 = 1;
/// A byte of a field value: HTAB, SP, VCHAR, obs-text (RFC 9110 §5.5).
const VALUE: u8 = 2;
/// A byte of a registered name or an IPv4 address (RFC 3986 §3.2.2). The comma is excluded: with it
/// a list of two hosts would be valid.
const HOST: u8 = 4;
/// A byte of a target: visible ASCII except `#`, which begins a fragment, or a byte of UTF-8.
pub(super) const TARGET: u8 = 8;
/// A byte of a path (RFC 3986 §3.3), one of four that browsers send unescaped: `[]^|`, or a byte of
/// UTF-8, as in a pasted link.
pub(super) const PATH: u8 = 16;
/// `%` and `.`, at which an escape or a dot segment may begin, and bytes that must be UTF-8.
pub(super) const SPECIAL: u8 = 32;

/// The classes of each byte, one bit for each class.
static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    loop {
        #[expect(
            clippy::as_conversions,
            clippy::indexing_slicing,
            reason = "evaluated by the compiler; `From` is not const"
        )]
        {
            classes[byte as usize] = class(byte);
        }
        let Some(next) = byte.checked_add(1) else { return classes };
        byte = next;
    }
}

const fn class(byte: u8) -> u8 {
    const URL: u8 = VALUE | TARGET | PATH;
    match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'~' => URL | TOKEN | HOST,
        b'!' | b'$' | b'&' | b'\'' | b'*' | b'+' => URL | TOKEN | HOST,
        b'.' => URL | TOKEN | HOST | SPECIAL,
        b'%' => URL | TOKEN | SPECIAL,
        b'^' | b'|' => URL | TOKEN,
        b'(' | b')' | b';' | b'=' => URL | HOST,
        b'/' | b':' | b'@' | b',' | b'[' | b']' => URL,
        b'`' => VALUE | TARGET | TOKEN,
        b'"' | b'<' | b'>' | b'?' | b'\\' | b'{' | b'}' => VALUE | TARGET,
        b'#' => VALUE | TOKEN,
        b'\t' | b' ' => VALUE,
        0x80.. => URL | SPECIAL,
        _ => 0,
    }
}

/// The classes of a byte.
pub(super) fn classes_of(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(0)
}

fn has_class(byte: u8, class: u8) -> bool {
    classes_of(byte) & class != 0
}

pub(super) fn is_token(byte: u8) -> bool {
    has_class(byte, TOKEN)
}

pub(super) fn is_value(byte: u8) -> bool {
    has_class(byte, VALUE)
}

/// The members of a comma-separated list, without optional white space (RFC 9110 §5.6.1).
pub(super) fn members(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&byte| byte == b',').map(trim)
}

/// The members of a comma-separated list that are not empty: a reader of a list ignores empty ones
/// (RFC 9110 §5.6.1.2).
pub(crate) fn nonempty_members(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    members(value).filter(|member| !member.is_empty())
}

/// Removes the optional white space around a value: only SP and HTAB.
pub(super) fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// Parses a number of decimal digits only. `None`: invalid or too large.
pub(super) fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, &byte| {
        let digit = byte.is_ascii_digit().then(|| byte.wrapping_sub(b'0'))?;
        number.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// Whether this is `host [ ":" port ]` as `http` allows it: not empty, no user (RFC 9110 §4.2).
pub(super) fn is_authority(authority: &[u8]) -> bool {
    let end = authority.iter().position(|&byte| !has_class(byte, HOST)).unwrap_or(authority.len());
    match authority.split_at_checked(end) {
        Some(([], [b'[', inner @ ..])) => is_ipv6(inner),
        Some(([_, ..], [])) => true,
        Some(([_, ..], [b':', port @ ..])) => is_port(port),
        _ => is_encoded(authority),
    }
}

/// Whether this is the part of an authority after `[`: an IPv6 address, `]` and a port.
fn is_ipv6(inner: &[u8]) -> bool {
    let Some(end) = inner.iter().position(|&byte| byte == b']') else { return false };
    let (address, rest) = inner.split_at_checked(end).unwrap_or_default();
    std::str::from_utf8(address).is_ok_and(|address| address.parse::<Ipv6Addr>().is_ok())
        && match rest {
            [b']'] => true,
            [b']', b':', port @ ..] => is_port(port),
            _ => false,
        }
}

/// Whether this is a registered name with percent-encoded bytes and at most a port. Such names are
/// rare, so this is not part of the fast path.
fn is_encoded(authority: &[u8]) -> bool {
    let end = authority.iter().position(|&byte| byte == b':').unwrap_or(authority.len());
    let (name, rest) = authority.split_at_checked(end).unwrap_or_default();
    let mut pieces = name.split(|&byte| byte == b'%');
    let plain = |piece: &[u8]| piece.iter().all(|&byte| has_class(byte, HOST));
    !name.is_empty()
        && pieces.next().is_some_and(plain)
        && pieces.all(|piece| is_percent_tail(piece) && plain(piece))
        && rest.strip_prefix(b":").is_none_or(is_port)
}

/// Whether the bytes after a `%` are two hex digits that do not encode NUL.
pub(super) fn is_percent_tail(after: &[u8]) -> bool {
    matches!(after, [high, low, ..]
        if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() && !after.starts_with(b"00"))
}

/// Whether this is a port: no digits, or a number up to 65535.
fn is_port(digits: &[u8]) -> bool {
    let mut port = 0_u32;
    let all = digits.iter().all(|&byte| {
        port = port.saturating_mul(10).saturating_add(u32::from(byte.wrapping_sub(b'0')));
        byte.is_ascii_digit()
    });
    all && port <= u32::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_with_at_most_a_port() {
        for good in [
            "a",
            "a.example.",
            "A_b-c",
            "127.0.0.1:80",
            "[::1]",
            "[::1]:8080",
            "a:",
            "a:65535",
            "[::ffff:1.2.3.4]",
            "x%20y",
            "a:00080",
        ] {
            assert!(is_authority(good.as_bytes()), "{good}");
        }
        for bad in [
            "",
            ":80",
            "a b",
            "a/b",
            "u@a",
            "a,b",
            "a:x",
            "a:65536",
            "a:-1",
            "a:+1",
            "a:1:2",
            "[]",
            "[::1",
            "::1",
            "[::1]x",
            "[::1%25lo]",
            "[v1.a]",
            "[1.2.3.4]",
            "a%",
            "a%0",
            "a%00",
            "#",
            "a?b",
            "a\\b",
            "a\u{e9}",
            "a\0",
            "<a>",
            "a%zz",
        ] {
            assert!(!is_authority(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn a_number_is_digits_and_fits() {
        assert_eq!(decimal(b"0010"), Some(10));
        assert_eq!(decimal(b"18446744073709551615"), Some(u64::MAX));
        for bad in [&b""[..], b"18446744073709551616", b"+1", b"1 ", b"0x1", b"1_0", b"\xd9\xa5"] {
            assert_eq!(decimal(bad), None);
        }
    }
}
