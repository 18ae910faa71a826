//! Reads the csv of ECDICT, a free English-Chinese dictionary: the 13 columns of its releases, or
//! the 7 columns of extracts without a header row. `go,ɡәu,,vi. 去\nn. 围棋,,5,1,,40,35,p:went,,`
//! becomes the entry `go` with two senses, the form `went` and the rank 35. A line end inside a
//! field is written as the two characters `\n`.

use csv::StringRecord;

use crate::model::Entry;

use super::draft::Draft;
use crate::books::error::{BookError, Place};
use crate::books::input::format::Format;
use crate::books::input::records::Records;
use crate::books::input::source::Source;
use crate::books::text::gloss;
use crate::books::warning::WarningKind;
use crate::books::{ReadState, Reader};

/// Reads ECDICT's csv.
pub(crate) struct Ecdict {
    records: Records,
    state: ReadState,
}

/// The positions of the columns in one of the two editions.
struct Columns {
    /// The number of stars in the Collins COBUILD dictionary, 0 to 5.
    collins: usize,
    /// The inflected forms: `p:went/d:gone`.
    exchange: usize,
    /// The frequency rank in the British National Corpus.
    bnc: Option<usize>,
    /// The frequency rank in a contemporary corpus.
    frq: Option<usize>,
    example: Option<usize>,
}

const WORD: usize = 0;
const PHONETIC: usize = 1;
const DEFINITION: usize = 2;
const TRANSLATION: usize = 3;

/// `word,phonetic,definition,translation,pos,collins,oxford,tag,bnc,frq,exchange,detail,audio`.
const THIRTEEN: Columns =
    Columns { collins: 5, exchange: 10, bnc: Some(8), frq: Some(9), example: None };

/// `word,phonetic,definition,translation,collins,exchange,example`.
const SEVEN: Columns = Columns { collins: 4, exchange: 5, bnc: None, frq: None, example: Some(6) };

/// Number of words with at least one, two, ... five stars in Collins COBUILD. It serves as the
/// frequency rank of a word with one, two, ... five stars.
const COLLINS_RANKS: [u32; 5] = [14_600, 6_500, 3_300, 1_720, 680];

/// The letters of inflected forms in `exchange`. `0` and `1` are left out: in the record of an
/// inflected form they name its lemma and the kind of form.
const FORM_KINDS: &[&str] = &["p", "d", "i", "3", "r", "t", "s"];

impl Ecdict {
    pub(crate) fn new(source: Source) -> Result<Ecdict, BookError> {
        let records = Records::new(source, Format::CSV)?;
        let state = ReadState::new(Place::Line(0), records.meter());
        Ok(Ecdict { records, state })
    }

    /// The entry of a record. `None`: it is the header row, or has a fault, which is reported as
    /// a warning.
    fn entry(&mut self, record: &StringRecord) -> Result<Option<Entry>, BookError> {
        let headword = record.get(WORD).unwrap_or_default();
        let columns = match record.len() {
            13 => THIRTEEN,
            7 => SEVEN,
            _ if self.records.is_several_lines() => {
                let reason = "the record has several lines and the wrong number of \
                              columns: is a quote not closed?";
                return Err(self.records.damaged(reason));
            }
            _ => {
                self.state.warn(WarningKind::WrongColumns, headword);
                return Ok(None);
            }
        };
        if self.records.line() == 1
            && headword == "word"
            && record.get(PHONETIC) == Some("phonetic")
        {
            return Ok(None);
        }
        let draft = Draft {
            phonetic: record.get(PHONETIC).map(str::to_owned),
            explanation: explanation(record, &columns),
            rank: rank(record, &columns),
            forms: forms(record.get(columns.exchange).unwrap_or_default()),
            ..Draft::new(headword)
        };
        Ok(self.state.finish(draft))
    }
}

/// The explanation: the lines of the Chinese translation, or of the English definition if there is
/// no translation. The example follows the first line, as an example of the first sense.
fn explanation(record: &StringRecord, columns: &Columns) -> String {
    let field = |column: usize| lines(record.get(column).unwrap_or_default());
    let translation = field(TRANSLATION);
    let mut lines = if translation.is_empty() { field(DEFINITION) } else { translation };
    let example = columns.example.and_then(|column| record.get(column)).unwrap_or_default().trim();
    if !lines.is_empty() && !example.is_empty() {
        lines.insert(1, format!("> {example}"));
    }
    lines.join("\n")
}

/// Splits a field into lines that are not empty. ECDICT writes a line end as the characters `\n`,
/// `\r\n` or `\r`. A line that begins with a line marker of an explanation is escaped, so
/// that it is plain text.
fn lines(field: &str) -> Vec<String> {
    let text = field.replace("\\r\\n", "\n").replace("\\n", "\n").replace("\\r", "\n");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| gloss::escape_line_marker(line).into_owned()).collect()
}

/// The frequency rank: in the contemporary corpus, or in the British National Corpus, or by the
/// stars of Collins. A rank of 0 means that the word has none.
fn rank(record: &StringRecord, columns: &Columns) -> Option<u32> {
    let number = |column: Option<usize>| -> Option<u32> {
        record.get(column?)?.trim().parse().ok().filter(|&rank| rank > 0)
    };
    let stars = || {
        let stars = usize::try_from(number(Some(columns.collins))?).ok()?;
        COLLINS_RANKS.get(stars - 1).copied()
    };
    number(columns.frq).or_else(|| number(columns.bnc)).or_else(stars)
}

/// The inflected forms in `p:went/d:gone/i:going/3:goes`. Several forms of a kind are separated by
/// commas.
pub(super) fn forms(exchange: &str) -> Vec<String> {
    let pairs = exchange.split('/').filter_map(|pair| pair.split_once(':'));
    let inflected = pairs.filter(|(kind, _)| FORM_KINDS.contains(&kind.trim()));
    inflected.flat_map(|(_, forms)| forms.split(',')).map(str::to_owned).collect()
}

impl Reader for Ecdict {
    fn next(&mut self) -> Result<Option<Entry>, BookError> {
        while let Some(record) = self.records.next()? {
            self.state.place = Place::Line(self.records.line());
            self.state.warn_of_open_quotes(self.records.take_open_quotes());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_forms_but_not_the_lemma() {
        assert_eq!(
            forms("p:went/d:gone/0:go/1:p/s:mice, mouses"),
            ["went", "gone", "mice", " mouses"]
        );
        assert_eq!(forms("0:go/1:3"), Vec::<String>::new());
        assert_eq!(forms(""), Vec::<String>::new());
    }

    #[test]
    fn ranks_by_corpus_before_stars() {
        let rank_of = |collins: &str, bnc: &str, frq: &str| {
            let mut fields = [""; 13];
            (fields[5], fields[8], fields[9]) = (collins, bnc, frq);
            rank(&StringRecord::from(fields.to_vec()), &THIRTEEN)
        };
        assert_eq!(rank_of("5", "20", "10"), Some(10));
        assert_eq!(rank_of("5", "20", "0"), Some(20));
        assert_eq!(rank_of("5", "0", ""), Some(680));
        assert_eq!(rank_of("6", "0", "x"), None);
        assert_eq!(rank_of("0", "", ""), None);
    }
}
