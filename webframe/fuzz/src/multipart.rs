//! Checks the parser of forms with files (`multipart/form-data`) with any bytes: a naive parser
//! finds the same parts or refuses the form too, and encoding the parts and parsing them again
//! changes nothing.

use webframe::{Limits, fuzzing::multipart};

/// Name, file name, media type, content.
type Part = (String, Option<String>, String, Vec<u8>);

const PARTS_MAX: usize = 5;
const HEAD_BYTES_MAX: usize = 120;

/// Panics if the parser of forms with files is wrong. The first line of `data` is the boundary, and
/// the rest is the body.
pub fn check(data: &[u8]) {
    let end = data.iter().position(|&byte| byte == b'\n').unwrap_or(data.len());
    let (boundary, body) = (&data[..end], data.get(end + 1..).unwrap_or_default());
    if boundary.contains(&b'"') {
        return; // more parameters, not a boundary
    }
    let parts = read(boundary, body, HEAD_BYTES_MAX);
    let naive = is_boundary(boundary).then(|| naive(boundary, body)).flatten();
    assert_eq!(parts, naive, "{}", data.escape_ascii());
    let Some(parts) = parts else { return };
    if parts.iter().all(|part| !part.3.windows(6).any(|six| six == b"--/=:?")) {
        let (encoded, parts) = encoded(&parts);
        assert_eq!(read(b"/=:?", &encoded, usize::MAX), Some(parts), "{}", encoded.escape_ascii());
    }
}

/// Reads the body with webframe.
fn read(boundary: &[u8], body: &[u8], part_head_bytes_max: usize) -> Option<Vec<Part>> {
    let limits = Limits { form_parts_max: PARTS_MAX, part_head_bytes_max, ..Limits::default() };
    let content_type = [b"multipart/form-data; boundary=\"", boundary, b"\""].concat();
    let form = multipart(&content_type, body, &limits).ok()?;
    let part = |part: webframe::Part<'_>| {
        let file_name = part.file_name().map(str::to_owned);
        (part.name().to_owned(), file_name, part.media_type().to_owned(), part.bytes().to_vec())
    };
    Some(form.parts().map(part).collect())
}

fn is_boundary(boundary: &[u8]) -> bool {
    let marks = "'()+_,-./:=? ";
    let is_allowed = |&byte: &u8| byte.is_ascii_alphanumeric() || marks.as_bytes().contains(&byte);
    let fits = (1..=70).contains(&boundary.len());
    fits && boundary.iter().all(is_allowed) && !boundary.ends_with(b" ")
}

/// Reads line by line: a line that begins with two dashes and the boundary is a delimiter, and the
/// lines between two delimiters are a part.
fn naive(boundary: &[u8], body: &[u8]) -> Option<Vec<Part>> {
    let dashed = [b"--", boundary].concat();
    let mut parts = Vec::new();
    let mut lines = lines(body).into_iter();
    let mut delimiter = lines.find(|line| line.starts_with(&dashed))?;
    loop {
        let after = &delimiter[dashed.len()..];
        // The last line has no line end; only the last delimiter may lack it.
        let last = lines.len() == 0;
        if let Some(padding) = after.strip_prefix(b"--") {
            return is_blank(padding).then_some(parts);
        }
        if !is_blank(after) || last || parts.len() == PARTS_MAX {
            return None;
        }
        let mut part_lines = Vec::new();
        delimiter = loop {
            let line = lines.next()?;
            if line.starts_with(&dashed) {
                break line;
            }
            part_lines.push(line);
        };
        parts.push(part(&part_lines)?);
    }
}

fn lines(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    while let Some(at) = bytes.windows(2).position(|two| two == b"\r\n") {
        lines.push(&bytes[..at]);
        bytes = &bytes[at + 2..];
    }
    lines.push(bytes);
    lines
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| [b' ', b'\t'].contains(byte))
}

fn part(lines: &[&[u8]]) -> Option<Part> {
    let end = lines.iter().position(|line| line.is_empty())?;
    let content = lines.get(end + 1..).unwrap_or_default().join(&b"\r\n"[..]);
    let fields = &lines[..end];
    if fields.join(&b"\r\n"[..]).len() > HEAD_BYTES_MAX {
        return None;
    }
    let (mut disposition, mut media_type, mut encoding) = (None, None, None);
    for line in fields {
        let (name, value) = field(line)?;
        let slot = match &*name {
            "content-disposition" => &mut disposition,
            "content-type" => &mut media_type,
            "content-transfer-encoding" => &mut encoding,
            _ => continue,
        };
        if slot.replace(value).is_some() {
            return None;
        }
    }
    let encoding = encoding.map(|value| value.to_ascii_lowercase());
    if encoding.is_some_and(|value| ![&b"7bit"[..], b"8bit", b"binary"].contains(&&*value)) {
        return None;
    }
    let (name, file_name) = names(disposition?)?;
    let media_type = media_type.map_or(Some("text/plain".to_owned()), text);
    Some((name, file_name, media_type?, content))
}

fn text(bytes: &[u8]) -> Option<String> {
    String::from_utf8(bytes.to_vec()).ok()
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"(),/:;<=>?@[\\]{}".contains(&byte)
}

fn field(line: &[u8]) -> Option<(String, &[u8])> {
    let colon = line.iter().position(|&byte| byte == b':')?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    let has_name = !name.is_empty() && name.iter().all(|&byte| is_token(byte));
    let is_clean = value.iter().all(|&byte| byte == b'\t' || !byte.is_ascii_control());
    (has_name && is_clean).then(|| (text(&name.to_ascii_lowercase()).unwrap(), trimmed(value)))
}

fn trimmed(value: &[u8]) -> &[u8] {
    let is_visible = |byte: &u8| ![b' ', b'\t'].contains(byte);
    let Some(start) = value.iter().position(is_visible) else { return b"" };
    &value[start..=value.iter().rposition(is_visible).unwrap()]
}

/// The name and the file name in the value of `Content-Disposition`.
fn names(disposition: &[u8]) -> Option<(String, Option<String>)> {
    let pieces = split_outside_quotes(disposition);
    let mut pieces = pieces.iter().map(|piece| trimmed(piece));
    if !pieces.next()?.eq_ignore_ascii_case(b"form-data") {
        return None;
    }
    let [mut name, mut name_ext, mut file_name, mut file_name_ext] = [const { None }; 4];
    for piece in pieces.filter(|piece| !piece.is_empty()) {
        let Parameter { name: key, value, raw } = parameter(piece)?;
        let (slot, value) = match &*key {
            "name" => (&mut name, value),
            "filename" => (&mut file_name, value),
            "name*" => (&mut name_ext, raw),
            "filename*" => (&mut file_name_ext, raw),
            _ => continue,
        };
        if slot.replace(value).is_some() {
            return None;
        }
    }
    let lossy = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let file_name_ext = file_name_ext.map(|raw| match extended(&raw) {
        Some((charset, bytes)) if charset == "iso-8859-1" => {
            bytes.iter().map(|&b| char::from(b)).collect()
        }
        Some((_, bytes)) => lossy(bytes),
        None => lossy(raw),
    });
    let file_name = file_name.map(lossy).or(file_name_ext);
    let name = name.or_else(|| Some(extended(&name_ext?).filter(|value| value.0 == "utf-8")?.1));
    Some((text(&name?)?, file_name.as_deref().map(without_folders)))
}

/// The pieces between semicolons. A semicolon within quotes does not end a piece.
fn split_outside_quotes(value: &[u8]) -> Vec<Vec<u8>> {
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    let mut rest = value;
    for piece in value.split(|&byte| byte == b';') {
        match pieces.last_mut() {
            Some(open) if is_open(open, rest) => open.extend([b";", piece].concat()),
            _ => pieces.push(piece.to_vec()),
        }
        rest = rest.get(piece.len() + 1..).unwrap_or_default();
    }
    pieces
}

/// Whether the value of the piece begins with a quote and does not end with one. A quote after a
/// backslash is the end only if parameters follow.
fn is_open(piece: &[u8], rest: &[u8]) -> bool {
    let Some(equals) = piece.iter().position(|&byte| byte == b'=') else { return false };
    let Some(value) = piece[equals + 1..].strip_prefix(b"\"") else { return false };
    let Some(inner) = trimmed(value).strip_suffix(b"\"") else { return true };
    let backslashes = inner.iter().rev().take_while(|&&byte| byte == b'\\').count();
    backslashes % 2 == 1 && !begins_parameters(rest)
}

/// Whether the text before the next quote is parameters, the last one without its value.
fn begins_parameters(rest: &[u8]) -> bool {
    let quote = rest.iter().position(|&byte| byte == b'"');
    let mut pieces: Vec<&[u8]> =
        rest[..quote.unwrap_or(rest.len())].split(|&byte| byte == b';').collect();
    let last = quote.and_then(|_| pieces.pop()).map(|last| [last, b"x"].concat());
    let has_last =
        last.is_none_or(|last| last.ends_with(b"=x") && parameter(trimmed(&last)).is_some());
    let mut pieces = pieces.into_iter().map(trimmed);
    has_last && pieces.all(|piece| piece.is_empty() || parameter(piece).is_some())
}

struct Parameter {
    name: String,
    value: Vec<u8>,
    /// With its escapes.
    raw: Vec<u8>,
}

fn parameter(piece: &[u8]) -> Option<Parameter> {
    let equals = piece.iter().position(|&byte| byte == b'=')?;
    let (name, value) = (&piece[..equals], &piece[equals + 1..]);
    let is_word = |word: &[u8]| !word.is_empty() && word.iter().all(|&byte| is_token(byte));
    let is_quoted = value.len() >= 2 && value.starts_with(b"\"") && value.ends_with(b"\"");
    let (value, raw) = if is_quoted {
        let inner = &value[1..value.len() - 1];
        (unescaped(inner)?, inner.to_vec())
    } else {
        Some((value.to_vec(), value.to_vec())).filter(|value| is_word(&value.0))?
    };
    let lower = text(&name.to_ascii_lowercase())?;
    is_word(name).then_some(Parameter { name: lower, value, raw })
}

/// Decodes the escapes in the text between two quotes. `None` if it contains a quote that is not
/// escaped.
fn unescaped(mut inner: &[u8]) -> Option<Vec<u8>> {
    let mut value = Vec::new();
    while let Some(&first) = inner.first() {
        let escapes = [
            (&b"%22"[..], b'"'),
            (b"%0D", b'\r'),
            (b"%0A", b'\n'),
            (b"\\\"", b'"'),
            (b"\\\\", b'\\'),
        ];
        let escape = escapes.into_iter().find(|escape| inner.starts_with(escape.0));
        if escape.is_none() && first == b'"' {
            return None;
        }
        value.push(escape.map_or(first, |escape| escape.1));
        inner = &inner[escape.map_or(1, |escape| escape.0.len())..];
    }
    Some(value)
}

/// The character set in lower case and the decoded text of a value like `utf-8'language'text`; the
/// text has escapes such as `%20`.
fn extended(value: &[u8]) -> Option<(String, Vec<u8>)> {
    let pieces: Vec<&[u8]> = value.splitn(3, |&byte| byte == b'\'').collect();
    let [charset, _, encoded] = pieces[..] else { return None };
    let digit = |at: usize| encoded.get(at).and_then(|&byte| char::from(byte).to_digit(16));
    let (mut bytes, mut at) = (Vec::new(), 0);
    while let Some(&byte) = encoded.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                bytes.push(byte);
                at += 1;
            }
        }
    }
    Some((String::from_utf8_lossy(charset).to_lowercase(), bytes))
}

fn without_folders(path: &str) -> String {
    let is_name = |name: &&str| !["", ".", ".."].contains(name);
    match path.replace('\\', "/").split('/').rfind(is_name) {
        Some(name) => name.to_owned(),
        None if path.is_empty() => String::new(),
        None => "_".to_owned(),
    }
}

/// Encodes the parts as a browser does, with a boundary that no part contains. Returns the form and
/// the parts to expect: names without the characters of escapes, which would be decoded.
fn encoded(parts: &[Part]) -> (Vec<u8>, Vec<Part>) {
    let (mut form, mut expected) = (Vec::new(), Vec::new());
    for (name, file_name, media_type, content) in parts {
        let name = name.replace(['%', '\\'], "_");
        let file_name = file_name.as_ref().map(|name| name.replace(['%', '\\'], "_"));
        let mut head =
            format!("--/=:?\r\nContent-Disposition: form-data; name=\"{}\"", quoted(&name));
        if let Some(file_name) = &file_name {
            head += &format!("; filename=\"{}\"", quoted(file_name));
        }
        let part = (name, file_name, media_type.clone(), content.clone());
        let head = format!("{head}\r\nContent-Type: {media_type}\r\n\r\n");
        form.extend([head.as_bytes(), content, b"\r\n"].concat());
        expected.push(part);
    }
    form.extend(b"--/=:?--\r\n");
    (form, expected)
}

fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
