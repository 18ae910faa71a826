//! The arguments of the command line, and their conversion to the types of the commands. The
//! comments of the fields and variants are the text of `--help`.

mod books;

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::commands::Output;
use crate::commands::client;
use crate::commands::user::UserCommand;
use crate::settings::Flag;
use crate::store::CourseSource;
use books::{BooksArguments, ImportArguments};

/// An online dictionary (电子词典): look words up in a browser, keep a history
#[derive(Debug, Parser)]
#[command(name = "dictapp", version, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 done, 1 it failed, 2 the command line or the settings are \
    wrong, 3 no dictionary has the word.\nconf/settings.toml documents every setting.")]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) action: Option<AnyAction>,

    #[command(flatten)]
    listen: Listen,

    /// Read settings from FILE [default: conf/settings.toml, if it exists]
    #[arg(long, global = true, value_name = "FILE", help_heading = SETTINGS)]
    pub(super) settings: Option<PathBuf>,

    /// Store everything in sqlite:PATH or mysql://USER@HOST/DATABASE [default:
    /// sqlite:data/dictapp.db]
    #[arg(long, global = true, value_name = "URL", num_args = 0..=1, default_missing_value = "")]
    #[arg(help_heading = SETTINGS)]
    database: Option<String>,

    /// Set any key of the settings, as in --set server.workers_max=64; may be repeated
    #[arg(long, global = true, value_name = "SECTION.KEY=VALUE", help_heading = SETTINGS)]
    #[arg(value_parser = Flag::parse_assignment)]
    set: Vec<Flag>,
}

/// The heading of the flags that every command with settings has.
const SETTINGS: &str = "Settings";

/// Part of the help of commands that need the words of a database.
const MAKES_DATABASE: &str =
    "If there is no database yet, it is created with the shipped dictionaries.";

/// Part of the help of commands that print the entry of a word. Only they return 3.
const EXIT_CODES: &str = "Exit codes: 0 found, 1 it failed, 2 the command line or the settings are \
    wrong, 3 no dictionary has the word.";

/// The address of the server.
#[derive(Debug, Default, Args)]
pub(super) struct Listen {
    /// Listen on HOST:PORT or unix:PATH [default: 127.0.0.1:8000]
    #[arg(long, value_name = "ADDRESS")]
    address: Option<String>,
}

/// A subcommand. Flattened: the help lists the variants of both enums as one list.
#[derive(Debug, Subcommand)]
pub(super) enum AnyAction {
    #[command(flatten)]
    WithSettings(Action),
    #[command(flatten)]
    WithoutSettings(PlainAction),
}

/// Commands that need neither settings nor a database.
#[derive(Debug, Subcommand)]
pub(super) enum PlainAction {
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
    /// Print the licences of the crates that the program is built from
    Licences,
}

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Serve the dictionary (the default command)
    Serve(Listen),
    /// Import a dictionary into the database
    Import(ImportArguments),
    /// Import users, look-ups and words of a course database; may be run again
    #[command(
        after_help = "MD5 hashes of passwords need the setting accounts.course_salt, the salt \
        of the course's program. Plain passwords are hashed at once."
    )]
    ImportCourse {
        /// mysql://USER:PASSWORD@HOST/DATABASE, or the file of an SQL dump; it is only read
        #[arg(value_parser = CourseSource::parse)]
        source: CourseSource,
    },
    /// Look a word up in the database, without a server
    #[command(after_help = format!("{MAKES_DATABASE}\n{EXIT_CODES}"))]
    Look(LookArguments),
    /// Use a server from the terminal: log in, look words up, read the history
    Client(ClientArguments),
    /// Serve the Model Context Protocol on stdin and stdout, so that a language model can look
    /// words up
    #[command(after_help = MAKES_DATABASE)]
    Mcp,
    /// List, order, hide, show, rename, export or remove dictionaries, also while the server runs
    Books(BooksArguments),
    /// Add, list, disable or delete users, set or reset their passwords, also while the server runs
    User(UserArguments),
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
    Check(Listen),
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

    /// The language, zh or en [default: that of LC_ALL, LC_MESSAGES or LANG; zh if they name none]
    #[arg(long, value_name = "LANGUAGE", value_parser = ["zh", "en"], hide_possible_values = true)]
    lang: Option<String>,

    /// Look words up in the database of the settings, without a server; it is created if there is
    /// none
    #[arg(long)]
    offline: bool,

    #[command(subcommand)]
    action: Option<ClientAction>,
}

#[derive(Debug, Subcommand)]
enum ClientAction {
    /// Look a word up and exit, for scripts
    #[command(after_help = EXIT_CODES)]
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

/// The command line. The help of commands without settings does not show the flags for settings.
pub(super) fn command() -> clap::Command {
    without_unused_flags(Arguments::command())
}

/// The command line that the manual pages are made of, without the subcommand `help`.
pub(super) fn command_of_manual() -> clap::Command {
    without_unused_flags(Arguments::command().disable_help_subcommand(true))
}

/// Hides the flags for settings in the help of the commands of [`PlainAction`].
fn without_unused_flags(mut command: clap::Command) -> clap::Command {
    command.build();
    for command in command.get_subcommands_mut() {
        if PlainAction::has_subcommand(command.get_name()) {
            *command = std::mem::take(command).mut_args(|argument| {
                let is_setting = argument.get_help_heading() == Some(SETTINGS);
                if is_setting { argument.hide(true) } else { argument }
            });
        }
    }
    command
}

impl Arguments {
    /// Whether the command is `check` and `--database` has no URL, so that the database is checked
    /// too.
    pub(super) fn checks_database(&self) -> bool {
        let is_bare = self.database.as_deref() == Some("");
        is_bare && matches!(self.action, Some(AnyAction::WithSettings(Action::Check(_))))
    }

    /// The flags that set keys of the settings. `--address` and `--database` are last, so they
    /// override `--set`. An address after the command overrides one before it.
    pub(super) fn flags(&self) -> Vec<Flag> {
        let mut flags = self.set.clone();
        let after_command = match &self.action {
            Some(AnyAction::WithSettings(Action::Serve(listen) | Action::Check(listen))) => {
                listen.address.as_ref()
            }
            _ => None,
        };
        let address = after_command.or(self.listen.address.as_ref());
        flags.extend(address.map(|v| Flag::new("--address", "server", "address", v)));
        let url = self.database.iter().filter(|_| !self.checks_database());
        flags.extend(url.map(|v| Flag::new("--database", "database", "url", v)));
        flags
    }
}

impl LookArguments {
    /// The word, and how its entry is printed.
    pub(super) fn into_parts(self) -> (String, Output) {
        (self.word, if self.json { Output::Json } else { Output::Text })
    }
}

impl From<ClientArguments> for client::Request {
    fn from(arguments: ClientArguments) -> client::Request {
        let ClientArguments { url, ca, lang: language, offline, action } = arguments;
        let action = match action {
            Some(ClientAction::Look(look)) => {
                let (word, output) = look.into_parts();
                if offline {
                    client::Action::LookOffline(word, output)
                } else {
                    client::Action::Look(word, output)
                }
            }
            None if offline => client::Action::Offline,
            None => client::Action::Menus,
        };
        client::Request { url, ca, language, action }
    }
}
