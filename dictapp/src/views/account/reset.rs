//! The page on which a user sets a new password with a one-time code. A teacher or an administrator
//! makes the code.

use askama::Template;
use serde::Deserialize;
use webframe::http::{HeaderValue, StatusCode, header};
use webframe::{Request, Response, Result};

use super::login::{begin_session_and_redirect, minutes};
use super::registration::password_text;
use crate::model::Lifetime;
use crate::paths;
use crate::site::{NewPassword, PasswordChange, Site};
use crate::texts::Texts;
use crate::views::filters;
use crate::views::page::{NO_STORE, Page};

#[derive(Template)]
#[template(path = "reset.html")]
struct ResetPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    form_token: String,
    code: &'a str,
    problem: Option<String>,
    wait_minutes: Option<u64>,
    password_min: usize,
    password_max: usize,
}

#[derive(Deserialize)]
struct ResetForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    new_password: String,
    #[serde(default)]
    new_password_again: String,
    #[serde(default)]
    form_token: String,
}

/// `GET`: the form.
pub(crate) fn show_reset(site: &Site, request: &Request) -> Result<Response> {
    reset_page(&Page::new(site, request), StatusCode::OK, "", None, None)
}

/// `POST`: sets the new password if the code is valid, and logs the user in.
pub(crate) fn submit_reset(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let form: ResetForm = request.form()?;
    page.check_form(&form.form_token)?;
    let t = page.texts();
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if form.new_password != form.new_password_again {
        let problem = Some(t.problem.password_again.to_owned());
        return reset_page(&page, status, &form.code, problem, None);
    }
    let client = page.visitor.client();
    let new = NewPassword { proof: &form.code, password: &form.new_password };
    match site.reset_password(new, &client)? {
        PasswordChange::Done(signed_in) => {
            log::info!("user {} set a new password by code", signed_in.user);
            begin_session_and_redirect(&page, &signed_in, Lifetime::Browser, paths::HOME)
        }
        PasswordChange::Wrong => {
            log::info!("a reset code from {} was wrong", client.address);
            let problem = Some(t.reset.wrong.to_owned());
            reset_page(&page, StatusCode::FORBIDDEN, &form.code, problem, None)
        }
        PasswordChange::Problem(problem) => {
            reset_page(&page, status, &form.code, Some(password_text(problem, t)), None)
        }
        PasswordChange::Later(wait) => {
            let minutes = Some(minutes(wait));
            let status = StatusCode::TOO_MANY_REQUESTS;
            let response = reset_page(&page, status, &form.code, None, minutes)?;
            Ok(response.with_field(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1)))
        }
    }
}

fn reset_page(
    page: &Page<'_>,
    status: StatusCode,
    code: &str,
    problem: Option<String>,
    wait_minutes: Option<u64>,
) -> Result<Response> {
    let accounts = &page.site.settings().accounts;
    let values = ResetPage {
        page,
        t: page.texts(),
        form_token: page.form_token()?,
        code,
        problem,
        wait_minutes,
        password_min: accounts.password_chars_min,
        password_max: accounts.password_chars_max,
    };
    Ok(page.send_as(status, &values)?.with_field(header::CACHE_CONTROL, NO_STORE))
}
