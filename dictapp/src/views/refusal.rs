//! The pages that the server sends when it refuses a request before a view gets it, for example
//! because of invalid HTTP. The visitor's language is not known then, so a page is in both
//! languages.

use askama::Template;
use webframe::http::{StatusCode, header};
use webframe::{Error, Refusal, Response, Result};

use super::error::Subject;
use super::filters;
use super::page::NO_STORE;
use crate::paths;
use crate::site::Site;
use crate::texts::Language;

#[derive(Template)]
#[template(path = "refusal.html")]
struct RefusalPage {
    status: u16,
    detail: String,
    leads_home: bool,
    languages: [Translation; 2],
}

/// The text of the page in one language.
struct Translation {
    lang: &'static str,
    title: &'static str,
    text: &'static str,
    home: &'static str,
}

/// The page for a refusal.
pub(crate) fn page(_: &Site, refusal: Refusal) -> Result<Response> {
    let subject = subject(refusal);
    let translation = |language: Language| {
        let (title, text) = subject.texts(language.texts());
        Translation { lang: language.html(), title, text, home: language.texts().error.home }
    };
    let values = RefusalPage {
        status: refusal.status().as_u16(),
        detail: refusal.detail(),
        // With a wrong host or without TLS the link would lead to this page again.
        leads_home: !matches!(subject, Subject::Host | Subject::Https),
        languages: Language::ALL.map(translation),
    };
    let page = Response::html(values.render().map_err(Error::internal)?);
    Ok(page.with_field(header::CACHE_CONTROL, NO_STORE))
}

/// The kind of a refusal, which selects the texts.
fn subject(refusal: Refusal) -> Subject {
    match refusal.status() {
        _ if refusal.is_unencrypted() => Subject::Https,
        StatusCode::MISDIRECTED_REQUEST => Subject::Host,
        StatusCode::INTERNAL_SERVER_ERROR | StatusCode::INSUFFICIENT_STORAGE => Subject::Fault,
        status => Subject::from_status(status),
    }
}
