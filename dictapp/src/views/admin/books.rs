//! The word books: their order, titles and visibility, and the form for new ones.

use askama::Template;
use serde::Deserialize;
use webframe::{Request, Response, Result};

use super::admin;
use crate::paths;
use crate::site::{BookChange, Site, UPLOAD_BYTES_MAX};
use crate::store::{Book, BookId};
use crate::texts::Texts;
use crate::views::filters;
use crate::views::page::Page;

#[derive(Template)]
#[template(path = "admin/books.html")]
struct BooksPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    form_token: String,
    books: Vec<BookLine>,
    size_max: u64,
    is_done: bool,
    /// Whether the settings put some books first.
    has_first: bool,
}

struct BookLine {
    id: i64,
    title: String,
    kind: String,
    entries: u64,
    imported: String,
    is_hidden: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    Up,
    Down,
    Hide,
    Show,
    Rename,
    Remove,
}

#[derive(Deserialize)]
struct Form {
    form_token: String,
    action: Action,
    book: i64,
    #[serde(default)]
    title: String,
}

/// `GET`: the list.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::of(site, request);
    let line = |book: Book| BookLine {
        id: book.id.number(),
        title: book.title,
        kind: book.kind,
        entries: book.entries,
        imported: page.day(book.imported),
        is_hidden: book.hidden,
    };
    page.send(&BooksPage {
        page: &page,
        t: page.texts(),
        form_token: page.form_token()?,
        books: site.all_books()?.into_iter().map(line).collect(),
        size_max: UPLOAD_BYTES_MAX >> 20,
        is_done: request.query_string() == DONE,
        has_first: !site.settings().dictionary.books.is_empty(),
    })
}

/// `POST`: a change of one book.
pub(crate) fn submit(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::of(site, request);
    let form: Form = request.form()?;
    page.check_form(&form.form_token)?;
    let change = match form.action {
        Action::Up => BookChange::Up,
        Action::Down => BookChange::Down,
        Action::Hide => BookChange::Hide,
        Action::Show => BookChange::Show,
        Action::Rename => BookChange::Rename(form.title),
        Action::Remove => BookChange::Remove,
    };
    let actor = (admin(&page)?, &page.visitor.client());
    site.change_book(BookId::new(form.book), &change, actor)?;
    Response::see_other(&format!("{}?{DONE}", paths::ADMIN_BOOKS))
}

/// The query that shows that a change was made.
const DONE: &str = "done";
