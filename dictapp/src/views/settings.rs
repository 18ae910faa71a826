//! What a user has set for themselves: which word books their look-ups see.

use std::collections::HashSet;

use serde::Serialize;
use webframe::http::StatusCode;
use webframe::minijinja::context;
use webframe::{Error, Request, Response, Result};

use super::page;
use super::visitor::Visitor;
use crate::paths;
use crate::site::{Site, Visit};
use crate::store::BookId;

/// A line of the form.
#[derive(Serialize)]
struct Line {
    id: i64,
    title: String,
    name: String,
    is_on: bool,
}

/// What the form says: a field `listed` for each book that it showed, and a field `on` for each
/// that was ticked. A book that came meanwhile is in neither and stays as it is.
#[derive(Debug, Default, PartialEq, Eq)]
struct Choice {
    form_token: String,
    on: Vec<BookId>,
    off: Vec<BookId>,
}

/// GET of the settings.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let visitor = Visitor::of(site, request);
    let Some(visit) = visitor.user()? else { return to_login() };
    let off = site.books_off(visit)?;
    let is_saved = request.query_string() == SAVED;
    form(StatusCode::OK, site, &visitor, &off, if is_saved { "saved" } else { "" })
}

/// POST of the settings.
pub(crate) fn submit(site: &Site, request: &Request) -> Result<Response> {
    let visitor = Visitor::of(site, request);
    let choice = Choice::of(&request.form::<Vec<(String, String)>>()?)?;
    visitor.check_form(&choice.form_token)?;
    let Some(visit) = visitor.user()? else { return to_login() };
    if choice.on.is_empty() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return form(status, site, &visitor, &choice.off, "none");
    }
    switch(site, visit, &choice)?;
    Response::see_other(&format!("{}?{SAVED}", paths::SETTINGS))
}

/// The query behind which the page says that it was done.
const SAVED: &str = "saved";

fn to_login() -> Result<Response> {
    Response::see_other(&paths::login_then(paths::SETTINGS))
}

fn switch(site: &Site, visit: &Visit, choice: &Choice) -> Result<()> {
    Ok(site.switch_books(visit, &choice.on, &choice.off)?)
}

/// `said` is the end of the key of what is said above the form; empty for nothing.
fn form(
    status: StatusCode,
    site: &Site,
    visitor: &Visitor<'_>,
    off: &[BookId],
    said: &str,
) -> Result<Response> {
    let shelf = site.shelf();
    let lines = shelf.books().iter().map(|book| Line {
        id: book.id.number(),
        title: book.title.clone(),
        name: book.name.clone(),
        is_on: !off.contains(&book.id),
    });
    let values = context! {
        books => lines.collect::<Vec<_>>(),
        said,
        form_token => visitor.form_token()?,
    };
    page::render_as(status, site, visitor, "settings.html", values)
}

impl Choice {
    fn of(fields: &[(String, String)]) -> Result<Choice> {
        let (mut choice, mut listed, mut on) = (Choice::default(), Vec::new(), HashSet::new());
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
    number.map_err(|_| Error::bad_request("the form names a word book by what is no number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_book_that_was_listed_and_not_ticked_is_off_and_others_are_left_alone() {
        let field = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let fields =
            [("form_token", "t"), ("listed", "1"), ("on", "1"), ("listed", "2"), ("on", "3")];
        let choice = Choice::of(&fields.iter().map(field).collect::<Vec<_>>()).unwrap();
        let expected = Choice {
            form_token: "t".to_owned(),
            on: vec![BookId::new(1)],
            off: vec![BookId::new(2)],
        };
        assert_eq!(choice, expected);
        assert!(Choice::of(&[field(&("on", "x"))]).is_err());
    }
}
