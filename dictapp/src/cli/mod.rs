//! Parses the command line: `dictapp look apple` becomes [`Command::Look`] with the settings and
//! the word, `dictapp --help` an [`Ending`]: a text and an exit code. It prints nothing and runs no
//! command, except that [`write_manual`] writes the manual pages.

mod arguments;

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::FromArgMatches;

use crate::commands::Output;
use crate::commands::books::BooksCommand;
use crate::commands::client;
use crate::commands::user::UserCommand;
use crate::settings::{Loaded, Settings, Sources};
use crate::site::ImportRequest;
use crate::store::CourseSource;
use arguments::{
    Action, AnyAction, Arguments, Listen, PlainAction, UserArguments, command, command_of_manual,
};

/// A command, with its valid settings if it needs any.
#[derive(Clone, Debug)]
pub enum Command {
    /// Serve until a signal stops the server. At SIGHUP the settings are read again from the
    /// sources (flags, file, environment), to report which of them have changed.
    Serve(Settings, Sources),
    /// Import a dictionary into the database.
    Import(Settings, ImportRequest),
    /// List the dictionaries of the database, or change how they are shown.
    Books(Settings, BooksCommand),
    /// Add, list or change users.
    User(Settings, UserCommand, Output),
    /// Import the database of the programming course's dictionary, which this program is compatible
    /// with.
    ImportCourse(Settings, CourseSource),
    /// Look a word up without a server.
    Look(Settings, String, Output),
    /// Use a server from the terminal.
    Client(Settings, client::Request),
    /// Serve the Model Context Protocol to a language model.
    Mcp(Settings),
    /// Write the manual pages into a folder.
    Man(PathBuf),
    /// Print the licences of the crates that the program is built from.
    Licences,
    /// Write the database to a file.
    Backup(Settings, PathBuf),
    /// Create the database from a file.
    Restore(Settings, PathBuf),
    /// Report that the settings are valid. The text names the sources that they were read from.
    Check(Settings, String),
    /// Report the same, and check the database.
    CheckDatabase(Settings, String),
}

/// The text and the exit code of a program that ends without running a command, or with an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The text to print, without the last line end: to standard output if `code` is 0, otherwise
    /// to standard error.
    pub text: String,
    /// 0: done; 1: the command failed; 2: the command line or the settings are wrong; 3: no
    /// dictionary has the word.
    pub code: u8,
}

/// Parses the arguments, beginning with the name of the program, and reads the settings.
///
/// # Errors
/// The ending: help, the version, completions for a shell, or all mistakes of the command line or
/// the settings.
pub fn parse(
    arguments: impl IntoIterator<Item = OsString>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Command, Ending> {
    let matches = command().try_get_matches_from(arguments);
    let arguments = matches.and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = arguments.map_err(|e| clap_ending(&e))?;
    let checks_database = arguments.checks_database();
    let flags = arguments.flags();
    let action = match arguments.action {
        None => Action::Serve(Listen::default()),
        Some(AnyAction::WithSettings(action)) => action,
        Some(AnyAction::WithoutSettings(action)) => return without_settings(action),
    };
    let environment = environment.into_iter().collect();
    let sources = Sources { flags, file: arguments.settings, environment };
    let Loaded { settings, origin } = Settings::load(&sources)
        .map_err(|mistakes| Ending { text: mistakes.to_string(), code: 2 })?;
    Ok(match action {
        Action::Serve(_) => Command::Serve(settings, sources),
        Action::Import(import) => Command::Import(settings, import.into()),
        Action::Books(books) => Command::Books(settings, books.into()),
        Action::User(UserArguments { command, json }) => {
            let output = if json { Output::Json } else { Output::Text };
            Command::User(settings, command, output)
        }
        Action::ImportCourse { source } => Command::ImportCourse(settings, source),
        Action::Look(look) => {
            let (word, output) = look.into_parts();
            Command::Look(settings, word, output)
        }
        Action::Client(client) => Command::Client(settings, client.into()),
        Action::Mcp => Command::Mcp(settings),
        Action::Backup { file } => Command::Backup(settings, file),
        Action::Restore { file } => Command::Restore(settings, file),
        Action::Check(_) if checks_database => Command::CheckDatabase(settings, origin),
        Action::Check(_) => Command::Check(settings, origin),
    })
}

fn without_settings(action: PlainAction) -> Result<Command, Ending> {
    match action {
        PlainAction::Completions { shell } => Err(completions(shell)),
        PlainAction::Man { folder } => Ok(Command::Man(folder)),
        PlainAction::Licences => Ok(Command::Licences),
    }
}

/// The completion script of a shell. It is an [`Ending`], since it is printed and the program ends,
/// as with the help.
fn completions(shell: clap_complete::Shell) -> Ending {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "dictapp", &mut script);
    Ending { text: String::from_utf8_lossy(&script).trim_end().to_owned(), code: 0 }
}

/// Writes the manual pages, one for each command, into a folder, which is created if it is missing.
///
/// # Errors
/// A file cannot be written.
pub fn write_manual(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    clap_mangen::generate_to(command_of_manual(), folder)
}

/// Converts what clap reports: the help and the version end with code 0, an invalid command line
/// with 2.
fn clap_ending(e: &clap::Error) -> Ending {
    let text = e.render().to_string().trim_end().to_owned();
    Ending { text, code: if e.use_stderr() { 2 } else { 0 } }
}

#[cfg(test)]
mod tests;
