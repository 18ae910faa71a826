//! What an import says of a file instead of what would be recognised.

use super::input::encoding::Encoding;

/// What is known of a file; what is `None` is recognised.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The encoding of its text.
    pub encoding: Option<Encoding>,
    /// The character between the columns of a table.
    pub delimiter: Option<u8>,
    /// What the columns of a table are, from the first.
    pub columns: Option<Vec<Column>>,
    /// From which language to which, as `en-zh`.
    pub languages: Option<String>,
}

/// What a column of a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// The headword.
    Word,
    /// The pronunciation.
    Phonetic,
    /// The part of speech.
    Part,
    /// The explanation.
    Mean,
    /// An example sentence.
    Example,
    /// The translation of the example.
    Translation,
    /// The place in the order of commonness.
    Rank,
    /// Inflected forms, separated by commas or semicolons.
    Forms,
    /// Nothing that an entry has.
    Skip,
}

impl Column {
    /// Every column, in the order of the help text.
    pub const ALL: &[Column] = &[
        Column::Word,
        Column::Phonetic,
        Column::Part,
        Column::Mean,
        Column::Example,
        Column::Translation,
        Column::Rank,
        Column::Forms,
        Column::Skip,
    ];

    /// The name that the command line uses.
    pub fn name(self) -> &'static str {
        match self {
            Column::Word => "word",
            Column::Phonetic => "phonetic",
            Column::Part => "pos",
            Column::Mean => "meaning",
            Column::Example => "example",
            Column::Translation => "translation",
            Column::Rank => "rank",
            Column::Forms => "forms",
            Column::Skip => "-",
        }
    }

    /// The column with this name.
    pub fn by_name(name: &str) -> Option<Column> {
        Column::ALL.iter().copied().find(|column| column.name() == name)
    }
}

/// What was recognised in a file, for a preview.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recognised {
    /// The encoding of its text.
    pub encoding: Option<Encoding>,
    /// The character between the columns.
    pub delimiter: Option<char>,
    /// What the columns are.
    pub columns: Vec<Column>,
}
