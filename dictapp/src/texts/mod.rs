//! Every text of the pages and of the terminal client, in Chinese and in English, by subject.
//! Templates and views use them as `t.history.title`; the compiler reports missing and unused ones.
//!
//! A text is one line of a `texts!` block: its name, the Chinese text, the English text. A template
//! puts values in the place of names in braces: `{{ t.history.total|fill("total", total) }}`
//! replaces `{total}`. [`Language`] is the language in which a visitor reads the texts.

mod account;
mod admin;
mod api;
mod classes;
mod client;
mod error;
mod history;
mod learning;
mod privacy;
mod search;
mod site;
mod word;

pub(crate) use account::AccountEvents;
pub(crate) use client::Client;

use std::borrow::Cow;
use std::fmt::{Display, Write};

use webframe::accept::best_language;

use crate::bidi::isolated;

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Language {
    /// Simplified Chinese.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// Both languages.
    pub(crate) const ALL: [Language; 2] = [Language::Chinese, Language::English];

    /// Parses the tag in a cookie or a link; `None` if it is unknown.
    pub(crate) fn parse(tag: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The language that the header field `Accept-Language` prefers; `None` if it names neither.
    pub(crate) fn best(accept: &str) -> Option<Language> {
        best_language(accept, &["zh", "en"]).and_then(Language::parse)
    }

    /// The language that is not this one, for the switch in the navigation.
    pub(crate) fn other(self) -> Language {
        match self {
            Language::Chinese => Language::English,
            Language::English => Language::Chinese,
        }
    }

    /// The tag in cookies and links.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Language::Chinese => "zh",
            Language::English => "en",
        }
    }

    /// The value of the attribute `lang`.
    pub(crate) fn html(self) -> &'static str {
        match self {
            Language::Chinese => "zh-Hans",
            Language::English => "en",
        }
    }

    /// The texts in this language.
    pub(crate) fn texts(self) -> &'static Texts {
        match self {
            Language::Chinese => &Texts::CHINESE,
            Language::English => &Texts::ENGLISH,
        }
    }
}

/// Splits a text at its first `{name}`: returns the text before it and the text after it. A page
/// that fills one text many times splits it once and reuses both parts. Without `{name}`, the
/// second part is empty.
pub(crate) fn split_at_placeholder(text: &'static str, name: &str) -> (&'static str, &'static str) {
    let split = |(at, _): &(usize, &str)| {
        let after = text[at + 1..].strip_prefix(name)?.strip_prefix('}')?;
        Some((&text[..*at], after))
    };
    text.match_indices('{').find_map(|found| split(&found)).unwrap_or((text, ""))
}

/// Replaces each `{name}` in a text by a value. A value that may reorder the text around it, such
/// as a name in Hebrew, is isolated.
pub(crate) fn fill(text: &str, name: &str, value: impl Display) -> String {
    let mut filled = String::with_capacity(2 * text.len());
    let mut rest = text;
    while let Some(brace) = memchr::memchr(b'{', rest.as_bytes()) {
        filled.push_str(&rest[..brace]);
        let after = &rest[brace + 1..];
        rest = match after.strip_prefix(name).and_then(|after| after.strip_prefix('}')) {
            Some(after) => {
                let start = filled.len();
                // Writing to a string cannot fail.
                write!(filled, "{value}").ok();
                if let Cow::Owned(isolated) = isolated(&filled[start..]) {
                    filled.replace_range(start.., &isolated);
                }
                after
            }
            None => {
                filled.push('{');
                after
            }
        };
    }
    filled.push_str(rest);
    filled
}

/// Defines a group of texts: a struct with a field for each text, and its values in both languages.
macro_rules! texts {
    ($(#[$doc:meta])* $group:ident { $($name:ident: $chinese:literal, $english:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $group {
            $(pub(crate) $name: &'static str,)*
        }

        impl $group {
            pub(super) const CHINESE: $group = $group { $($name: $chinese,)* };
            pub(super) const ENGLISH: $group = $group { $($name: $english,)* };

            #[cfg(test)]
            pub(super) const ROWS: &[super::Row] =
                &[$(super::Row { name: stringify!($name), chinese: $chinese, english: $english },)*];
        }
    };
}
use texts;

/// Defines [`Texts`], with a field for each group.
macro_rules! groups {
    ($($name:ident: $file:ident::$group:ident,)*) => {
        /// All texts of one language, by subject.
        #[derive(Debug)]
        pub(crate) struct Texts {
            $(pub(crate) $name: $file::$group,)*
        }

        impl Texts {
            const CHINESE: Texts = Texts { $($name: $file::$group::CHINESE,)* };
            const ENGLISH: Texts = Texts { $($name: $file::$group::ENGLISH,)* };
        }

        #[cfg(test)]
        const GROUPS: &[(&str, &[Row])] = &[$((stringify!($name), $file::$group::ROWS),)*];
    };
}

groups! {
    site: site::Site,
    nav: site::Nav,
    pages: site::Pages,
    home: site::Home,
    search: search::Search,
    missing: search::Missing,
    word: word::Word,
    part: word::Part,
    form: word::Form,
    label: word::Label,
    history: history::History,
    words: learning::Words,
    import: learning::Import,
    review: learning::Review,
    progress: learning::Progress,
    login: account::Login,
    register: account::Register,
    field: account::Field,
    problem: account::Problem,
    settings: account::Settings,
    appearance: site::Appearance,
    help: site::Help,
    about: site::About,
    account: account::Account,
    account_events: account::AccountEvents,
    reset: account::Reset,
    classes: classes::Classes,
    days: classes::Days,
    admin: admin::Admin,
    admin_users: admin::AdminUsers,
    admin_books: admin::AdminBooks,
    book_file: admin::BookFile,
    book_warning: admin::BookWarning,
    admin_audit: admin::AdminAudit,
    reports: admin::Reports,
    privacy: privacy::Privacy,
    api: api::Api,
    client: client::Client,
    error: error::Error,
}

/// A text in both languages.
#[cfg(test)]
struct Row {
    name: &'static str,
    chinese: &'static str,
    english: &'static str,
}

#[cfg(test)]
mod tests;
