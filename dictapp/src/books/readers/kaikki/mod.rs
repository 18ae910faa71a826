//! Reads Wiktionary in the JSON lines that the program Wiktextract makes and kaikki.org offers:
//! each line is a record of one headword and one part of speech, such as
//! `{"word": "apple", "pos": "noun", "senses": [..]}`.

use std::path::Path;

use crate::model::{Entry, LanguageTag, Languages, link};

mod explanation;
mod record;

use record::Record;

use super::draft::Draft;
use crate::books::error::{BookError, Place};
use crate::books::input::encoding::Encoding;
use crate::books::input::lines::{Line, Lines};
use crate::books::input::source::Source;
use crate::books::limits::RECORD_LINE_BYTES_MAX;
use crate::books::warning::WarningKind;
use crate::books::{BookMetadata, ReadState, Reader, Recognised};

/// Reads a file of Wiktextract.
pub(crate) struct Kaikki {
    lines: Lines,
    languages: Option<Languages>,
    encoding: Encoding,
    state: ReadState,
}

/// Number of records at the beginning of a file from which its languages are recognised.
const SAMPLED_RECORDS: usize = 50;

impl Kaikki {
    pub(crate) fn open(path: &Path, known: Option<Encoding>) -> Result<Kaikki, BookError> {
        let open = || Source::open_text(path, known);
        let mut sample = Lines::with_limit(open()?, RECORD_LINE_BYTES_MAX)?;
        let mut records = Vec::new();
        while records.len() < SAMPLED_RECORDS
            && let Some(line) = sample.next()?
        {
            let Line::Text(line) = line else { continue };
            records.extend(serde_json::from_str::<Record>(line).ok());
        }
        let source = open()?;
        let encoding = source.encoding();
        let lines = Lines::with_limit(source, RECORD_LINE_BYTES_MAX)?;
        let state = ReadState::new(Place::Line(0), lines.meter());
        Ok(Kaikki { lines, languages: languages(&records), encoding, state })
    }

    /// The entry of a line. `None`: it has a fault, which is reported as a warning.
    fn entry(&mut self, line: &str) -> Option<Entry> {
        let record: Record = match serde_json::from_str(line) {
            Ok(record) => record,
            Err(error) => {
                let reason = error.to_string();
                let reason = reason.split(" at line ").next().unwrap_or_default();
                let detail = format!("column {}: {reason}", error.column());
                self.state.warn(WarningKind::BadRecord, &detail);
                return None;
            }
        };
        // A redirect becomes an entry that is only a link.
        if let (Some(title), Some(target)) = (&record.title, &record.redirect) {
            let explanation = link::encode(target, target);
            return self.state.finish(Draft { explanation, ..Draft::new(title) });
        }
        let draft = Draft {
            phonetic: explanation::phonetic(&record),
            explanation: explanation::explanation(&record),
            forms: explanation::forms(&record),
            ..Draft::new(&record.word)
        };
        self.state.finish(draft)
    }
}

/// The languages of a file. `None` if its headwords are of several languages, or if the language of
/// the glosses is unknown. Records without `pos_title` are from the English edition of Wiktionary,
/// so their glosses are English. For another edition, the script of the glosses decides. If that is
/// Latin, the language is unknown: [`LanguageTag::from_text`] returns English, which it cannot be.
fn languages(records: &[Record]) -> Option<Languages> {
    let mut codes =
        records.iter().map(|record| record.lang_code.as_str()).filter(|c| !c.is_empty());
    let code = codes.next()?;
    if codes.any(|other| other != code) {
        return None;
    }
    let glosses = records.iter().flat_map(|record| &record.senses).flat_map(|s| &s.glosses);
    let text = glosses.map(String::as_str).collect::<Vec<_>>().join(" ");
    let is_english = records.iter().all(|record| record.pos_title.is_none());
    let to = if is_english { LanguageTag::ENGLISH } else { LanguageTag::from_text(&text) };
    let is_known = is_english || to != LanguageTag::ENGLISH;
    LanguageTag::parse(code).filter(|_| is_known).map(|from| Languages { from, to })
}

impl Reader for Kaikki {
    fn next(&mut self) -> Result<Option<Entry>, BookError> {
        loop {
            let Some(line) = self.lines.next_owned()? else { return Ok(None) };
            self.state.place = Place::Line(self.lines.number());
            match line {
                Ok(line) if line.trim().is_empty() => {}
                Ok(line) => {
                    if let Some(entry) = self.entry(&line) {
                        return Ok(Some(entry));
                    }
                }
                Err(start) => self.state.warn(WarningKind::LongRecord, &start),
            }
        }
    }

    fn state(&self) -> &ReadState {
        &self.state
    }

    fn metadata(&self) -> BookMetadata {
        BookMetadata { languages: self.languages, ..BookMetadata::default() }
    }

    fn recognised(&self) -> Recognised {
        Recognised { encoding: Some(self.encoding), ..Recognised::default() }
    }
}
