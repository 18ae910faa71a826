//! A plain csv or tsv table to entries: headword, explanation and perhaps pronunciation. A first
//! row of names says which column is what.

use csv::StringRecord;

use crate::model::Entry;

use super::draft::Draft;
use crate::books::error::{BookError, Place};
use crate::books::input::records::{self, Format, Records};
use crate::books::input::source::Source;
use crate::books::oddity::OddityKind;
use crate::books::text::gloss;
use crate::books::{ReadState, Reader};

/// Reads a table.
pub(crate) struct Table {
    records: Records,
    columns: Columns,
    header: bool,
    state: ReadState,
}

/// Which column is what.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Columns {
    word: usize,
    mean: usize,
    phonetic: Option<usize>,
    rank: Option<usize>,
}

const WORD_NAMES: &[&str] = &["word", "headword", "term", "front", "单词", "词", "词条"];
const MEAN_NAMES: &[&str] = &[
    "mean",
    "meaning",
    "meanings",
    "definition",
    "explanation",
    "translation",
    "gloss",
    "back",
    "释义",
    "解释",
    "意思",
    "翻译",
    "中文",
];
const PHONETIC_NAMES: &[&str] = &["phonetic", "ipa", "pronunciation", "音标", "发音"];
const RANK_NAMES: &[&str] = &["rank", "词频"];

impl Table {
    pub(crate) fn csv(source: Source) -> Result<Table, BookError> {
        let delimiter = records::delimiter(&source.sample());
        Table::new(source, Format::Csv(delimiter))
    }

    pub(crate) fn tsv(source: Source) -> Result<Table, BookError> {
        Table::new(source, Format::Tsv)
    }

    fn new(source: Source, format: Format) -> Result<Table, BookError> {
        let named = records::sample(&source.sample(), format).first().and_then(Columns::named);
        let records = Records::new(source, format)?;
        Ok(Table {
            state: ReadState::new(Place::Line(0), records.meter()),
            header: named.is_some(),
            columns: named.unwrap_or(Columns { word: 0, mean: 1, phonetic: Some(2), rank: None }),
            records,
        })
    }

    fn entry(&mut self, record: &StringRecord) -> Result<Option<Entry>, BookError> {
        let headword = record.get(self.columns.word).unwrap_or_default();
        let Some(mean) = record.get(self.columns.mean) else {
            if self.records.is_several_lines() {
                let reason = "the record goes over several lines and has too few columns: \
                              is a quote not closed?";
                return Err(self.records.damaged(reason));
            }
            self.state.note(OddityKind::WrongColumns, headword);
            return Ok(None);
        };
        let field = |column: Option<usize>| record.get(column?).map(str::trim);
        let rank = field(self.columns.rank).filter(|text| !text.is_empty());
        let parsed = rank.and_then(|text| text.parse().ok()).filter(|&rank: &u32| rank > 0);
        if rank.is_some() && parsed.is_none() {
            self.state.note(OddityKind::BadDetail, headword);
        }
        let (phonetic, mean) = gloss::take_phonetic(mean.trim());
        let column = field(self.columns.phonetic).map(|text| text.trim_matches(['[', ']', '/']));
        let draft = Draft {
            phonetic: column.map(str::to_owned).filter(|text| !text.is_empty()).or(phonetic),
            mean: mean.lines().map(gloss::one_sense_a_line).collect::<Vec<_>>().join("\n"),
            rank: parsed,
            ..Draft::new(headword)
        };
        Ok(self.state.finish(draft))
    }
}

impl Columns {
    /// What a first row says, if it is a row of names.
    fn named(row: &StringRecord) -> Option<Columns> {
        let names: Vec<String> = row.iter().map(|name| name.trim().to_lowercase()).collect();
        let find = |known: &[&str]| names.iter().position(|name| known.contains(&name.as_str()));
        Some(Columns {
            word: find(WORD_NAMES)?,
            mean: find(MEAN_NAMES)?,
            phonetic: find(PHONETIC_NAMES),
            rank: find(RANK_NAMES),
        })
    }
}

impl Reader for Table {
    fn next(&mut self) -> Result<Option<Entry>, BookError> {
        while let Some(record) = self.records.next()? {
            self.state.place = Place::Line(self.records.line());
            if std::mem::take(&mut self.header) {
                continue;
            }
            if let Some(entry) = self.entry(&record)? {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    fn state(&self) -> &ReadState {
        &self.state
    }
}
