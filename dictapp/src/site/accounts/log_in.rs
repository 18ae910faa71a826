//! Finds the user of a session, logs users in by name and password, and begins sessions. After a
//! log-in the browser gets a device cookie. At later log-ins, the cookie proves that this user has
//! logged in with this browser before.

use std::fmt;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use webframe::Error;

use super::derived::Derived;
use super::{Client, CurrentUser, DeviceProof, SignedIn};
use crate::hex;
use crate::model::{Lifetime, Username};
use crate::password::{NameAndPassword, Verdict};
use crate::session::Token;
use crate::site::Site;
use crate::store::{AuditEvent, NewSession, StoreError, User};
use crate::throttle::{Device, LogInFrom, Throttled};

/// The input of a log-in.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// The name as typed.
    pub name: &'a str,
    /// The password as typed.
    pub password: &'a str,
    /// Whether the session ends with the browser or the user stays logged in.
    pub lifetime: Lifetime,
    /// The ticket of a delayed log-in. After many failed log-ins with a name, a log-in is answered
    /// with a ticket; the same log-in is accepted after the delay if it has this ticket. Empty: no
    /// ticket.
    pub ticket: &'a str,
    /// The device cookie, if the browser sent one.
    pub device: Option<&'a str>,
    /// The browser or program that logs in.
    pub client: &'a Client,
}

// The output omits the password, the device cookie, and also the name: some people type their
// password into the field of the name.
impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials(from {})", self.client.address)
    }
}

/// The result of a log-in.
#[derive(Debug)]
pub enum LogIn {
    /// The password was right.
    Done(SignedIn),
    /// The name or the password is wrong.
    Wrong,
    /// The password was right, and an administrator blocked the user.
    Disabled,
    /// Nothing was checked, because too many attempts have failed.
    Refused(Throttled),
}

impl Site {
    /// The user of a session; `None` if it has ended.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn user_of_session(&self, token: &Token) -> Result<Option<CurrentUser>, StoreError> {
        let known = self.derived.get(token);
        let derived = known.clone().unwrap_or_else(|| Derived::from_token(token));
        let hash = derived.hash;
        let Some(session) = self.store.session_by_hash(hash.as_bytes())? else { return Ok(None) };
        let now = SystemTime::now();
        let lifetime = session.lifetime;
        let created = session.created.into();
        let seen = session.seen.into();
        let is_alive = self.expiry.is_alive(lifetime, created, seen, now);
        if !is_alive || session.expires <= Timestamp::now() {
            return Ok(None);
        }
        if known.is_none() {
            self.derived.keep(token, &derived);
        }
        if self.expiry.must_write_seen(seen, now) {
            let expires = self.expires(lifetime, session.created, Timestamp::now());
            // The session is alive even if this cannot be stored.
            if let Err(error) = self.store.touch_session(hash.as_bytes(), Timestamp::now(), expires)
            {
                log::warn!("{error}");
            }
        }
        Ok(Some(CurrentUser { id: session.user, name: session.name, role: session.role }))
    }

    /// The token for forms of a session.
    pub fn form_token(&self, session: &Token) -> Arc<str> {
        let derived = self.derived.get(session).unwrap_or_else(|| Derived::from_token(session));
        Arc::clone(&derived.form_token)
    }

    /// Logs a user in.
    ///
    /// # Errors
    /// The database or password hashing is unavailable.
    pub fn sign_in(&self, typed: Credentials<'_>) -> Result<LogIn, Error> {
        let Credentials { name, password, ticket, client, .. } = typed;
        let valid_name = Username::parse(name).ok();
        let user =
            valid_name.as_ref().map(|name| self.store.user_by_name(name)).transpose()?.flatten();
        let device = match (&user, typed.device) {
            (Some(user), Some(proof)) if is_device_of(user, proof) => Device::Known,
            _ => Device::Unknown,
        };
        // The throttle counts failures by name. All texts that are not valid names count as the
        // empty name, so that no long text is hashed or stored.
        let name = valid_name.as_ref().map_or("", Username::as_str);
        let from = LogInFrom { name, client: client.address, ticket, device };
        let attempt = match self.throttle.begin_log_in(from, Instant::now()) {
            Ok(attempt) => attempt,
            Err(refusal) => return Ok(LogIn::Refused(refusal)),
        };
        let user_id = user.as_ref().map(|user| user.id);
        let Some(user) = self.verified(user, password, client)? else {
            attempt.keep_counted();
            self.audit(AuditEvent::LogInFailed, user_id, None, Some(client));
            return Ok(LogIn::Wrong);
        };
        if user.disabled.is_some() {
            attempt.keep_counted();
            self.audit(AuditEvent::LogInFailed, user_id, None, Some(client));
            return Ok(LogIn::Disabled);
        }
        let signed_in = self.begin_session(&user, typed.lifetime, client)?;
        attempt.succeeded();
        self.audit_own(AuditEvent::LoggedIn, signed_in.user, client);
        Ok(LogIn::Done(signed_in))
    }

    /// Returns the user if the password is right, and `None` if it is wrong or `user` is `None`. An
    /// outdated password hash is replaced. A call without a user takes as long as one with a user,
    /// so that the time does not reveal which names exist.
    pub(super) fn verified(
        &self,
        user: Option<User>,
        password: &str,
        client: &Client,
    ) -> Result<Option<User>, Error> {
        let stored = user.as_ref().map(|user| user.passwd.as_str());
        // The MD5 hash of a user imported from the course database covers the name as registered,
        // which may differ from the typed name in case.
        let name = user.as_ref().map_or("", |user| user.name.as_str());
        let typed = NameAndPassword { name, password };
        let verdict = self.passwords.verify(typed, stored, client.address)?;
        let Some(mut user) = user else { return Ok(None) };
        match verdict {
            Verdict::Wrong => return Ok(None),
            Verdict::Unreadable(why) => {
                log::error!("the password hash of user {} cannot be read: {why:?}", user.id);
                return Ok(None);
            }
            Verdict::Right => {}
            Verdict::RightReplace(new) => self.replace_hash(&mut user, new),
        }
        Ok(Some(user))
    }

    /// Stores a new session of a user. Returns its token and the device cookie.
    pub(super) fn begin_session(
        &self,
        user: &User,
        lifetime: Lifetime,
        client: &Client,
    ) -> Result<SignedIn, Error> {
        let token = Token::random().map_err(|error| Error::internal(error.to_string()))?;
        let created = Timestamp::now();
        self.store.insert_session(&NewSession {
            token_hash: *token.hash().as_bytes(),
            user: user.id,
            created,
            expires: self.expires(lifetime, created, created),
            lifetime,
            device: client.device.clone(),
            network: client.address.to_canonical().to_string(),
        })?;
        Ok(SignedIn { token, user: user.id, device: device_proof_text(user) })
    }

    /// The time when a session ends if `seen` is its last use.
    fn expires(&self, lifetime: Lifetime, created: Timestamp, seen: Timestamp) -> Timestamp {
        let (idle, absolute) = self.expiry.limits(lifetime);
        let idle = seen.checked_add(idle).unwrap_or(Timestamp::MAX);
        idle.min(created.checked_add(absolute).unwrap_or(Timestamp::MAX))
    }

    /// Stores a stronger hash of the same password. If that fails, or the password was changed
    /// meanwhile, the stored hash stays as it is, and the log-in succeeds nevertheless.
    fn replace_hash(&self, user: &mut User, new: String) {
        match self.store.replace_passwd(user.id, &user.passwd, &new) {
            Ok(true) => {
                log::info!("replaced the password hash of user {} by a stronger one", user.id);
                user.passwd = new;
            }
            Ok(false) => {}
            Err(error) => log::warn!("{error}"),
        }
    }
}

/// Proof that a browser has logged in as this user: a MAC with the password hash as its key.
/// Nothing is stored for it, and a change of the password invalidates it. It only affects how the
/// throttle treats a log-in.
fn device_proof(user: &User) -> Hmac<Sha256> {
    Hmac::new_from_slice(user.passwd.as_bytes())
        .expect("HMAC takes keys of any length")
        .chain_update(format!("dictapp device\0{}", user.id))
}

/// The device cookie for this user.
pub(super) fn device_proof_text(user: &User) -> DeviceProof {
    DeviceProof(hex::encode(&device_proof(user).finalize().into_bytes()))
}

/// Whether a device cookie proves an earlier log-in of this user.
fn is_device_of(user: &User, proof: &str) -> bool {
    let proof = hex::parse::<32>(proof);
    proof.is_some_and(|proof| device_proof(user).verify_slice(&proof).is_ok())
}
