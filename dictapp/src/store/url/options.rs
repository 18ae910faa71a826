//! Parses the options after `?` in the URL of a server: transport and password file.
//! conf/settings.toml explains the options.

use std::{
    env,
    path::{Path, PathBuf},
};

use mysql::SslOpts;
use percent_encoding::percent_decode_str;

use super::{WrongUrl, wrong_url};

/// The options of one server.
#[derive(Debug, Default)]
pub(super) struct Options {
    pub(super) socket: Option<String>,
    pub(super) tls: Option<SslOpts>,
    pub(super) password_file: Option<PathBuf>,
}

/// The values as they were written.
#[derive(Default)]
struct RawOptions {
    ssl: Option<String>,
    ca: Option<String>,
    socket: Option<String>,
    password_file: Option<String>,
}

impl Options {
    /// Parses `NAME=VALUE&NAME=VALUE` with percent-encoded values.
    pub(super) fn parse(query: &str) -> Result<Options, WrongUrl> {
        let mut raw = RawOptions::default();
        for part in query.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let field = raw.field(name).ok_or_else(|| unknown(name))?;
            if field.is_some() {
                return Err(WrongUrl(format!("it has the option {name} twice").into()));
            }
            let value = percent_decode_str(value).decode_utf8();
            let value = value.map_err(|_| wrong_url("the value of an option is not UTF-8"))?;
            *field = Some(value.into_owned());
        }
        raw.check()
    }
}

impl RawOptions {
    /// The field of the option with this name; `None`: there is no such option.
    fn field(&mut self, name: &str) -> Option<&mut Option<String>> {
        match name {
            "ssl" => Some(&mut self.ssl),
            "ca" => Some(&mut self.ca),
            "socket" => Some(&mut self.socket),
            "password_file" => Some(&mut self.password_file),
            _ => None,
        }
    }

    /// Converts the values, and refuses those that contradict each other.
    fn check(self) -> Result<Options, WrongUrl> {
        let RawOptions { ssl, ca, socket, password_file } = self;
        if ssl.as_ref().is_some_and(|value| value != "required") {
            return Err(wrong_url("ssl can only be required"));
        }
        if ca.is_some() && ssl.is_none() {
            return Err(wrong_url("ca needs ssl=required"));
        }
        if socket.is_some() && ssl.is_some() {
            return Err(wrong_url("a socket needs no ssl"));
        }
        for (name, value) in [("ca", &ca), ("socket", &socket), ("password_file", &password_file)] {
            if value.as_ref().is_some_and(String::is_empty) {
                return Err(WrongUrl(format!("its option {name} has no value").into()));
            }
        }
        let tls = ssl.map(|_| SslOpts::default().with_root_cert_path(ca.map(PathBuf::from)));
        Ok(Options { socket, tls, password_file: password_file.map(|name| credential(&name)) })
    }
}

/// The path of a password file. A name without a folder is a systemd credential if the service has
/// credentials: a file in `$CREDENTIALS_DIRECTORY`.
fn credential(name: &str) -> PathBuf {
    match env::var_os("CREDENTIALS_DIRECTORY") {
        Some(folder) if !name.contains('/') => Path::new(&folder).join(name),
        _ => PathBuf::from(name),
    }
}

/// The error for an unknown option. Shows its name only if that can hardly be a part of a password.
fn unknown(name: &str) -> WrongUrl {
    const KNOWN: &str = "the options are ssl, ca, socket, password_file";
    let is_plain = name.len() <= 32 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let name = if is_plain { format!(" {name}") } else { String::new() };
    WrongUrl(format!("it has an unknown option{name}; {KNOWN}").into())
}
