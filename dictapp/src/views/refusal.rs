//! What the server answers by itself, before it is known who asks, to pages in both languages.

use webframe::http::{StatusCode, header};
use webframe::minijinja::context;
use webframe::{Refusal, Response, Result};

use super::error;
use super::page::NO_STORE;
use crate::site::Site;
use crate::texts::{self, Language};

/// The page of a refusal.
pub(crate) fn page(site: &Site, refusal: Refusal) -> Result<Response> {
    let kind = kind(refusal);
    let language =
        |language: Language| context! { html => language.html(), texts => texts::all(language) };
    let values = context! {
        status => refusal.status().as_u16(),
        kind,
        detail => refusal.detail(),
        leads_home => !matches!(kind, "host" | "https"), // from there the link leads here again
        languages => [Language::Chinese, Language::English].map(language),
    };
    let page = site.templates().render("refusal.html", values)?;
    Ok(page.with_field(header::CACHE_CONTROL, NO_STORE))
}

/// The middle of the keys of its texts, as for errors.
fn kind(refusal: Refusal) -> &'static str {
    match refusal.status() {
        _ if refusal.is_unencrypted() => "https",
        StatusCode::MISDIRECTED_REQUEST => "host",
        StatusCode::INTERNAL_SERVER_ERROR => "fault", // it has no number
        status => error::kind(status),
    }
}
