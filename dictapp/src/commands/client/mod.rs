//! The command `dictapp client`: the menus of a programming course's terminal client, which this
//! program replaces. They use the API of a server. The command also looks up a single word, for
//! scripts, and looks words up in the configured database, without a server.

mod connection;
mod menus;
mod prompt;
pub(super) mod terminal;
mod token_file;

use std::io::{self, Write};
use std::path::PathBuf;
use std::rc::Rc;

use anyhow::{Result, anyhow};

use super::Output;
use super::look::{self, NoSuchWord, locale};
use crate::settings::Settings;
use crate::texts::Language;
use connection::{CallError, Connection, LookUp};
use menus::Menus;
use prompt::{Prompt, print_line};
use token_file::TokenFile;

/// The arguments of the command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The server, as in `http://127.0.0.1:8000`.
    pub url: String,
    /// A file with certificates that are trusted besides the system's.
    pub ca: Option<PathBuf>,
    /// `zh` or `en`; `None`: from the environment.
    pub language: Option<String>,
    /// What the client does.
    pub action: Action,
}

/// What a client does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Show the menus.
    Menus,
    /// Look words up in the configured database, without a server, until the user types `##`.
    Offline,
    /// Look one word up and end.
    Look(String, Output),
    /// Look one word up in the configured database, without a server, and end.
    LookOffline(String, Output),
}

/// Runs the client. A look-up in the configured database needs `settings`; the others need only
/// the request.
///
/// # Errors
/// The server or the terminal cannot be used; the word is not found.
pub fn run(settings: &Settings, request: &Request) -> Result<()> {
    let language = locale::language(request.language.as_deref());
    match &request.action {
        Action::Offline => offline(settings, &language.texts().client),
        Action::LookOffline(word, output) => look::run(settings, word, *output),
        Action::Look(word, output) => {
            let (connection, tokens) = connect(request, language)?;
            look_up(&connection, &tokens, word, *output)
        }
        Action::Menus => {
            let (connection, tokens) = connect(request, language)?;
            let connection = Rc::new(connection);
            let suggesting = Rc::clone(&connection);
            let prompt = Prompt::new(Box::new(move |typed| suggesting.suggest(typed)))?;
            Menus { connection, prompt, tokens, t: &language.texts().client }.run()
        }
    }
}

/// A connection with the stored token of the last log-in at this server, if there is one.
fn connect(request: &Request, language: Language) -> Result<(Connection, TokenFile)> {
    let connection = Connection::new(&request.url, request.ca.as_deref(), language)?;
    let tokens = TokenFile::of_user();
    connection.token.replace(tokens.read(&connection.base));
    Ok((connection, tokens))
}

/// Looks one word up; as a guest if the session of the last log-in has ended.
fn look_up(connection: &Connection, tokens: &TokenFile, word: &str, output: Output) -> Result<()> {
    let mut answer = connection.look_up(word);
    if matches!(answer, Err(CallError::Refused { status: 401, .. }))
        && connection.token.take().is_some()
    {
        writeln!(io::stderr(), "{}", connection.t.log_in_again).unwrap_or_default();
        tokens.remove();
        answer = connection.look_up(word);
    }
    match answer {
        Ok(LookUp::Found(entry)) => look::print(entry, output, connection.t),
        Ok(LookUp::Missing(_)) => Err(NoSuchWord(word.to_owned()).into()),
        Err(error) => Err(anyhow!("{error}")),
    }
}

/// Looks words up in the configured database until the user types `##`.
fn offline(settings: &Settings, t: &'static crate::texts::Client) -> Result<()> {
    let site = crate::commands::serve::open(settings)?;
    let shelf = site.shelf();
    let suggest = |typed: &str| {
        let found = shelf.lexicon().suggest(typed, site.settings().dictionary.suggestions);
        found.iter().map(|entry| entry.word.to_owned()).collect()
    };
    let mut prompt = Prompt::new(Box::new(suggest))?;
    while let Some(word) = prompt.word(t.word, "")?.filter(|word| word != menus::END_OF_LOOK_UPS) {
        if word.is_empty() {
            continue;
        }
        match look::entry_in(&shelf, &word)? {
            Some(entry) => look::print(entry, Output::Text, t)?,
            None => print_line(t.no_word),
        }
    }
    Ok(())
}
