//! Reads books of the DICT server dictd, as in Debian's `dict-*` packages (dictfmt(1)): a `.index`,
//! and a `.dict` or `.dict.dz` with the articles. Each line of the index is a record of headword,
//! offset and length in base 64: `apple`, TAB, `BA`, TAB, `g` is the headword of the article of 32
//! bytes at offset 64.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::model::{Entry, Languages, Word, link};

mod aliases;

use aliases::{Aliases, Position, RecordRole};

use super::draft::Draft;
use crate::books::error::{BookError, Place};
use crate::books::input::articles::{Articles, Unreachable};
use crate::books::input::lines::{Line, Lines};
use crate::books::input::source::Source;
use crate::books::text::markup::{self, LineEnds};
use crate::books::text::plain_article;
use crate::books::warning::WarningKind;
use crate::books::{BookMetadata, ReadState, Reader};

/// Reads a dictd book.
pub(crate) struct Dictd {
    lines: Lines,
    index_path: PathBuf,
    articles: Articles,
    aliases: Aliases,
    metadata: BookMetadata,
    state: ReadState,
}

const INDEX: &str = ".index";

/// The files of the book to which this file belongs: the index, then the articles.
pub(crate) fn files(path: &Path) -> Result<Vec<PathBuf>, BookError> {
    let text = path.to_string_lossy();
    let base = [INDEX, ".dict.dz", ".dict"].iter().find_map(|ending| text.strip_suffix(ending));
    let base = base.unwrap_or(&text);
    let index = PathBuf::from(format!("{base}{INDEX}"));
    let articles = [".dict.dz", ".dict"].map(|ending| PathBuf::from(format!("{base}{ending}")));
    let found = articles.iter().find(|path| path.is_file());
    let missing = |path| BookError::whole(path, "is missing: a dictd book needs it");
    match found {
        _ if !index.is_file() => Err(missing(&index)),
        None => Err(missing(&articles[0])),
        Some(articles) => Ok(vec![index, articles.clone()]),
    }
}

impl Dictd {
    pub(crate) fn open(path: &Path) -> Result<Dictd, BookError> {
        let files = files(path)?;
        let mut articles = Articles::open(&files[1])?;
        let title = title(&files[0], &mut articles)?;
        let lines = Lines::new(Source::open(&files[0])?)?;
        Ok(Dictd {
            state: ReadState::new(Place::LineOf(INDEX, 0), lines.meter()),
            lines,
            index_path: files[0].clone(),
            articles,
            aliases: Aliases::read(&files[0])?,
            metadata: BookMetadata { title, languages: languages(path), ..BookMetadata::default() },
        })
    }

    /// The entry of a line of the index. `None`: the line is metadata, its headword is a spelling
    /// of another entry, or its article has a fault, which is reported as a warning.
    fn entry(&mut self, line: &str) -> Result<Option<Entry>, BookError> {
        let record = match parse(line) {
            Ok(record) => record,
            Err(reason) => {
                return Err(BookError::in_file(&self.index_path, self.place_in_index(), reason));
            }
        };
        if is_metadata(record.headword) {
            return Ok(None);
        }
        let article = match self.articles.read(record.offset, record.length) {
            Ok(article) => article,
            Err(Unreachable::Broken(error)) => return Err(error),
            Err(Unreachable::TooLong) => {
                self.state.warn(WarningKind::LongExplanation, record.headword);
                return Ok(None);
            }
            Err(Unreachable::Outside) => {
                self.state.warn(WarningKind::BadReference, record.headword);
                return Ok(None);
            }
        };
        let mut article = self.decode(article, record.headword);
        if markup::is_markup(&article) {
            let read = markup::to_text(&article, LineEnds::Kept);
            (0..read.pictures).for_each(|_| self.state.warn(WarningKind::Picture, record.headword));
            article = read.lines;
        }
        // The first of the records with the same article becomes the entry of all their headwords.
        // Each of the others becomes nothing, or a link to that entry if it cannot have more
        // spellings.
        match self.aliases.role(record.headword, record.position(), &article) {
            RecordRole::Entry { headword, others } => {
                Ok(self.entry_of_article(&headword, others, &article))
            }
            RecordRole::Link(target) => {
                let explanation = link::encode(&target, &target);
                Ok(self.state.finish(Draft { explanation, ..Draft::new(record.headword) }))
            }
            RecordRole::Spelling => Ok(None),
        }
    }

    /// The entry of an article. If the article begins with the headword in another spelling than
    /// the index, this spelling becomes the headword, and the headword of the index becomes another
    /// spelling.
    fn entry_of_article(
        &mut self,
        headword: &str,
        others: Vec<String>,
        article: &str,
    ) -> Option<Entry> {
        let parts = plain_article::parse_dictd(article, headword);
        // Some articles spell the headword with characters that are invalid in headwords.
        let spelling = parts.spelling.as_deref().filter(|text| Word::parse(text).is_ok());
        let spelling = spelling.unwrap_or(headword);
        let is_same = spelling.to_lowercase() == headword.to_lowercase();
        let forms = parts.others.into_iter().chain(others);
        let forms = forms.chain((!is_same).then(|| headword.to_owned()));
        let mut known = HashSet::from([spelling.to_lowercase()]);
        let forms = forms.filter(|form| known.insert(form.to_lowercase())).collect();
        let draft = Draft {
            phonetic: parts.phonetic,
            explanation: parts.explanation,
            forms,
            ..Draft::new(spelling)
        };
        self.state.finish(draft)
    }

    /// The text of an article. If it is not UTF-8, it is read as Latin-1, as in books from before
    /// 2000.
    fn decode(&mut self, article: Vec<u8>, headword: &str) -> String {
        String::from_utf8(article).unwrap_or_else(|error| {
            self.state.warn(WarningKind::BadDetail, headword);
            error.as_bytes().iter().copied().map(char::from).collect()
        })
    }

    fn place_in_index(&self) -> Place {
        Place::Line(self.lines.number())
    }
}

/// A record of the index: one line.
struct IndexRecord<'a> {
    headword: &'a str,
    offset: u64,
    length: u64,
}

impl IndexRecord<'_> {
    /// The position of the article.
    fn position(&self) -> Position {
        Position { offset: self.offset, length: self.length }
    }
}

/// Parses a line of the index. The error is the reason why it is not a record.
fn parse(line: &str) -> Result<IndexRecord<'_>, String> {
    let mut columns = line.split('\t');
    let short = || "has fewer than three columns: not an index of a dictd book".to_owned();
    let folded = columns.next().ok_or_else(short)?;
    let (offset, length) = columns.next().zip(columns.next()).ok_or_else(short)?;
    let number = |text| base64(text).ok_or_else(|| format!("{text:?} is not a number in base 64"));
    // A fourth column has the original headword, before it was folded for searching.
    let headword = columns.next().filter(|text| !text.trim().is_empty()).unwrap_or(folded);
    Ok(IndexRecord { headword, offset: number(offset)?, length: number(length)? })
}

/// A number in dictd's base 64: digits `A-Za-z0-9+/`, the most significant first.
fn base64(text: &str) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.bytes().try_fold(0_u64, |number, byte| {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        number.checked_mul(64)?.checked_add(u64::from(digit))
    })
}

/// The languages at the end of the name of a file: `freedict-eng-deu.index`. `None`: there are
/// none.
fn languages(path: &Path) -> Option<Languages> {
    let name = path.file_name()?.to_str()?.split('.').next()?;
    let (rest, to) = name.rsplit_once('-')?;
    let from = rest.rsplit('-').next()?;
    Languages::parse(&format!("{from}-{to}"))
}

/// Whether the article of this headword is metadata of the book (`00-database-short`,
/// `00databaseinfo`).
fn is_metadata(headword: &str) -> bool {
    headword.starts_with("00-database") || headword.starts_with("00database")
}

/// The title of the book, from the article of `00-database-short`. Its record is near the beginning
/// of the index; without it, the whole index is read, and the result is `None`.
fn title(index: &Path, articles: &mut Articles) -> Result<Option<String>, BookError> {
    let mut lines = Lines::new(Source::open(index)?)?;
    while let Some(line) = lines.next()? {
        let Line::Text(line) = line else { continue };
        let Ok(record) = parse(line) else { return Ok(None) };
        if matches!(record.headword, "00-database-short" | "00databaseshort") {
            let article = articles.read(record.offset, record.length).unwrap_or_default();
            let text = String::from_utf8_lossy(&article);
            let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            return Ok(lines.find(|line| !is_metadata(line)).map(str::to_owned));
        }
    }
    Ok(None)
}

impl Reader for Dictd {
    fn next(&mut self) -> Result<Option<Entry>, BookError> {
        loop {
            let Some(line) = self.lines.next_owned()? else { return Ok(None) };
            self.state.place = Place::LineOf(INDEX, self.lines.number());
            match line {
                Ok(line) if line.is_empty() => {}
                Ok(line) => {
                    if let Some(entry) = self.entry(&line)? {
                        return Ok(Some(entry));
                    }
                }
                Err(start) => self.state.warn(WarningKind::LongLine, &start),
            }
        }
    }

    fn state(&self) -> &ReadState {
        &self.state
    }

    fn metadata(&self) -> BookMetadata {
        self.metadata.clone()
    }
}
