//! Calls the API of a server for the terminal client: a look-up is a GET request, and its answer is
//! the entry as JSON. Calls are repeated after a lost connection.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::net::ToSocketAddrs;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, http};

use crate::paths;
use crate::texts::{Client, Language, fill};

/// The error for an answer that does not come from dictapp's API: another server, or a wrong path.
const NOT_DICTAPP: &str = "this is not a dictapp server";

/// Maximum bytes of a response. A page of the history and the longest entry are far smaller.
const ANSWER_BYTES_MAX: u64 = 4 << 20;

/// Maximum time of a request with its answer.
const ANSWER_TIME: Duration = Duration::from_secs(15);

/// How long a call is repeated after the connection was lost.
const RETRY_FOR: Duration = Duration::from_secs(20);

/// The longest delay of a log-in that the client waits for; the setting `login_delay` is at most a
/// minute.
const LOG_IN_WAIT_MAX: Duration = Duration::from_secs(61);

/// The time between two attempts.
const RETRY_EVERY: Duration = Duration::from_millis(500);

/// A server, and the token of the logged-in user.
#[derive(Debug)]
pub(super) struct Connection {
    agent: Agent,
    /// The URL without the slash at its end.
    pub(super) base: String,
    /// Whether the server has answered before. Only then are calls repeated.
    was_reached: Cell<bool>,
    /// The token of the logged-in user's session.
    pub(super) token: RefCell<Option<String>>,
    language: Language,
    /// The texts in this language.
    pub(super) t: &'static Client,
}

/// The error of a call.
#[derive(Debug)]
pub(super) enum CallError {
    /// The server cannot be reached, or it is not a dictapp server.
    Lost(String),
    /// The server refused the request.
    Refused {
        /// The status.
        status: u16,
        /// The reason as the server sent it, mostly in English.
        detail: String,
        /// The time to wait before another attempt.
        wait: Option<Duration>,
        /// For a log-in that is delayed because its name is under attack: the text that the next
        /// attempt sends back, to prove that it waited.
        ticket: Option<String>,
    },
}

/// The answer to a call: its status, the time of `Retry-After`, and the JSON of the body (null if
/// it is empty).
struct Reply {
    status: u16,
    wait: Option<Duration>,
    body: Value,
}

/// The result of a call.
pub(super) type CallResult<T> = std::result::Result<T, CallError>;

/// The result of a look-up.
#[derive(Debug)]
pub(super) enum LookUp {
    /// The API's entry for the word.
    Found(Value),
    /// No entry. These words have a similar spelling.
    Missing(Vec<String>),
}

/// A row of the history.
#[derive(Debug, Deserialize)]
pub(super) struct HistoryRow {
    pub(super) name: String,
    pub(super) word: String,
    pub(super) time: String,
}

/// A page of the history. `next` is the cursor of the next page; `None`: this is the last one.
#[derive(Deserialize)]
struct History {
    rows: Vec<HistoryRow>,
    next: Option<i64>,
}

impl Connection {
    /// The server at this URL, which is not contacted yet. The certificates in the file `ca` are
    /// trusted besides the system's.
    ///
    /// # Errors
    /// The URL cannot be used; the file has no certificates.
    pub(super) fn new(url: &str, ca: Option<&Path>, language: Language) -> Result<Connection> {
        let base = base(url)?;
        let native = if base.starts_with("https:") {
            rustls_native_certs::load_native_certs().certs
        } else {
            Vec::new()
        };
        let native = native.into_iter().map(|der| Certificate::from_der(&der).to_owned());
        let own = ca.map(certificates).transpose()?.unwrap_or_default();
        let roots: Vec<_> = native.chain(own).collect();
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
        let was_reached = Cell::new(false);
        let t = &language.texts().client;
        let token = RefCell::new(None);
        Ok(Connection { agent: config.into(), base, was_reached, token, language, t })
    }

    /// Registers; returns the token of the session.
    pub(super) fn register(&self, name: &str, password: &str) -> CallResult<String> {
        self.send_credentials(paths::API_ACCOUNTS, &json!({ "name": name, "password": password }))
    }

    /// Logs in; returns the token of the session. If the server delays the log-in because others
    /// have tried to guess the password, waits and tries once more.
    pub(super) fn log_in(&self, name: &str, password: &str) -> CallResult<String> {
        let mut body = json!({ "name": name, "password": password });
        match self.send_credentials(paths::API_SESSIONS, &body) {
            Err(CallError::Refused { ticket: Some(ticket), wait: Some(wait), .. })
                if wait <= LOG_IN_WAIT_MAX =>
            {
                let text = fill(self.t.delayed, "seconds", wait.as_secs());
                writeln!(io::stderr(), "{text}").unwrap_or_default();
                thread::sleep(wait);
                body["ticket"] = ticket.into();
                self.send_credentials(paths::API_SESSIONS, &body)
            }
            result => result,
        }
    }

    /// Sends a registration or a log-in; returns the token of the session.
    fn send_credentials(&self, path: &str, body: &Value) -> CallResult<String> {
        let answer = self.call("POST", path, Some(body))?;
        Ok(answer["token"].as_str().unwrap_or_default().to_owned())
    }

    /// Ends the session on the server. The token stays in [`Connection::token`].
    pub(super) fn log_out(&self) -> CallResult<()> {
        self.call("DELETE", paths::API_SESSION, None).map(drop)
    }

    /// Checks that a dictapp server answers.
    pub(super) fn reach(&self) -> CallResult<()> {
        self.call("GET", paths::API_BOOKS, None).map(drop)
    }

    /// The name of the user that the token belongs to.
    pub(super) fn own_name(&self) -> CallResult<String> {
        let account = self.call("GET", paths::API_ACCOUNT, None)?;
        Ok(account["name"].as_str().unwrap_or_default().to_owned())
    }

    /// Looks a word up.
    pub(super) fn look_up(&self, word: &str) -> CallResult<LookUp> {
        match self.answer("GET", &paths::api_word(word), None)? {
            // The API's own 404. A 404 of another server has no title.
            Reply { status: 404, body: problem, .. } if problem["title"].is_string() => {
                Ok(LookUp::Missing(words(&problem["near"])))
            }
            other => accepted(other).map(LookUp::Found),
        }
    }

    /// Completions of the typed text; empty if the server is unreachable.
    pub(super) fn suggest(&self, typed: &str) -> Vec<String> {
        let answer = self.send("GET", &paths::api_suggest(typed), None);
        answer.map(|reply| words(&reply.body["words"])).unwrap_or_default()
    }

    /// The newest rows of the history, at most `limit`; without a limit all rows.
    pub(super) fn history(&self, limit: Option<usize>) -> CallResult<Vec<HistoryRow>> {
        let mut rows = Vec::new();
        let mut cursor = None;
        loop {
            let left = limit.map_or(usize::MAX, |limit| limit - rows.len());
            let path = paths::api_history(left.min(1000), cursor); // the API's largest page
            let page = self.call("GET", &path, None)?;
            let page: History = serde_json::from_value(page)
                .map_err(|error| CallError::Lost(format!("{}: {error}", self.base)))?;
            rows.extend(page.rows);
            cursor = page.next;
            if cursor.is_none() || limit.is_some_and(|limit| rows.len() >= limit) {
                return Ok(rows);
            }
        }
    }

    /// Sends a request; returns the body of a successful answer.
    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> CallResult<Value> {
        accepted(self.answer(method, path, body)?)
    }

    /// Sends a request; returns the answer, also if its status is an error. If a server that has
    /// answered before is lost, reports this once and repeats the request for [`RETRY_FOR`]. If no
    /// server has answered yet, returns the error at once: the server does not run, or the URL is
    /// wrong.
    fn answer(&self, method: &str, path: &str, body: Option<&Value>) -> CallResult<Reply> {
        let began = Instant::now();
        let mut is_reported = false;
        loop {
            match self.send(method, path, body) {
                Ok(answer) => {
                    self.was_reached.set(true);
                    return Ok(answer);
                }
                Err(error) if is_final(&error) || !(self.was_reached.get() || self.resolves()) => {
                    let advice = if is_untrusted(&error) { self.t.untrusted } else { "" };
                    return Err(CallError::Lost(format!("{}: {error}{advice}", self.base)));
                }
                Err(error) if !self.was_reached.get() || began.elapsed() >= RETRY_FOR => {
                    let text = fill(self.t.unreachable, "url", &self.base);
                    return Err(CallError::Lost(fill(&text, "error", error)));
                }
                Err(_) => {
                    if !is_reported {
                        writeln!(io::stderr(), "{}", self.t.lost).unwrap_or_default();
                        is_reported = true;
                    }
                    thread::sleep(RETRY_EVERY);
                }
            }
        }
    }

    /// Whether the name of the server has an address. The port does not matter.
    fn resolves(&self) -> bool {
        let uri: Option<http::Uri> = self.base.parse().ok();
        let host = uri.as_ref().and_then(http::Uri::host);
        host.is_some_and(|host| (host.trim_matches(['[', ']']), 80).to_socket_addrs().is_ok())
    }

    /// Sends a request once; returns the answer, also if its status is an error. A body that is not
    /// JSON becomes an error of the API: an object with `detail`.
    fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> std::result::Result<Reply, ureq::Error> {
        let request = http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        let request = request.header("Accept-Language", self.language.tag());
        let request = match &*self.token.borrow() {
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
        let field = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        let to = field("Location");
        let wait = field("Retry-After").and_then(|seconds| seconds.parse().ok());
        let no_json = || match to {
            _ if text.is_empty() && status == 204 => Value::Null,
            Some(to) => json!({ "detail": format!("it redirects to {to}") }),
            None => json!({ "detail": NOT_DICTAPP }),
        };
        let body = serde_json::from_str(&text).unwrap_or_else(|_| no_json());
        Ok(Reply { status, wait: wait.map(Duration::from_secs), body })
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Lost(error) => f.write_str(error),
            CallError::Refused { status, detail, .. } => write!(f, "{detail} ({status})"),
        }
    }
}

/// The body of a successful answer. An answer with `detail`, with any status, is an error of
/// the API, or of [`Connection::send`].
fn accepted(Reply { status, wait, body }: Reply) -> CallResult<Value> {
    match status {
        200..=299 if body.get("detail").is_none() => Ok(body),
        _ => {
            let detail = body["detail"].as_str().unwrap_or(NOT_DICTAPP).to_owned();
            let ticket = body["ticket"].as_str().map(str::to_owned);
            Err(CallError::Refused { status, detail, wait, ticket })
        }
    }
}

/// The URL without the slash at its end.
fn base(url: &str) -> Result<String> {
    let uri: http::Uri = url.parse().with_context(|| format!("the URL {url:?}"))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none_or(str::is_empty) {
        bail!("the URL {url:?} is not of the form http://HOST:PORT or https://HOST");
    }
    if uri.query().is_some() {
        bail!("the URL {url:?} has a query: only the address of the server is needed");
    }
    Ok(url.trim_end_matches('/').to_owned())
}

/// The certificates in a PEM file.
fn certificates(file: &Path) -> Result<Vec<Certificate<'static>>> {
    let pem = fs::read(file).with_context(|| file.display().to_string())?;
    let mut certificates = Vec::new();
    for item in parse_pem(&pem) {
        if let PemItem::Certificate(certificate) =
            item.with_context(|| file.display().to_string())?
        {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() {
        bail!("{}: there is no certificate in it", file.display());
    }
    Ok(certificates)
}

/// Whether the same call would fail again, for instance because the certificate is wrong.
fn is_final(error: &ureq::Error) -> bool {
    use ureq::Error::{ConnectionFailed, Io, Protocol, Timeout};
    match error {
        Io(_) | Timeout(_) | ConnectionFailed | Protocol(_) => is_untrusted(error),
        _ => true,
    }
}

/// Whether the certificate of the server was refused, or the server does not speak TLS.
fn is_untrusted(error: &ureq::Error) -> bool {
    matches!(error, ureq::Error::Io(error) if error.kind() == ErrorKind::InvalidData)
}

/// The words in a list of objects with the member `word`.
fn words(list: &Value) -> Vec<String> {
    let words = list.as_array().into_iter().flatten();
    words.filter_map(|brief| Some(brief["word"].as_str()?.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_server() {
        for url in ["http://127.0.0.1:8000", "https://dict.example/", "http://[::1]:80/below"] {
            assert_eq!(base(url).unwrap(), url.trim_end_matches('/'));
        }
        for url in
            ["localhost:8000", "dict.example", "ftp://x", "http://", "a b", "", "http://x/?q=1"]
        {
            let error = base(url).unwrap_err().to_string();
            assert!(error.contains(&format!("the URL {url:?}")), "{error}");
        }
    }
}
