//! The privacy page: what is stored about users, why, and for how long.

use askama::Template;
use webframe::{Request, Response, Result};

use crate::paths;
use crate::site::Site;
use crate::texts::Texts;
use crate::views::filters;
use crate::views::page::Page;

#[derive(Template)]
#[template(path = "privacy.html")]
struct PrivacyPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    session_days: u64,
    audit_days: u64,
    history_days: u64,
    history_rows: usize,
}

/// `GET`: the privacy page.
pub(crate) fn show_privacy(site: &Site, request: &Request) -> Result<Response> {
    const DAY: u64 = 24 * 60 * 60;
    let page = Page::of(site, request);
    let settings = site.settings();
    page.send(&PrivacyPage {
        page: &page,
        t: page.texts(),
        session_days: settings.accounts.session_absolute.as_secs().div_ceil(DAY),
        audit_days: settings.accounts.audit_kept.as_secs().div_ceil(DAY),
        history_days: settings.dictionary.history_kept.as_secs().div_ceil(DAY),
        history_rows: settings.dictionary.history_rows_max,
    })
}
