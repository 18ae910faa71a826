//! The protocol of the terminal clients of a programming course, which this program still serves:
//! `R name passwd` (register), `L name passwd` (log in), `Q name word` (query), `H name` (history),
//! `E` (end). The module `request` parses a request; a [`Connection`] replies to it through the
//! same functions of the site as the pages.
//!
//! A connection has access only to the data of the user that it logged in as. Old clients read each
//! message with one `recv`, so the messages of a reply are separate: the caller pauses between
//! them.

mod request;

use std::net::IpAddr;
use std::time::Instant;

use request::{Request, WrongRequest};
use webframe::Error;

use crate::hex;
use crate::model::{Explanation, Lifetime, Username, Word};
use crate::password::PasswordProblem;
use crate::session::Token;
use crate::settings::QueryReply;
use crate::site::{
    Client, Credentials, CurrentUser, LogIn, Outcome, Registration, Selection, SignUp, SignedIn,
    Site,
};
use crate::store::{PageStart, PastLookup};
use crate::throttle::Throttled;

/// Maximum bytes of a request: a name of 64 and a word of 255 characters have up to 1,276.
pub(crate) const REQUEST_BYTES_MAX: usize = 2048;

/// Maximum bytes of a message of a reply: old clients read at most 2,048 at once.
const MESSAGE_BYTES_MAX: usize = 2048;

/// Maximum number of history rows in the reply to `H`, as in the course.
const HISTORY_ROWS: u32 = 10;

/// The state of one connection.
#[derive(Debug)]
pub(crate) struct Connection {
    /// The address of the client.
    address: IpAddr,
    /// The setting for replies to queries.
    query_reply: QueryReply,
    /// The user that is logged in.
    user: Option<Box<LoggedIn>>,
    /// The latest log-in, if the site has delayed it.
    delayed: Option<Box<Delayed>>,
}

/// A log-in that must wait because the name is under attack. The site gives out a ticket, which
/// proves the wait when the log-in is repeated after the delay. Old clients cannot send a ticket
/// back, so the connection keeps it.
#[derive(Debug)]
struct Delayed {
    name: String,
    ticket: String,
    /// The end of the delay.
    usable: Instant,
}

/// A logged-in user, with the token of the session that the log-in began.
#[derive(Debug)]
struct LoggedIn {
    token: Token,
    name: Username,
}

/// The messages of a reply, which are sent separately, and whether the connection ends after them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) messages: Vec<String>,
    pub(crate) after: AfterReply,
}

/// The state of the connection after a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterReply {
    /// The next request is read.
    Read,
    /// The connection is closed.
    Close,
}

/// The device that the user's list of sessions shows.
const DEVICE: &str = "course client";

const OK: &str = "OK";
const FAIL: &str = "FAIL";
const EXISTS: &str = "EXISTS";
/// The message that ends the rows of the history.
const END: &str = "##";

impl Reply {
    fn one(message: impl Into<String>) -> Reply {
        Reply { messages: vec![message.into()], after: AfterReply::Read }
    }
}

impl Connection {
    /// The state of a new connection of this client.
    pub(crate) fn new(address: IpAddr, query_reply: QueryReply) -> Connection {
        Connection { address, query_reply, user: None, delayed: None }
    }

    fn client(&self) -> Client {
        Client { address: self.address, device: DEVICE.to_owned() }
    }

    /// Carries out a request and returns the reply. May wait for the database and for the hashing
    /// of passwords.
    pub(crate) fn reply_to(&mut self, site: &Site, bytes: &[u8]) -> Reply {
        let request = match Request::parse(bytes) {
            Ok(request) => request,
            Err(WrongRequest) => return Reply::one(FAIL),
        };
        let reply = match request {
            Request::Register { name, password } => self.register(site, name, password),
            Request::LogIn { name, password } => self.log_in(site, name, password),
            Request::Query { name, word } => self.query(site, name, word),
            Request::History { name } => self.history(site, name),
            Request::End => Ok(Reply { messages: Vec::new(), after: AfterReply::Close }),
        };
        reply.unwrap_or_else(|error| {
            log::warn!("the course's protocol: {}", describe(&error));
            Reply::one(FAIL)
        })
    }

    /// Logs out the user of this connection, if there is one. The connection stays open.
    pub(crate) fn log_out(&mut self, site: &Site) {
        let Some(user) = self.user.take() else { return };
        if let Err(error) = site.sign_out(&user.token) {
            log::warn!("the course's protocol: {error}");
        }
    }

    fn register(&mut self, site: &Site, name: &str, password: &str) -> Result<Reply, Error> {
        let Ok(name) = Username::parse_new(name) else { return Ok(Reply::one(FAIL)) };
        let accounts = &site.settings().accounts;
        let problem = PasswordProblem::of(password, name.as_str(), accounts);
        if !accounts.registration || problem.is_some() {
            return Ok(Reply::one(FAIL));
        }
        let form_token = &random_token()?;
        let sign_up = SignUp { name: &name, password, form_token, client: &self.client() };
        Ok(Reply::one(match site.register(sign_up)? {
            Registration::Done(signed_in) => {
                self.begin(site, signed_in, name);
                OK
            }
            Registration::Taken => EXISTS,
            Registration::Later(_) => FAIL,
        }))
    }

    fn log_in(&mut self, site: &Site, name: &str, password: &str) -> Result<Reply, Error> {
        let client = &self.client();
        let lifetime = Lifetime::Browser;
        let delayed = self.delayed.take().filter(|delayed| delayed.name == name);
        let ticket = delayed.as_ref().map_or("", |delayed| delayed.ticket.as_str());
        let given = Credentials { name, password, lifetime, ticket, device: None, client };
        let signed_in = match site.sign_in(given)? {
            LogIn::Done(signed_in) => signed_in,
            LogIn::Refused(Throttled::Delay { delay, ticket }) => {
                // A client that tries again too early keeps its first ticket.
                let now = Instant::now();
                let new =
                    || Box::new(Delayed { name: name.to_owned(), ticket, usable: now + delay });
                self.delayed = delayed.filter(|first| now < first.usable).or_else(|| Some(new()));
                return Ok(Reply::one(FAIL));
            }
            LogIn::Wrong | LogIn::Disabled | LogIn::Refused(Throttled::Wait(_)) => {
                self.delayed = delayed;
                return Ok(Reply::one(FAIL));
            }
        };
        let Ok(name) = Username::parse(name) else { return Ok(Reply::one(FAIL)) };
        self.begin(site, signed_in, name);
        Ok(Reply::one(OK))
    }

    /// Makes a user the user of this connection, in place of an earlier one.
    fn begin(&mut self, site: &Site, signed_in: SignedIn, name: Username) {
        self.log_out(site);
        self.user = Some(Box::new(LoggedIn { token: signed_in.token, name }));
    }

    /// The user that this connection logged in as, as a visitor of the site. `None`: nobody is
    /// logged in, `name` is not the user's name, or the session has ended.
    fn logged_in_user(&self, site: &Site, name: &str) -> Result<Option<CurrentUser>, Error> {
        let requested = Username::parse(name).ok();
        let user = self.user.as_ref().filter(|user| requested.as_ref() == Some(&user.name));
        match user {
            Some(user) => Ok(site.user_of_session(&user.token)?),
            None => Ok(None),
        }
    }

    /// Looks a word up, records the look-up, and replies with the first entry in the user's books.
    fn query(&self, site: &Site, name: &str, word: &str) -> Result<Reply, Error> {
        let Some(user) = self.logged_in_user(site, name)? else { return Ok(Reply::one(FAIL)) };
        let Ok(word) = Word::parse(word) else { return Ok(Reply::one(FAIL)) };
        let shelf = site.shelf();
        let switched_off = site.books_off(&user)?;
        let found = Selection::new(&shelf, &switched_off).look_up(word.as_str());
        let outcome = if found.is_empty() { Outcome::Missing } else { Outcome::Found };
        site.record_lookup(&user, &word, outcome)?;
        let first = found.first();
        let entry = first.and_then(|found| found.entries.first().map(|entry| (found.word, entry)));
        let Some((headword, entry)) = entry else { return Ok(Reply::one(FAIL)) };
        let meaning = message(&format!("{headword} : {}", in_one_line(entry.explanation)));
        Ok(match self.query_reply {
            QueryReply::Meaning => Reply::one(meaning),
            QueryReply::OkFirst => {
                Reply { messages: vec![OK.to_owned(), meaning], after: AfterReply::Read }
            }
        })
    }

    fn history(&self, site: &Site, name: &str) -> Result<Reply, Error> {
        let Some(user) = self.logged_in_user(site, name)? else { return Ok(Reply::one(FAIL)) };
        let rows = site.past_lookups(&user, PageStart::Newest, HISTORY_ROWS)?;
        if rows.is_empty() {
            return Ok(Reply::one(FAIL));
        }
        let mut messages = vec![OK.to_owned()];
        messages.extend(rows.iter().map(|row| history_row(site, &user, row)));
        messages.push(END.to_owned());
        Ok(Reply { messages, after: AfterReply::Read })
    }
}

/// Formats a row of the history: `name   word   time`, as the course prints it.
fn history_row(site: &Site, user: &CurrentUser, row: &PastLookup) -> String {
    let time = row.at.to_zoned(site.zone().clone()).strftime("%Y-%m-%d %H:%M:%S");
    message(&format!("{}   {:<16}   {time}", user.name.as_str(), row.word))
}

/// Formats an explanation as one line: the label of each part of speech, then its glosses.
fn in_one_line(explanation: &str) -> String {
    let explanation = Explanation::without_links(explanation);
    let parts = explanation.parts.iter().map(|part| {
        let glosses: Vec<&str> = part.senses.iter().map(|sense| sense.gloss.as_str()).collect();
        format!("{} {}", part.label, glosses.join("；")).trim().to_owned()
    });
    parts.collect::<Vec<_>>().join("  ")
}

/// Cuts a text to the length of a message, which one `recv` of an old client reads.
fn message(text: &str) -> String {
    super::longest_prefix(text, MESSAGE_BYTES_MAX).to_owned()
}

/// A new form token. To the site, two registrations of a name with one token are one form that was
/// submitted twice. This protocol has no forms, so each request to register gets a new token.
fn random_token() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal(error.to_string()))?;
    Ok(hex::encode(&bytes))
}

/// The cause of an error, for the log.
fn describe(error: &Error) -> String {
    error.cause().map_or_else(|| error.to_string(), ToString::to_string)
}
