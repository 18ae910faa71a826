//! The paths of the site: constants for the table of URLs and for templates (`{{ paths::LOGIN }}`),
//! and functions that build the path of a word, a query or a file.

use std::borrow::Cow;
use std::fmt::Display;

use webframe::url::{encode_query, encode_segment};

pub(crate) const HOME: &str = "/";
pub(crate) const REGISTER: &str = "/register";
pub(crate) const LOGIN: &str = "/login";
pub(crate) const LOGOUT: &str = "/logout";
pub(crate) const RESET: &str = "/reset";
pub(crate) const PRIVACY: &str = "/privacy";
pub(crate) const ACCOUNT: &str = "/account";
pub(crate) const ACCOUNT_PASSWORD: &str = "/account/password";
pub(crate) const ACCOUNT_SESSIONS: &str = "/account/sessions";
pub(crate) const ACCOUNT_TOKENS: &str = "/account/tokens";
pub(crate) const ACCOUNT_EXPORT: &str = "/account/export";
pub(crate) const ACCOUNT_HISTORY: &str = "/account/history";
pub(crate) const ACCOUNT_DELETE: &str = "/account/delete";
pub(crate) const SEARCH: &str = "/search";
/// A query follows.
const SEARCH_FOR: &str = "/search?q=";
pub(crate) const SUGGEST: &str = "/suggest";
/// The short explanation of a word in a popup.
pub(crate) const GLOSS: &str = "/gloss";
pub(crate) const RANDOM: &str = "/random";
pub(crate) const HISTORY: &str = "/history";
pub(crate) const WORDS: &str = "/words";
pub(crate) const WORDS_IMPORT: &str = "/words/import";
pub(crate) const WORDS_EXPORT: &str = "/words/export";
pub(crate) const REVIEW: &str = "/review";
pub(crate) const REVIEW_UNDO: &str = "/review/undo";
pub(crate) const REVIEW_KIND: &str = "/review/kind";
pub(crate) const PROGRESS: &str = "/progress";
pub(crate) const SETTINGS: &str = "/settings";
pub(crate) const CLASSES: &str = "/classes";
pub(crate) const CLASS: &str = "/classes/{class}";
pub(crate) const REPORT: &str = "/report";
pub(crate) const ADMIN: &str = "/admin";
pub(crate) const ADMIN_USERS: &str = "/admin/users";
pub(crate) const ADMIN_BOOKS: &str = "/admin/books";
pub(crate) const ADMIN_UPLOADS: &str = "/admin/uploads";
pub(crate) const ADMIN_UPLOAD: &str = "/admin/uploads/{upload}";
pub(crate) const ADMIN_UPLOAD_EVENTS: &str = "/admin/upload-events";
pub(crate) const ADMIN_REPORTS: &str = "/admin/reports";
pub(crate) const ADMIN_AUDIT: &str = "/admin/audit";
pub(crate) const HELP: &str = "/help";
pub(crate) const ABOUT: &str = "/about";
pub(crate) const MANIFEST: &str = "/manifest.webmanifest";
/// The script of the service worker.
pub(crate) const WORKER: &str = "/worker.js";
pub(crate) const OPENSEARCH: &str = "/opensearch.xml";
/// The suggestions for the search box of a browser (OpenSearch); [`SUGGEST`] has those for the
/// search box of a page.
pub(crate) const COMPLETE: &str = "/complete";
/// The page on which a visitor chooses how pages look and sound.
pub(crate) const APPEARANCE: &str = "/look";
pub(crate) const LANGUAGE: &str = "/language";
pub(crate) const WORD: &str = "/word/{word}";
pub(crate) const HEALTHZ: &str = "/healthz";
pub(crate) const READYZ: &str = "/readyz";
pub(crate) const METRICS: &str = "/metrics";
/// The page about the API.
pub(crate) const API_GUIDE: &str = "/api";
/// The prefix of all paths of the API.
pub(crate) const API: &str = "/api/";
pub(crate) const API_WORD: &str = "/api/v1/words/{word}";
pub(crate) const API_SUGGEST: &str = "/api/v1/suggest";
pub(crate) const API_SEARCH: &str = "/api/v1/search";
pub(crate) const API_BOOKS: &str = "/api/v1/books";
pub(crate) const API_ACCOUNTS: &str = "/api/v1/accounts";
pub(crate) const API_ACCOUNT_OF: &str = "/api/v1/accounts/{name}";
pub(crate) const API_ACCOUNT: &str = "/api/v1/account";
pub(crate) const API_SESSIONS: &str = "/api/v1/sessions";
pub(crate) const API_SESSION: &str = "/api/v1/sessions/current";
pub(crate) const API_HISTORY: &str = "/api/v1/history";
pub(crate) const API_WORD_BOOK: &str = "/api/v1/wordbook";
pub(crate) const API_SAVED_WORD: &str = "/api/v1/wordbook/{word}";
pub(crate) const API_REVIEW: &str = "/api/v1/review";
pub(crate) const API_DOCUMENT: &str = "/api/v1/openapi.json";
pub(crate) const STATIC: &str = "/static";

/// The path of a word's page. A slash in the word is encoded: it does not separate segments.
pub(crate) fn word(word: &str) -> String {
    let (start, word) = word_parts(word);
    [start, &word].concat()
}

/// Like [`word`], in two parts, for pages with many links. They have no special characters of HTML.
pub(crate) fn word_parts(word: &str) -> (&'static str, Cow<'_, str>) {
    // Browsers remove a segment of dots (RFC 3986 §5.2.4) even when it is encoded.
    if matches!(word, "." | "..") {
        return search_parts(word);
    }
    ("/word/", encode_segment(word))
}

/// The path of a word's page with `placeholder` in place of the word. Another program, such as a
/// browser or Anki, puts the word there.
pub(crate) fn word_template(placeholder: &str) -> String {
    WORD.replace("{word}", placeholder)
}

/// The path of a word's entry in the API.
pub(crate) fn api_word(word: &str) -> String {
    API_WORD.replace("{word}", &encode_segment(word))
}

/// The path of a saved word, in the user's word book, in the API.
pub(crate) fn api_saved_word(word: &str) -> String {
    API_SAVED_WORD.replace("{word}", &encode_segment(word))
}

/// The path of the suggestions for a typed text in the API.
pub(crate) fn api_suggest(typed: &str) -> String {
    format!("{API_SUGGEST}?q={}", encode_query(typed))
}

/// The path of `limit` rows of the history in the API. `cursor` is the one that the previous page
/// returned.
pub(crate) fn api_history(limit: usize, cursor: Option<i64>) -> String {
    let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    format!("{API_HISTORY}?limit={limit}{cursor}")
}

/// The path of the page with the results of a query.
pub(crate) fn search(query: &str) -> String {
    let (start, query) = search_parts(query);
    [start, &query].concat()
}

/// Like [`search`], in two parts; see [`word_parts`].
pub(crate) fn search_parts(query: &str) -> (&'static str, Cow<'_, str>) {
    (SEARCH_FOR, encode_query(query))
}

/// The path of one page of the results of a query, from 1.
pub(crate) fn results(query: &str, page: usize) -> String {
    format!("{}&page={page}", search(query))
}

/// The path of the review page. `sitting` has the numbers of a series of reviews, from the first
/// card to the last.
pub(crate) fn review(sitting: impl Display) -> String {
    format!("{REVIEW}?sitting={}", encode_query(&sitting.to_string()))
}

/// The path of the review page after the answer for a word was undone.
pub(crate) fn review_undone(word: &str, sitting: impl Display) -> String {
    let sitting = sitting.to_string();
    format!("{REVIEW}?undone={}&sitting={}", encode_query(word), encode_query(&sitting))
}

/// The path of a class's page, which its teacher sees.
pub(crate) fn class(id: i64) -> String {
    format!("{CLASSES}/{id}")
}

/// The path of the page of an upload: a dictionary that an administrator has sent.
pub(crate) fn upload(id: u64) -> String {
    format!("{ADMIN_UPLOADS}/{id}")
}

/// The path of the list of users whose names begin with `beginning`.
pub(crate) fn users_named(beginning: &str) -> String {
    format!("{ADMIN_USERS}?q={}", encode_query(beginning))
}

/// The path of the log-in page, which redirects to `next` after the log-in.
pub(crate) fn login_then(next: &str) -> String {
    format!("{LOGIN}?next={}", encode_query(next))
}

/// The path of a file in `static/`. `digest` changes with the file's content, so browsers may cache
/// the file for ever.
pub(crate) fn static_file(name: &str, digest: &str) -> String {
    format!("/static/{name}?v={digest}")
}

/// Maximum length of a path that a form may redirect to, in bytes.
const NEXT_BYTES_MAX: usize = 2048;

/// Returns `next` if it is a path of this site, so that a redirect to it cannot lead to another
/// site. Browsers read a backslash as a slash, take `//` for the beginning of a host, and drop some
/// characters. So only graphic ASCII without backslashes is accepted, after a single slash.
pub(crate) fn local_path(next: &str) -> Option<&str> {
    let is_local = next.starts_with('/')
        && !next.starts_with("//")
        && next.len() <= NEXT_BYTES_MAX
        && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    is_local.then_some(next)
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
    fn the_target_of_a_login_is_one_value_of_the_query() {
        assert_eq!(login_then("/history"), "/login?next=/history");
        assert_eq!(login_then("/search?q=a&b=c#d"), "/login?next=/search%3Fq%3Da%26b%3Dc%23d");
    }

    #[test]
    fn a_redirect_leads_only_to_a_path_of_this_site() {
        for own in ["/", "/history", "/word/and%2For?x=//y", "/a/../b"] {
            assert_eq!(local_path(own), Some(own));
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
            assert_eq!(local_path(other), None, "{other:?}");
        }
    }
}
