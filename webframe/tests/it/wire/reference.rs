//! The reference: a second implementation of the rules for requests, which is simple instead of
//! fast. It reads the whole input at once into owned strings, without `httparse`, and has only the
//! limits that small inputs reach. Tests and fuzz targets compare webframe's parsers with it.

use std::net::Ipv6Addr;

/// A request as the reference returns it. Results of other parsers are converted to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: Option<String>,
    pub(super) fields: Vec<(String, Vec<u8>)>,
    pub(super) content: Option<Vec<u8>>,
    pub(super) keep_alive: bool,
    /// The bytes after the request.
    pub(super) left: Vec<u8>,
}

/// Reads a request that lies whole in the input; everything else is refused.
pub(super) fn read(input: &[u8]) -> Option<Request> {
    let mut input = input;
    while let Some(rest) = input.strip_prefix(b"\r\n") {
        input = rest;
    }
    let end = find(input, b"\r\n\r\n")?;
    let (head, rest) = (&input[..end], &input[end + 4..]);
    let mut lines = split(head, b"\r\n").into_iter();
    let words: Vec<Vec<u8>> = split(&lines.next()?, b" ");
    let [method, target, version] = &words[..] else { return None };
    if method.is_empty() || method.len() > 32 || !method.iter().all(is_token) {
        return None;
    }
    let method = String::from_utf8(method.clone()).ok()?;
    let minor = match &version[..] {
        [b'H', b'T', b'T', b'P', b'/', b'1', b'.', minor] if minor.is_ascii_digit() => minor - b'0',
        _ => return None,
    };
    let (path, query) = read_target(&method, std::str::from_utf8(target).ok()?)?;
    let mut fields: Vec<(String, Vec<u8>)> =
        lines.map(|line| field(&line)).collect::<Option<_>>()?;
    if fields.len() > 256 {
        return None;
    }
    check_host(&fields, minor)?;
    // The authority of an absolute target replaces the Host field (RFC 9112 §3.2.2).
    if let Some(authority) = target_authority(target) {
        let host = fields.iter_mut().find(|field| field.0.eq_ignore_ascii_case("host"));
        host.into_iter().for_each(|host| host.1 = authority.to_vec());
    }
    let (content, left) = read_content(&fields, minor, rest)?;
    let expects: Vec<String> = list(&fields, "expect");
    if minor > 0 && expects.iter().any(|member| !member.is_empty() && member != "100-continue") {
        return None;
    }
    let connection = list(&fields, "connection");
    let has = |option: &str| connection.iter().any(|member| member == option);
    let keep_alive = !has("close") && (minor > 0 || has("keep-alive"));
    Some(Request { method, path, query, fields, content, keep_alive, left: left.to_vec() })
}

/// The authority of an absolute target.
fn target_authority(target: &[u8]) -> Option<&[u8]> {
    let after = find(target, b"://").filter(|_| !target.starts_with(b"/"))? + 3;
    let end = target[after..].iter().position(|byte| b"/?".contains(byte));
    let end = end.map_or(target.len(), |end| after + end);
    Some(&target[after..end])
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn split(mut bytes: &[u8], at: &[u8]) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    while let Some(end) = find(bytes, at) {
        pieces.push(bytes[..end].to_vec());
        bytes = &bytes[end + at.len()..];
    }
    pieces.push(bytes.to_vec());
    pieces
}

fn is_token(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte)
}

fn field(line: &[u8]) -> Option<(String, Vec<u8>)> {
    let colon = find(line, b":")?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    let allowed = |byte: &u8| *byte == b'\t' || (*byte >= b' ' && *byte != 0x7f);
    if name.is_empty() || !name.iter().all(is_token) || !value.iter().all(allowed) {
        return None;
    }
    Some((String::from_utf8(name.to_vec()).ok()?, trimmed(value).to_vec()))
}

fn trimmed(mut value: &[u8]) -> &[u8] {
    while value.first().is_some_and(|byte| b" \t".contains(byte)) {
        value = &value[1..];
    }
    while value.last().is_some_and(|byte| b" \t".contains(byte)) {
        value = &value[..value.len() - 1];
    }
    value
}

fn values<'a>(fields: &'a [(String, Vec<u8>)], name: &str) -> Vec<&'a [u8]> {
    let named = fields.iter().filter(|field| field.0.to_ascii_lowercase() == name);
    named.map(|field| &field.1[..]).collect()
}

fn list(fields: &[(String, Vec<u8>)], name: &str) -> Vec<String> {
    let mut members = Vec::new();
    for value in values(fields, name) {
        for member in split(value, b",") {
            let text = trimmed(&member).iter().map(|&byte| char::from(byte));
            members.push(text.collect::<String>().to_ascii_lowercase());
        }
    }
    members
}

fn check_host(fields: &[(String, Vec<u8>)], minor: u8) -> Option<()> {
    match values(fields, "host")[..] {
        [] if minor == 0 => Some(()),
        [host] => authority(std::str::from_utf8(host).ok()?),
        _ => None,
    }
}

fn authority(text: &str) -> Option<()> {
    let (host, port) = match text.rfind(':') {
        Some(colon) if !text.ends_with(']') => (&text[..colon], &text[colon + 1..]),
        _ => (text, ""),
    };
    if !port.chars().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let port = port.trim_start_matches('0');
    if !port.is_empty() && (port.len() > 5 || port.parse::<u32>().ok()? > 65535) {
        return None;
    }
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().ok().map(|_| ());
    }
    let allowed = |char: char| char.is_ascii_alphanumeric() || "-._~!$&'()*+;=%".contains(char);
    (!host.is_empty() && host.chars().all(allowed) && well_encoded(host)).then_some(())
}

fn well_encoded(text: &str) -> bool {
    text.match_indices('%').all(|(at, _)| {
        let digits = text.as_bytes().get(at + 1..at + 3);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit) && digits != b"00")
    })
}

fn read_target(method: &str, target: &str) -> Option<(String, Option<String>)> {
    if target.is_empty() || method == "CONNECT" || target.contains('#') {
        return None;
    }
    if !target.chars().all(|char| char.is_ascii_graphic() || !char.is_ascii()) {
        return None;
    }
    if target == "*" {
        return (method == "OPTIONS").then(|| ("*".to_owned(), None));
    }
    let mut rest = target;
    if !target.starts_with('/') {
        let (scheme, after) = target.split_once("://")?;
        if !["http", "https"].contains(&&*scheme.to_ascii_lowercase()) {
            return None;
        }
        let end = after.find(['/', '?']).unwrap_or(after.len());
        authority(&after[..end])?;
        rest = &after[end..];
        if rest.is_empty() && method == "OPTIONS" {
            return Some(("*".to_owned(), None));
        }
    }
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query.to_owned())),
        None => (rest, None),
    };
    if query.as_ref().is_some_and(|query| query.contains("%00")) {
        return None;
    }
    if path.contains(['"', '<', '>', '\\', '`', '{', '}']) || !well_encoded(path) {
        return None;
    }
    Some((encoded(&without_dots(path)?), query.as_deref().map(encoded)))
}

fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        0..0x80 => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

fn without_dots(path: &str) -> Option<String> {
    let mut kept: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    for (number, segment) in segments.iter().enumerate() {
        let dots = segment.replace("%2e", ".").replace("%2E", ".");
        if dots == ".." {
            kept.pop()?;
        } else if dots != "." {
            kept.push(segment);
        }
        if [".", ".."].contains(&&*dots) && number + 1 == segments.len() {
            kept.push("");
        }
    }
    Some(format!("/{}", kept.join("/")))
}

type Content<'a> = (Option<Vec<u8>>, &'a [u8]);

fn read_content<'a>(
    fields: &[(String, Vec<u8>)],
    minor: u8,
    rest: &'a [u8],
) -> Option<Content<'a>> {
    match (&values(fields, "transfer-encoding")[..], &values(fields, "content-length")[..]) {
        ([], []) => Some((None, rest)),
        ([], [length]) => {
            let digits = length.iter().all(u8::is_ascii_digit);
            let length: u64 = std::str::from_utf8(length).ok()?.parse().ok()?;
            let length = usize::try_from(length).ok()?;
            (digits && length <= rest.len())
                .then(|| (Some(rest[..length].to_vec()), &rest[length..]))
        }
        ([coding], []) if minor > 0 && coding.eq_ignore_ascii_case(b"chunked") => {
            let (content, left) = chunks(rest)?;
            Some((Some(content), left))
        }
        _ => None,
    }
}

/// Reads a chunked body that lies whole in the bytes.
pub(super) fn chunks(mut rest: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut content = Vec::new();
    loop {
        let end = find(rest, b"\r\n")?;
        let (line, after) = (&rest[..end], &rest[end + 2..]);
        let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        if digits == 0 || !extensions(&line[digits..]) {
            return None;
        }
        let size = u64::from_str_radix(std::str::from_utf8(&line[..digits]).ok()?, 16).ok()?;
        let size = usize::try_from(size).ok()?;
        rest = after;
        if size == 0 {
            break;
        }
        content.extend_from_slice(rest.get(..size)?);
        rest = rest[size..].strip_prefix(b"\r\n")?;
    }
    loop {
        let end = find(rest, b"\r\n")?;
        let line = &rest[..end];
        rest = &rest[end + 2..];
        if line.is_empty() {
            return Some((content, rest));
        }
        field(line)?;
    }
}

/// `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`.
fn extensions(mut rest: &[u8]) -> bool {
    while !rest.is_empty() {
        let Some(after) = blank(rest).strip_prefix(b";") else { return false };
        let after = blank(after);
        let name = after.iter().take_while(|byte| is_token(byte)).count();
        if name == 0 {
            return false;
        }
        rest = &after[name..];
        if let Some(value) = blank(rest).strip_prefix(b"=") {
            let Some(after) = extension_value(blank(value)) else { return false };
            rest = after;
        }
    }
    true
}

fn blank(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

fn extension_value(value: &[u8]) -> Option<&[u8]> {
    let Some(mut rest) = value.strip_prefix(b"\"") else {
        let token = value.iter().take_while(|byte| is_token(byte)).count();
        return (token > 0).then(|| &value[token..]);
    };
    let allowed = |byte: u8| byte == b'\t' || (byte >= b' ' && byte != 0x7f);
    loop {
        rest = match rest {
            [b'"', rest @ ..] => return Some(rest),
            [b'\\', escaped, rest @ ..] if allowed(*escaped) => rest,
            [byte, rest @ ..] if allowed(*byte) && *byte != b'\\' => rest,
            _ => return None,
        };
    }
}
