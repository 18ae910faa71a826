//! Every text that a visitor reads, in Chinese and in English: a language and a key to a text.

mod table;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use webframe::accept::best_language;
use webframe::minijinja::Value;

use table::TABLE;

/// A language that the pages speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// Simplified Chinese.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// Reads a tag, as a cookie or a link has it.
    pub(crate) fn parse(tag: &str) -> Option<Language> {
        [Language::Chinese, Language::English].into_iter().find(|language| language.tag() == tag)
    }

    /// The one that an `Accept-Language` likes best.
    pub(crate) fn best(accept: &str) -> Option<Language> {
        best_language(accept, &["zh", "en"]).and_then(Language::parse)
    }

    /// For cookies and links.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Language::Chinese => "zh",
            Language::English => "en",
        }
    }

    /// For the attribute `lang`.
    pub(crate) fn html(self) -> &'static str {
        match self {
            Language::Chinese => "zh-Hans",
            Language::English => "en",
        }
    }

    /// Its name in itself.
    pub(crate) fn name(self) -> &'static str {
        text(self, "language_name")
    }
}

/// One text. A key that is not in the table is a fault that a test finds; the key is shown then.
pub(crate) fn text(language: Language, key: &'static str) -> &'static str {
    let row = TABLE.iter().find(|row| row.0 == key);
    row.map_or(key, |row| pick(language, row))
}

/// All texts by key, for templates: `{{ t.history_title }}`.
pub(crate) fn all(language: Language) -> Value {
    static CHINESE: LazyLock<Value> = LazyLock::new(|| texts(Language::Chinese));
    static ENGLISH: LazyLock<Value> = LazyLock::new(|| texts(Language::English));
    match language {
        Language::Chinese => CHINESE.clone(),
        Language::English => ENGLISH.clone(),
    }
}

fn texts(language: Language) -> Value {
    let texts: BTreeMap<_, _> = TABLE.iter().map(|row| (row.0, pick(language, row))).collect();
    Value::from_serialize(texts)
}

fn pick(language: Language, row: &Row) -> &'static str {
    match language {
        Language::Chinese => row.1,
        Language::English => row.2,
    }
}

/// A key, its Chinese text, its English text.
type Row = (&'static str, &'static str, &'static str);

#[cfg(test)]
mod tests;
