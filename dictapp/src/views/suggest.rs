//! JSON for the scripts of pages: completions of the typed text, and the gloss of one word. A
//! browser's search box gets the same completions.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use webframe::http::{HeaderValue, header};
use webframe::{Body, Error, Request, Response, Result};

use super::matches::has_chinese;
use super::page::{NO_STORE, Page};
use super::word::{Brief, brief};
use crate::lexicon;
use crate::model::Word;
use crate::paths;
use crate::site::{Selection, Shelf, Site};

#[derive(Deserialize)]
struct TypedTextQuery {
    #[serde(default)]
    q: String,
}

/// If fewer words than this begin with the typed text, the text may be pinyin.
const PINYIN_IF_FEWER_THAN: usize = 3;

/// A line of the list: a word, its first gloss, and the path of its page.
#[derive(Serialize)]
struct Suggestion {
    #[serde(flatten)]
    brief: Brief,
    href: String,
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// `Cache-Control` of the responses. A minute is long enough for one person typing, and short
/// enough that a newly imported book soon becomes visible.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// `GET`: the completions. They are the same for everybody, so they are cached. The database is
/// queried only if guests may not look words up: then guests get no completions.
pub(crate) fn list(site: &Site, request: &Request) -> Result<Response> {
    let TypedTextQuery { q } = request.query()?;
    let is_closed = site.settings().dictionary.lookup_requires_login;
    if is_closed && Page::new(site, request).user_name().is_none() {
        let none: [Suggestion; 0] = [];
        return Ok(Response::json(&none)?.with_field(header::CACHE_CONTROL, NO_STORE));
    }
    let cache = if is_closed { NO_STORE } else { CACHE };
    let shelf = site.shelf();
    // Completions are not cached between the removal of a book and the next load of the words.
    // `&[]`: no book is switched off.
    let cached = Selection::new(&shelf, &[]).is_whole().then(|| shelf.suggestions());
    let answer = match cached.and_then(|cached| cached.get("", &q)) {
        Some(answer) => answer,
        None => {
            let made =
                serde_json::to_vec(&suggestions(&shelf, site, &q)).map_err(Error::internal)?;
            let made: Arc<[u8]> = made.into();
            if let Some(cached) = cached {
                cached.put("", &q, &made);
            }
            made
        }
    };
    let response = Response::typed(JSON, Body::Shared(answer));
    Ok(response.with_field(header::CACHE_CONTROL, cache))
}

/// `GET`: the gloss of one word, for the popup in a page. It is the same for everybody, and the
/// look-up is not recorded in the history. The answer is `null` if no book has the word, or if a
/// guest may not look words up.
pub(crate) fn gloss(site: &Site, request: &Request) -> Result<Response> {
    let TypedTextQuery { q } = request.query()?;
    let is_closed = site.settings().dictionary.lookup_requires_login;
    let is_allowed = !is_closed || Page::new(site, request).user_name().is_some();
    let shelf = site.shelf();
    let hits = match Word::parse(&q) {
        Ok(word) if is_allowed => shelf.lexicon().look_up(word.as_str()),
        _ => Vec::new(),
    };
    let gloss = hits.first().map(|hit| suggestion(brief(&shelf, &hit.entry)));
    let cache = if is_closed { NO_STORE } else { CACHE };
    Ok(Response::json(&gloss)?.with_field(header::CACHE_CONTROL, cache))
}

/// The typed text and its completions, for a browser's search box; no completions if guests may not
/// look words up.
pub(super) fn words(site: &Site, request: &Request) -> Result<(String, Vec<String>)> {
    let TypedTextQuery { q } = request.query()?;
    let is_closed = site.settings().dictionary.lookup_requires_login;
    let words = if is_closed {
        Vec::new()
    } else {
        let found = suggestions(&site.shelf(), site, &q);
        found.into_iter().map(|one| one.brief.word).collect()
    };
    Ok((q, words))
}

fn suggestion(brief: Brief) -> Suggestion {
    Suggestion { href: paths::word(&brief.word), brief }
}

/// The completions of a typed text: words that begin with it, then words by Chinese gloss or by
/// pinyin. Empty if the text cannot be the beginning of a word. Trailing white space counts: `ice `
/// does not suggest `iceberg`.
fn suggestions(shelf: &Shelf, site: &Site, typed: &str) -> Vec<Suggestion> {
    if Word::parse(typed).is_err() {
        return Vec::new();
    }
    let limit = site.settings().dictionary.suggestions;
    let mut found = shelf.lexicon().suggest(typed, limit);
    let more = if has_chinese(typed) {
        shelf.lexicon().reverse(typed.trim(), lexicon::MatchRange::first(limit)).entries
    } else if found.len() < PINYIN_IF_FEWER_THAN {
        shelf.lexicon().by_pinyin(typed, limit)
    } else {
        Vec::new()
    };
    for entry in more {
        if found.len() < limit && !found.iter().any(|known| known.word == entry.word) {
            found.push(entry);
        }
    }
    let found = Selection::new(shelf, &[]).replace_left_out(found);
    found.iter().map(|entry| suggestion(brief(shelf, entry))).collect()
}
