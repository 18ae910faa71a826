//! The pages and forms for registering, logging in and logging out.

use std::time::Duration;

use askama::Template;
use serde::Deserialize;
use webframe::http::{HeaderValue, StatusCode, header};
use webframe::{Request, Response, Result};

use super::registration::{RegistrationForm, RegistrationProblems};
use crate::model::{Lifetime, USERNAME_CHARS_MAX};
use crate::paths;
use crate::site::{Credentials, LogIn, Registration, SignUp, SignedIn, Site};
use crate::store::AuditEvent;
use crate::texts::Texts;
use crate::throttle::Throttled;
use crate::views::filters;
use crate::views::page::{NO_STORE, Page};
use crate::views::visitor::TextAuthor;

/// The fields as submitted. Missing fields are empty.
#[derive(Deserialize)]
struct LoginForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
    /// The ticket from the answer to an earlier attempt that was delayed. It proves that the client
    /// has waited.
    #[serde(default)]
    ticket: String,
    /// If not empty: the session stays valid after the browser is closed.
    #[serde(default)]
    keep: String,
    #[serde(default)]
    form_token: String,
}

#[derive(Template)]
#[template(path = "register.html")]
struct RegisterPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    form_token: String,
    name: &'a str,
    problems: &'a RegistrationProblems,
    wait_minutes: Option<u64>,
    password_min: usize,
    password_max: usize,
}

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    form_token: String,
    name: &'a str,
    next: &'a str,
    has_failed: bool,
    is_disabled: bool,
    /// The number of minutes in which no log-in is accepted.
    wait_minutes: Option<u64>,
    /// The number of seconds after which a log-in with the ticket is accepted.
    delay_seconds: Option<u64>,
    ticket: &'a str,
}

/// The message of the log-in page.
enum LoginNotice {
    None,
    Failed,
    Disabled,
    Refused(Throttled),
}

/// The path to go to after the log-in.
#[derive(Deserialize)]
struct LoginQuery {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct LogoutForm {
    #[serde(default)]
    form_token: String,
}

/// `GET`: the form for a new account; 403 if the site takes no registrations.
pub(crate) fn show_register(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    // 503 if there is a session cookie and the database is unavailable.
    page.user()?;
    let status = if page.takes_registrations() { StatusCode::OK } else { StatusCode::FORBIDDEN };
    register_page(&page, status, "", &RegistrationProblems::default(), None)
}

/// `POST`: makes an account and logs the user in.
pub(crate) fn submit_register(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let form: RegistrationForm = request.form()?;
    page.check_form(&form.form_token)?;
    let typed = form.name.as_str();
    if !page.takes_registrations() {
        return register_page(
            &page,
            StatusCode::FORBIDDEN,
            typed,
            &RegistrationProblems::default(),
            None,
        );
    }
    let name = match form.check(&site.settings().accounts, page.texts()) {
        Ok(name) => name,
        Err(problems) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return register_page(&page, status, typed, &problems, None);
        }
    };
    let client = &page.visitor.client();
    let password = form.password.as_str();
    let form_token = form.form_token.as_str();
    match site.register(SignUp { name: &name, password, form_token, client })? {
        Registration::Done(signed_in) => {
            log::info!("user {} registered from {}", signed_in.user, client.address);
            begin_session_and_redirect(&page, &signed_in, Lifetime::Browser, paths::HOME)
        }
        Registration::Later(wait) => {
            let address = client.address;
            log::info!("a registration from {address} was refused: too many from this network");
            let status = StatusCode::TOO_MANY_REQUESTS;
            let problems = RegistrationProblems::default();
            let response = register_page(&page, status, typed, &problems, Some(wait))?;
            Ok(response.with_field(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1)))
        }
        Registration::Taken => {
            let taken = page.texts().problem.name_taken.to_owned();
            let problems = RegistrationProblems { name: taken, ..RegistrationProblems::default() };
            register_page(&page, StatusCode::CONFLICT, typed, &problems, None)
        }
    }
}

/// `GET`: the log-in form.
pub(crate) fn show_login(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    // 503 if there is a session cookie and the database is unavailable.
    page.user()?;
    let LoginQuery { next } = request.query()?;
    login_page(&page, StatusCode::OK, "", &next, &LoginNotice::None)
}

/// `POST`: logs in with a name and a password.
pub(crate) fn submit_login(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let form: LoginForm = request.form()?;
    page.check_form(&form.form_token)?;
    let next = match form.next.as_str() {
        "" => request.query::<LoginQuery>()?.next,
        next => next.to_owned(),
    };
    let client = &page.visitor.client();
    let lifetime = match form.keep.as_str() {
        "" => Lifetime::Browser,
        _ => Lifetime::Kept,
    };
    let LoginForm { name, password, ticket, .. } = &form;
    let device = page.visitor.device();
    let given = Credentials { name, password, lifetime, ticket, device, client };
    let client = client.address;
    match site.sign_in(given)? {
        LogIn::Done(signed_in) => {
            log::info!("user {} logged in from {client}", signed_in.user);
            let next = paths::local_path(&next).unwrap_or(paths::HOME);
            begin_session_and_redirect(&page, &signed_in, lifetime, next)
        }
        LogIn::Wrong => {
            // The log line omits the name, since some people type their password into that field.
            log::info!("a log-in from {client} failed");
            login_page(&page, StatusCode::UNAUTHORIZED, name, &next, &LoginNotice::Failed)
        }
        LogIn::Disabled => {
            log::info!("a log-in of a disabled user from {client} failed");
            login_page(&page, StatusCode::FORBIDDEN, name, &next, &LoginNotice::Disabled)
        }
        LogIn::Refused(refusal) => {
            log::info!("a log-in from {client} was refused after too many failures");
            let (Throttled::Wait(wait) | Throttled::Delay { delay: wait, .. }) = refusal;
            let status = StatusCode::TOO_MANY_REQUESTS;
            let notice = LoginNotice::Refused(refusal);
            let response = login_page(&page, status, name, &next, &notice)?;
            Ok(response.with_field(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1)))
        }
    }
}

/// `POST`: logs the user out. A request without a session succeeds, too.
pub(crate) fn submit_logout(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let form: LogoutForm = request.form()?;
    if let Some(current_user) = page.user()? {
        page.check_form(&form.form_token)?;
        let user = Some(current_user.id);
        let client = page.visitor.client();
        site.audit(AuditEvent::LoggedOut, user, user, Some(&client));
    }
    let response = Response::see_other(paths::HOME)?;
    page.visitor.end_session(site, response.with_field(header::CACHE_CONTROL, NO_STORE))
}

/// The response to a user who has just logged in: sets the session cookie and redirects to `next`.
pub(super) fn begin_session_and_redirect(
    page: &Page<'_>,
    signed_in: &SignedIn,
    lifetime: Lifetime,
    next: &str,
) -> Result<Response> {
    let response = Response::see_other(next)?;
    let response = response.with_field(header::CACHE_CONTROL, NO_STORE);
    page.visitor.begin_session(page.site, signed_in, lifetime, response)
}

/// The registration page. `wait` is the time until this network may register again.
fn register_page(
    page: &Page<'_>,
    status: StatusCode,
    name: &str,
    problems: &RegistrationProblems,
    wait: Option<Duration>,
) -> Result<Response> {
    let accounts = &page.site.settings().accounts;
    let values = RegisterPage {
        page,
        t: page.texts(),
        form_token: page.form_token()?,
        name,
        problems,
        wait_minutes: wait.map(minutes),
        password_min: accounts.password_chars_min,
        password_max: accounts.password_chars_max,
    };
    let response = page.send_with_author(TextAuthor::Visitor, &values)?.with_status(status);
    Ok(response.with_field(header::CACHE_CONTROL, NO_STORE))
}

/// A time in whole minutes, rounded up; at least one.
pub(super) fn minutes(wait: Duration) -> u64 {
    wait.as_secs().div_ceil(60).max(1)
}

fn login_page(
    page: &Page<'_>,
    status: StatusCode,
    name: &str,
    next: &str,
    notice: &LoginNotice,
) -> Result<Response> {
    let (wait, delay) = match notice {
        LoginNotice::Refused(Throttled::Wait(wait)) => (Some(*wait), None),
        LoginNotice::Refused(Throttled::Delay { delay, ticket }) => (None, Some((delay, ticket))),
        LoginNotice::None | LoginNotice::Failed | LoginNotice::Disabled => (None, None),
    };
    let values = LoginPage {
        page,
        t: page.texts(),
        form_token: page.form_token()?,
        name,
        next: paths::local_path(next).unwrap_or_default(),
        has_failed: matches!(notice, LoginNotice::Failed),
        is_disabled: matches!(notice, LoginNotice::Disabled),
        wait_minutes: wait.map(minutes),
        delay_seconds: delay.map(|(delay, _)| delay.as_secs()),
        ticket: delay.map_or("", |(_, ticket)| ticket),
    };
    let response = page.send_with_author(TextAuthor::Visitor, &values)?.with_status(status);
    Ok(response.with_field(header::CACHE_CONTROL, NO_STORE))
}
