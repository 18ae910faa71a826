//! Registering, logging in and logging out.

use std::time::Duration;

use serde::Deserialize;
use webframe::http::{HeaderValue, StatusCode, header};
use webframe::minijinja::context;
use webframe::{Request, Response, Result};

use super::page::{self, NO_STORE};
use super::registration::{Form, Problems};
use super::visitor::Visitor;
use crate::model::{Lifetime, USERNAME_CHARS_MAX};
use crate::paths;
use crate::site::{Credentials, LogIn, Registration, SignUp, SignedIn, Site};
use crate::texts::text;
use crate::throttle::Refusal;

#[derive(Deserialize)]
struct LoginForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    ticket: String,
    #[serde(default)]
    keep: String,
    #[serde(default)]
    form_token: String,
}

/// Why the log-in page is shown.
enum Notice {
    None,
    Failed,
    Disabled,
    Refused(Refusal),
}

/// Where to go after the log-in.
#[derive(Deserialize)]
struct Then {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct LogoutForm {
    #[serde(default)]
    form_token: String,
}

/// GET of the form for a new account.
pub(crate) fn show_register(site: &Site, request: &Request) -> Result<Response> {
    let visitor = Visitor::of(site, request);
    visitor.user()?;
    let status = match site.settings().accounts.registration {
        true => StatusCode::OK,
        false => StatusCode::FORBIDDEN,
    };
    register_page(status, site, &visitor, "", (&Problems::default(), None))
}

/// POST of a new account.
pub(crate) fn submit_register(site: &Site, request: &Request) -> Result<Response> {
    let visitor = Visitor::of(site, request);
    let form: Form = request.form()?;
    visitor.check_form(&form.form_token)?;
    let typed = form.name.as_str();
    let accounts = &site.settings().accounts;
    if !accounts.registration {
        let status = StatusCode::FORBIDDEN;
        return register_page(status, site, &visitor, typed, (&Problems::default(), None));
    }
    let name = match form.check(accounts, visitor.language) {
        Ok(name) => name,
        Err(problems) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return register_page(status, site, &visitor, typed, (&problems, None));
        }
    };
    let client = &visitor.client();
    let (password, form_token) = (form.password.as_str(), form.form_token.as_str());
    match site.register(SignUp { name: &name, password, form_token, client })? {
        Registration::Done(signed_in) => {
            log::info!("user {} registered from {}", signed_in.user, client.address);
            enter(site, &visitor, (&signed_in, Lifetime::Browser), paths::HOME)
        }
        Registration::Later(wait) => {
            let address = client.address;
            log::info!("a registration from {address} was refused: there were too many before");
            let (status, said) =
                (StatusCode::TOO_MANY_REQUESTS, (&Problems::default(), Some(wait)));
            let page = register_page(status, site, &visitor, typed, said)?;
            Ok(page.with_field(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1)))
        }
        Registration::Taken => {
            let taken = text(visitor.language, "problem_name_taken").to_owned();
            let problems = Problems { name: taken, ..Problems::default() };
            register_page(StatusCode::CONFLICT, site, &visitor, typed, (&problems, None))
        }
    }
}

/// GET of the log-in form.
pub(crate) fn show_login(site: &Site, request: &Request) -> Result<Response> {
    let visitor = Visitor::of(site, request);
    visitor.user()?;
    let Then { next } = request.query()?;
    login_page(StatusCode::OK, site, &visitor, ("", &next), &Notice::None)
}

/// POST of a name and a password.
pub(crate) fn submit_login(site: &Site, request: &Request) -> Result<Response> {
    let visitor = Visitor::of(site, request);
    let form: LoginForm = request.form()?;
    visitor.check_form(&form.form_token)?;
    let next = match form.next.as_str() {
        "" => request.query::<Then>()?.next,
        next => next.to_owned(),
    };
    let client = &visitor.client();
    let lifetime = match form.keep.as_str() {
        "" => Lifetime::Browser,
        _ => Lifetime::Kept,
    };
    let LoginForm { name, password, ticket, .. } = &form;
    let device = visitor.device();
    let given = Credentials { name, password, lifetime, ticket, device, client };
    let client = client.address;
    let typed = (name.as_str(), next.as_str());
    match site.sign_in(given)? {
        LogIn::Done(signed_in) => {
            log::info!("user {} logged in from {client}", signed_in.user);
            let next = paths::own_place(&next).unwrap_or(paths::HOME);
            enter(site, &visitor, (&signed_in, lifetime), next)
        }
        LogIn::Wrong => {
            // Not the name: people type their passwords there.
            log::info!("a log-in from {client} failed");
            login_page(StatusCode::UNAUTHORIZED, site, &visitor, typed, &Notice::Failed)
        }
        LogIn::Disabled => {
            log::info!("a log-in of a disabled user from {client} failed");
            login_page(StatusCode::FORBIDDEN, site, &visitor, typed, &Notice::Disabled)
        }
        LogIn::Refused(refusal) => {
            log::info!("a log-in from {client} was refused: too many failed before");
            let (Refusal::Wait(wait) | Refusal::Delay { delay: wait, .. }) = refusal;
            let (status, notice) = (StatusCode::TOO_MANY_REQUESTS, Notice::Refused(refusal));
            let page = login_page(status, site, &visitor, typed, &notice)?;
            Ok(page.with_field(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1)))
        }
    }
}

/// POST of the log-out. Who is no longer logged in is logged out just as well.
pub(crate) fn submit_logout(site: &Site, request: &Request) -> Result<Response> {
    let visitor = Visitor::of(site, request);
    let form: LogoutForm = request.form()?;
    if visitor.user()?.is_some() {
        visitor.check_form(&form.form_token)?;
    }
    let response = Response::see_other(paths::HOME)?;
    visitor.signed_out(site, response.with_field(header::CACHE_CONTROL, NO_STORE))
}

fn enter(
    site: &Site,
    visitor: &Visitor<'_>,
    session: (&SignedIn, Lifetime),
    next: &str,
) -> Result<Response> {
    let response = Response::see_other(next)?;
    let response = response.with_field(header::CACHE_CONTROL, NO_STORE);
    visitor.signed_in(site, session, response)
}

/// The form with what was typed, but never the password.
fn register_page(
    status: StatusCode,
    site: &Site,
    visitor: &Visitor<'_>,
    name: &str,
    (problems, wait): (&Problems, Option<Duration>),
) -> Result<Response> {
    let accounts = &site.settings().accounts;
    let values = context! {
        form_token => visitor.form_token()?,
        name,
        problems,
        has_problems => *problems != Problems::default(),
        wait_minutes => wait.map(minutes),
        name_max => USERNAME_CHARS_MAX,
        password_min => accounts.password_chars_min,
        password_max => accounts.password_chars_max,
    };
    let page = page::render_as(status, site, visitor, "register.html", values)?;
    Ok(page.with_field(header::CACHE_CONTROL, NO_STORE))
}

fn minutes(wait: Duration) -> u64 {
    wait.as_secs().div_ceil(60).max(1)
}

fn login_page(
    status: StatusCode,
    site: &Site,
    visitor: &Visitor<'_>,
    (name, next): (&str, &str),
    notice: &Notice,
) -> Result<Response> {
    let (wait, delay) = match notice {
        Notice::Refused(Refusal::Wait(wait)) => (Some(*wait), None),
        Notice::Refused(Refusal::Delay { delay, ticket }) => (None, Some((delay, ticket))),
        Notice::None | Notice::Failed | Notice::Disabled => (None, None),
    };
    let values = context! {
        form_token => visitor.form_token()?,
        name,
        next => paths::own_place(next).unwrap_or_default(),
        failed => matches!(notice, Notice::Failed),
        is_disabled => matches!(notice, Notice::Disabled),
        wait_minutes => wait.map(minutes),
        delay_seconds => delay.map(|(delay, _)| delay.as_secs()),
        ticket => delay.map_or("", |(_, ticket)| ticket),
    };
    let page = page::render_as(status, site, visitor, "login.html", values)?;
    Ok(page.with_field(header::CACHE_CONTROL, NO_STORE))
}
