//! Renders the part of an entry's page that all visitors share, and caches it.

use std::sync::Arc;

use askama::Template;
use webframe::{Error, Result};

use super::filters;
use super::matches::phrases;
use super::word::{Brief, Headword, first_gloss};
use crate::paths;
use crate::site::{EntryPart, Selection};
use crate::texts::{Language, Texts};

#[derive(Template)]
#[template(path = "entry.html")]
struct EntryTemplate<'a> {
    t: &'static Texts,
    lang: &'static str,
    q: &'a str,
    headwords: Vec<Headword<'a>>,
    phrases: Vec<Brief>,
}

impl EntryTemplate<'_> {
    /// Describes a frequency, which is shown as 1 to 5 dots, in words.
    fn commonness(&self, dots: &u8) -> &'static str {
        match dots {
            5 => self.t.word.common_5,
            4 => self.t.word.common_4,
            3 => self.t.word.common_3,
            2 => self.t.word.common_2,
            _ => self.t.word.common_1,
        }
    }
}

/// The rendered entry for a query; `None` if no book has it.
///
/// # Errors
/// 500: the template cannot be rendered.
pub(super) fn part(
    books: &Selection<'_>,
    query: &str,
    language: Language,
) -> Result<Option<Arc<EntryPart>>> {
    // The entry is not cached for visitors who switched books off: they are few, and each has
    // another selection of books.
    let cache = books.is_whole().then(|| books.shelf().entries());
    if let Some(part) = cache.and_then(|cache| cache.get(language.tag(), query)) {
        return Ok(Some(part));
    }
    let found = books.look_up(query);
    let Some(first) = found.first() else { return Ok(None) };
    let template = EntryTemplate {
        t: language.texts(),
        lang: language.html(),
        q: query,
        phrases: phrases(books, first.word),
        headwords: found.iter().map(|found| Headword::from_found(found, language)).collect(),
    };
    let html = template.render().map_err(Error::internal)?;
    let description =
        first.entries.first().map_or(String::new(), |entry| first_gloss(entry.explanation));
    let words = found.iter().map(|found| found.word.to_owned()).collect();
    let part = Arc::new(EntryPart::new(words, description, html));
    if let Some(cache) = cache {
        cache.put(language.tag(), query, &part);
    }
    Ok(Some(part))
}
