//! Formats a request and its response as one line of the log. No text from the client can break or
//! forge a line.

use std::{
    borrow::Cow,
    fmt::Write as _,
    net::IpAddr,
    time::{Duration, SystemTime},
};

use http::{Method, StatusCode, header};
use percent_encoding::percent_decode_str;

use super::{LogFormat, LoggedTarget};
use crate::{Peer, Refused, Request, Response, wire::Version};

/// The parts of a line. Unknown parts are `None`.
#[derive(Debug)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
pub(super) struct Line<'r> {
    /// The time of the response in the date format of HTTP.
    time: String,
    peer: IpAddr,
    method: Option<&'r str>,
    target: Option<String>,
    version: Option<&'static str>,
    status: u16,
    /// The length of the body.
    bytes: Option<u64>,
    /// The time in the layers and the handler; sending is not included.
    microseconds: Option<u128>,
    id: Option<String>,
    /// Why the server answered the request itself. Only JSON has a place for it.
    #[cfg_attr(feature = "json", serde(skip_serializing_if = "Option::is_none"))]
    reason: Option<String>,
    #[cfg_attr(feature = "json", serde(skip))]
    referer: Option<&'r str>,
    #[cfg_attr(feature = "json", serde(skip))]
    agent: Option<&'r str>,
}

impl<'r> Line<'r> {
    pub(super) fn answered(
        request: &'r Request,
        response: &Response,
        took: Duration,
        targets: LoggedTarget,
    ) -> Line<'r> {
        Line {
            bytes: match *request.method() {
                Method::HEAD => Some(0),
                _ => response.body().length(),
            },
            microseconds: Some(took.as_micros()),
            id: Some(request.id().to_string()),
            ..Line::new(request.peer(), response.status(), Some(request), targets)
        }
    }

    /// The line of a request that the server answered itself.
    pub(super) fn refused(refused: &Refused<'r>, targets: LoggedTarget) -> Line<'r> {
        let mut line = Line::new(refused.peer, refused.refusal.status(), refused.request, targets);
        line.reason = Some(refused.refusal.reason());
        let mut words = refused.request_line.unwrap_or_default().split(' ');
        if let (Some(method), Some(whole), Some(version)) =
            (words.next(), words.next(), words.next())
        {
            let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
            line.method = Some(method);
            line.target = Some(match targets {
                LoggedTarget::Whole => target(path, query),
                LoggedTarget::Pattern => "-".to_owned(),
            });
            line.version = Some(if version == "HTTP/1.0" { "HTTP/1.0" } else { "HTTP/1.1" });
        }
        line
    }

    fn new(
        peer: Peer,
        status: StatusCode,
        request: Option<&'r Request>,
        targets: LoggedTarget,
    ) -> Line<'r> {
        let field = |name| request.and_then(|request| request.field(&name));
        Line {
            time: httpdate::fmt_http_date(SystemTime::now()),
            peer: peer.address.ip().to_canonical(),
            method: request.map(|request| request.method().as_str()),
            target: request.map(|request| shown_target(request, targets)),
            version: request.map(|request| match request.head.version() {
                Version::Http10 => "HTTP/1.0",
                Version::Http11 => "HTTP/1.1",
            }),
            status: status.as_u16(),
            bytes: None,
            microseconds: None,
            id: None,
            reason: None,
            referer: field(header::REFERER).filter(|_| targets == LoggedTarget::Whole),
            agent: field(header::USER_AGENT),
        }
    }

    /// Formats the line, with its line end.
    pub(super) fn text(&self, format: LogFormat) -> String {
        match format {
            LogFormat::Common => self.common(""),
            LogFormat::Combined => {
                let quoted = |text: Option<&str>| escaped(text.unwrap_or("-")).into_owned();
                let more = format!(" \"{}\" \"{}\"", quoted(self.referer), quoted(self.agent));
                self.common(&more)
            }
            #[cfg(feature = "json")]
            LogFormat::Json => serde_json::to_string(self).unwrap_or_default() + "\n",
        }
    }

    /// Formats the line in the common log format, with the text `more` after the length of the
    /// body.
    fn common(&self, more: &str) -> String {
        let request = match (self.method, &self.target, self.version) {
            (Some(method), Some(target), Some(version)) => {
                Cow::Owned(format!("{} {} {version}", escaped(method), escaped(target)))
            }
            _ => Cow::Borrowed("-"),
        };
        format!(
            "{} - - [{}] \"{request}\" {} {}{more} {} {}\n",
            self.peer,
            common_time(&self.time),
            self.status,
            or_dash(self.bytes),
            or_dash(self.microseconds),
            or_dash(self.id.as_ref()),
        )
    }
}

fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// The part of the request target that the line shows.
fn shown_target(request: &Request, targets: LoggedTarget) -> String {
    match (targets, request.pattern()) {
        (LoggedTarget::Whole, _) => target(request.path(), request.query_string()),
        (LoggedTarget::Pattern, "") => "-".to_owned(),
        (LoggedTarget::Pattern, pattern) => pattern.to_owned(),
    }
}

/// Converts `Sun, 06 Nov 1994 08:49:37 GMT` to `06/Nov/1994:08:49:37 +0000`.
fn common_time(date: &str) -> String {
    let mut parts = date.split(' ').skip(1);
    let mut next = || parts.next().unwrap_or_default();
    format!("{}/{}/{}:{} +0000", next(), next(), next(), next())
}

/// Path and query, without values that must not be in a log.
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

/// Whether the name of a query parameter suggests that its value is a secret.
fn is_secret(name: &str) -> bool {
    let name = percent_decode_str(name).decode_utf8_lossy().to_ascii_lowercase();
    ["password", "passwd", "token", "secret"].iter().any(|secret| name.contains(secret))
}

/// Escapes control characters, quotes, backslashes and non-ASCII bytes as `\xNN`.
fn escaped(text: &str) -> Cow<'_, str> {
    let plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    if text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        if plain(byte) {
            safe.push(char::from(byte))
        } else {
            write!(safe, "\\x{byte:02x}").expect("a String takes all text");
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_and_combined_lines_have_the_standard_format() {
        let line = Line {
            time: "Sun, 06 Nov 1994 08:49:37 GMT".to_owned(),
            peer: [192, 0, 2, 1].into(),
            method: Some("GET"),
            target: Some("/a?b".to_owned()),
            version: Some("HTTP/1.1"),
            status: 200,
            bytes: None,
            microseconds: Some(412),
            id: Some("00000000000a".to_owned()),
            reason: None,
            referer: Some("http://a.example/\"x"),
            agent: None,
        };
        assert_eq!(
            line.text(LogFormat::Common),
            "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"GET /a?b HTTP/1.1\" 200 - 412 00000000000a\n"
        );
        assert_eq!(
            line.text(LogFormat::Combined),
            "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"GET /a?b HTTP/1.1\" 200 - \
             \"http://a.example/\\x22x\" \"-\" 412 00000000000a\n"
        );
        let unread = Line { method: None, target: None, id: None, status: 400, ..line };
        assert_eq!(
            unread.text(LogFormat::Common),
            "192.0.2.1 - - [06/Nov/1994:08:49:37 +0000] \"-\" 400 - 412 -\n"
        );
    }

    #[test]
    fn no_value_ends_a_line_or_a_quotation() {
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
