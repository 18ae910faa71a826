//! Reads StarDict books: `.ifo` has metadata, `.idx` the offset and the length of the article of
//! each headword, `.dict` or `.dict.dz` the articles, `.syn` other spellings, which become forms of
//! the entry. A record of the index is `apple`, a zero byte, and two big-endian numbers of four
//! bytes. The format is described in StarDict's `doc/StarDictFileFormat`.

mod article;
mod powerword;
mod synonyms;

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::model::{Entry, Languages, link};

use crate::books::error::{BookError, Place};
use crate::books::input::articles::{Articles, Unreachable};
use crate::books::input::source::Source;
use crate::books::limits::{FORMS_MAX, IFO_BYTES_MAX, INDEX_WORD_BYTES_MAX};
use crate::books::readers::draft::Draft;
use crate::books::text::export_text;
use crate::books::warning::WarningKind;
use crate::books::{BookMetadata, ReadState, Reader};
use synonyms::Synonyms;

/// Reads a StarDict book.
pub(crate) struct Stardict {
    index: BufReader<Source>,
    index_path: PathBuf,
    articles: Articles,
    synonyms: Synonyms,
    /// Other spellings beyond [`FORMS_MAX`]. They become entries that are only a link to the
    /// headword.
    links: Vec<Link>,
    ifo: Ifo,
    /// Number of bytes of the index that were read.
    index_bytes: u64,
    /// Number of records of the index that were read.
    index_records: u64,
    state: ReadState,
}

/// A spelling that becomes a link to its headword.
struct Link {
    spelling: String,
    headword: String,
}

/// The properties of a `.ifo` file that the reader needs.
#[derive(Debug, Default)]
struct Ifo {
    title: Option<String>,
    languages: Option<Languages>,
    /// The number of headwords that the file states.
    words: Option<u64>,
    /// Whether offsets in the index have 64 bits instead of 32.
    wide_offsets: bool,
    /// The types of the fields of every article; `None` if each article has them itself.
    types: Option<String>,
    /// Whether an export of this program wrote the book.
    is_exported: bool,
}

/// One record of the index.
struct IndexRecord {
    word: Vec<u8>,
    offset: u64,
    length: u64,
}

const INDEX: &str = ".idx";

/// The files of the book to which this file belongs: `.ifo`, index, articles, and other spellings
/// if the book has them.
pub(crate) fn files(path: &Path) -> Result<Vec<PathBuf>, BookError> {
    let base = base(path);
    let mut files = vec![file_of(&base, &[".ifo"])?, file_of(&base, &[INDEX, ".idx.gz"])?];
    files.push(file_of(&base, &[".dict.dz", ".dict"])?);
    files.extend(file_of(&base, &[".syn", ".syn.dz", ".syn.gz"]));
    Ok(files)
}

/// The path without its ending, if that is one of StarDict's in lower or upper case.
fn base(path: &Path) -> String {
    let text = path.to_string_lossy();
    let lower_case = text.to_ascii_lowercase();
    let endings = [".ifo", ".idx", ".idx.gz", ".dict", ".dict.dz", ".syn", ".syn.dz", ".syn.gz"];
    let ending = endings.iter().find(|ending| lower_case.ends_with(*ending));
    text[..text.len() - ending.map_or(0, |ending| ending.len())].to_owned()
}

/// The first file that exists with this path and one of these endings, in lower or upper case.
fn file_of(base: &str, endings: &[&str]) -> Result<PathBuf, BookError> {
    let in_both_cases = |ending: &&str| [(*ending).to_owned(), ending.to_ascii_uppercase()];
    let mut paths = endings
        .iter()
        .flat_map(in_both_cases)
        .map(|ending| PathBuf::from(base.to_owned() + &ending));
    let missing = || {
        let path = PathBuf::from(format!("{base}{}", endings[0]));
        BookError::whole(&path, "is missing: a StarDict book needs it")
    };
    paths.find(|path| path.is_file()).ok_or_else(missing)
}

impl Stardict {
    pub(crate) fn open(path: &Path) -> Result<Stardict, BookError> {
        let files = files(path)?;
        let ifo = Ifo::read(&files[0])?;
        let source = Source::open(&files[1])?;
        let mut state = ReadState::new(Place::ByteOf(INDEX, 0), source.meter());
        let synonyms = match files.get(3) {
            Some(path) => Synonyms::read(path, &mut state)?,
            None => Synonyms::default(),
        };
        Ok(Stardict {
            state,
            index_path: files[1].clone(),
            index: BufReader::with_capacity(64 * 1024, source),
            articles: Articles::open(&files[2])?,
            synonyms,
            links: Vec::new(),
            ifo,
            index_bytes: 0,
            index_records: 0,
        })
    }

    /// The next record of the index; sets the place to its beginning.
    fn record(&mut self) -> Result<Option<IndexRecord>, BookError> {
        self.state.place = Place::ByteOf(INDEX, self.index_bytes);
        let fail = |error| BookError::io(&self.index_path, error);
        let damaged =
            |reason| BookError::in_file(&self.index_path, Place::Byte(self.index_bytes), reason);
        let mut word = Vec::new();
        let limit = INDEX_WORD_BYTES_MAX as u64 + 1;
        (&mut self.index).take(limit).read_until(0, &mut word).map_err(fail)?;
        if word.is_empty() {
            self.check_counts();
            return Ok(None);
        }
        if word.pop() != Some(0) {
            return Err(damaged("the index is cut off, or not an index: a headword has no end"));
        }
        let wide = if self.ifo.wide_offsets { 8 } else { 4 };
        // The offset has four or eight bytes, the length has four, both big-endian.
        let mut numbers = [0; 12];
        let numbers = &mut numbers[..wide + 4];
        self.index.read_exact(numbers).map_err(|_| damaged("the index is cut off"))?;
        let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |n, b| n << 8 | u64::from(*b));
        let offset = number(&numbers[..wide]);
        let length = number(&numbers[wide..]);
        self.index_bytes += (word.len() + 1 + numbers.len()) as u64;
        self.index_records += 1;
        Ok(Some(IndexRecord { word, offset, length }))
    }

    /// Reports, at the end of the index, a number of headwords that differs from the one in the
    /// `.ifo` file (tools that edit books often do not update it), and the spellings without a
    /// headword.
    fn check_counts(&mut self) {
        if let Some(words) = self.ifo.words.filter(|&words| words != self.index_records) {
            let detail = format!("{} of {words}", self.index_records);
            self.state.warn_at(
                WarningKind::OtherCount,
                Place::ByteOf(INDEX, self.index_bytes),
                &detail,
            );
        }
        for (place, spelling) in self.synonyms.orphans(self.index_records) {
            self.state.warn_at(WarningKind::LostSpelling, place, spelling);
        }
    }

    /// The entry of record `number` of the index, from 0. `None`: it has a fault, which is reported
    /// as a warning.
    fn entry(&mut self, record: &IndexRecord, number: u64) -> Result<Option<Entry>, BookError> {
        let headword = String::from_utf8_lossy(&record.word);
        let article = match self.articles.read(record.offset, record.length) {
            Ok(article) => article,
            Err(Unreachable::TooLong) => {
                self.state.warn(WarningKind::LongExplanation, &headword);
                return Ok(None);
            }
            Err(Unreachable::Broken(error)) => return Err(error),
            Err(Unreachable::Outside) => {
                self.state.warn(WarningKind::BadReference, &headword);
                return Ok(None);
            }
        };
        let mut forms: Vec<String> = self.synonyms.of_entry(number).map(str::to_owned).collect();
        let links = forms.split_off(forms.len().min(FORMS_MAX)).into_iter();
        self.links.extend(
            links.map(|spelling| Link { spelling, headword: headword.clone().into_owned() }),
        );
        let draft = if self.ifo.is_exported {
            let exported = std::str::from_utf8(&article).ok().map(export_text::read_article);
            exported.map(|export_text::Article { phonetic, rank, explanation }| Draft {
                phonetic,
                rank,
                explanation,
                forms,
                ..Draft::new(&headword)
            })
        } else {
            let types = self.ifo.types.as_deref();
            let article = article::parse(types, &article, &headword);
            let pictures = article.as_ref().map_or(0, |article| article.pictures);
            (0..pictures).for_each(|_| self.state.warn(WarningKind::Picture, &headword));
            article.map(|article::Article { phonetic, explanation, .. }| Draft {
                phonetic,
                explanation,
                forms,
                ..Draft::new(&headword)
            })
        };
        let is_text = std::str::from_utf8(&record.word).is_ok();
        let Some(draft) = draft.filter(|_| is_text) else {
            self.state.warn(WarningKind::BadReference, &headword);
            return Ok(None);
        };
        Ok(self.state.finish(draft))
    }
}

impl Ifo {
    fn read(path: &Path) -> Result<Ifo, BookError> {
        let mut text = Vec::new();
        let fail = |error| BookError::io(path, error);
        Source::open(path)?.take(IFO_BYTES_MAX).read_to_end(&mut text).map_err(fail)?;
        let text = String::from_utf8_lossy(&text);
        let text = text.trim_start_matches('\u{FEFF}');
        if !text.starts_with("StarDict's dict ifo file") {
            let reason = "does not begin with \"StarDict's dict ifo file\"";
            return Err(BookError::in_file(path, Place::Line(1), reason));
        }
        let mut ifo = Ifo::default();
        let lines = text.split(['\n', '\r']).filter(|line| !line.is_empty());
        for (number, line) in (1..).zip(lines) {
            let Some((key, value)) = line.split_once('=') else { continue };
            ifo.set(key.trim().to_lowercase().as_str(), value.trim()).map_err(|()| {
                let key = key.trim();
                let reason = format!("{key} is {:?}, which is not a valid number", value.trim());
                BookError::in_file(path, Place::Line(number), reason)
            })?;
        }
        Ok(ifo)
    }

    /// Sets the property of a line. `Err`: its value must be a number and is none.
    fn set(&mut self, key: &str, value: &str) -> Result<(), ()> {
        match key {
            // Written by PyGlossary and others: `lang=en-zh`.
            "lang" => self.languages = Languages::parse(value),
            "description" => self.is_exported = value == export_text::WRITER,
            "bookname" => self.title = Some(value.to_owned()),
            "wordcount" => self.words = Some(value.parse().map_err(|_| ())?),
            "sametypesequence" if !value.is_empty() => self.types = Some(value.to_owned()),
            "idxoffsetbits" => {
                self.wide_offsets = match value {
                    "64" => true,
                    "32" => false,
                    _ => return Err(()),
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl Reader for Stardict {
    fn next(&mut self) -> Result<Option<Entry>, BookError> {
        loop {
            if let Some(Link { spelling, headword }) = self.links.pop() {
                let explanation = link::encode(&headword, &headword);
                let entry = self.state.finish(Draft { explanation, ..Draft::new(&spelling) });
                if entry.is_some() {
                    return Ok(entry);
                }
                continue;
            }
            let number = self.index_records;
            let Some(record) = self.record()? else { return Ok(None) };
            if let Some(entry) = self.entry(&record, number)? {
                return Ok(Some(entry));
            }
        }
    }

    fn state(&self) -> &ReadState {
        &self.state
    }

    fn metadata(&self) -> BookMetadata {
        let Ifo { title, languages, .. } = &self.ifo;
        BookMetadata { title: title.clone(), languages: *languages, ..BookMetadata::default() }
    }
}
