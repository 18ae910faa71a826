//! A request and its answer to one line of text, which nothing in them can break or fake.

use std::{
    borrow::Cow,
    fmt::Write as _,
    net::IpAddr,
    time::{Duration, SystemTime},
};

use http::Method;
use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::{LogFormat, LoggedTarget};
use crate::{Request, Response, wire::Version};

/// What a line says.
#[derive(Debug, Serialize)]
pub(super) struct Line<'r> {
    time: String,
    peer: IpAddr,
    method: &'r str,
    target: String,
    version: &'static str,
    status: u16,
    /// Of the body, where its length is known beforehand.
    bytes: Option<u64>,
    /// From the first layer to the last; not until the peer has it.
    microseconds: u128,
    id: String,
}

impl Line<'_> {
    pub(super) fn of<'r>(
        request: &'r Request,
        response: &Response,
        took: Duration,
        targets: LoggedTarget,
    ) -> Line<'r> {
        Line {
            time: httpdate::fmt_http_date(SystemTime::now()),
            peer: request.peer().address.ip().to_canonical(),
            method: request.method().as_str(),
            target: match (targets, request.pattern()) {
                (LoggedTarget::Whole, _) => target(request.path(), request.query_string()),
                (LoggedTarget::Pattern, "") => request.path().to_owned(),
                (LoggedTarget::Pattern, pattern) => pattern.to_owned(),
            },
            version: match request.head.version() {
                Version::Http10 => "HTTP/1.0",
                Version::Http11 => "HTTP/1.1",
            },
            status: response.status().as_u16(),
            bytes: match *request.method() {
                Method::HEAD => Some(0),
                _ => response.body().length(),
            },
            microseconds: took.as_micros(),
            id: request.id().to_string(),
        }
    }

    /// The line with its end.
    pub(super) fn text(&self, format: LogFormat) -> String {
        match format {
            LogFormat::Common => self.common(),
            LogFormat::Json => serde_json::to_string(self).unwrap_or_default() + "\n",
        }
    }

    fn common(&self) -> String {
        let bytes = self.bytes.map_or(Cow::Borrowed("-"), |bytes| bytes.to_string().into());
        format!(
            "{} - - [{}] \"{} {} {}\" {} {bytes} {} {}\n",
            self.peer,
            common_time(&self.time),
            escaped(self.method),
            escaped(&self.target),
            self.version,
            self.status,
            self.microseconds,
            self.id,
        )
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` as `06/Nov/1994:08:49:37 +0000`.
fn common_time(date: &str) -> String {
    let mut parts = date.split(' ').skip(1);
    let mut next = || parts.next().unwrap_or_default();
    format!("{}/{}/{}:{} +0000", next(), next(), next(), next())
}

/// Path and query, without the values that nobody is to read in a log.
fn target(path: &str, query: &str) -> String {
    let mut target = path.to_owned();
    for (at, pair) in query.split('&').enumerate() {
        if !query.is_empty() {
            target.push(if at == 0 { '?' } else { '&' });
        }
        match pair.split_once('=') {
            Some((name, _)) if is_secret(name) => {
                target.push_str(name);
                target.push_str("=***");
            }
            _ => target.push_str(pair),
        }
    }
    target
}

fn is_secret(name: &str) -> bool {
    let name = percent_decode_str(name).decode_utf8_lossy().to_ascii_lowercase();
    ["password", "passwd", "token", "secret"].iter().any(|secret| name.contains(secret))
}

/// Controls, quotes, backslashes and what is not ASCII as `\xNN`.
fn escaped(text: &str) -> Cow<'_, str> {
    let plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    if text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        match plain(byte) {
            true => safe.push(char::from(byte)),
            // Writing to a String cannot fail.
            false => drop(write!(safe, "\\x{byte:02x}")),
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_common_line_is_what_log_readers_know() {
        let line = Line {
            time: "Sun, 06 Nov 1994 08:49:37 GMT".to_owned(),
            peer: [192, 0, 2, 1].into(),
            method: "GET",
            target: "/a?b".to_owned(),
            version: "HTTP/1.1",
            status: 200,
            bytes: None,
            microseconds: 412,
            id: "00000000000a".to_owned(),
        };
        assert_eq!(
            line.text(LogFormat::Common),
            "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"GET /a?b HTTP/1.1\" 200 - 412 00000000000a\n"
        );
    }

    #[test]
    fn nothing_ends_a_line_or_a_quotation() {
        assert_eq!(escaped("a\r\nb\"c\\d\x1b[é"), "a\\x0d\\x0ab\\x22c\\x5cd\\x1b[\\xc3\\xa9");
        assert_eq!(escaped("/plain?x=%0a"), "/plain?x=%0a");
    }

    #[test]
    fn passwords_and_tokens_are_left_out() {
        assert_eq!(
            target("/a", "x=1&Password=abc&reset_token=d=e&pass%77ord=f&token&y"),
            "/a?x=1&Password=***&reset_token=***&pass%77ord=***&token&y"
        );
        assert_eq!(target("/a", ""), "/a");
    }
}
