//! Parses a StarDict article: a sequence of fields, each with a type. With the types `tm`, the
//! bytes `ˈæpl`, zero byte, `n. 苹果` are a pronunciation and an explanation. A type is a letter: `m`
//! plain text, `t` and `y` pronunciation, `h` HTML, `g` Pango, `x` XDXF, `k` PowerWord, `W` sound,
//! `P` picture. The types are in the `.ifo` file for all articles, or before each field.

use crate::books::text::markup::{self, LineEnds};
use crate::books::text::plain_article;

use super::powerword;

/// The parts of an article.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Article {
    pub(super) phonetic: Option<String>,
    pub(super) explanation: String,
    pub(super) pictures: usize,
}

/// Parses an article. `types` are those of the `.ifo` file; `None`: each field begins with its
/// type. Returns `None` if a text is not UTF-8. A field that is cut off is read up to the end of
/// the article; pictures and sounds are skipped.
pub(super) fn parse(types: Option<&str>, bytes: &[u8], headword: &str) -> Option<Article> {
    let mut article = Article::default();
    match types {
        Some(types) => {
            let mut rest = bytes;
            let count = types.len();
            for (index, kind) in types.bytes().enumerate() {
                // The last field extends to the end of the article, without a zero byte.
                let field = if index + 1 == count {
                    std::mem::take(&mut rest)
                } else {
                    take(kind, &mut rest)
                };
                article.add(kind, field, headword)?;
            }
        }
        None => {
            let mut rest = bytes;
            while let Some((&kind, field)) = rest.split_first() {
                rest = field;
                let field = take(kind, &mut rest);
                article.add(kind, field, headword)?;
            }
        }
    }
    Some(article)
}

/// Takes the first field from `rest`: it ends with a zero byte, or begins with its length if its
/// type (`kind`) is a capital letter.
fn take<'a>(kind: u8, rest: &mut &'a [u8]) -> &'a [u8] {
    let (field, after) = if kind.is_ascii_uppercase() {
        let (length, content) = match rest.split_first_chunk::<4>() {
            Some((length, content)) => (u32::from_be_bytes(*length), content),
            None => (0, &rest[rest.len()..]),
        };
        let length = usize::try_from(length).unwrap_or(usize::MAX).min(content.len());
        content.split_at(length)
    } else {
        match rest.iter().position(|&byte| byte == 0) {
            Some(end) => (&rest[..end], &rest[end + 1..]),
            None => (*rest, &rest[rest.len()..]),
        }
    };
    *rest = after;
    field
}

impl Article {
    /// Adds a field of this type. `None`: it is not UTF-8.
    fn add(&mut self, kind: u8, field: &[u8], headword: &str) -> Option<()> {
        let field = field.strip_suffix(&[0]).unwrap_or(field); // some files end texts with zero
        let text = match kind {
            b'm' | b'l' | b'n' | b'w' => {
                let field = std::str::from_utf8(field).ok()?;
                if is_html(field) {
                    let read = markup::to_text(field, LineEnds::Kept);
                    self.pictures += read.pictures;
                    plain_article::parse(&read.lines, headword)
                } else {
                    plain_article::parse(field, headword)
                }
            }
            b'g' | b'h' | b'x' => {
                let mut field = std::str::from_utf8(field).ok()?.to_owned();
                if kind == b'x' {
                    let transcription = take_transcription(&mut field);
                    self.phonetic = self.phonetic.take().or(transcription);
                }
                let read = markup::to_text(&field, line_ends(kind, &field));
                self.pictures += read.pictures;
                plain_article::parse(&read.lines, headword)
            }
            b'k' => {
                let article = powerword::parse(std::str::from_utf8(field).ok()?);
                plain_article::Parts {
                    phonetic: article.phonetic,
                    explanation: article.explanation,
                    ..plain_article::Parts::default()
                }
            }
            b't' | b'y' => {
                let text = std::str::from_utf8(field).ok()?.trim();
                let text = text.trim_matches(['[', ']', '/']);
                self.phonetic = self.phonetic.take().or(Some(text.to_owned()));
                return Some(());
            }
            b'P' => {
                self.pictures += 1;
                return Some(());
            }
            _ => return Some(()),
        };
        self.phonetic = self.phonetic.take().or(text.phonetic);
        if !self.explanation.is_empty() && !text.explanation.is_empty() {
            self.explanation.push('\n');
        }
        self.explanation.push_str(&text.explanation);
        Some(())
    }
}

/// Whether a field of plain text has HTML, as some converters leave it.
fn is_html(field: &str) -> bool {
    field.contains('<')
        && markup::is_markup(field)
        && (field.contains("</") || field.contains("<br"))
}

/// The XDXF element of a pronunciation.
const TRANSCRIPTION: &str = "tr";

/// Removes the first pronunciation from a field in XDXF and returns it.
fn take_transcription(field: &mut String) -> Option<String> {
    let opening = format!("<{TRANSCRIPTION}>");
    let closing = format!("</{TRANSCRIPTION}>");
    let from = field.find(&opening)?;
    let to = field.find(&closing)?;
    let found = field.get(from + opening.len()..to)?;
    let found = found.trim().trim_matches(['[', ']', '/']).to_owned();
    field.replace_range(from..to + closing.len(), "");
    (!found.is_empty()).then_some(found)
}

/// Line ends are blanks in HTML and in logical XDXF, which marks senses with `<def>`. Pango and
/// visual XDXF, which is laid out for display, have meaningful lines.
fn line_ends(kind: u8, field: &str) -> LineEnds {
    let is_logical = kind == b'x' && markup::has_element(field, "def");
    if kind == b'h' || is_logical { LineEnds::Blanks } else { LineEnds::Kept }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(types: Option<&str>, bytes: &[u8], phonetic: Option<&str>, explanation: &str) {
        let article = parse(types, bytes, "apple").unwrap();
        assert_eq!(
            (article.phonetic.as_deref(), article.explanation.as_str()),
            (phonetic, explanation)
        );
    }

    #[test]
    fn reads_fields_of_every_type() {
        reads(Some("m"), "n. 苹果\nv. x".as_bytes(), None, "n. 苹果\nv. x");
        reads(Some("m"), b"n. a <i>b</i>\nn. 1 < 2", None, "n. a b\nn. 1 < 2");
        reads(Some("m"), b"the tag <b>", None, "the tag <b>");
        reads(Some("h"), b"<b>apple</b><i>/\xc9\x99/</i><p>n. a</p>", Some("\u{259}"), "n. a");
        reads(Some("tm"), b"[x]\0n. a", Some("x"), "n. a");
        reads(Some("h"), b"<b>apple</b><br>n. a&amp;b", None, "n. a&b");
        reads(Some("Wm"), b"\0\0\0\x02\x01\x02n. a", None, "n. a");
        reads(None, b"tx\0mn. a\0W\0\0\0\x01\x07gn. <i>b</i>", Some("x"), "n. a\nn. b");
    }

    #[test]
    fn reads_a_field_that_is_cut_off_up_to_its_end() {
        reads(None, b"W\xff\xff\xff\xffabc", None, "");
        reads(None, b"W\0", None, "");
        reads(Some("tm"), b"x", Some("x"), "");
        reads(Some("mm"), b"", None, "");
        assert_eq!(parse(Some("m"), b"\xff", "a"), None);
    }
}
