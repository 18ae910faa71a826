//! Parses the head of a part (RFC 7578 §4.2, §4.4): name, file name and media type.

use memchr::memmem;
use percent_encoding::percent_decode;

use super::{
    Fault, encoded_word,
    parameters::{self, Value},
};
use crate::wire::grammar;

/// The head of a part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PartHead {
    /// The name of the form's field.
    pub(crate) name: String,
    /// The name of the file, without folders.
    pub(crate) file_name: Option<String>,
    /// The media type with its parameters, as received.
    pub(crate) media_type: Option<String>,
}

/// The header fields that have a meaning in a part; others are ignored (RFC 7578 §4.8).
#[derive(Default)]
struct Fields<'h> {
    disposition: Option<&'h [u8]>,
    media_type: Option<&'h [u8]>,
    transfer_encoding: Option<&'h [u8]>,
}

impl PartHead {
    /// Parses the field lines of a part, without the line end of the last.
    ///
    /// # Errors
    /// If a line is not a field, a field is repeated, or the name is missing or not UTF-8. The name
    /// of the file may have other bytes.
    pub(crate) fn parse(head: &[u8]) -> Result<PartHead, Fault> {
        let fields = Fields::parse(head)?;
        if fields.transfer_encoding.is_some_and(changes_content) {
            return Err(Fault::TransferEncoding);
        }
        let (name, file_name) = parse_disposition(fields.disposition.ok_or(Fault::NoDisposition)?)?;
        let media_type = fields.media_type.map(|value| text(value.to_vec(), "Content-Type"));
        Ok(PartHead { name, file_name, media_type: media_type.transpose()? })
    }
}

impl<'h> Fields<'h> {
    fn parse(head: &'h [u8]) -> Result<Fields<'h>, Fault> {
        let mut fields = Fields::default();
        let mut rest = Some(head).filter(|head| !head.is_empty());
        while let Some(lines) = rest {
            let line;
            (line, rest) = split_line(lines);
            fields.store(line)?;
        }
        Ok(fields)
    }

    /// Stores a field line if the field has a meaning.
    fn store(&mut self, line: &'h [u8]) -> Result<(), Fault> {
        let (name, value) = parse_field(line).ok_or(Fault::Field)?;
        for (slot, wanted) in [
            (&mut self.disposition, "Content-Disposition"),
            (&mut self.media_type, "Content-Type"),
            (&mut self.transfer_encoding, "Content-Transfer-Encoding"),
        ] {
            if name.eq_ignore_ascii_case(wanted.as_bytes()) && slot.replace(value).is_some() {
                return Err(Fault::TwoFields(wanted));
            }
        }
        Ok(())
    }
}

/// Splits off the first line, and returns it and the rest. `None`: it was the last line.
fn split_line(lines: &[u8]) -> (&[u8], Option<&[u8]>) {
    let Some(end) = memmem::find(lines, b"\r\n") else { return (lines, None) };
    (lines.get(..end).unwrap_or_default(), lines.get(end.saturating_add(2)..))
}

/// Splits a line into name and value. White space before the colon, folded lines and control
/// characters are refused, as in the head of a request.
fn parse_field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, rest) = line.split_at_checked(memchr::memchr(b':', line)?)?;
    let value = rest.strip_prefix(b":")?;
    let valid = !name.is_empty()
        && name.iter().all(|&byte| grammar::is_token(byte))
        && value.iter().all(|&byte| grammar::is_value(byte));
    valid.then_some((name, grammar::trim(value)))
}

/// Whether a `Content-Transfer-Encoding` requires decoding.
fn changes_content(encoding: &[u8]) -> bool {
    !["7bit", "8bit", "binary"].iter().any(|same| encoding.eq_ignore_ascii_case(same.as_bytes()))
}

/// Parses a `Content-Disposition`, and returns the name and the file name.
///
/// RFC 7578 §4.2 does not allow `filename*`, but some programs send it, or `name*`, in place of the
/// plain parameter. If both are present, the plain one is used, so that all readers find the same
/// name. .NET writes plain names that are not ASCII as encoded words.
fn parse_disposition(value: &[u8]) -> Result<(String, Option<String>), Fault> {
    let (word, parameters) = parameters::split(value);
    if !word.eq_ignore_ascii_case(b"form-data") {
        return Err(Fault::Disposition);
    }
    let [mut name, mut name_ext, mut file_name, mut file_name_ext] = [None; 4];
    for parameter in parameters {
        let parameter = parameter.ok_or(Fault::Disposition)?;
        for (slot, wanted) in [
            (&mut name, "name"),
            (&mut name_ext, "name*"),
            (&mut file_name, "filename"),
            (&mut file_name_ext, "filename*"),
        ] {
            if parameter.name.eq_ignore_ascii_case(wanted.as_bytes())
                && slot.replace(parameter.value).is_some()
            {
                return Err(Fault::TwoParameters(wanted));
            }
        }
    }
    let name = match (name, name_ext) {
        (Some(plain), _) => text(decode_plain(plain), "name")?,
        (None, Some(extended)) => match split_extended(extended) {
            Some((charset, encoded)) if charset.eq_ignore_ascii_case(b"utf-8") => {
                text(percent_decode(encoded).collect(), "name")?
            }
            _ => return Err(Fault::Text("name")),
        },
        (None, None) => return Err(Fault::NoName),
    };
    let file_name = match file_name {
        Some(plain) => Some(lossy(&decode_plain(plain))),
        None => file_name_ext.map(file_name_of_extended),
    };
    Ok((name, file_name.map(|path| last_component(&path).to_owned())))
}

fn decode_plain(value: Value<'_>) -> Vec<u8> {
    encoded_word::decode(value.bytes()).unwrap_or_else(|| unescape(value))
}

/// The character set and the encoded text of a value like `utf-8'en'%E6%96%87` (RFC 8187 §3.2.1).
/// Some programs write it in quotes.
fn split_extended(value: Value<'_>) -> Option<(&[u8], &[u8])> {
    let mut pieces = value.bytes().splitn(3, |&byte| byte == b'\'');
    Some((pieces.next()?, pieces.nth(1)?))
}

/// Decodes an extended file name. ISO-8859-1 was a part of the format before RFC 8187.
fn file_name_of_extended(value: Value<'_>) -> String {
    let Some((charset, encoded)) = split_extended(value) else { return lossy(value.bytes()) };
    let decoded: Vec<u8> = percent_decode(encoded).collect();
    if charset.eq_ignore_ascii_case(b"iso-8859-1") {
        return decoded.into_iter().map(char::from).collect();
    }
    lossy(&decoded)
}

/// The name of a file is only shown: it does not refuse the form if it is not UTF-8.
fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn text(bytes: Vec<u8>, what: &'static str) -> Result<String, Fault> {
    String::from_utf8(bytes).map_err(|_| Fault::Text(what))
}

/// Removes the escapes of a quoted name. Browsers escape `%22`, `%0D` and `%0A` (HTML,
/// multipart/form-data encoding algorithm), other programs `\"` and `\\`. Any other backslash is
/// part of the name.
fn unescape(value: Value<'_>) -> Vec<u8> {
    let Value::Quoted(mut raw) = value else { return value.bytes().to_vec() };
    let mut name = Vec::with_capacity(raw.len());
    while let Some(split) =
        memchr::memchr2(b'%', b'\\', raw).and_then(|at| raw.split_at_checked(at))
    {
        name.extend_from_slice(split.0);
        let (byte, after) = match split.1 {
            [b'%', b'2', b'2', after @ ..] => (b'"', after),
            [b'%', b'0', b'D', after @ ..] => (b'\r', after),
            [b'%', b'0', b'A', after @ ..] => (b'\n', after),
            [b'\\', escaped @ (b'"' | b'\\'), after @ ..] => (*escaped, after),
            [plain, after @ ..] => (*plain, after),
            [] => break,
        };
        name.push(byte);
        raw = after;
    }
    name.extend_from_slice(raw);
    name
}

/// The last component of a path that is a name, without slashes and backslashes. An empty path
/// stays empty: it means that no file was chosen. Any other path without a name becomes `_`.
fn last_component(path: &str) -> &str {
    let mut names = path.rsplit(['/', '\\']).filter(|name| !matches!(*name, "" | "." | ".."));
    names.next().unwrap_or(if path.is_empty() { "" } else { "_" })
}
