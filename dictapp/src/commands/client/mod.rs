//! The command `dictapp client`: the course's two menus in a terminal, over the API of a server,
//! and look-ups for scripts.

mod connection;
mod menus;
mod prompt;
pub(super) mod terminal;
mod token_file;

use std::env;
use std::path::PathBuf;

use anyhow::{Result, anyhow};

use super::look::{self, Form, NoSuchWord};
use crate::settings::Settings;
use crate::texts::Language;
use connection::{Connection, LookUp};
use menus::Menus;
use prompt::{Prompt, say};
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
    /// The action.
    pub action: Action,
}

/// The action of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Show the menus.
    Menus,
    /// Look words up in the configured database until `##`, without a server.
    Offline,
    /// Look one word up and end.
    Look(String, Form),
}

/// Runs the client.
///
/// # Errors
/// The server or the terminal cannot be used; the word is not found.
pub fn run(settings: &Settings, request: &Request) -> Result<()> {
    let t = &language(request.language.as_deref()).texts().client;
    let tokens = TokenFile::of_user();
    if request.action == Action::Offline {
        return offline(settings, t);
    }
    let connect = || Connection::new(&request.url, request.ca.as_deref(), t);
    let mut connection = connect()?;
    connection.token = tokens.read(&request.url);
    match &request.action {
        Action::Look(word, form) => match connection.look_up(word) {
            Ok(LookUp::Found(entry)) => look::print(entry, *form),
            Ok(LookUp::Missing(_)) => Err(NoSuchWord(word.clone()).into()),
            Err(trouble) => Err(anyhow!("{trouble}")),
        },
        Action::Menus => {
            let asked = connect()?;
            let prompt = Prompt::new(Box::new(move |typed| asked.suggest(typed)))?;
            Menus { url: &request.url, connection, prompt, tokens, t }.run()
        }
        Action::Offline => Ok(()), // above: it needs no server
    }
}

/// Looks words up in the configured database until `##`.
fn offline(settings: &Settings, t: &'static crate::texts::Client) -> Result<()> {
    let site = crate::commands::serve::open(settings)?;
    let shelf = site.shelf();
    let suggest = |typed: &str| {
        let found = shelf.lexicon().suggest(typed, site.settings().dictionary.suggestions);
        found.iter().map(|entry| entry.word.to_owned()).collect()
    };
    let mut prompt = Prompt::new(Box::new(suggest))?;
    while let Some(word) = prompt.word(t.word, "")?.filter(|word| word != menus::END) {
        if word.is_empty() {
            continue;
        }
        match look::entry_in(&shelf, &word)? {
            Some(entry) => look::print(entry, Form::Text)?,
            None => say(t.no_word),
        }
    }
    Ok(())
}

/// The chosen language, else English if the environment asks for it, else Chinese, as in the
/// course.
fn language(chosen: Option<&str>) -> Language {
    if let Some(language) = chosen.and_then(Language::parse) {
        return language;
    }
    let names = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter();
    let asked = names.filter_map(|name| env::var(name).ok()).find(|value| !value.is_empty());
    if asked.is_some_and(|language| language.starts_with("en")) {
        Language::English
    } else {
        Language::Chinese
    }
}
