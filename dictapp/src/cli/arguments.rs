//! The arguments of the command line. Their comments are the text of `--help`.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::books::{BookKind, Column, Encoding, Overrides};
use crate::commands::books::BooksCommand;
use crate::commands::client;
use crate::commands::export::{Export, Format};
use crate::commands::look::Form;
use crate::commands::user::UserCommand;
use crate::model::{LanguageTag, Languages};
use crate::settings::Flag;
use crate::site::{ImportAction, ImportRequest};
use crate::store::CourseSource;

/// An online dictionary (电子词典): look words up in a browser, keep a history
#[derive(Debug, Parser)]
#[command(name = "dictapp", version, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 done, 1 it failed, 2 the command line or the settings are \
    wrong, 3 no word book has the word.\nconf/settings.toml documents every setting.")]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) action: Option<Action>,

    /// Read settings from FILE [default: conf/settings.toml, if it exists]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) settings: Option<PathBuf>,

    /// Listen on HOST:PORT or unix:PATH [default: 127.0.0.1:8000]
    #[arg(long, global = true, value_name = "ADDRESS")]
    address: Option<String>,

    /// Store everything in sqlite:PATH or mysql://USER@HOST/DATABASE [default:
    /// sqlite:data/dictapp.db]
    #[arg(long, global = true, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    database: Option<String>,

    /// Set any key of the settings, as in --set server.workers_max=64; may be repeated
    #[arg(long, global = true, value_name = "SECTION.KEY=VALUE")]
    #[arg(value_parser = Flag::parse_assignment)]
    set: Vec<Flag>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Serve the dictionary (the default command)
    Serve,
    /// Import a word book into the database
    Import(ImportArguments),
    /// Import users, look-ups and words of a course database; may be repeated
    ImportCourse {
        /// mysql://USER:PASSWORD@HOST/DATABASE, or the file of an SQL dump; it is only read
        #[arg(value_parser = CourseSource::parse)]
        source: CourseSource,
    },
    /// Look a word up in the database, without a server
    Look(LookArguments),
    /// Use a server from the terminal: log in, look words up, read the history
    Client(ClientArguments),
    /// Serve the Model Context Protocol on stdin and stdout, so that a language model can look
    /// words up
    Mcp,
    /// Print the completions of the command line for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the manual pages into a folder
    Man {
        /// The folder
        folder: PathBuf,
    },
    /// List, order, hide, show, rename, export or remove word books, also while the server runs
    Books(BooksArguments),
    /// Add, list, disable or delete users, set or reset their passwords, also while the server runs
    User(UserArguments),
    /// Print the licences of the crates that the program is built from
    Licences,
    /// Write the whole database to a file, also while the server runs
    Backup {
        /// A file that does not exist yet; it becomes an SQLite database, also if the server uses
        /// MySQL
        file: PathBuf,
    },
    /// Create the database of the settings, which must be missing or empty, from a backup
    Restore {
        /// A file that `backup` wrote
        file: PathBuf,
    },
    /// Check the settings without serving; with --database and no URL, connect to the database too
    Check,
}

#[derive(Debug, Args)]
#[command(allow_missing_positional = true)]
pub(super) struct ImportArguments {
    /// The format of the book [default: recognised by its content]
    #[arg(value_enum, hide_possible_values = false)]
    kind: Option<BookKind>,

    /// The book, or one of its files; "wordnet" means Debian's /usr/share/wordnet
    file: PathBuf,

    /// The short name of the book in settings and later imports [default: from FILE]
    #[arg(long)]
    name: Option<String>,

    /// The title that readers see [default: the present title, or the one in a new book]
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
    /// forms, or - to skip one [default: recognised]
    #[arg(long, value_name = "LIST", value_delimiter = ',', allow_hyphen_values = true)]
    #[arg(value_parser = parse_column)]
    columns: Option<Vec<Column>>,
}

fn parse_encoding(name: &str) -> Result<Encoding, String> {
    Encoding::by_name(name).ok_or_else(|| "unknown encoding".to_owned())
}

fn parse_language(code: &str) -> Result<LanguageTag, String> {
    LanguageTag::parse(code).ok_or_else(|| "must be a code of ISO 639, such as en".to_owned())
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
pub(super) struct LookArguments {
    /// The word or phrase
    word: String,

    /// Print JSON, as the API sends it
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ClientArguments {
    /// The server
    #[arg(default_value = "http://127.0.0.1:8000")]
    url: String,

    /// A PEM file of certificates that are trusted besides the system's
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,

    /// The language, zh or en [default: from LANG]
    #[arg(long, value_parser = ["zh", "en"])]
    lang: Option<String>,

    /// Look words up in the database of the settings, without a server
    #[arg(long)]
    offline: bool,

    #[command(subcommand)]
    action: Option<ClientAction>,
}

#[derive(Debug, Subcommand)]
enum ClientAction {
    /// Look a word up and exit, for scripts
    Look(LookArguments),
}

#[derive(Debug, Args)]
pub(super) struct UserArguments {
    #[command(subcommand)]
    pub(super) command: UserCommand,

    /// Print JSON
    #[arg(long, global = true)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct BooksArguments {
    #[command(subcommand)]
    action: Option<BooksAction>,
}

#[derive(Debug, Subcommand)]
enum BooksAction {
    /// List them in order of display (the default)
    List,
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
        /// The file to write [default: standard output; for stardict NAME.ifo and the others]
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Delete a book with its words; a shipped book is not imported again
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
            BookKind::Course => "The course's text: `word meaning` a line",
            BookKind::Plain => "This project's own book format",
            BookKind::Ecdict => "ECDICT's csv of 13 columns",
            BookKind::Stardict => "StarDict: .ifo .idx .dict[.dz] .syn",
            BookKind::Dictd => "dictd: .index .dict[.dz]",
            BookKind::Wordnet => "WordNet's data files",
            BookKind::Csv => "A table separated by commas, or by TABs if its name ends in .tsv",
            BookKind::Kaikki => "Wiktionary as JSON lines of Wiktextract (kaikki.org)",
            BookKind::Tsv => "A table separated by TABs",
        };
        Some(PossibleValue::new(self.name()).help(help))
    }
}

impl Arguments {
    /// Whether the command is `check --database` without a URL.
    pub(super) fn checks_database(&self) -> bool {
        let is_bare = self.database.as_deref() == Some("");
        is_bare && matches!(self.action, Some(Action::Check))
    }

    /// The flags that set keys. `--address` and `--database` override `--set`.
    pub(super) fn flags(&self) -> Vec<Flag> {
        let mut flags = self.set.clone();
        flags.extend(self.address.iter().map(|v| Flag::new("--address", "server", "address", v)));
        let url = self.database.iter().filter(|_| !self.checks_database());
        flags.extend(url.map(|v| Flag::new("--database", "database", "url", v)));
        flags
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
        };
        let action = if preview { ImportAction::Preview } else { ImportAction::Store };
        ImportRequest { kind, file, name, title, overrides, action }
    }
}

impl LookArguments {
    /// The word, and how its entry is printed.
    pub(super) fn into_parts(self) -> (String, Form) {
        (self.word, if self.json { Form::Json } else { Form::Text })
    }
}

impl From<ClientArguments> for client::Request {
    fn from(arguments: ClientArguments) -> client::Request {
        let ClientArguments { url, ca, lang: language, offline, action } = arguments;
        let action = match action {
            Some(ClientAction::Look(look)) => {
                let (word, form) = look.into_parts();
                client::Action::Look(word, form)
            }
            None if offline => client::Action::Offline,
            None => client::Action::Menus,
        };
        client::Request { url, ca, language, action }
    }
}

impl From<BooksArguments> for BooksCommand {
    fn from(BooksArguments { action }: BooksArguments) -> BooksCommand {
        match action.unwrap_or(BooksAction::List) {
            BooksAction::List => BooksCommand::List,
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
