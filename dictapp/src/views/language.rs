//! Switches the language: a link sets a cookie and redirects back.

use serde::Deserialize;
use webframe::{Error, Request, Response, Result};

use super::page::Page;
use super::visitor::is_from_another_site;
use crate::paths;
use crate::site::Site;
use crate::texts::Language;

#[derive(Deserialize)]
struct LanguageQuery {
    to: String,
    #[serde(default)]
    next: String,
}

/// `GET`: sets the language and redirects back. The request changes only how pages look, so it
/// needs no form token. A request that another site caused changes nothing.
pub(crate) fn choose(site: &Site, request: &Request) -> Result<Response> {
    let LanguageQuery { to, next } = request.query()?;
    let language = Language::parse(&to).ok_or_else(|| Error::bad_request("to must be zh or en"))?;
    let next = paths::local_path(&next).unwrap_or(paths::HOME);
    let response = Response::see_other(next)?;
    if is_from_another_site(site, request) {
        return Ok(response);
    }
    Page::new(site, request).visitor.remember_language(language, response)
}
