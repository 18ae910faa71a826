//! The API of a server as calls: a request to its answer, again after a lost connection.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, http};

use crate::paths;

/// The longest answer of a server: a page of the history and the longest entry are far below.
const ANSWER_BYTES_MAX: u64 = 4 << 20;

/// A server that does not answer for so long is away.
const ANSWER_TIME: Duration = Duration::from_secs(15);

/// How long a call is tried again after the connection was lost.
const RETRY_FOR: Duration = Duration::from_secs(20);

/// The time between two tries.
const RETRY_EVERY: Duration = Duration::from_millis(500);

/// A server, and the token of the user who is logged in.
#[derive(Debug)]
pub(super) struct Connection {
    agent: Agent,
    base: String,
    pub(super) token: Option<String>,
    /// What is said once when the connection is lost.
    lost: &'static str,
}

/// Why a call has no result.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The server cannot be reached.
    Lost(String),
    /// It refused.
    Refused {
        /// The status.
        status: u16,
        /// Why, in English.
        detail: String,
    },
}

/// The result of a look-up.
#[derive(Debug)]
pub(super) enum LookUp {
    /// What the API says of the word.
    Found(Value),
    /// Words of a similar spelling.
    Missing(Vec<String>),
}

/// A row of the history.
#[derive(Debug, Deserialize)]
pub(super) struct HistoryRow {
    pub(super) name: String,
    pub(super) word: String,
    pub(super) time: String,
}

#[derive(Deserialize)]
struct History {
    rows: Vec<HistoryRow>,
    next: Option<i64>,
}

impl Connection {
    /// The server at this URL, which is not asked yet.
    pub(super) fn new(url: &str, lost: &'static str) -> Connection {
        let roots = match url.starts_with("https:") {
            true => rustls_native_certs::load_native_certs().certs,
            false => Vec::new(),
        };
        let roots = roots.into_iter().map(|der| Certificate::from_der(&der).to_owned());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::from(roots))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(ANSWER_TIME))
            .user_agent(concat!("dictapp/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls)
            .build();
        let base = url.trim_end_matches('/').to_owned();
        Connection { agent: config.into(), base, token: None, lost }
    }

    /// Registers; returns the token of the session.
    pub(super) fn register(&self, name: &str, password: &str) -> Result<String, Trouble> {
        self.enter(paths::API_ACCOUNTS, name, password)
    }

    /// Logs in; returns the token of the session.
    pub(super) fn log_in(&self, name: &str, password: &str) -> Result<String, Trouble> {
        self.enter(paths::API_SESSIONS, name, password)
    }

    fn enter(&self, path: &str, name: &str, password: &str) -> Result<String, Trouble> {
        let body = json!({ "name": name, "password": password });
        let answer = self.call("POST", path, Some(&body))?;
        Ok(answer["token"].as_str().unwrap_or_default().to_owned())
    }

    /// Ends the session.
    pub(super) fn log_out(&self) -> Result<(), Trouble> {
        self.call("DELETE", paths::API_SESSION, None).map(drop)
    }

    /// The name of the user whose token it is.
    pub(super) fn own_name(&self) -> Result<String, Trouble> {
        let account = self.call("GET", paths::API_ACCOUNT, None)?;
        Ok(account["name"].as_str().unwrap_or_default().to_owned())
    }

    /// Looks a word up.
    pub(super) fn look_up(&self, word: &str) -> Result<LookUp, Trouble> {
        match self.answer("GET", &paths::api_word(word), None)? {
            (404, problem) => Ok(LookUp::Missing(words(&problem["near"]))),
            other => accepted(other).map(LookUp::Found),
        }
    }

    /// Words that what was typed may become; none if the server is away.
    pub(super) fn suggest(&self, typed: &str) -> Vec<String> {
        let answer = self.send("GET", &paths::api_suggest(typed), None);
        answer.map(|(_, body)| words(&body["words"])).unwrap_or_default()
    }

    /// The newest rows of the history; all of them without a limit.
    pub(super) fn history(&self, limit: Option<usize>) -> Result<Vec<HistoryRow>, Trouble> {
        let (mut rows, mut cursor) = (Vec::new(), None);
        loop {
            let left = limit.map_or(usize::MAX, |limit| limit - rows.len());
            let path = paths::api_history(left.min(1000), cursor);
            let page = self.call("GET", &path, None)?;
            let page: History = serde_json::from_value(page)
                .map_err(|error| Trouble::Lost(format!("{}: {error}", self.base)))?;
            rows.extend(page.rows);
            cursor = page.next;
            if cursor.is_none() || limit.is_some_and(|limit| rows.len() >= limit) {
                return Ok(rows);
            }
        }
    }

    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Trouble> {
        accepted(self.answer(method, path, body)?)
    }

    /// The status and the body. A lost connection is reported once and tried again.
    fn answer(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(u16, Value), Trouble> {
        let began = Instant::now();
        let mut is_reported = false;
        loop {
            match self.send(method, path, body) {
                Ok(answer) => return Ok(answer),
                Err(error) if began.elapsed() >= RETRY_FOR => {
                    return Err(Trouble::Lost(format!("{}: {error}", self.base)));
                }
                Err(_) => {
                    if !is_reported {
                        writeln!(io::stderr(), "{}", self.lost).unwrap_or_default();
                        is_reported = true;
                    }
                    thread::sleep(RETRY_EVERY);
                }
            }
        }
    }

    fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(u16, Value), ureq::Error> {
        let request = http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        let request = match &self.token {
            Some(token) => request.header("Authorization", format!("Bearer {token}")),
            None => request,
        };
        let mut response = match body {
            Some(body) => {
                let request = request.header("Content-Type", "application/json");
                self.agent.run(request.body(body.to_string())?)?
            }
            None => self.agent.run(request.body(())?)?,
        };
        let status = response.status().as_u16();
        let text = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string()?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::Lost(error) => f.write_str(error),
            Trouble::Refused { status, detail } => write!(f, "{detail} ({status})"),
        }
    }
}

fn accepted((status, body): (u16, Value)) -> Result<Value, Trouble> {
    match status {
        200..=299 => Ok(body),
        _ => {
            let detail = body["detail"].as_str().unwrap_or("this is no dictapp server").to_owned();
            Err(Trouble::Refused { status, detail })
        }
    }
}

fn words(list: &Value) -> Vec<String> {
    let words = list.as_array().into_iter().flatten();
    words.filter_map(|brief| Some(brief["word"].as_str()?.to_owned())).collect()
}
