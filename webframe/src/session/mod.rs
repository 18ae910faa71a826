//! Sessions, flash messages, CSRF tokens and signed cookies.
//!
//! Needs the feature `sessions`.
//!
//! A session is a record of values in a [`SessionStore`]. The browser keeps a random secret in a
//! cookie, the store only the hash of it. A visitor has no session until a handler sets a value.
//!
//! ```
//! use webframe::{App, OrNotFound, Request, Response, Result, TestClient, Urls, http::Method};
//! use webframe::session::{Session, Sessions};
//!
//! fn log_in(_: &(), request: &Request) -> Result<Response> {
//!     let session = Session::of(request)?;
//!     session.renew()?; // a secret set by somebody else becomes useless
//!     session.set("user", &"Ada")?;
//!     session.flash("You are logged in.")?;
//!     Response::see_other("/")
//! }
//!
//! fn home(_: &(), request: &Request) -> Result<Response> {
//!     let session = Session::of(request)?;
//!     let user: String = session.get("user")?.or_404()?;
//!     Ok(Response::text(format!("{} {user}", session.take_flashes()?.join(" "))))
//! }
//!
//! let urls = Urls::new().get("/", home).post("/login", log_in);
//! let app = App::new(()).wrap(Sessions::in_memory()).urls(urls);
//! let client = TestClient::new(&app);
//! client.request(Method::POST, "/login").send();
//! assert_eq!(client.get("/").send().text(), "You are logged in. Ada");
//! assert_eq!(client.get("/").send().text(), " Ada");
//! ```

mod csrf;
mod layer;
mod memory;
mod record;
mod signed;
mod store;
mod secret;
#[cfg(test)]
mod tests;

pub use csrf::Csrf;
pub use layer::Sessions;
pub use memory::MemorySessions;
pub use secret::{SessionKey, random_token};
pub use signed::{CookieKey, ShortSecret};
pub use store::SessionStore;

use std::{
    fmt,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use serde::{Serialize, de::DeserializeOwned};

use self::{layer::Rules, record::Record, secret::Secret};
use crate::{Error, Request, Result, lock::lock};

/// Maximum number of attempts to change a session while other requests of the same browser change
/// it.
const TRIES_MAX: usize = 16;

/// The session of the browser that sent a request. Each change is in the store when its method
/// returns `Ok`; changes of concurrent requests are all kept.
pub struct Session {
    rules: Arc<Rules>,
    state: Mutex<State>,
}

/// The state of the session in this request.
#[derive(Debug, Default)]
struct State {
    /// The secret of the session; `None` if the browser sent none.
    secret: Option<Secret>,
    stored: Stored,
    cookie: CookieChange,
}

/// The record in the store, as far as this request knows it.
#[derive(Clone, Debug, Default)]
enum Stored {
    /// The store has not been read yet.
    #[default]
    Unknown,
    /// There is no such session.
    Missing,
    /// The text of the record.
    Text(String),
}

/// The change of the cookie that the response makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum CookieChange {
    #[default]
    Keep,
    Set,
    Remove,
}

impl Session {
    /// The session of this request.
    ///
    /// # Errors
    /// 500: no layer [`Sessions`] is around this route.
    pub fn of(request: &Request) -> Result<&Session> {
        request.get().ok_or_else(|| Error::internal("no layer `Sessions` is around this route"))
    }

    fn new(rules: Arc<Rules>, secret: Option<Secret>) -> Session {
        Session { rules, state: Mutex::new(State { secret, ..State::default() }) }
    }

    /// The value of that name; `None` if there is none.
    ///
    /// # Errors
    /// The store fails, or the value is not a `T`.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let record = self.current(&mut lock(&self.state))?;
        let value = record.and_then(|(_, _, mut record)| record.values.remove(name));
        Ok(value.map(serde_json::from_value).transpose()?)
    }

    /// Sets the value of that name; begins a session if there is none.
    ///
    /// # Errors
    /// The store fails or is full, or the session would be larger than its limit.
    pub fn set(&self, name: &str, value: &impl Serialize) -> Result<()> {
        let value = serde_json::to_value(value)?;
        self.change(|record| {
            record.values.insert(name.to_owned(), value.clone());
        })
    }

    /// Removes the value of that name if there is one.
    ///
    /// # Errors
    /// The store fails.
    pub fn remove(&self, name: &str) -> Result<()> {
        self.change(|record| {
            record.values.remove(name);
        })
    }

    /// Gives the session a new secret and keeps its values. Call it whenever a visitor gets more
    /// rights, for example at log-in, so that an attacker who knew or set the old secret does not
    /// get them too (session fixation).
    ///
    /// # Errors
    /// The store fails.
    pub fn renew(&self) -> Result<()> {
        let mut state = lock(&self.state);
        let Some((secret, ..)) = self.current(&mut state)? else { return Ok(()) };
        let new = Secret::random()?;
        if self.rules.store.rename(&secret.key(), &new.key())? {
            state.secret = Some(new);
            state.cookie = CookieChange::Set;
        } else {
            state.stored = Stored::Missing;
        }
        Ok(())
    }

    /// Ends the session, as at a log-out: the store forgets its values, and the browser its secret.
    ///
    /// # Errors
    /// The store fails.
    pub fn end(&self) -> Result<()> {
        let mut state = lock(&self.state);
        if let Some(secret) = &state.secret {
            self.rules.store.remove(&secret.key())?;
            *state = State { stored: Stored::Missing, cookie: CookieChange::Remove, secret: None };
        }
        Ok(())
    }

    /// Keeps a message for the next page that shows messages, as after a redirect.
    ///
    /// # Errors
    /// As for [`Session::set`].
    pub fn flash(&self, message: impl Into<String>) -> Result<()> {
        let message = message.into();
        self.change(|record| record.flashes.push(message.clone()))
    }

    /// Takes the messages that were not shown yet, oldest first.
    ///
    /// # Errors
    /// The store fails.
    pub fn take_flashes(&self) -> Result<Vec<String>> {
        let mut taken = Vec::new();
        self.change(|record| taken = std::mem::take(&mut record.flashes))?;
        Ok(taken)
    }

    /// The secret, the text and the record of the session, if there is one. Reads the store at most
    /// once.
    fn current(&self, state: &mut State) -> Result<Option<(Secret, String, Record)>> {
        let Some(secret) = state.secret.clone() else { return Ok(None) };
        let Rules { store, idle, lifetime, .. } = &*self.rules;
        if matches!(state.stored, Stored::Unknown) {
            let found = store.load(&secret.key(), *idle)?;
            state.stored = found.map_or(Stored::Missing, Stored::Text);
        }
        let Stored::Text(text) = &state.stored else { return Ok(None) };
        let record = Record::parse(text)?;
        if record.is_older_than(*lifetime, SystemTime::now()) {
            state.stored = Stored::Missing;
            store.remove(&secret.key())?;
            return Ok(None);
        }
        Ok(Some((secret, text.clone(), record)))
    }

    /// Changes the record in the store. If another request changed it meanwhile, reads it again and
    /// repeats the change.
    fn change(&self, mut change: impl FnMut(&mut Record)) -> Result<()> {
        let mut state = lock(&self.state);
        for _ in 0..TRIES_MAX {
            let Some((secret, old, mut record)) = self.current(&mut state)? else {
                return self.begin(&mut state, change);
            };
            change(&mut record);
            let new = record.to_text(self.rules.record_bytes_max)?;
            if new == old || self.rules.store.replace(&secret.key(), &old, &new)? {
                state.stored = Stored::Text(new);
                return Ok(());
            }
            state.stored = Stored::Unknown;
        }
        let text = "too many requests change the session at the same moment";
        Err(Error::unavailable(text, Duration::from_secs(1)))
    }

    /// Begins a session with a new secret. A secret that the browser chose is never used.
    fn begin(&self, state: &mut State, change: impl FnOnce(&mut Record)) -> Result<()> {
        let mut record = Record::begin(SystemTime::now());
        change(&mut record);
        if record.is_empty() {
            return Ok(());
        }
        let (secret, text) = (Secret::random()?, record.to_text(self.rules.record_bytes_max)?);
        self.rules.store.insert(&secret.key(), &text, self.rules.idle)?;
        *state =
            State { secret: Some(secret), stored: Stored::Text(text), cookie: CookieChange::Set };
        Ok(())
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}
