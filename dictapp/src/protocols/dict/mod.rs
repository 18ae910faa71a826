//! DICT (RFC 2229): replies to the lines of a client. The databases of the protocol are the books
//! (dictionaries) of the site. `command` parses a line, `strategy` finds words (`soundex` by their
//! sound), `article` formats an entry as plain text, `reply` encodes the reply.

mod command;
mod strategy;
mod soundex;
mod article;
mod reply;

use std::time::{Duration, Instant};

use command::{Command, Databases, WrongCommand};
use reply::{Reply, TextHeaders};
use strategy::Strategy;

use crate::lexicon::{BookIndex, EntryRef, FoundBy, Hit, Lexicon};
use crate::site::{Selection, Shelf, Site};

/// Maximum bytes of a client's line, including its end (RFC 2229 §2.3).
pub(crate) const LINE_BYTES_MAX: usize = 1024;

/// Maximum number of definitions in the reply to a `DEFINE`. A word has an entry or two in each
/// book.
const DEFINITIONS_MAX: usize = 64;

/// Maximum number of words of each database in the reply to a `MATCH`.
const MATCHES_MAX: usize = 1000;

/// The state of one connection. No user is logged in.
#[derive(Debug, Default)]
pub(crate) struct Session {
    /// Whether texts begin with MIME headers: they do after the command `OPTION MIME`.
    headers: TextHeaders,
}

/// The reply to a line, and whether the connection ends after it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The bytes to send: whole lines.
    pub(crate) bytes: Vec<u8>,
    /// The state of the connection after the reply.
    pub(crate) after: AfterReply,
}

/// The state of the connection after a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterReply {
    /// The next line of the client is read.
    Read,
    /// The connection is closed.
    Close,
}

impl Session {
    /// The line that greets a new client. It ends with a message id (RFC 2229 §3.1), which `id`
    /// makes unique.
    pub(crate) fn banner(id: u64) -> Vec<u8> {
        let pid = std::process::id();
        format!("220 dictapp <mime> <{pid}.{id}@dictapp>\r\n").into_bytes()
    }

    /// Carries out a line, which has no line end, and returns the reply. An empty line gets no
    /// reply, as with the server `dictd`.
    pub(crate) fn line(&mut self, site: &Site, line: &[u8]) -> Answer {
        let mut reply = Reply::new(self.headers);
        let mut after = AfterReply::Read;
        if line.is_empty() {
            return Answer { bytes: Vec::new(), after };
        }
        let parsed = match std::str::from_utf8(line) {
            Ok(line) => Command::parse(line),
            Err(_) => Err(WrongCommand::Parameters),
        };
        match parsed {
            Ok(Command::Quit) => {
                reply.status(221, "bye");
                after = AfterReply::Close;
            }
            Ok(command) => self.run(site, &command, &mut reply),
            Err(wrong) => reply.status(wrong.code(), wrong.text()),
        }
        Answer { bytes: reply.into_bytes(), after }
    }

    /// Carries out a command and adds what it finds to the reply.
    fn run(&mut self, site: &Site, command: &Command, reply: &mut Reply) {
        match command {
            Command::Define { databases, word } => define(site, databases, word, reply),
            Command::Match { databases, strategy, word } => {
                matching(site, databases, strategy, word, reply);
            }
            Command::ShowDatabases => show_databases(site, reply),
            Command::ShowStrategies => show_strategies(reply),
            Command::ShowInfo(name) => show_info(site, name, reply),
            Command::ShowServer => show_server(site, reply),
            Command::Client => reply.status(250, "ok"),
            Command::Status => reply.status(210, "ready"),
            Command::OptionMime => {
                reply.status(250, "ok - using MIME headers");
                self.headers = TextHeaders::Mime;
            }
            Command::Help => {
                reply.status(113, "help text follows");
                reply.text(HELP);
                reply.status(250, "ok");
            }
            Command::Auth => {
                reply.status(531, "access denied: this server needs no authentication");
            }
            Command::Quit => {} // `line` handles it
        }
    }
}

const HELP: &str = "\
DEFINE database word            -- look up word in database
MATCH database strategy word    -- match word in database using strategy
SHOW DB                         -- list all accessible databases
SHOW DATABASES                  -- list all accessible databases
SHOW STRAT                      -- list available matching strategies
SHOW STRATEGIES                 -- list available matching strategies
SHOW INFO database              -- provide information about the database
SHOW SERVER                     -- provide site-specific information
OPTION MIME                     -- use MIME headers
CLIENT info                     -- identify client to server
STATUS                          -- display server status
HELP                            -- display this help information
QUIT                            -- terminate connection

For people, not for programs: D word, D database word, M word, M strategy word,
M database strategy word, S (STATUS), H (HELP), Q (QUIT).

The databases are the dictionaries; * is all of them, ! the first that has a match.
";

/// A database, which is a dictionary.
struct Database<'a> {
    index: BookIndex,
    name: &'a str,
    title: &'a str,
}

/// The databases that a command names, except books that were hidden or removed. `None`: there is
/// no book of this name.
fn chosen<'a>(shelf: &'a Shelf, wanted: &Databases) -> Option<Vec<Database<'a>>> {
    let all = shelf.books().iter().zip(0..).map(|(book, index)| Database {
        index: BookIndex(index),
        name: &book.name,
        title: &book.title,
    });
    let left_out = shelf.hidden_or_removed();
    let all = all.filter(|database| !left_out.contains(&database.index));
    match wanted {
        Databases::All | Databases::FirstWithMatch => Some(all.collect()),
        Databases::Named(name) => {
            let one: Vec<_> = all.filter(|book| book.name.eq_ignore_ascii_case(name)).collect();
            (!one.is_empty()).then_some(one)
        }
    }
}

/// Writes the refusal of a database that does not exist.
fn no_database(reply: &mut Reply) {
    reply.status(550, "invalid database, use \"SHOW DB\" for list of databases");
}

fn define(site: &Site, wanted: &Databases, word: &str, reply: &mut Reply) {
    let began = Instant::now();
    let shelf = site.shelf();
    let Some(databases) = chosen(&shelf, wanted) else { return no_database(reply) };
    let hits = shelf.lexicon().look_up(word);
    let mut definitions = Vec::new();
    for database in &databases {
        let here = definitions_in(&hits, database);
        let is_enough = *wanted == Databases::FirstWithMatch && !here.is_empty();
        definitions.extend(here.into_iter().map(|entry| (database, entry)));
        if is_enough {
            break;
        }
    }
    definitions.truncate(DEFINITIONS_MAX);
    if definitions.is_empty() {
        return reply.status(552, "no match");
    }
    let count = definitions.len();
    reply.status(150, &format!("{count} definitions retrieved - definitions follow"));
    for (database, entry) in definitions {
        let name = reply::atom_or_quoted(database.name);
        let (headword, title) = (reply::quoted(entry.word), reply::quoted(database.title));
        reply.status(151, &format!("{headword} {name} {title} - text follows"));
        reply.text(&article::plain(entry.word, phonetic(&hits, &entry), entry.explanation));
    }
    // Statistics as `dictd` reports them: definitions, matches, comparisons; time.
    let seconds = began.elapsed().as_secs_f64();
    reply.status(250, &format!("ok [d/m/c = {count}/0/{}; {seconds:.3}]", hits.len()));
}

/// The entries among `hits` that one database has, each once.
fn definitions_in<'a>(hits: &[Hit<'a>], database: &Database<'_>) -> Vec<EntryRef<'a>> {
    let mut here: Vec<EntryRef<'_>> = Vec::new();
    for hit in hits.iter().filter(|hit| hit.entry.book == database.index) {
        if !here.contains(&hit.entry) {
            here.push(hit.entry);
        }
    }
    here
}

/// The pronunciation of an entry, or else the pronunciation of the same headword in another book.
fn phonetic<'a>(hits: &[Hit<'a>], entry: &EntryRef<'a>) -> Option<&'a str> {
    let of_word = hits.iter().filter(|hit| hit.entry.word == entry.word);
    entry.phonetic.or_else(|| of_word.filter_map(|hit| hit.entry.phonetic).next())
}

fn matching(site: &Site, wanted: &Databases, strategy: &str, word: &str, reply: &mut Reply) {
    let Some(strategy) = Strategy::named(strategy) else {
        return reply.status(551, "invalid strategy, use \"SHOW STRAT\" for a list of strategies");
    };
    let shelf = site.shelf();
    let Some(databases) = chosen(&shelf, wanted) else { return no_database(reply) };
    let time_max: Duration = site.settings().dictionary.pattern_time_max;
    let found = match strategy.find(shelf.lexicon(), word, time_max) {
        Ok(found) => found,
        Err(error) => return reply.status(501, &format!("syntax error: {error}")),
    };
    let matches = matches(shelf.lexicon(), &databases, &found);
    let first = matches.iter().position(|(_, words)| !words.is_empty());
    let matches = match (wanted, first) {
        (_, None) => return reply.status(552, "no match"),
        (Databases::FirstWithMatch, Some(first)) => &matches[first..=first],
        _ => &matches[..],
    };
    let count: usize = matches.iter().map(|(_, words)| words.len()).sum();
    reply.status(152, &format!("{count} matches found - text follows"));
    let lines = |(database, words): &(&Database<'_>, Vec<&str>)| -> String {
        let name = reply::atom_or_quoted(database.name);
        words.iter().map(|word| format!("{name} {}\n", reply::quoted(word))).collect()
    };
    reply.text(&matches.iter().map(lines).collect::<String>());
    reply.status(250, "ok");
}

/// For each database, which of the found words it has, in its own spelling. `found` has each word
/// only once, with the entry of one book, so this looks up which books have the word.
fn matches<'d, 'a>(
    lexicon: &'a Lexicon,
    databases: &'d [Database<'d>],
    found: &[EntryRef<'a>],
) -> Vec<(&'d Database<'d>, Vec<&'a str>)> {
    let mut matches: Vec<_> = databases.iter().map(|database| (database, Vec::new())).collect();
    for word in found.iter().map(|entry| entry.word) {
        let hits = lexicon.look_up(word).into_iter().filter(|hit| hit.by != FoundBy::Inflection);
        for entry in hits.map(|hit| hit.entry) {
            let here = matches.iter_mut().find(|(database, _)| database.index == entry.book);
            if let Some((_, words)) = here
                && words.len() < MATCHES_MAX
                && !words.contains(&entry.word)
            {
                words.push(entry.word);
            }
        }
        if matches.iter().all(|(_, words)| words.len() == MATCHES_MAX) {
            break;
        }
    }
    matches
}

fn show_databases(site: &Site, reply: &mut Reply) {
    let shelf = site.shelf();
    let books: Vec<_> = Selection::new(&shelf, &[]).books().collect();
    if books.is_empty() {
        return reply.status(554, "no databases present");
    }
    reply.status(110, &format!("{} databases present - text follows", books.len()));
    let line = |name: &str, title: &str| {
        format!("{} {}\n", reply::atom_or_quoted(name), reply::quoted(title))
    };
    reply.text(&books.iter().map(|book| line(&book.name, &book.title)).collect::<String>());
    reply.status(250, "ok");
}

fn show_strategies(reply: &mut Reply) {
    reply.status(111, &format!("{} strategies available - text follows", Strategy::ALL.len()));
    let line = |strategy: &Strategy| {
        format!("{} {}\n", strategy.name(), reply::quoted(strategy.description()))
    };
    reply.text(&Strategy::ALL.iter().map(line).collect::<String>());
    reply.status(250, "ok");
}

fn show_info(site: &Site, name: &str, reply: &mut Reply) {
    let shelf = site.shelf();
    let found = shelf.books().iter().find(|book| book.name.eq_ignore_ascii_case(name));
    let Some(book) = found else { return no_database(reply) };
    reply.status(112, "database information follows");
    reply.text(&format!("{}\n{}\n", book.name, book.title));
    reply.status(250, "ok");
}

fn show_server(site: &Site, reply: &mut Reply) {
    let entries = site.shelf().lexicon().len();
    reply.status(114, "server information follows");
    reply.text(&format!("dictapp {}\n{entries} entries\n", env!("CARGO_PKG_VERSION")));
    reply.status(250, "ok");
}
