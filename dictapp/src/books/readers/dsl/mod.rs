//! Reads the DSL of ABBYY Lingvo: headwords at the beginning of a line, and their article on the
//! lines below, which begin with white space. Headwords that share an article are its spellings.
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

mod tags;

use super::draft::Draft;
use crate::books::error::{BookError, Place};
use crate::books::input::encoding::Encoding;
use crate::books::input::lines::{Line, Lines};
use crate::books::input::source::Source;
use crate::books::limits::{FORMS_MAX, MEAN_BYTES_MAX};
use crate::books::oddity::OddityKind;
use crate::books::text::gloss;
use crate::books::{About, ReadState, Reader, Recognised};
use crate::model::{Entry, LanguageTag, Languages};

/// Reads a `.dsl` file.
pub(crate) struct Dsl {
    lines: Lines,
    about: About,
    /// The headword line that was read after the last article, with its number.
    next: Option<(u64, String)>,
    /// Whether a headword was read. Lines with `#` are headers only before the first headword.
    has_begun: bool,
    encoding: Encoding,
    state: ReadState,
}

/// The lines of an article.
#[derive(Default)]
struct Article {
    /// The line of the first headword.
    line: u64,
    headwords: Vec<String>,
    body: Vec<String>,
    bytes: usize,
    fault: Option<OddityKind>,
}

impl Dsl {
    pub(crate) fn new(source: Source) -> Result<Dsl, BookError> {
        let sample = source.sample();
        let sample = String::from_utf8_lossy(&sample);
        let encoding = source.encoding();
        let about = about(sample.trim_start_matches('\u{FEFF}').lines());
        let lines = Lines::new(source)?;
        let state = ReadState::new(Place::Line(0), lines.meter());
        Ok(Dsl { lines, about, next: None, has_begun: false, encoding, state })
    }

    /// Reads the next article. `None`: the file has ended.
    fn article(&mut self) -> Result<Option<Article>, BookError> {
        let mut article = Article::default();
        if let Some((line, headword)) = self.next.take() {
            (article.line, article.headwords) = (line, vec![headword]);
        }
        while let Some(line) = self.lines.next()? {
            let (text, fault) = match line {
                Line::Text(text) => (text.to_owned(), None),
                Line::TooLong(start) => (start.to_owned(), Some(OddityKind::LongLine)),
            };
            article.fault = article.fault.or(fault);
            let number = self.lines.number();
            if text.trim().is_empty() || !self.has_begun && is_header(&text) {
                continue;
            }
            if text.starts_with([' ', '\t']) {
                if article.headwords.is_empty() {
                    self.state.note_at(OddityKind::NoHeadword, Place::Line(number), text.trim());
                    continue;
                }
                article.append(text.trim());
                continue;
            }
            self.has_begun = true;
            if !article.body.is_empty() {
                self.next = Some((number, text));
                break;
            }
            if article.headwords.is_empty() {
                article.line = number;
            }
            article.headwords.push(text);
        }
        Ok((!article.headwords.is_empty()).then_some(article))
    }

    fn entry(&mut self, article: &Article) -> Option<Entry> {
        let mut spellings =
            article.headwords.iter().flat_map(|line| tags::headwords(line)).take(FORMS_MAX);
        let headword = spellings.next().unwrap_or_default();
        let mut forms: Vec<String> = Vec::new();
        forms.extend(spellings.filter(|spelling| *spelling != headword));
        if let Some(fault) = article.fault {
            self.state.note(fault, &headword);
            return None;
        }
        let mut phonetic = None;
        let mut lines = Vec::new();
        for line in &article.body {
            let found = tags::convert(line, &headword);
            phonetic = phonetic.or(found.phonetic);
            (0..found.media).for_each(|_| self.state.note(OddityKind::Picture, &headword));
            lines.extend(found.text);
        }
        let mean = gloss::labelled_between_examples(&lines.join("\n"));
        let (said, mean) = match phonetic {
            Some(said) => (Some(said), mean),
            None => {
                let (said, rest) = gloss::take_phonetic(&mean);
                (said, rest.to_owned())
            }
        };
        self.state.finish(Draft { phonetic: said, mean, forms, ..Draft::new(&headword) })
    }
}

impl Article {
    /// Appends a line to the body, whose size is limited so that an article does not fill the
    /// memory.
    fn append(&mut self, line: &str) {
        self.bytes += line.len();
        if self.bytes > 4 * MEAN_BYTES_MAX {
            self.fault = self.fault.or(Some(OddityKind::LongExplanation));
            return;
        }
        self.body.push(line.to_owned());
    }
}

/// Headers before the first entry.
const HEADERS: [&str; 6] = [
    "#NAME",
    "#INDEX_LANGUAGE",
    "#CONTENTS_LANGUAGE",
    "#INCLUDE",
    "#ICON_FILE",
    "#SOURCE_CODE_PAGE",
];

fn is_header(line: &str) -> bool {
    HEADERS.iter().any(|header| line.starts_with(header))
}

/// The title and the languages of the headers.
fn about<'a>(lines: impl Iterator<Item = &'a str>) -> About {
    let mut about = About::default();
    let (mut from, mut to) = (None, None);
    let lines = lines.map(str::trim_end).filter(|line| !line.is_empty());
    for line in lines.take_while(|line| line.starts_with('#')) {
        let Some((name, value)) = line.split_once(char::is_whitespace) else { continue };
        let value = value.trim().trim_matches('"').trim();
        match name {
            "#NAME" => about.title = Some(value.to_owned()).filter(|title| !title.is_empty()),
            "#INDEX_LANGUAGE" => from = language(value),
            "#CONTENTS_LANGUAGE" => to = language(value),
            _ => {}
        }
    }
    about.languages = from.zip(to).map(|(from, to)| Languages { from, to });
    about
}

/// The language of a name as Lingvo writes it: `English`, `GermanNewSpelling`, `SpanishModernSort`.
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
        while let Some(article) = self.article()? {
            self.state.place = Place::Line(article.line);
            if let Some(entry) = self.entry(&article) {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    fn state(&self) -> &ReadState {
        &self.state
    }

    fn about(&self) -> About {
        self.about.clone()
    }

    fn recognised(&self) -> Recognised {
        Recognised { encoding: Some(self.encoding), ..Recognised::default() }
    }
}
