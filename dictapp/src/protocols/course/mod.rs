//! The protocol of the terminal clients of a programming course: `R name passwd` (register),
//! `L name passwd` (log in), `Q name word` (query), `H name` (history), `E` (end). `request` parses
//! one request; a [`Session`] answers it through the same functions of the site as the pages.
//!
//! A connection has access only to the user that it logged in as. Old clients read with one `recv`
//! for each message, so the messages of a reply are separate: the caller sends them apart in time.

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
    Client, Credentials, LogIn, Outcome, Registration, Selection, SignUp, SignedIn, Site, Visit,
};
use crate::store::{PageStart, PastLookup};
use crate::throttle::Refusal;

/// Maximum bytes of a request: a name of 64 and a word of 255 characters have up to 1,280.
pub(crate) const REQUEST_BYTES_MAX: usize = 2048;

/// Maximum bytes of a message of a reply: old clients read at most 2,048 at once.
const MESSAGE_BYTES_MAX: usize = 2048;

/// History rows of one `H`, as in the course.
const HISTORY_ROWS: u32 = 10;

/// The state of one connection.
#[derive(Debug)]
pub(crate) struct Session {
    address: IpAddr,
    query_reply: QueryReply,
    user: Option<Box<LoggedIn>>,
    delayed: Option<Box<Delayed>>,
}

/// A log-in that must wait because the name is under attack. Old clients cannot send the ticket
/// back, so the connection keeps it: the same log-in succeeds after the delay.
#[derive(Debug)]
struct Delayed {
    name: String,
    ticket: String,
    usable: Instant,
}

#[derive(Debug)]
struct LoggedIn {
    token: Token,
    name: Username,
}

/// The messages of a reply, which are sent separately, and whether the connection ends after them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
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

/// The device that the list of sessions shows.
const DEVICE: &str = "course client";

const OK: &str = "OK";
const FAIL: &str = "FAIL";
const EXISTS: &str = "EXISTS";
/// The message that ends the rows of the history.
const END: &str = "##";

impl Answer {
    fn one(message: impl Into<String>) -> Answer {
        Answer { messages: vec![message.into()], after: AfterReply::Read }
    }
}

impl Session {
    /// The state of a new connection of this client.
    pub(crate) fn new(address: IpAddr, query_reply: QueryReply) -> Session {
        Session { address, query_reply, user: None, delayed: None }
    }

    fn client(&self) -> Client {
        Client { address: self.address, device: DEVICE.to_owned() }
    }

    /// The reply to one request. It may wait for the database and for the hashing of passwords.
    pub(crate) fn request(&mut self, site: &Site, bytes: &[u8]) -> Answer {
        let request = match Request::parse(bytes) {
            Ok(request) => request,
            Err(WrongRequest) => return Answer::one(FAIL),
        };
        let answer = match request {
            Request::Register { name, password } => self.register(site, name, password),
            Request::LogIn { name, password } => self.log_in(site, name, password),
            Request::Query { name, word } => self.query(site, name, word),
            Request::History { name } => self.history(site, name),
            Request::End => Ok(Answer { messages: Vec::new(), after: AfterReply::Close }),
        };
        answer.unwrap_or_else(|error| {
            log::warn!("the course's protocol: {}", describe(&error));
            Answer::one(FAIL)
        })
    }

    /// Ends the session of the connection.
    pub(crate) fn close(&mut self, site: &Site) {
        let Some(user) = self.user.take() else { return };
        if let Err(error) = site.sign_out(&user.token) {
            log::warn!("the course's protocol: {error}");
        }
    }

    fn register(&mut self, site: &Site, name: &str, password: &str) -> Result<Answer, Error> {
        let Ok(name) = Username::parse_new(name) else { return Ok(Answer::one(FAIL)) };
        let accounts = &site.settings().accounts;
        let problem = PasswordProblem::of(password, name.as_str(), accounts);
        if !accounts.registration || problem.is_some() {
            return Ok(Answer::one(FAIL));
        }
        let form_token = &random_token()?;
        let sign_up = SignUp { name: &name, password, form_token, client: &self.client() };
        Ok(Answer::one(match site.register(sign_up)? {
            Registration::Done(signed_in) => {
                self.begin(site, signed_in, name);
                OK
            }
            Registration::Taken => EXISTS,
            Registration::Later(_) => FAIL,
        }))
    }

    fn log_in(&mut self, site: &Site, name: &str, password: &str) -> Result<Answer, Error> {
        let client = &self.client();
        let lifetime = Lifetime::Browser;
        let delayed = self.delayed.take().filter(|delayed| delayed.name == name);
        let ticket = delayed.as_ref().map_or("", |delayed| delayed.ticket.as_str());
        let given = Credentials { name, password, lifetime, ticket, device: None, client };
        let signed_in = match site.sign_in(given)? {
            LogIn::Done(signed_in) => signed_in,
            LogIn::Refused(Refusal::Delay { delay, ticket }) => {
                // A client that tries again too early keeps its first ticket.
                let now = Instant::now();
                let new =
                    || Box::new(Delayed { name: name.to_owned(), ticket, usable: now + delay });
                self.delayed = delayed.filter(|first| now < first.usable).or_else(|| Some(new()));
                return Ok(Answer::one(FAIL));
            }
            LogIn::Wrong | LogIn::Disabled | LogIn::Refused(Refusal::Wait(_)) => {
                self.delayed = delayed;
                return Ok(Answer::one(FAIL));
            }
        };
        let Ok(name) = Username::parse(name) else { return Ok(Answer::one(FAIL)) };
        self.begin(site, signed_in, name);
        Ok(Answer::one(OK))
    }

    fn begin(&mut self, site: &Site, signed_in: SignedIn, name: Username) {
        self.close(site);
        self.user = Some(Box::new(LoggedIn { token: signed_in.token, name }));
    }

    /// The visit of the user that this connection logged in as. `None` if `name` is another user's,
    /// or if the session has ended.
    fn visit(&self, site: &Site, name: &str) -> Result<Option<Visit>, Error> {
        let same = Username::parse(name).ok();
        let user = self.user.as_ref().filter(|user| same.as_ref() == Some(&user.name));
        match user {
            Some(user) => Ok(site.visit(&user.token)?),
            None => Ok(None),
        }
    }

    fn query(&self, site: &Site, name: &str, word: &str) -> Result<Answer, Error> {
        let Some(visit) = self.visit(site, name)? else { return Ok(Answer::one(FAIL)) };
        let Ok(word) = Word::parse(word) else { return Ok(Answer::one(FAIL)) };
        let shelf = site.shelf();
        let off = site.books_off(&visit)?;
        let found = Selection::new(&shelf, &off).look_up(word.as_str());
        let outcome = if found.is_empty() { Outcome::Missing } else { Outcome::Found };
        site.record(&visit, &word, outcome)?;
        let first = found.first();
        let entry = first.and_then(|found| found.entries.first().map(|entry| (found.word, entry)));
        let Some((headword, entry)) = entry else { return Ok(Answer::one(FAIL)) };
        let meaning = message(&format!("{headword} : {}", in_one_line(entry.mean)));
        Ok(match self.query_reply {
            QueryReply::Meaning => Answer::one(meaning),
            QueryReply::OkFirst => {
                Answer { messages: vec![OK.to_owned(), meaning], after: AfterReply::Read }
            }
        })
    }

    fn history(&self, site: &Site, name: &str) -> Result<Answer, Error> {
        let Some(visit) = self.visit(site, name)? else { return Ok(Answer::one(FAIL)) };
        let rows = site.past_lookups(&visit, PageStart::Newest, HISTORY_ROWS)?;
        if rows.is_empty() {
            return Ok(Answer::one(FAIL));
        }
        let mut messages = vec![OK.to_owned()];
        messages.extend(rows.iter().map(|row| history_row(site, &visit, row)));
        messages.push(END.to_owned());
        Ok(Answer { messages, after: AfterReply::Read })
    }
}

/// `name   word   time`, as the course prints it.
fn history_row(site: &Site, visit: &Visit, row: &PastLookup) -> String {
    let time = row.at.to_zoned(site.zone().clone()).strftime("%Y-%m-%d %H:%M:%S");
    message(&format!("{}   {:<16}   {time}", visit.name.as_str(), row.word))
}

/// The senses of an entry in one line, each part of speech with its label.
fn in_one_line(mean: &str) -> String {
    let explanation = Explanation::without_links(mean);
    let parts = explanation.parts.iter().map(|part| {
        let glosses: Vec<&str> = part.senses.iter().map(|sense| sense.gloss.as_str()).collect();
        format!("{} {}", part.label, glosses.join("；")).trim().to_owned()
    });
    parts.collect::<Vec<_>>().join("  ")
}

/// A message, cut to what one `recv` of an old client takes.
fn message(text: &str) -> String {
    super::head(text, MESSAGE_BYTES_MAX).to_owned()
}

/// Each request to register is a form of its own.
fn random_token() -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal(error.to_string()))?;
    Ok(hex::encode(&bytes))
}

fn describe(error: &Error) -> String {
    error.cause().map_or_else(|| error.to_string(), ToString::to_string)
}
