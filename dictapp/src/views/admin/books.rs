//! The administrators' page of the dictionaries: changes their order, titles and visibility, and
//! has the form that uploads new ones.

use askama::Template;
use serde::Deserialize;
use webframe::http::StatusCode;
use webframe::{Request, Response, Result};

use super::admin;
use super::preview::kind_name;
use crate::books::BookKind;
use crate::paths;
use crate::site::{BookChange, Site, UPLOAD_BYTES_MAX};
use crate::store::{Book, BookId, TITLE_CHARS_MAX};
use crate::texts::{Texts, fill};
use crate::views::filters;
use crate::views::page::Page;
use crate::views::word::shown_title;

#[derive(Template)]
#[template(path = "admin/books.html")]
struct BooksPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    form_token: String,
    books: Vec<BookLine>,
    size_max: u64,
    is_done: bool,
    /// Why an upload or a change was refused; empty if neither was refused.
    refused: String,
    /// More about the refusal, in English; may be empty.
    reason: String,
    /// Whether the settings name books that come before all others. This page orders only the
    /// others.
    has_first: bool,
}

struct BookLine {
    id: i64,
    /// The stored title, which the form can change.
    title: String,
    /// The title in the language of the page.
    shown: String,
    kind: String,
    entries: u64,
    imported: String,
    is_hidden: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum BookAction {
    Up,
    Down,
    Hide,
    Show,
    Rename,
    Remove,
}

#[derive(Deserialize)]
struct BookForm {
    form_token: String,
    action: BookAction,
    book: i64,
    #[serde(default)]
    title: String,
}

/// `GET`: the list.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    list(&Page::new(site, request), StatusCode::OK, BookRefusal::default())
}

/// Why nothing was changed: a text in the visitor's language, and a reason in English.
#[derive(Default)]
struct BookRefusal {
    text: String,
    reason: String,
}

/// The list with the reason why an upload was refused.
pub(super) fn refuse(page: &Page<'_>, reason: String) -> Result<Response> {
    let text = page.texts().admin_books.refused.to_owned();
    list(page, StatusCode::BAD_REQUEST, BookRefusal { text, reason })
}

fn list(page: &Page<'_>, status: StatusCode, refusal: BookRefusal) -> Result<Response> {
    let site = page.site;
    let line = |book: Book| BookLine {
        id: book.id.number(),
        shown: shown_title(&book.title, page.language()).to_owned(),
        title: book.title,
        kind: shown_kind(&book.kind, page.texts()),
        entries: book.entries,
        imported: page.day(book.imported),
        is_hidden: book.hidden,
    };
    let values = BooksPage {
        page,
        t: page.texts(),
        form_token: page.form_token()?,
        books: site.all_books()?.into_iter().map(line).collect(),
        size_max: UPLOAD_BYTES_MAX >> 20,
        is_done: page.request().query_string() == DONE,
        refused: refusal.text,
        reason: refusal.reason,
        has_first: !site.settings().dictionary.books.is_empty(),
    };
    page.send_as(status, &values)
}

/// The kind of a book, as the page shows it: the edition if the book comes with the program,
/// otherwise the format of its file.
fn shown_kind(kind: &str, t: &Texts) -> String {
    if let Some(edition) = kind.strip_prefix("shipped ") {
        return fill(t.admin_books.shipped, "edition", edition);
    }
    let known = BookKind::ALL.iter().find(|known| known.name() == kind);
    known.map_or(kind, |known| kind_name(*known, t)).to_owned()
}

/// `POST`: changes one book.
pub(crate) fn submit(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let form: BookForm = request.form()?;
    page.check_form(&form.form_token)?;
    let change = match form.action {
        BookAction::Up => BookChange::Up,
        BookAction::Down => BookChange::Down,
        BookAction::Hide => BookChange::Hide,
        BookAction::Show => BookChange::Show,
        BookAction::Rename => BookChange::Rename(form.title),
        BookAction::Remove => BookChange::Remove,
    };
    let actor = admin(&page)?;
    let client = page.visitor.client();
    let t = &page.texts().admin_books;
    let text = match site.change_book(BookId::new(form.book), &change, actor, &client) {
        Ok(()) => return Response::see_other(&format!("{}?{DONE}", paths::ADMIN_BOOKS)),
        Err(error) if error.status() == StatusCode::BAD_REQUEST => {
            fill(t.title_refused, "most", TITLE_CHARS_MAX)
        }
        Err(error) if error.is_not_found() => t.gone.to_owned(),
        Err(error) => return Err(error),
    };
    list(&page, StatusCode::BAD_REQUEST, BookRefusal { text, reason: String::new() })
}

/// The query of the page that makes it report a change.
const DONE: &str = "done";
