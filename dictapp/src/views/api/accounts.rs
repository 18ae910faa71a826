//! The accounts and sessions of the API: registration, log-in and log-out, and the administration
//! of users.

use serde::{Deserialize, Serialize};
use webframe::http::{StatusCode, header};
use webframe::{Error, Request, Response, Result};

use super::super::account::{password_text, username_text};
use super::caller::{Caller, Proof, client};
use super::problem::ApiProblem;
use super::{parse_json_object, private_json, token_response};
use crate::model::{Lifetime, Role, Scope, Username};
use crate::password::PasswordProblem;
use crate::session::Token;
use crate::site::{AdminError, Credentials, CurrentUser, LogIn, Registration, SignUp, Site};
use crate::store::{AuditEvent, User, UserId};
use crate::texts::{Language, Texts};
use crate::throttle::Throttled;

/// Maximum number of users on a page of the list.
const PAGE_USERS: u32 = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    name: String,
    password: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSession {
    name: String,
    password: String,
    /// The ticket from the answer to an earlier attempt that was delayed, which proves that the
    /// client has waited; empty if there was none.
    #[serde(default)]
    ticket: String,
}

#[derive(Serialize)]
struct OwnAccount<'a> {
    name: &'a str,
    role: &'static str,
    scopes: Vec<&'static str>,
}

#[derive(Serialize)]
struct AccountsBody {
    accounts: Vec<Account>,
    next: Option<i64>,
}

#[derive(Serialize)]
struct Account {
    name: String,
    role: &'static str,
    created: String,
    disabled: bool,
}

#[derive(Deserialize)]
struct AccountsQuery {
    cursor: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    role: Option<String>,
    disabled: Option<bool>,
}

/// `POST`: makes an account and begins a session.
pub(crate) fn register(site: &Site, request: &Request) -> Result<Response> {
    let NewAccount { name, password } = parse_json_object(request)?;
    let rules = &site.settings().accounts;
    if !rules.registration {
        let detail = "this site does not take new accounts";
        return ApiProblem::new(StatusCode::FORBIDDEN, detail).response();
    }
    let chinese = chinese(request);
    let name = Username::parse_new(&name).map_err(|error| {
        let detail = chinese.map_or_else(|| error.to_string(), |t| username_text(error, t));
        ApiProblem::unusable("name", detail)
    })?;
    if let Some(problem) = PasswordProblem::of(&password, name.as_str(), rules) {
        let detail = chinese.map_or_else(|| problem.to_string(), |t| password_text(problem, t));
        return ApiProblem::unusable("password", detail).response();
    }
    let client = client(request);
    // If two registrations have the same form token, the site treats them as one form that was
    // submitted twice. The API has no forms, so each request gets a new token.
    let form_token = &random_text()?;
    let sign_up = SignUp { name: &name, password: &password, form_token, client: &client };
    match site.register(sign_up)? {
        Registration::Done(signed_in) => {
            log::info!("user {} registered from {}", signed_in.user, client.address);
            token_response(name.as_str(), &signed_in.token)
        }
        Registration::Taken => {
            ApiProblem::new(StatusCode::CONFLICT, "the name is taken").response()
        }
        Registration::Later(wait) => ApiProblem::later(wait, None).response(),
    }
}

/// `POST`: begins a session with a name and a password.
pub(crate) fn log_in(site: &Site, request: &Request) -> Result<Response> {
    let NewSession { name, password, ticket } = parse_json_object(request)?;
    let client = client(request);
    let given = Credentials {
        name: &name,
        password: &password,
        lifetime: Lifetime::Kept,
        ticket: &ticket,
        device: None, // no cookie of a device: clients of the API have none
        client: &client,
    };
    match site.sign_in(given)? {
        LogIn::Done(signed_in) => {
            log::info!("user {} logged in from {}", signed_in.user, client.address);
            token_response(&name, &signed_in.token)
        }
        LogIn::Wrong => {
            log::info!("a log-in from {} failed", client.address);
            ApiProblem::unauthorized("the name or the password is wrong").response()
        }
        LogIn::Disabled => {
            ApiProblem::new(StatusCode::FORBIDDEN, "an administrator has blocked this account")
                .response()
        }
        LogIn::Refused(Throttled::Wait(wait)) => ApiProblem::later(wait, None).response(),
        LogIn::Refused(Throttled::Delay { delay, ticket }) => {
            ApiProblem::later(delay, Some(ticket)).response()
        }
    }
}

/// `DELETE`: ends the session or revokes the token that the request carries.
pub(crate) fn log_out(site: &Site, request: &Request) -> Result<Response> {
    let client = client(request);
    match Caller::from_request(site, request)? {
        Caller::User(user, _, Proof::Session(token)) => {
            site.sign_out(&token)?;
            site.audit(AuditEvent::LoggedOut, Some(user.id), Some(user.id), Some(&client));
        }
        Caller::User(user, _, Proof::ApiToken(key)) => {
            site.revoke_api_token(&user, key.hash().as_bytes(), &client)?;
        }
        Caller::User(_, _, Proof::Cookie) | Caller::Guest => {
            return ApiProblem::unauthorized("send the token to revoke").response();
        }
        Caller::Unknown(error) => return Err(error.into()),
    }
    Ok(Response::new(StatusCode::NO_CONTENT))
}

/// `GET`: the account that the token belongs to.
pub(crate) fn own_account(site: &Site, request: &Request) -> Result<Response> {
    let caller = Caller::from_request(site, request)?;
    // For any other caller `user_with` returns the error: 401 or 503.
    let Caller::User(user, scopes, _) = &caller else {
        return Err(caller.user_with(Scope::Read).err().unwrap_or_else(|| Error::not_found("")));
    };
    let scopes = scopes.iter().map(Scope::name).collect();
    private_json(request, &OwnAccount { name: user.name.as_str(), role: user.role.name(), scopes })
}

/// `GET`: all accounts, for administrators.
pub(crate) fn list(site: &Site, request: &Request) -> Result<Response> {
    let caller = Caller::from_request(site, request)?;
    admin(&caller)?;
    let AccountsQuery { cursor } = request.query()?;
    let after = cursor.map_or(UserId::BEFORE_ALL, UserId::new);
    let users = site.users_after(after, PAGE_USERS)?;
    let is_full = users.len() == PAGE_USERS as usize;
    let next = users.last().filter(|_| is_full).map(|user| user.id.number());
    private_json(request, &AccountsBody { accounts: users.iter().map(account).collect(), next })
}

/// `PATCH`: blocks an account, unblocks it, or gives it another role. For administrators.
pub(crate) fn change(site: &Site, request: &Request) -> Result<Response> {
    let caller = Caller::from_request(site, request)?;
    let current_user = admin(&caller)?;
    let Change { role, disabled } = parse_json_object(request)?;
    let role = match role.as_deref().map(Role::parse) {
        None => None,
        Some(Some(role)) => Some(role),
        Some(None) => return ApiProblem::unusable("role", "unknown role").response(),
    };
    let name = Username::parse(&request.param("name")?).map_err(|_| no_user())?;
    let user = site.user(&name)?.ok_or_else(no_user)?;
    let actor = Some(current_user.id);
    let client = client(request);
    if let Some(role) = role {
        site.set_role(&user, role, actor, Some(&client)).map_err(refused)?;
    }
    match disabled {
        Some(true) => site.disable_user(&user, actor, Some(&client)).map_err(refused)?,
        Some(false) => site.enable_user(&user, actor, Some(&client))?,
        None => {}
    }
    let user = site.user(&name)?.ok_or_else(no_user)?;
    private_json(request, &account(&user))
}

/// The Chinese texts if the client prefers Chinese (`Accept-Language`). They describe problems of a
/// name or a password, which a person has typed; all other texts of the API are in English.
fn chinese(request: &Request) -> Option<&'static Texts> {
    let asked = request.field(&header::ACCEPT_LANGUAGE).and_then(Language::best);
    asked.filter(|language| *language == Language::Chinese).map(Language::texts)
}

/// The caller, if it is an administrator and the token has the scope [`Scope::Admin`].
fn admin(caller: &Caller) -> Result<&CurrentUser> {
    let user = caller.user_with(Scope::Admin)?;
    match user.role {
        Role::Admin => Ok(user),
        Role::User | Role::Teacher => {
            Err(ApiProblem::new(StatusCode::FORBIDDEN, "only administrators may do this").into())
        }
    }
}

fn refused(error: AdminError) -> Error {
    match error {
        AdminError::Failed(error) => error,
        error => ApiProblem::new(StatusCode::CONFLICT, error.to_string()).into(),
    }
}

fn no_user() -> ApiProblem {
    ApiProblem::new(StatusCode::NOT_FOUND, "no such user")
}

fn account(user: &User) -> Account {
    Account {
        name: user.name.to_string(),
        role: user.role.name(),
        created: user.created.to_string(),
        disabled: user.disabled.is_some(),
    }
}

fn random_text() -> Result<String> {
    Ok(Token::random().map_err(|error| Error::internal(error.to_string()))?.to_text())
}
