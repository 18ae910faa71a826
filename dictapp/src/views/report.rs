//! The form with which visitors report a fault of a word's entry to the administrators. Guests may
//! use it if the settings allow it.

use askama::Template;
use serde::Deserialize;
use webframe::http::{HeaderValue, StatusCode, header};
use webframe::{Error, Request, Response, Result};

use super::filters;
use super::page::Page;
use crate::model::Word;
use crate::paths;
use crate::site::{Reporting, Site};
use crate::store::REPORT_CHARS_MAX;
use crate::texts::{Texts, fill};

#[derive(Deserialize)]
struct ReportQuery {
    #[serde(default)]
    word: String,
}

#[derive(Deserialize)]
struct ReportForm {
    form_token: String,
    #[serde(default)]
    word: String,
    #[serde(default)]
    text: String,
}

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    form_token: String,
    word: &'a str,
    text: &'a str,
    text_max: usize,
    notice: ReportNotice,
}

/// The message above the form, or instead of it.
enum ReportNotice {
    None,
    Done,
    Closed,
    Problem(String),
}

/// `GET`: the form.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let query: ReportQuery = request.query()?;
    let word = parse(&query.word)?;
    let notice = if page.may_report() { ReportNotice::None } else { ReportNotice::Closed };
    report_page(&page, StatusCode::OK, &word, "", notice)
}

/// `POST`: stores a report.
pub(crate) fn submit(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let form: ReportForm = request.form()?;
    page.check_form(&form.form_token)?;
    let word = parse(&form.word)?;
    let t = &page.texts().reports;
    let text = form.text.as_str();
    if !page.may_report() {
        return report_page(&page, StatusCode::FORBIDDEN, &word, text, ReportNotice::Closed);
    }
    let refuse = |status, problem: &str| {
        report_page(&page, status, &word, text, ReportNotice::Problem(problem.to_owned()))
    };
    match site.report_entry(page.user()?, &word, text, &page.visitor.client())? {
        Reporting::Done => report_page(&page, StatusCode::OK, &word, "", ReportNotice::Done),
        Reporting::Empty => refuse(StatusCode::UNPROCESSABLE_ENTITY, t.empty),
        Reporting::Full => refuse(StatusCode::SERVICE_UNAVAILABLE, t.full),
        Reporting::Later(wait) => {
            let minutes = wait.as_secs().div_ceil(60);
            let problem = fill(t.later, "minutes", minutes);
            let response = refuse(StatusCode::TOO_MANY_REQUESTS, &problem)?;
            Ok(response.with_field(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1)))
        }
    }
}

fn parse(word: &str) -> Result<Word> {
    Word::parse(word).map_err(|error| Error::bad_request(format!("field word: {error}")))
}

fn report_page(
    page: &Page<'_>,
    status: StatusCode,
    word: &Word,
    text: &str,
    notice: ReportNotice,
) -> Result<Response> {
    let t = page.texts();
    let form_token = page.form_token()?;
    let word = word.as_str();
    let text_max = REPORT_CHARS_MAX;
    page.send_as(status, &ReportPage { page, t, form_token, word, text, text_max, notice })
}
