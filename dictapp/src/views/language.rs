//! The switch of languages: a link sets a cookie and leads back.

use serde::Deserialize;
use webframe::{Error, Request, Response, Result};

use super::page::Page;
use super::visitor::is_from_another_site;
use crate::paths;
use crate::site::Site;
use crate::texts::Language;

#[derive(Deserialize)]
struct Choice {
    to: String,
    #[serde(default)]
    next: String,
}

/// GET of the switch. It changes what is shown and nothing else, so a link of this site may do it.
pub(crate) fn choose(site: &Site, request: &Request) -> Result<Response> {
    let Choice { to, next } = request.query()?;
    let language = Language::parse(&to)
        .ok_or_else(|| Error::bad_request("the parameter to is neither zh nor en"))?;
    let next = paths::own_place(&next).unwrap_or(paths::HOME);
    let response = Response::see_other(next)?;
    if is_from_another_site(request) {
        return Ok(response);
    }
    Page::of(site, request).visitor.speaks(language, response)
}
