//! The arguments of the commands for dictionaries: `import` and `books`. Their comments are the
//! text of `--help`.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, Subcommand, ValueEnum};

use crate::books::{BookKind, Column, Encoding, Overrides};
use crate::commands::Output;
use crate::commands::books::BooksCommand;
use crate::commands::export::{Export, Format};
use crate::model::{LanguageTag, Languages};
use crate::site::{ImportAction, ImportRequest};

#[derive(Debug, Args)]
#[command(allow_missing_positional = true)]
pub(crate) struct ImportArguments {
    /// The format of the book [default: recognised by its content]
    #[arg(value_enum, hide_possible_values = false)]
    kind: Option<BookKind>,

    /// The book, or one of its files; "wordnet" means Debian's /usr/share/wordnet
    file: PathBuf,

    /// The short name of the book in settings and later imports [default: from FILE]
    #[arg(long)]
    name: Option<String>,

    /// The title that readers see [default: unchanged; for a new book, the title in its file]
    #[arg(long)]
    title: Option<String>,

    /// Show the recognised format and the first entries, without importing them
    #[arg(long)]
    preview: bool,

    /// The language of the headwords, such as en [default: from the book]
    #[arg(long, value_name = "CODE", value_parser = parse_language, requires = "to")]
    from: Option<LanguageTag>,

    /// The language of the explanations, such as zh [default: from the book]
    #[arg(long, value_name = "CODE", value_parser = parse_language, requires = "from")]
    to: Option<LanguageTag>,

    /// The encoding of a text file, such as gb18030 [default: recognised]
    #[arg(long, value_name = "NAME", value_parser = parse_encoding)]
    encoding: Option<Encoding>,

    /// The character between the columns of a table, or "tab" [default: recognised]
    #[arg(long, value_name = "CHARACTER", value_parser = parse_delimiter)]
    delimiter: Option<u8>,

    /// The columns of a table in order: word, phonetic, pos, meaning, example, translation, rank,
    /// forms, synonyms, antonyms, phrases, level, or - to skip one [default: recognised]
    #[arg(long, value_name = "LIST", value_delimiter = ',', allow_hyphen_values = true)]
    #[arg(value_parser = parse_column)]
    columns: Option<Vec<Column>>,
}

fn parse_encoding(name: &str) -> Result<Encoding, String> {
    Encoding::by_name(name).ok_or_else(|| "unknown encoding".to_owned())
}

fn parse_language(code: &str) -> Result<LanguageTag, String> {
    LanguageTag::parse(code).ok_or_else(|| "must be an ISO 639 code, such as en".to_owned())
}

fn parse_delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [delimiter] if delimiter.is_ascii() => Ok(*delimiter),
        _ => Err("must be one ASCII character, or tab".to_owned()),
    }
}

fn parse_column(name: &str) -> Result<Column, String> {
    Column::by_name(name.trim()).ok_or_else(|| {
        let names: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
        format!("must be one of {}", names.join(", "))
    })
}

#[derive(Debug, Args)]
pub(crate) struct BooksArguments {
    #[command(subcommand)]
    action: Option<BooksAction>,
}

#[derive(Debug, Subcommand)]
enum BooksAction {
    /// List all books in order of display (the default)
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Put these books first, in this order; the others keep their order
    Order {
        /// The names of the books, as `books list` prints them
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
    },
    /// Hide a book from look-ups
    Hide {
        /// The name of the book
        name: String,
    },
    /// Show a hidden book again
    Show {
        /// The name of the book
        name: String,
    },
    /// Change the title of a book; its name does not change
    Rename {
        /// The name of the book
        name: String,
        /// The title that readers see
        title: String,
    },
    /// Write a book to a file of another program's format
    Export {
        /// The name of the book
        name: String,
        /// The format to write
        #[arg(long = "as", value_name = "FORMAT")]
        format: Format,
        /// The file to write [default: standard output; for stardict: NAME.ifo, NAME.idx,
        /// NAME.dict, NAME.syn]
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Delete a book with its words; a bundled book is not imported again at the next start
    Remove {
        /// The name of the book
        name: String,
    },
}

impl ValueEnum for BookKind {
    fn value_variants<'a>() -> &'a [BookKind] {
        BookKind::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            BookKind::Course => "A word list, one `word meaning` a line",
            BookKind::Plain => "This project's own book format",
            BookKind::Ecdict => "ECDICT's csv of 13 columns",
            BookKind::Stardict => "StarDict: .ifo .idx .dict[.dz] .syn",
            BookKind::Dictd => "dictd: .index .dict[.dz]",
            BookKind::Wordnet => "WordNet's data files",
            BookKind::Csv => "A table separated by commas, or by TABs if its name ends in .tsv",
            BookKind::Kaikki => "Wiktionary as JSON lines of Wiktextract (kaikki.org)",
            BookKind::Json => "A word list in JSON",
            BookKind::Dsl => "ABBYY Lingvo's DSL",
            BookKind::Tsv => "A table separated by TABs",
        };
        Some(PossibleValue::new(self.name()).help(help))
    }
}

impl From<ImportArguments> for ImportRequest {
    fn from(arguments: ImportArguments) -> ImportRequest {
        let ImportArguments { kind, file, name, title, preview, .. } = arguments;
        let overrides = Overrides {
            encoding: arguments.encoding,
            delimiter: arguments.delimiter,
            columns: arguments.columns,
            languages: arguments.from.zip(arguments.to).map(|(from, to)| Languages { from, to }),
            ..Overrides::default()
        };
        let action = if preview { ImportAction::Preview } else { ImportAction::Store };
        ImportRequest { kind, file, name, title, overrides, action }
    }
}

impl From<BooksArguments> for BooksCommand {
    fn from(BooksArguments { action }: BooksArguments) -> BooksCommand {
        match action.unwrap_or(BooksAction::List { json: false }) {
            BooksAction::List { json } => {
                BooksCommand::List(if json { Output::Json } else { Output::Text })
            }
            BooksAction::Order { names } => BooksCommand::Order(names),
            BooksAction::Hide { name } => BooksCommand::Hide(name),
            BooksAction::Show { name } => BooksCommand::Show(name),
            BooksAction::Rename { name, title } => BooksCommand::Rename { name, title },
            BooksAction::Remove { name } => BooksCommand::Remove(name),
            BooksAction::Export { name, format, output } => {
                BooksCommand::Export(Export { name, format, output })
            }
        }
    }
}
