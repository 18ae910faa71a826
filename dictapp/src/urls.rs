//! The one table of URLs: what lies where, and the way back from a name or a word to its path.

use webframe::middleware::{self, AccessLog, SameOrigin, SecurityHeaders, compression, request_id};
use webframe::url::{encode_query, encode_segment};
use webframe::{App, LogQueue, Urls, blocking};

use crate::dictionary::Dictionary;
use crate::settings::{LogFormat, Settings};
use crate::views::{
    account, assets, error, history, home, language, lookup, refusal, settings, suggest,
};

pub(crate) const HOME: &str = "/";
pub(crate) const REGISTER: &str = "/register";
pub(crate) const LOGIN: &str = "/login";
pub(crate) const LOGOUT: &str = "/logout";
pub(crate) const SEARCH: &str = "/search";
pub(crate) const SUGGEST: &str = "/suggest";
pub(crate) const RANDOM: &str = "/random";
pub(crate) const HISTORY: &str = "/history";
pub(crate) const SETTINGS: &str = "/settings";
pub(crate) const LANGUAGE: &str = "/language";
const WORD: &str = "/word/{word}";
const STATIC: &str = "/static/{*path}";

/// The names by which templates know the paths: `{{ url.login }}`.
pub(crate) const NAMED: [(&str, &str); 10] = [
    ("home", HOME),
    ("register", REGISTER),
    ("login", LOGIN),
    ("logout", LOGOUT),
    ("search", SEARCH),
    ("suggest", SUGGEST),
    ("random", RANDOM),
    ("history", HISTORY),
    ("settings", SETTINGS),
    ("language", LANGUAGE),
];

/// What lies where.
fn table() -> Urls<Dictionary> {
    Urls::new()
        .get(HOME, home::show)
        .get(REGISTER, account::show_register)
        .post(REGISTER, blocking(account::submit_register))
        .get(LOGIN, account::show_login)
        .post(LOGIN, blocking(account::submit_login))
        .post(LOGOUT, blocking(account::submit_logout))
        // A pattern may take its 30 ms, which no other visitor shall wait for.
        .get(SEARCH, blocking(lookup::search))
        .get(SUGGEST, suggest::list)
        .get(WORD, lookup::show)
        .get(RANDOM, lookup::random)
        .get(HISTORY, history::list)
        .get(SETTINGS, settings::show)
        .post(SETTINGS, blocking(settings::submit))
        .get(LANGUAGE, language::choose)
        .get(STATIC, assets::files())
}

/// The whole app around this dictionary.
///
/// # Errors
/// A wrong set-up of the app.
pub fn app(
    dictionary: Dictionary,
    settings: &Settings,
    log: LogQueue,
) -> anyhow::Result<App<Dictionary>> {
    let mut headers = SecurityHeaders::new();
    if !settings.tls.hsts.is_zero() {
        headers = headers.with_strict_transport(settings.tls.hsts);
    }
    let mut app = App::new(dictionary).refusal_page(|dictionary, why| {
        refusal::page(dictionary, why).map(|page| headers.on(page))
    });
    if settings.log.access {
        app = app.wrap(access_log(settings.log.format, log));
    }
    let own_pages = match &settings.server.public_url {
        Some(url) => SameOrigin::new().with_public_url(url),
        None => SameOrigin::new(),
    };
    let app = app.wrap(request_id).wrap(compression).wrap(headers).wrap(own_pages);
    Ok(app.urls(table()).error_page(error::page))
}

/// A line for each request, in the queue of the other lines.
fn access_log(format: LogFormat, log: LogQueue) -> AccessLog {
    AccessLog::queue(log).with_format(match format {
        LogFormat::Text => middleware::LogFormat::Common,
        LogFormat::Json => middleware::LogFormat::Json,
    })
}

/// The page of a word, whatever characters it has: a slash in it is no separator.
pub(crate) fn word(word: &str) -> String {
    // A browser takes a segment of dots away (RFC 3986 §5.2.4), encoded or not; a search does not.
    if matches!(word, "." | "..") {
        return search(word);
    }
    format!("/word/{}", encode_segment(word))
}

/// The answer to a query.
pub(crate) fn search(query: &str) -> String {
    format!("{SEARCH}?q={}", encode_query(query))
}

/// The page to log in at, and where to go then.
pub(crate) fn login_then(next: &str) -> String {
    format!("{LOGIN}?next={}", encode_query(next))
}

/// A file under `static/`; the mark changes with the file, so that browsers may keep it.
pub(crate) fn static_file(name: &str, mark: &str) -> String {
    format!("/static/{name}?v={mark}")
}

/// The most bytes of a place to go to after a form.
const NEXT_BYTES_MAX: usize = 2048;

/// A place of this site, and nothing that a browser could read as another one: it begins with one
/// slash, and has no backslash, which browsers read as a slash, and nothing that they drop.
pub(crate) fn own_place(next: &str) -> Option<&str> {
    let is_own = next.starts_with('/')
        && !next.starts_with("//")
        && next.len() <= NEXT_BYTES_MAX
        && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    is_own.then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_one_segment() {
        assert_eq!(word("and/or"), "/word/and%2For");
        assert_eq!(word("ice cream"), "/word/ice%20cream");
        assert_eq!(word("café?#"), "/word/caf%C3%A9%3F%23");
        assert_eq!(word(".."), "/search?q=..");
    }

    #[test]
    fn where_to_go_after_a_login_is_one_value_of_the_query() {
        assert_eq!(login_then("/history"), "/login?next=/history");
        assert_eq!(login_then("/search?q=a&b=c#d"), "/login?next=/search%3Fq%3Da%26b%3Dc%23d");
    }

    #[test]
    fn only_a_place_of_this_site_is_gone_to() {
        for own in ["/", "/history", "/word/and%2For?x=//y", "/a/../b"] {
            assert_eq!(own_place(own), Some(own));
        }
        let long = format!("/{}", "a".repeat(NEXT_BYTES_MAX));
        for other in [
            "",
            "history",
            "//evil.example",
            "/\\evil.example",
            "\\/evil",
            "https://evil.example/",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/a\r\nSet-Cookie: x=y",
            "/ a",
            "/é",
            "///evil",
            " /a",
            long.as_str(),
        ] {
            assert_eq!(own_place(other), None, "{other:?}");
        }
    }
}
