//! Visitors' reports of faults in entries: the list for administrators, and the form that settles a
//! report.

use askama::Template;
use jiff::Timestamp;
use serde::Deserialize;
use webframe::{Error, Request, Response, Result};

use crate::paths;
use crate::site::Site;
use crate::store::{Report, ReportId};
use crate::texts::Texts;
use crate::views::filters;
use crate::views::page::Page;

#[derive(Template)]
#[template(path = "admin/reports.html")]
struct ReportsPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    form_token: String,
    reports: Vec<ReportLine>,
}

struct ReportLine {
    /// The time in microseconds, and a random number that distinguishes reports with the same time.
    /// Together they identify the report.
    at: i64,
    tie_breaker: u32,
    time: String,
    /// The name of the user; `None`: a guest reported it.
    name: Option<String>,
    word: String,
    text: String,
}

#[derive(Deserialize)]
struct SettleReportForm {
    form_token: String,
    at: i64,
    tie_breaker: u32,
}

/// `GET`: the list.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let line = |Report { id, user: _, name, word, text }: Report| ReportLine {
        at: id.at.as_microsecond(),
        tie_breaker: id.tie_breaker,
        time: page.time(id.at),
        name,
        word,
        text,
    };
    page.send(&ReportsPage {
        page: &page,
        t: page.texts(),
        form_token: page.form_token()?,
        reports: site.reports()?.into_iter().map(line).collect(),
    })
}

/// `POST`: settles a report, which removes it from the list.
pub(crate) fn settle(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let form: SettleReportForm = request.form()?;
    page.check_form(&form.form_token)?;
    let at = Timestamp::from_microsecond(form.at)
        .map_err(|_| Error::bad_request("invalid time of a report"))?;
    site.settle_report(ReportId { at, tie_breaker: form.tie_breaker })?;
    Response::see_other(paths::ADMIN_REPORTS)
}
