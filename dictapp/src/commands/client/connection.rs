//! Calls the API of a server, and repeats calls after a lost connection.

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

/// Maximum bytes of a response. A page of the history and the longest entry are far smaller.
const ANSWER_BYTES_MAX: u64 = 4 << 20;

/// The time after which a server counts as unreachable.
const ANSWER_TIME: Duration = Duration::from_secs(15);

/// How long a call is retried after the connection was lost.
const RETRY_FOR: Duration = Duration::from_secs(20);

/// The time between two attempts.
const RETRY_EVERY: Duration = Duration::from_millis(500);

/// A server, and the token of the logged-in user.
#[derive(Debug)]
pub(super) struct Connection {
    agent: Agent,
    base: String,
    pub(super) token: Option<String>,
    /// The message that is shown once when the connection is lost.
    lost: &'static str,
}

/// The error of a call.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The server cannot be reached.
    Lost(String),
    /// The server refused the request.
    Refused {
        /// The status.
        status: u16,
        /// The reason, in English.
        detail: String,
    },
}

/// The result of a look-up.
#[derive(Debug)]
pub(super) enum LookUp {
    /// The API's entry for the word.
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
    /// The server at this URL. Does not connect yet.
    pub(super) fn new(url: &str, lost: &'static str) -> Connection {
        let roots = if url.starts_with("https:") {
            rustls_native_certs::load_native_certs().certs
        } else {
            Vec::new()
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

    /// The name of the user that the token belongs to.
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

    /// Completions of the typed text; empty if the server is unreachable.
    pub(super) fn suggest(&self, typed: &str) -> Vec<String> {
        let answer = self.send("GET", &paths::api_suggest(typed), None);
        answer.map(|(_, body)| words(&body["words"])).unwrap_or_default()
    }

    /// The newest rows of the history; all of them without a limit.
    pub(super) fn history(&self, limit: Option<usize>) -> Result<Vec<HistoryRow>, Trouble> {
        let mut rows = Vec::new();
        let mut cursor = None;
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

    /// The status and the body. After a lost connection, reports it once and retries.
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
