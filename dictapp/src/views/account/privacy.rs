//! The privacy page: what is stored about users, why, and for how long.

use std::time::Duration;

use askama::Template;
use webframe::{Request, Response, Result};

use crate::paths;
use crate::site::Site;
use crate::texts::{Texts, fill};
use crate::views::appearance::{APPEARANCE_COOKIE, ZONE_COOKIE};
use crate::views::cookies::{
    CHOICES_KEPT, DEVICE_COOKIE, DEVICE_COOKIE_KEPT, GUEST_COOKIE, LANGUAGE_COOKIE, SESSION_COOKIE,
    SecretCookie,
};
use crate::views::filters;
use crate::views::page::Page;

#[derive(Template)]
#[template(path = "privacy.html")]
struct PrivacyPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    session_kept: Duration,
    audit_kept: Duration,
    history_kept: Duration,
    history_rows: usize,
}

impl PrivacyPage<'_> {
    /// Formats a time: in years if it is a whole number of them, two or more; otherwise in days.
    fn time(&self, kept: &Duration) -> String {
        const DAY: u64 = 24 * 60 * 60;
        const YEAR_DAYS: u64 = 365;
        let t = &self.t.privacy;
        match kept.as_secs().div_ceil(DAY) {
            days if days > YEAR_DAYS && days.is_multiple_of(YEAR_DAYS) => {
                fill(t.years, "count", days / YEAR_DAYS)
            }
            days => fill(t.days, "count", days),
        }
    }

    /// The name of each cookie, what it is for, and for how long the browser keeps it.
    fn cookies(&self) -> [(&'static str, &'static str, String); 6] {
        let t = &self.t.privacy;
        let until = |text: &str, kept: &Duration| fill(text, "time", self.time(kept));
        let cookie_name = |cookie_name: SecretCookie| self.page.visitor.cookie_name(cookie_name);
        [
            (
                cookie_name(SESSION_COOKIE),
                t.session_cookie_why,
                until(t.session_cookie_long, &self.session_kept),
            ),
            (cookie_name(DEVICE_COOKIE), t.device_cookie_why, self.time(&DEVICE_COOKIE_KEPT)),
            (cookie_name(GUEST_COOKIE), t.visitor_cookie_why, t.visitor_cookie_long.to_owned()),
            (LANGUAGE_COOKIE, t.language_cookie_why, self.time(&CHOICES_KEPT)),
            (APPEARANCE_COOKIE, t.appearance_cookie_why, self.time(&CHOICES_KEPT)),
            (ZONE_COOKIE, t.zone_cookie_why, until(t.zone_cookie_long, &CHOICES_KEPT)),
        ]
    }
}

/// `GET`: the privacy page.
pub(crate) fn show_privacy(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let settings = site.settings();
    page.send(&PrivacyPage {
        page: &page,
        t: page.texts(),
        session_kept: settings.accounts.session_absolute,
        audit_kept: settings.accounts.audit_kept,
        history_kept: settings.dictionary.history_kept,
        history_rows: settings.dictionary.history_rows_max,
    })
}
