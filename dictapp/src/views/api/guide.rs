//! The page that explains the API. Its examples work when pasted into a shell.

use askama::Template;
use webframe::{Request, Response, Result};

use crate::paths;
use crate::site::Site;
use crate::texts::Texts;
use crate::views::filters;
use crate::views::page::Page;

#[derive(Template)]
#[template(path = "api.html")]
struct GuidePage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    without_token: Vec<Example>,
    with_token: Vec<Example>,
}

/// A command for a shell.
struct Example {
    text: &'static str,
    command: String,
}

/// `GET`: the page about the API.
pub(crate) fn guide(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let t = page.texts();
    let base = request.origin().unwrap_or_default();
    page.send(&GuidePage {
        page: &page,
        t,
        without_token: examples_without_token(&base, t),
        with_token: examples_with_token(&base, t),
    })
}

/// The examples that need no token. `base` is the origin of the site.
fn examples_without_token(base: &str, t: &Texts) -> Vec<Example> {
    let url = |path: &str| format!("{base}{path}");
    vec![
        Example { text: t.api.word, command: format!("curl {}", url(&paths::api_word("apple"))) },
        Example {
            text: t.api.suggest,
            command: format!("curl '{}&limit=5'", url(&paths::api_suggest("appl"))),
        },
        Example {
            text: t.api.search,
            command: format!("curl -G {} --data-urlencode 'q=re?d'", url(paths::API_SEARCH)),
        },
    ]
}

/// The examples that need a token. They read it from the shell variable `TOKEN`.
fn examples_with_token(base: &str, t: &Texts) -> Vec<Example> {
    let call = |options: &str, path: &str| {
        // The URL is quoted, since zsh would read the `?` of a query as a pattern.
        format!("curl -H \"Authorization: Bearer $TOKEN\" {options}'{base}{path}'")
    };
    let saved = paths::api_saved_word("apple");
    let note = "-X PUT --json '{\"note\": \"an apple a day\"}' ";
    vec![
        Example { text: t.api.recorded, command: call("", &paths::api_word("apple")) },
        Example { text: t.api.history, command: call("", &paths::api_history(10, None)) },
        Example { text: t.api.save, command: call(note, &saved) },
        Example { text: t.api.card, command: call("", paths::API_REVIEW) },
        Example { text: t.api.end, command: call("-X DELETE ", paths::API_SESSION) },
    ]
}
