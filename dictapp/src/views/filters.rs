//! The filters of the templates, besides askama's own.

#![expect(unreachable_pub, reason = "the macro makes the methods of its types public")]

use std::fmt::Display;

use askama::{Result, Values, filter_fn, filters::Safe};

use super::assets;
use crate::bidi;
use crate::model::LanguageTag;
use crate::paths;
use crate::texts;

/// `{{ t.home.hint|fill("entries", 5) }}`: the text with `{entries}` replaced by a value.
#[filter_fn]
pub(super) fn fill<V: Display>(
    text: impl AsRef<str>,
    _: &dyn Values,
    name: &str,
    value: V,
) -> Result<String> {
    Ok(texts::fill(text.as_ref(), name, value))
}

/// `{{ class.name|isolated }}`: the text, isolated so that it does not reorder the text around it.
/// This is for titles; in the body of a page `<bdi>` and `dir="auto"` have this effect.
#[filter_fn]
pub(super) fn isolated(text: impl AsRef<str>, _: &dyn Values) -> Result<String> {
    Ok(bidi::isolated(text.as_ref()).into_owned())
}

/// `{{ entries|grouped }}`: the number with commas between thousands.
#[filter_fn]
pub(super) fn grouped(number: impl Display, _: &dyn Values) -> Result<String> {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    Ok(grouped)
}

/// `{{ word|word_url }}`: the path of the word's page.
#[filter_fn]
pub(super) fn word_url(word: impl AsRef<str>, _: &dyn Values) -> Result<String> {
    Ok(paths::word(word.as_ref()))
}

/// `{{ query|search_url }}`: the path of the results of a query.
#[filter_fn]
pub(super) fn search_url(query: impl AsRef<str>, _: &dyn Values) -> Result<String> {
    Ok(paths::search(query.as_ref()))
}

/// `{{ text|in_query }}`: the text, percent-encoded for the query of a URL.
#[filter_fn]
pub(super) fn in_query(text: impl AsRef<str>, _: &dyn Values) -> Result<String> {
    Ok(webframe::url::encode_query(text.as_ref()).into_owned())
}

/// `<p class="headword{{ word|length_class }}">`: the CSS class for a word that is too long for the
/// usual text size on a phone.
#[filter_fn]
pub(super) fn length_class(word: impl AsRef<str>, _: &dyn Values) -> Result<&'static str> {
    let longest = word.as_ref().split([' ', '-']).map(|part| part.chars().count()).max();
    Ok(match longest {
        Some(21..) => " longer",
        Some(15..) => " long",
        _ => "",
    })
}

/// `{{ "css/site.css"|static_url }}`: the path of a static file with its version.
#[filter_fn]
pub(super) fn static_url(name: &str, _: &dyn Values) -> Result<&'static str> {
    Ok(assets::link(name))
}

/// `<p lang="{{ lang }}"{{ lang|direction }}>`: the attribute for text that runs from right to
/// left.
#[filter_fn]
pub(super) fn direction(lang: &LanguageTag, _: &dyn Values) -> Result<Safe<&'static str>> {
    Ok(Safe(if lang.is_right_to_left() { " dir=\"rtl\"" } else { "" }))
}
