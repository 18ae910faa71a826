//! The page on which a visitor chooses how pages look and sound in this browser: theme, text size,
//! speed and accent of the voice, and the time zone. Cookies keep the choices.

mod cookies;

use askama::Template;
use serde::Deserialize;
use webframe::{Request, Response, Result};

pub(super) use self::cookies::{APPEARANCE_COOKIE, Appearance, ZONE_COOKIE, ZONES};
use super::filters;
use super::page::Page;
use super::visitor::is_from_another_site;
use crate::paths;
use crate::site::Site;
use crate::texts::Texts;

#[derive(Template)]
#[template(path = "appearance.html")]
struct AppearancePage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    is_saved: bool,
}

/// The fields of the form, which are absent when the page is only shown. If `saved` is present, the
/// choices have just been stored.
#[derive(Deserialize)]
struct AppearanceForm {
    theme: Option<String>,
    #[serde(default)]
    size: String,
    #[serde(default)]
    speech: String,
    #[serde(default)]
    accent: String,
    #[serde(default)]
    zone: String,
    saved: Option<String>,
}

/// `GET`: shows the page, or stores the choices if the query has the fields of the form. The
/// choices change only how pages look and sound in this browser, so no form token is needed. If
/// another site caused the request, its choices are ignored.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let AppearanceForm { theme, size, speech, accent, zone, saved } = request.query()?;
    if let Some(theme) = theme {
        if is_from_another_site(site, request) {
            return Response::see_other(paths::APPEARANCE);
        }
        let response = Response::see_other(&format!("{}?saved=1", paths::APPEARANCE))?;
        let response = page.visitor.remember_zone(&zone, response)?;
        return page
            .visitor
            .remember_appearance(Appearance::named([&theme, &size, &speech, &accent]), response);
    }
    page.send(&AppearancePage { page: &page, t: page.texts(), is_saved: saved.is_some() })
}
