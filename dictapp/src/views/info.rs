//! Two pages without data of the visitor: the help, and the page about the software and data that
//! the site uses.

use askama::Template;
use webframe::{Request, Response, Result};

use super::filters;
use super::page::Page;
use super::word::shown_title;
use crate::paths;
use crate::site::Site;
use crate::texts::{Language, Texts};

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    /// The origin of this site, as in `https://dict.example.org`.
    base: String,
}

impl HelpPage<'_> {
    /// An example of a Chinese query, on the pages of both languages.
    fn chinese_example(&self) -> &'static str {
        Language::Chinese.texts().help.query
    }

    /// An example of an English phrase, on the pages of both languages.
    fn phrase_example(&self) -> &'static str {
        Language::English.texts().help.query
    }

    /// The meaning of each frequency, which is shown as 1 to 5 dots.
    fn ranks(&self) -> [(u8, &'static str); 5] {
        let t = &self.t.help;
        [(5, t.ranks_5), (4, t.ranks_4), (3, t.ranks_3), (2, t.ranks_2), (1, t.ranks_1)]
    }
}

#[derive(Template)]
#[template(path = "about.html")]
struct AboutPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    books: Vec<String>,
}

/// `GET`: the help.
pub(crate) fn help(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let base = request.origin().unwrap_or_default();
    page.send(&HelpPage { page: &page, t: page.texts(), base })
}

/// `GET`: the page about the site.
pub(crate) fn about(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let title = |title: &str| shown_title(title, page.language()).to_owned();
    let books = site.shelf().books().iter().map(|book| title(&book.title)).collect();
    page.send(&AboutPage { page: &page, t: page.texts(), books })
}
