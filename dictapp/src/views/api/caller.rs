//! Identifies the sender of an API request by a token or a cookie, and decides what the sender may
//! do.

use webframe::http::{StatusCode, header};
use webframe::{Request, Result};

use super::super::forwarding::warn_of_unknown_proxy;
use super::super::visitor::{Visitor, Who};
use super::problem::ApiProblem;
use crate::model::{Scope, Scopes, device_label};
use crate::session::Token;
use crate::site::{ApiKey, Client, CurrentUser, Site};
use crate::store::StoreError;

/// The device name of a session if the field `User-Agent` gives none.
const DEVICE_UNNAMED: &str = "API";

/// The sender of a request.
pub(super) enum Caller {
    /// A program without a token.
    Guest,
    /// A program with a valid token, or the browser of a user who is logged in. The scopes say what
    /// the proof allows.
    User(CurrentUser, Scopes, Proof),
    /// There is a token or a session cookie, but the database is unavailable.
    Unknown(StoreError),
}

/// How the user was identified.
pub(super) enum Proof {
    /// The session cookie, which allows only reading words.
    Cookie,
    /// The token of a log-in.
    Session(Token),
    /// An API token that the user made on the account page.
    ApiToken(ApiKey),
}

impl Caller {
    /// Identifies the sender by the field `Authorization`, or without it by the session cookie.
    ///
    /// # Errors
    /// 401: the token is not valid.
    pub(super) fn from_request(site: &Site, request: &Request) -> Result<Caller> {
        let Some(field) = request.field(&header::AUTHORIZATION) else {
            return Ok(by_cookie(site, request));
        };
        let user = match bearer(field) {
            Some(Proof::Session(token)) => site.user_of_session(&token).map(|user| {
                user.map(|user| Caller::User(user, Scopes::OF_LOG_IN, Proof::Session(token)))
            }),
            Some(Proof::ApiToken(key)) => site.user_of_api_token(&key).map(|found| {
                found.map(|(user, scopes)| Caller::User(user, scopes, Proof::ApiToken(key)))
            }),
            Some(Proof::Cookie) | None => Ok(None),
        };
        match user {
            Ok(Some(caller)) => Ok(caller),
            Ok(None) => Err(ApiProblem::unauthorized("the token is not valid").into()),
            Err(error) => Ok(Caller::Unknown(error)),
        }
    }

    /// The user, if the token has this scope.
    ///
    /// # Errors
    /// 401 without a token, 403 without the scope, 503 if the database is unavailable.
    pub(super) fn user_with(&self, scope: Scope) -> Result<&CurrentUser> {
        match self {
            Caller::User(user, scopes, _) if scopes.has(scope) => Ok(user),
            Caller::User(..) => {
                let detail = format!("the token does not have the scope {}", scope.name());
                Err(ApiProblem::new(StatusCode::FORBIDDEN, detail).into())
            }
            Caller::Guest => Err(ApiProblem::unauthorized("send a user's token").into()),
            Caller::Unknown(error) => Err(error.clone().into()),
        }
    }

    /// Refuses guests if only users may look words up.
    ///
    /// # Errors
    /// The same as those of [`Caller::user_with`].
    pub(super) fn check_may_read(&self, site: &Site) -> Result<()> {
        if site.settings().dictionary.lookup_requires_login {
            self.user_with(Scope::Read).map(drop)
        } else {
            Ok(())
        }
    }

    /// The user, if look-ups are recorded in the user's history. `None`: the request has no token
    /// with the scope `history`.
    pub(super) fn recorded_user(&self) -> Option<&CurrentUser> {
        match self {
            Caller::User(user, scopes, _) if scopes.has(Scope::History) => Some(user),
            Caller::User(..) | Caller::Guest | Caller::Unknown(_) => None,
        }
    }

    /// Whether the response is the same for all guests, so that shared caches may store it.
    pub(super) fn may_be_cached(&self, site: &Site) -> bool {
        matches!(self, Caller::Guest) && !site.settings().dictionary.lookup_requires_login
    }
}

/// The program and its address, for the list of sessions and the audit log.
pub(super) fn client(request: &Request) -> Client {
    let label = device_label(request.field(&header::USER_AGENT).unwrap_or_default());
    let device = if label.is_empty() { DEVICE_UNNAMED.to_owned() } else { label };
    let address = request.peer().address.ip();
    warn_of_unknown_proxy(request, address);
    Client { address, device }
}

/// Identifies the sender by the session cookie. The cookie counts only if guests may not look words
/// up: then the scripts of the pages need it to get completions.
fn by_cookie(site: &Site, request: &Request) -> Caller {
    if !site.settings().dictionary.lookup_requires_login {
        return Caller::Guest;
    }
    match Visitor::from_request(site, request).who {
        Who::User(user) => {
            Caller::User(user.clone(), Scopes::parse(Scope::Read.name()), Proof::Cookie)
        }
        Who::Guest => Caller::Guest,
        Who::Unknown(error) => Caller::Unknown(error.clone()),
    }
}

/// The token in `Authorization: Bearer` (RFC 6750 §2.1). `None`: another scheme, or not a token of
/// this site.
fn bearer(field: &str) -> Option<Proof> {
    let (scheme, token) = field.split_once(' ')?;
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let key = ApiKey::parse(token).map(Proof::ApiToken);
    key.or_else(|| Token::parse(token).map(Proof::Session))
}
