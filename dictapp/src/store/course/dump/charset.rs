//! Decodes a dump to text by its byte order mark, as UTF-8, or by the character set of `SET NAMES`.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};
use regex::bytes::Regex;

/// The size of the beginning of a file in which `SET NAMES` is searched for.
const HEAD_BYTES: usize = 64 * 1024;

/// Decodes a dump. A byte order mark decides first: PowerShell's `>` writes one, with UTF-16. Valid
/// UTF-8 is read as UTF-8, even if `SET NAMES` differs, since tables declared as latin1 often
/// contain it. Bytes that cannot be decoded become U+FFFD. The error is the reason why the file is
/// not an SQL dump.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    // The first bytes of gzip, zip, xz and bzip2.
    if [&b"\x1f\x8b"[..], b"PK\x03\x04", b"\xfd7zXZ", b"BZh"]
        .iter()
        .any(|first| bytes.starts_with(first))
    {
        return Err("it is compressed: unpack it first".to_owned());
    }
    if bytes.starts_with(b"<?xml") {
        return Err("it is XML: dump it as SQL".to_owned());
    }
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return Ok(encoding.decode(bytes).0);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Cow::Borrowed(text));
    }
    Ok(declared(bytes).unwrap_or(UTF_8).decode_without_bom_handling(bytes).0)
}

/// The encoding that `SET NAMES gbk` declares; `None` without such a statement or for an unknown
/// name. MySQL's latin1 is Windows-1252, as on the web.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let names = Regex::new(r#"(?i-u)\bset\s+names\s+['"]?([a-z0-9]+)"#).ok()?;
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    Encoding::for_label(names.captures(head)?.get(1)?.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_is_decoded_by_the_character_set_that_it_names() {
        let apple = |set: &str, bytes: &[u8]| {
            let head = format!("/*!40101 SET NAMES {set} */;\n");
            let text = decode(&[head.as_bytes(), bytes].concat()).unwrap().into_owned();
            text[head.len()..].to_owned()
        };
        assert_eq!(apple("gbk", b"\xc6\xbb\xb9\xfb"), "苹果");
        assert_eq!(apple("gb2312", b"\xc6\xbb\xb9\xfb"), "苹果");
        assert_eq!(apple("big5", b"\xc4\xab\xaaG"), "蘋果");
        assert_eq!(apple("latin1", b"caf\xe9 \x80"), "café €");
        assert_eq!(apple("latin1", "苹果".as_bytes()), "苹果");
        assert_eq!(apple("utf8mb4", b"a\xff"), "a\u{FFFD}");
        assert_eq!(apple("unknown", b"a\xff"), "a\u{FFFD}");
        // The second byte of a character of GBK may be a backslash.
        assert_eq!(apple("gbk", b"'\x8d\x5c'"), "'峔'");
    }

    #[test]
    fn a_dump_of_powershell_is_utf16_and_a_compressed_one_is_refused() {
        let sql = "insert into words values (1,'apple','苹果');";
        let utf16: Vec<u8> = sql.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in
            [[b"\xff\xfe", &utf16[..]].concat(), [b"\xef\xbb\xbf", sql.as_bytes()].concat()]
        {
            assert_eq!(decode(&bytes).unwrap(), sql);
        }
        assert!(decode(b"\x1f\x8b\x08").unwrap_err().contains("compressed"));
        assert!(decode(b"<?xml version=\"1.0\"?>\n<mysqldump>").unwrap_err().contains("XML"));
    }
}
