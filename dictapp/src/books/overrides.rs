//! Properties of the file of a book: those that a person gives ([`Overrides`]), and those that are
//! recognised from its content ([`Recognised`]). [`Column`] names the content of a column.

use super::input::encoding::Encoding;
use crate::model::Languages;

/// Given properties of a file. A property that is `None` is recognised from the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The encoding of its text.
    pub encoding: Option<Encoding>,
    /// The character between the columns of a table.
    pub delimiter: Option<u8>,
    /// The columns of a table, from the first.
    pub columns: Option<Vec<Column>>,
    /// The languages of headwords and explanations.
    pub languages: Option<Languages>,
    /// The meaning of `[sound:apple.mp3]` in the cells of a table.
    pub sounds: Sounds,
}

/// The meaning of `[sound:apple.mp3]` in the cells of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sounds {
    /// It is a sound of Anki, which is left out.
    #[default]
    LeftOut,
    /// It is text.
    Text,
}

impl Overrides {
    /// The name of a given property that only tables have. `None`: no such property is given.
    pub(super) fn table_property(&self) -> Option<&'static str> {
        let delimiter = self.delimiter.map(|_| "delimiter");
        delimiter.or(self.columns.as_ref().map(|_| "columns"))
    }
}

/// The content of a column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// The headword.
    Word,
    /// The pronunciation.
    Phonetic,
    /// The part of speech.
    Part,
    /// The explanation.
    Explanation,
    /// An example sentence.
    Example,
    /// The translation of the example.
    Translation,
    /// The frequency rank.
    Rank,
    /// Inflected forms, separated by commas or semicolons.
    Forms,
    /// Words of the same meaning, separated in the same way.
    Synonyms,
    /// Words of the opposite meaning.
    Antonyms,
    /// Phrases with the word.
    Phrases,
    /// The level of the Common European Framework: `A1` to `C2`.
    Level,
    /// Ignored.
    Skip,
}

impl Column {
    /// All columns, in the order of the help text.
    pub const ALL: &[Column] = &[
        Column::Word,
        Column::Phonetic,
        Column::Part,
        Column::Explanation,
        Column::Example,
        Column::Translation,
        Column::Rank,
        Column::Forms,
        Column::Synonyms,
        Column::Antonyms,
        Column::Phrases,
        Column::Level,
        Column::Skip,
    ];

    /// The name that the command line uses.
    pub fn name(self) -> &'static str {
        match self {
            Column::Word => "word",
            Column::Phonetic => "phonetic",
            Column::Part => "pos",
            Column::Explanation => "meaning",
            Column::Example => "example",
            Column::Translation => "translation",
            Column::Rank => "rank",
            Column::Forms => "forms",
            Column::Synonyms => "synonyms",
            Column::Antonyms => "antonyms",
            Column::Phrases => "phrases",
            Column::Level => "level",
            Column::Skip => "-",
        }
    }

    /// The column with this name.
    pub fn by_name(name: &str) -> Option<Column> {
        Column::ALL.iter().copied().find(|column| column.name() == name)
    }
}

/// The properties of a file that were recognised, for a preview.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recognised {
    /// The encoding of its text.
    pub encoding: Option<Encoding>,
    /// The character between the columns of a table.
    pub delimiter: Option<char>,
    /// The columns of a table, from the first; empty for other kinds of books.
    pub columns: Vec<Column>,
}
