//! The page of a user's settings: which dictionaries the user's look-ups search.

use std::collections::HashSet;

use askama::Template;
use webframe::http::StatusCode;
use webframe::{Error, Request, Response, Result};

use super::filters;
use super::page::Page;
use super::word::shown_title;
use crate::paths;
use crate::site::Site;
use crate::store::BookId;
use crate::texts::Texts;

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    form_token: String,
    notice: SettingsNotice,
    books: Vec<BookChoice>,
}

/// The message above the form.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SettingsNotice {
    None,
    Saved,
    NoBook,
}

/// A book in the form.
struct BookChoice {
    id: i64,
    title: String,
    is_on: bool,
}

/// The submitted form. It has a field `listed` for each book that it showed, and a field `on` for
/// each book that was ticked; a listed book without a tick is off. A book that was added meanwhile
/// is in neither list, so it does not change.
#[derive(Debug, Default, PartialEq, Eq)]
struct BooksForm {
    form_token: String,
    on: Vec<BookId>,
    off: Vec<BookId>,
}

/// `GET`: the settings.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let Some(user) = page.user()? else { return to_login() };
    let switched_off = site.books_off(user)?;
    let notice =
        if request.query_string() == SAVED { SettingsNotice::Saved } else { SettingsNotice::None };
    form(&page, StatusCode::OK, &switched_off, notice)
}

/// `POST`: stores the settings. At least one book must be on.
pub(crate) fn submit(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let choice = BooksForm::parse(&request.form::<Vec<(String, String)>>()?)?;
    page.check_form(&choice.form_token)?;
    let Some(user) = page.user()? else { return to_login() };
    if choice.on.is_empty() {
        return form(&page, StatusCode::UNPROCESSABLE_ENTITY, &choice.off, SettingsNotice::NoBook);
    }
    site.switch_books(user, &choice.on, &choice.off)?;
    Response::see_other(&format!("{}?{SAVED}", paths::SETTINGS))
}

/// The query of the page that makes it show [`SettingsNotice::Saved`].
const SAVED: &str = "saved";

fn to_login() -> Result<Response> {
    Response::see_other(&paths::login_then(paths::SETTINGS))
}

fn form(
    page: &Page<'_>,
    status: StatusCode,
    switched_off: &[BookId],
    notice: SettingsNotice,
) -> Result<Response> {
    let shelf = page.site.shelf();
    let books = shelf.books().iter().map(|book| BookChoice {
        id: book.id.number(),
        title: shown_title(&book.title, page.language()).to_owned(),
        is_on: !switched_off.contains(&book.id),
    });
    let values = SettingsPage {
        page,
        t: page.texts(),
        form_token: page.form_token()?,
        notice,
        books: books.collect(),
    };
    page.send_as(status, &values)
}

impl BooksForm {
    fn parse(fields: &[(String, String)]) -> Result<BooksForm> {
        let mut choice = BooksForm::default();
        let mut listed = Vec::new();
        let mut on = HashSet::new();
        for (name, value) in fields {
            match name.as_str() {
                "form_token" => choice.form_token.clone_from(value),
                "listed" => listed.push(book(value)?),
                "on" => drop(on.insert(book(value)?)),
                _ => {}
            }
        }
        (choice.on, choice.off) = listed.into_iter().partition(|book| on.contains(book));
        Ok(choice)
    }
}

fn book(value: &str) -> Result<BookId> {
    let number = value.parse().map(BookId::new);
    number.map_err(|_| Error::bad_request("the id of a dictionary must be a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listed_book_that_is_not_ticked_is_switched_off() {
        let field = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let fields =
            [("form_token", "t"), ("listed", "1"), ("on", "1"), ("listed", "2"), ("on", "3")];
        let choice = BooksForm::parse(&fields.iter().map(field).collect::<Vec<_>>()).unwrap();
        let expected = BooksForm {
            form_token: "t".to_owned(),
            on: vec![BookId::new(1)],
            off: vec![BookId::new(2)],
        };
        assert_eq!(choice, expected);
        assert!(BooksForm::parse(&[field(&("on", "x"))]).is_err());
    }
}
