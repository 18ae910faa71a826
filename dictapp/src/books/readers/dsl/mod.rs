//! Reads the DSL of ABBYY Lingvo: headwords at the beginning of a line, and their article on the
//! lines below, which begin with white space. If several headwords share an article, the first is
//! the headword of the entry, and the others become its forms. The text below becomes the entry
//! `apple` with the lines `n. 苹果` and `> I eat an apple. = 我吃苹果。`
//!
//! ```text
//! #NAME "A small book"
//! #INDEX_LANGUAGE "English"
//! #CONTENTS_LANGUAGE "Chinese"
//!
//! apple
//!     [m1][p]n.[/p] [trn]苹果[/trn][/m]
//!     [m2][ex]I eat an apple. — 我吃苹果。[/ex][/m]
//! ```

mod article;
mod tags;

use std::collections::VecDeque;

use super::draft::Draft;
use crate::books::error::{BookError, Place};
use crate::books::input::encoding::Encoding;
use crate::books::input::lines::{Line, Lines};
use crate::books::input::source::Source;
use crate::books::limits::FORMS_MAX;
use crate::books::text::gloss;
use crate::books::warning::WarningKind;
use crate::books::{BookMetadata, ReadState, Reader, Recognised};
use crate::model::{Entry, LanguageTag, Languages};
use article::{Article, SenseNumbers};

/// Reads a `.dsl` file.
pub(crate) struct Dsl {
    lines: Lines,
    metadata: BookMetadata,
    /// The headword line that was read after the article read most recently.
    next_headword: Option<HeadwordLine>,
    /// The subentries inside the article read most recently.
    subentries: VecDeque<Article>,
    /// The comment, `{{`, that is not closed yet.
    comment: Option<Comment>,
    /// Whether a headword was read. Lines with `#` are headers only before the first headword.
    has_begun: bool,
    encoding: Encoding,
    state: ReadState,
}

/// A line with a headword, and its number.
struct HeadwordLine {
    number: u64,
    text: String,
}

/// The beginning of a comment.
struct Comment {
    line: u64,
    /// Whether it begins in a line of an article, not at the beginning of a line.
    is_in_body: bool,
    /// The beginning of its text.
    excerpt: String,
}

/// Maximum number of characters of a comment that are kept for the report.
const EXCERPT_CHARS_MAX: usize = 80;

impl Dsl {
    pub(crate) fn new(source: Source) -> Result<Dsl, BookError> {
        let sample = source.sample();
        let sample = String::from_utf8_lossy(&sample);
        let encoding = source.encoding();
        let metadata = parse_headers(sample.trim_start_matches('\u{FEFF}').lines());
        let lines = Lines::new(source)?;
        let state = ReadState::new(Place::Line(0), lines.meter());
        Ok(Dsl {
            lines,
            metadata,
            next_headword: None,
            subentries: VecDeque::new(),
            comment: None,
            has_begun: false,
            encoding,
            state,
        })
    }

    /// Reads the next article. `None`: the file has ended.
    fn article(&mut self) -> Result<Option<Article>, BookError> {
        let mut article = Article::default();
        if let Some(HeadwordLine { number, text }) = self.next_headword.take() {
            (article.line, article.headwords) = (number, vec![text]);
        }
        while let Some(line) = self.lines.next()? {
            let (text, fault) = match line {
                Line::Text(text) => (text.to_owned(), None),
                Line::TooLong(start) => (start.to_owned(), Some(WarningKind::LongLine)),
            };
            article.fault = article.fault.or(fault);
            let number = self.lines.number();
            let text = self.without_comments(&text, number);
            if text.trim().is_empty() || !self.has_begun && is_header(&text) {
                continue;
            }
            if text.starts_with([' ', '\t']) {
                if article.headwords.is_empty() {
                    self.state.warn_at(WarningKind::NoHeadword, Place::Line(number), text.trim());
                    continue;
                }
                article.append(number, text.trim());
                continue;
            }
            self.has_begun = true;
            if !article.body.is_empty() {
                self.next_headword = Some(HeadwordLine { number, text });
                break;
            }
            if article.headwords.is_empty() {
                article.line = number;
            }
            article.headwords.push(text);
        }
        Ok((!article.headwords.is_empty()).then_some(article))
    }

    /// A line without its comments, `{{..}}`. A comment may end on a later line: the rest of that
    /// line belongs to an article if the comment begins in the article.
    fn without_comments(&mut self, line: &str, number: u64) -> String {
        let mut text = String::new();
        let mut rest = line;
        loop {
            if let Some(comment) = &self.comment {
                let Some((_, after)) = rest.split_once("}}") else { return text };
                if comment.line != number && comment.is_in_body {
                    // The tab marks the rest of the line as part of the article.
                    text.push('\t');
                }
                (self.comment, rest) = (None, after);
            }
            let Some(at) = tags::comment_start(rest) else { break };
            text.push_str(&rest[..at]);
            rest = &rest[at + "{{".len()..];
            let is_in_body = text.starts_with([' ', '\t']);
            let excerpt = rest.trim().chars().take(EXCERPT_CHARS_MAX).collect();
            self.comment = Some(Comment { line: number, is_in_body, excerpt });
        }
        text.push_str(rest);
        text
    }

    /// The entry of an article. `None`: the article has a fault, which is reported as a warning.
    fn entry(&mut self, article: &Article) -> Option<Entry> {
        let mut headwords =
            article.headwords.iter().flat_map(|line| tags::headwords(line)).take(FORMS_MAX);
        let Some(headword) = headwords.next() else {
            self.state.warn(WarningKind::NoHeadword, &article.headwords.join(" "));
            return None;
        };
        let mut forms: Vec<String> = Vec::new();
        forms.extend(headwords.filter(|other| *other != headword));
        if let Some(fault) = article.fault {
            self.state.warn(fault, &headword);
            return None;
        }
        if article.is_damaged() {
            self.state.warn(WarningKind::BadDetail, &headword);
        }
        let mut phonetic = None;
        let mut lines = Vec::new();
        let mut numbers = SenseNumbers::default();
        let closed = article.closed_tags();
        for line in &article.body {
            let found = tags::convert(line, &headword, |tag| closed.contains(tag));
            phonetic = phonetic.or(found.phonetic);
            found.media.iter().for_each(|kind| self.state.warn(*kind, &headword));
            lines.extend(found.text.iter().filter_map(|line| numbers.strip(line)));
        }
        let explanation = gloss::normalise_labels_except_examples(&lines.join("\n"));
        let (phonetic, mut explanation) = match phonetic {
            Some(phonetic) => (Some(phonetic), explanation),
            None => {
                let (phonetic, rest) = gloss::take_phonetic(&explanation);
                (phonetic, rest.to_owned())
            }
        };
        if !article.subentries.is_empty() {
            // A line with `+` lists the subentries.
            explanation.push_str(&format!("\n+ {}", article.subentries.join("; ")));
        }
        self.state.finish(Draft { phonetic, explanation, forms, ..Draft::new(&headword) })
    }
}

/// Whether a line before the first entry is a header: a number sign, a name in capital letters and
/// a value, `#SOUND_DICTIONARY "S"`.
fn is_header(line: &str) -> bool {
    let Some(header) = line.strip_prefix('#') else { return false };
    let (name, value) = header.split_once(char::is_whitespace).unwrap_or((header, ""));
    let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let value = value.trim();
    // Headwords may look like headers: `#`, `#C`. A header has a known name, a name with `_`, or a
    // value in quotes.
    name.len() > 1
        && name.chars().all(is_name)
        && (HEADERS.contains(&name) || name.contains('_') || value.starts_with('"'))
}

/// Headers that may have a value without quotes.
const HEADERS: [&str; 2] = ["NAME", "INCLUDE"];

/// The title and the languages that the headers give.
fn parse_headers<'a>(lines: impl Iterator<Item = &'a str>) -> BookMetadata {
    let mut metadata = BookMetadata::default();
    let (mut from, mut to) = (None, None);
    let lines = lines.map(str::trim_end).filter(|line| !line.is_empty());
    for line in lines.take_while(|line| line.starts_with('#')) {
        let Some((name, value)) = line.split_once(char::is_whitespace) else { continue };
        let value = value.trim().trim_matches('"').trim();
        match name {
            "#NAME" => metadata.title = Some(value.to_owned()).filter(|title| !title.is_empty()),
            "#INDEX_LANGUAGE" => from = language(value),
            "#CONTENTS_LANGUAGE" => to = language(value),
            _ => {}
        }
    }
    metadata.languages = from.zip(to).map(|(from, to)| Languages { from, to });
    metadata
}

/// The language with this name. Lingvo writes names as `English`, `GermanNewSpelling`,
/// `SpanishModernSort`.
fn language(name: &str) -> Option<LanguageTag> {
    let name = name.to_lowercase();
    let known = LANGUAGES.iter().find(|(known, _)| name.starts_with(known));
    known.and_then(|(_, code)| LanguageTag::parse(code))
}

/// Names of languages and their codes.
const LANGUAGES: [(&str, &str); 22] = [
    ("english", "en"),
    ("chinese", "zh"),
    ("russian", "ru"),
    ("german", "de"),
    ("french", "fr"),
    ("spanish", "es"),
    ("italian", "it"),
    ("portuguese", "pt"),
    ("ukrainian", "uk"),
    ("latin", "la"),
    ("polish", "pl"),
    ("turkish", "tr"),
    ("dutch", "nl"),
    ("greek", "el"),
    ("finnish", "fi"),
    ("swedish", "sv"),
    ("danish", "da"),
    ("czech", "cs"),
    ("kazakh", "kk"),
    ("japanese", "ja"),
    ("korean", "ko"),
    ("arabic", "ar"),
];

impl Reader for Dsl {
    fn next(&mut self) -> Result<Option<Entry>, BookError> {
        loop {
            let article = match self.subentries.pop_front() {
                Some(subentry) => subentry,
                None => {
                    let Some(mut article) = self.article()? else { break };
                    self.subentries = article.take_subentries();
                    article
                }
            };
            self.state.place = Place::Line(article.line);
            if let Some(entry) = self.entry(&article) {
                return Ok(Some(entry));
            }
        }
        if let Some(Comment { line, excerpt, .. }) = self.comment.take() {
            self.state.warn_at(WarningKind::Comment, Place::Line(line), &format!("{{{{{excerpt}"));
        }
        Ok(None)
    }

    fn state(&self) -> &ReadState {
        &self.state
    }

    fn metadata(&self) -> BookMetadata {
        self.metadata.clone()
    }

    fn recognised(&self) -> Recognised {
        Recognised { encoding: Some(self.encoding), ..Recognised::default() }
    }
}

#[cfg(test)]
mod tests;
