//! The parts of the layout that differ only by language, such as the links of the menu. They are
//! rendered once for each language, since every page has them.

use std::sync::LazyLock;

use askama::Template;

use super::filters;
use crate::paths;
use crate::texts::{Language, Texts, split_at_placeholder};

/// The rendered parts, in the order of the page.
pub(super) struct Frame {
    /// The links in the head: stylesheet, script, icons, search.
    pub(super) head: String,
    pub(super) description: String,
    /// The script that stores a user's time zone.
    pub(super) zone: String,
    /// The beginning of the bar.
    pub(super) top: String,
    /// The search box without a query.
    pub(super) search: String,
    /// The beginning of the links in the bar.
    pub(super) nav: String,
    /// A user's links in the bar, and the beginning of the account menu. The name of the user
    /// follows, then `who`, the name again, and `menu`.
    pub(super) links: String,
    pub(super) who: String,
    pub(super) menu: String,
    /// The attributes of the link to the other language. The path of the page follows, then
    /// `language_end`.
    pub(super) language: String,
    pub(super) language_end: String,
    /// The form to log out. Its token follows, then `logout_end`.
    pub(super) logout: String,
    pub(super) logout_end: String,
    pub(super) foot: String,
    /// The label of the button that deletes a row of the history. The word follows, then
    /// `delete_end`.
    pub(super) delete_label: String,
    pub(super) delete_end: String,
}

#[derive(Template)]
#[template(
    path = "frame.html",
    blocks = [
        "head",
        "description",
        "zone",
        "top",
        "search",
        "nav",
        "links",
        "who",
        "menu",
        "language",
        "language_end",
        "logout",
        "logout_end",
        "foot",
        "delete_label",
        "delete_end"
    ]
)]
struct FrameTemplate {
    t: &'static Texts,
    other: Language,
    /// The texts around the name of the user.
    user: (&'static str, &'static str),
    /// The texts around the word in the label of the delete button.
    delete_word: (&'static str, &'static str),
}

impl Frame {
    pub(super) fn for_language(language: Language) -> &'static Frame {
        static CHINESE: LazyLock<Frame> = LazyLock::new(|| Frame::render(Language::Chinese));
        static ENGLISH: LazyLock<Frame> = LazyLock::new(|| Frame::render(Language::English));
        match language {
            Language::Chinese => &CHINESE,
            Language::English => &ENGLISH,
        }
    }

    fn render(language: Language) -> Frame {
        let t = language.texts();
        let template = FrameTemplate {
            t,
            other: language.other(),
            user: split_at_placeholder(t.nav.user, "name"),
            delete_word: split_at_placeholder(t.history.delete_word, "word"),
        };
        // Writing constant texts to a string cannot fail.
        let text = |rendered: askama::Result<String>| rendered.unwrap_or_default();
        Frame {
            head: text(template.as_head().render()),
            description: text(template.as_description().render()),
            zone: text(template.as_zone().render()),
            top: text(template.as_top().render()),
            search: text(template.as_search().render()),
            nav: text(template.as_nav().render()),
            links: text(template.as_links().render()),
            who: text(template.as_who().render()),
            menu: text(template.as_menu().render()),
            language: text(template.as_language().render()),
            language_end: text(template.as_language_end().render()),
            logout: text(template.as_logout().render()),
            logout_end: text(template.as_logout_end().render()),
            foot: text(template.as_foot().render()),
            delete_label: text(template.as_delete_label().render()),
            delete_end: text(template.as_delete_end().render()),
        }
    }
}
