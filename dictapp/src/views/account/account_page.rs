//! The page of a user's own account, and its forms: change the password, end sessions, export or
//! delete the user's data, delete the history or the account.

use std::time::Duration;

use askama::Template;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use webframe::http::{HeaderValue, StatusCode, header};
use webframe::{Error, Request, Response, Result};

use super::events::event_line;
use super::login::minutes;
use super::registration::password_text;
use crate::hex;
use crate::model::{Role, Scope, Scopes};
use crate::paths;
use crate::site::{AdminError, CurrentUser, NewPassword, PasswordChange, Site};
use crate::store::{API_TOKENS_OF_USER_MAX, AuditEntry, OwnApiToken, OwnSession, TokensThen};
use crate::texts::Texts;
use crate::views::filters;
use crate::views::page::{NO_STORE, Page};
use crate::views::zone::bounds_of_day;

/// Number of entries of the audit log that the page shows.
const EVENTS_SHOWN: u32 = 20;

/// A form identifies a session or an API token by this many hexadecimal digits of its hash. They
/// are enough to distinguish the sessions and the tokens of one user.
const ID_DIGITS: usize = 16;

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    form_token: String,
    name: &'a str,
    notice: AccountNotice,
    password_min: usize,
    password_max: usize,
    sessions: Vec<SessionLine>,
    tokens: Vec<TokenLine>,
    tokens_max: u64,
    is_admin: bool,
    events: Vec<EventLine>,
}

/// The message above the forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AccountNotice {
    None,
    Done,
    WrongPassword,
    Problem(String),
    LastAdmin,
    TooManyAttempts(u64),
    /// A new API token. It is shown only once.
    Token(String),
    TokenIncomplete,
    TokensFull,
}

struct SessionLine {
    id: String,
    device: String,
    network: String,
    last_use: String,
    is_this: bool,
}

struct TokenLine {
    id: String,
    name: String,
    scopes: String,
    created: String,
    /// Empty before the first use.
    last_use: String,
}

struct EventLine {
    time: String,
    text: String,
    network: String,
}

#[derive(Deserialize)]
struct ChangePasswordForm {
    #[serde(default)]
    password: String,
    #[serde(default)]
    new_password: String,
    #[serde(default)]
    new_password_again: String,
    /// If present, with any value: the API tokens stay valid.
    keep_tokens: Option<String>,
    #[serde(default)]
    form_token: String,
}

#[derive(Deserialize)]
struct EndSessionsForm {
    /// The first digits of the hash of the session to end; empty: all other sessions.
    #[serde(default)]
    session: String,
    #[serde(default)]
    form_token: String,
}

#[derive(Deserialize)]
struct ExportForm {
    #[serde(default)]
    form_token: String,
}

/// Exactly one of `row`, `day` and `all` is present.
#[derive(Deserialize)]
struct DeleteHistoryForm {
    /// The time of a look-up, in microseconds. All look-ups of its word on the same day are
    /// deleted.
    row: Option<i64>,
    /// A day such as "2026-11-29", in the visitor's time zone. All its look-ups are deleted.
    day: Option<String>,
    /// If present, with any value: the whole history is deleted.
    all: Option<String>,
    /// The path to go to afterwards.
    #[serde(default)]
    next: String,
    #[serde(default)]
    form_token: String,
}

#[derive(Deserialize)]
struct DeleteAccountForm {
    #[serde(default)]
    password: String,
    #[serde(default)]
    form_token: String,
}

/// `GET`: the account page.
pub(crate) fn show(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let Some(user) = page.user()? else { return to_login() };
    let notice =
        if request.query_string() == DONE { AccountNotice::Done } else { AccountNotice::None };
    send_account_page(&page, user, StatusCode::OK, notice)
}

/// `POST`: changes the password.
pub(crate) fn change_password(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let form: ChangePasswordForm = request.form()?;
    page.check_form(&form.form_token)?;
    let Some(user) = page.user()? else { return to_login() };
    if form.new_password != form.new_password_again {
        let text = page.texts().problem.password_again.to_owned();
        return refuse_form(&page, user, AccountNotice::Problem(text));
    }
    let Some(session) = page.visitor.session_token() else { return to_login() };
    let client = page.visitor.client();
    let new = NewPassword { proof: &form.password, password: &form.new_password };
    let tokens = if form.keep_tokens.is_some() { TokensThen::Kept } else { TokensThen::Revoked };
    match site.change_password(user, new, tokens, session, &client)? {
        PasswordChange::Done(device) => {
            page.visitor.remember_device(&device, redirect_with_success()?)
        }
        PasswordChange::Wrong => refuse_form(&page, user, AccountNotice::WrongPassword),
        PasswordChange::Problem(problem) => {
            refuse_form(&page, user, AccountNotice::Problem(password_text(problem, page.texts())))
        }
        PasswordChange::Later(wait) => refuse_too_many_attempts(&page, user, wait),
    }
}

/// `POST`: ends one session, or all sessions except that of this browser.
pub(crate) fn end_sessions(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let form: EndSessionsForm = request.form()?;
    page.check_form(&form.form_token)?;
    let (Some(user), Some(current)) = (page.user()?, page.visitor.session_token()) else {
        return to_login();
    };
    let client = page.visitor.client();
    if form.session.is_empty() {
        site.end_other_sessions(user, current, &client)?;
        return redirect_with_success();
    }
    let sessions = site.sessions_of(user.id)?;
    if let Some(session) = sessions.iter().find(|session| session_id(session) == form.session) {
        site.end_session(user, &session.token_hash, &client)?;
    }
    redirect_with_success()
}

/// `POST`: downloads everything that is stored about the user.
pub(crate) fn export(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let form: ExportForm = request.form()?;
    page.check_form(&form.form_token)?;
    let Some(user) = page.user()? else { return to_login() };
    let archive = site.export(user, &page.visitor.client())?.to_zip();
    let archive = archive.map_err(|error| Error::internal(error.to_string()))?;
    let name = HeaderValue::from_static("attachment; filename=\"dictapp-export.zip\"");
    let response = Response::typed(HeaderValue::from_static("application/zip"), archive.into());
    Ok(response
        .with_field(header::CONTENT_DISPOSITION, name)
        .with_field(header::CACHE_CONTROL, NO_STORE))
}

/// `POST`: deletes the look-ups of one word on one day, all look-ups of a day, or the whole
/// history.
pub(crate) fn delete_history(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let form: DeleteHistoryForm = request.form()?;
    page.check_form(&form.form_token)?;
    let Some(user) = page.user()? else { return to_login() };
    let client = page.visitor.client();
    let day = form.day.as_deref().filter(|day| !day.is_empty());
    match (form.row, day, form.all) {
        (Some(row), None, None) => {
            let at = Timestamp::from_microsecond(row)
                .map_err(|_| Error::bad_request("invalid time of a look-up"))?;
            site.delete_word_of_day(user, at, page.zone())?;
        }
        (None, Some(day), None) => {
            let day = day.parse::<Date>().ok();
            let (from, until) = day
                .and_then(|day| bounds_of_day(day, page.zone()))
                .ok_or_else(|| Error::bad_request("day must be a date like 2026-11-29"))?;
            site.delete_lookups_between(user, from, until, &client)?;
        }
        (None, None, Some(_)) => site.delete_history(user, &client)?,
        _ => return Err(Error::bad_request("one of the fields row, day and all is needed")),
    }
    match paths::local_path(&form.next) {
        Some(next) => Response::see_other(next),
        None => redirect_with_success(),
    }
}

/// `POST`: deletes the account.
pub(crate) fn delete_account(site: &Site, request: &Request) -> Result<Response> {
    let page = Page::new(site, request);
    let form: DeleteAccountForm = request.form()?;
    page.check_form(&form.form_token)?;
    let Some(user) = page.user()? else { return to_login() };
    match site.confirm_password(user, &form.password, &page.visitor.client())? {
        PasswordChange::Done(()) => {}
        PasswordChange::Later(wait) => return refuse_too_many_attempts(&page, user, wait),
        PasswordChange::Wrong | PasswordChange::Problem(_) => {
            return refuse_form(&page, user, AccountNotice::WrongPassword);
        }
    }
    match site.delete_own_account(user) {
        Ok(()) => {
            log::info!("user {} deleted their account", user.id);
            page.visitor.end_session(site, Response::see_other(paths::HOME)?)
        }
        Err(AdminError::LastAdmin) => refuse_form(&page, user, AccountNotice::LastAdmin),
        Err(AdminError::Failed(error)) => Err(error),
        Err(error) => Err(Error::internal(error.to_string())),
    }
}

/// The query of the account page that makes it show [`AccountNotice::Done`].
const DONE: &str = "done";

/// Redirects to the account page, which reports success.
pub(super) fn redirect_with_success() -> Result<Response> {
    Response::see_other(&format!("{}?{DONE}", paths::ACCOUNT))
}

pub(super) fn to_login() -> Result<Response> {
    Response::see_other(&paths::login_then(paths::ACCOUNT))
}

/// The account page with the reason why a form was refused.
pub(super) fn refuse_form(
    page: &Page<'_>,
    user: &CurrentUser,
    notice: AccountNotice,
) -> Result<Response> {
    send_account_page(page, user, StatusCode::UNPROCESSABLE_ENTITY, notice)
}

/// The account page with the message that there were too many attempts.
fn refuse_too_many_attempts(
    page: &Page<'_>,
    user: &CurrentUser,
    wait: Duration,
) -> Result<Response> {
    let notice = AccountNotice::TooManyAttempts(minutes(wait));
    let response = send_account_page(page, user, StatusCode::TOO_MANY_REQUESTS, notice)?;
    Ok(response.with_field(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1)))
}

pub(super) fn send_account_page(
    page: &Page<'_>,
    user: &CurrentUser,
    status: StatusCode,
    notice: AccountNotice,
) -> Result<Response> {
    let site = page.site;
    let accounts = &page.site.settings().accounts;
    let own = page.visitor.session_token().map(|token| *token.hash().as_bytes());
    let session = |session: OwnSession| SessionLine {
        id: session_id(&session),
        last_use: page.time(session.seen),
        is_this: own == Some(session.token_hash),
        device: device_name(&session.device, page.texts()),
        network: session.network,
    };
    let token = |token: OwnApiToken| TokenLine {
        id: token_id(&token),
        scopes: scope_labels(token.scopes, page.texts()),
        created: page.time(token.created),
        last_use: token.seen.map(|seen| page.time(seen)).unwrap_or_default(),
        name: token.name,
    };
    let event = |entry: AuditEntry| EventLine {
        time: page.time(entry.at),
        text: event_line(&entry, page.texts()),
        network: entry.network.unwrap_or_default(),
    };
    let events = site.audit_log(Some(user.id), EVENTS_SHOWN)?;
    let values = AccountPage {
        page,
        t: page.texts(),
        form_token: page.form_token()?,
        name: user.name.as_str(),
        notice,
        password_min: accounts.password_chars_min,
        password_max: accounts.password_chars_max,
        sessions: site.sessions_of(user.id)?.into_iter().map(session).collect(),
        tokens: site.api_tokens_of(user.id)?.into_iter().map(token).collect(),
        tokens_max: API_TOKENS_OF_USER_MAX,
        is_admin: user.role == Role::Admin,
        events: events.into_iter().map(event).collect(),
    };
    page.send_as(status, &values)
}

/// The name of a device, as the page shows it: "Firefox, Windows".
fn device_name(label: &str, t: &Texts) -> String {
    match label {
        "" => t.account.unknown_device.to_owned(),
        label => label.replace(", ", t.classes.comma),
    }
}

/// The labels of the scopes, as in the form.
fn scope_labels(scopes: Scopes, t: &Texts) -> String {
    let label = |scope| match scope {
        Scope::Read => t.account.scope_read,
        Scope::History => t.account.scope_history,
        Scope::Admin => t.account.scope_admin,
    };
    scopes.iter().map(label).collect::<Vec<_>>().join(" · ")
}

/// The digits that identify this session in a form.
fn session_id(session: &OwnSession) -> String {
    hex::encode(&session.token_hash[..ID_DIGITS / 2])
}

/// The digits that identify this token in a form.
pub(super) fn token_id(token: &OwnApiToken) -> String {
    hex::encode(&token.token_hash[..ID_DIGITS / 2])
}
