//! The parts of the layout that differ only by language, such as the links of the menu. They are
//! rendered once, since every page has them.

use std::sync::LazyLock;

use askama::Template;

use super::filters;
use crate::paths;
use crate::texts::{Language, Texts};

/// The rendered parts, in the order of the page.
pub(super) struct Frame {
    /// The links in the head: stylesheet, script, icons, search.
    pub(super) head: String,
    /// The beginning of the bar.
    pub(super) top: String,
    /// The search box without a query.
    pub(super) search: String,
    /// A user's links in the bar.
    pub(super) links: String,
    /// A user's links in the account menu.
    pub(super) menu: String,
    pub(super) foot: String,
}

#[derive(Template)]
#[template(path = "frame.html", blocks = ["head", "top", "search", "links", "menu", "foot"])]
struct FrameTemplate {
    t: &'static Texts,
}

impl Frame {
    pub(super) fn of(language: Language) -> &'static Frame {
        static CHINESE: LazyLock<Frame> = LazyLock::new(|| Frame::render(Language::Chinese));
        static ENGLISH: LazyLock<Frame> = LazyLock::new(|| Frame::render(Language::English));
        match language {
            Language::Chinese => &CHINESE,
            Language::English => &ENGLISH,
        }
    }

    fn render(language: Language) -> Frame {
        let template = FrameTemplate { t: language.texts() };
        // Constant texts are written to a string: this cannot fail.
        let text = |rendered: askama::Result<String>| rendered.unwrap_or_default();
        Frame {
            head: text(template.as_head().render()),
            top: text(template.as_top().render()),
            search: text(template.as_search().render()),
            links: text(template.as_links().render()),
            menu: text(template.as_menu().render()),
            foot: text(template.as_foot().render()),
        }
    }
}
