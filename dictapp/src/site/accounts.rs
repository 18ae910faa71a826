//! Visitors' identities: a cookie's token to a user, a name and a password to a session, and the
//! end of a session.

use std::fmt;
use std::net::IpAddr;
use std::time::{Duration, Instant, SystemTime};

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;
use webframe::Error;

use super::Site;
use crate::hex;
use crate::model::Username;
use crate::password::Verdict;
use crate::session::Token;
use crate::store::{NewSession, NewUser, StoreError, User, UserId};
use crate::throttle::{Device, LogInFrom, Refusal};

/// A registration that is repeated within this time may be the same form, sent twice.
const REGISTERED_JUST_NOW: SignedDuration = SignedDuration::from_mins(5);

/// A visit of a user who is logged in.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The user.
    pub user: UserId,
    /// That user's name.
    pub name: Username,
}

/// A session that began.
#[derive(Debug)]
pub struct SignedIn {
    /// For the browser's session cookie.
    pub token: Token,
    /// Who logged in.
    pub user: UserId,
    /// For the browser's device cookie: the proof of this log-in in later ones.
    pub device: String,
}

/// What a client sends to log in.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// The name as typed.
    pub name: &'a str,
    /// The password as typed.
    pub password: &'a str,
    /// The ticket of a delayed log-in, or an empty text.
    pub ticket: &'a str,
    /// The device cookie.
    pub device: Option<&'a str>,
    /// The client's address.
    pub client: IpAddr,
}

// Without the password, the name, which may be one, and the proof.
impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials(from {})", self.client)
    }
}

/// The result of a log-in.
#[derive(Debug)]
pub enum LogIn {
    /// The password was right.
    Done(SignedIn),
    /// The name or the password is wrong.
    Wrong,
    /// Nothing was checked: too many failed before.
    Refused(Refusal),
}

/// The result of a registration.
#[derive(Debug)]
pub enum Registration {
    /// The user is registered and logged in.
    Done(SignedIn),
    /// Another user has the name.
    Taken,
    /// Nothing was checked: this network registered too many, or asked for too many taken names.
    /// Try again after this time.
    Later(Duration),
}

impl Site {
    /// The user of a session; none when it has ended.
    ///
    /// # Errors
    /// The database cannot serve.
    pub fn visit(&self, token: &Token) -> Result<Option<Visit>, StoreError> {
        let hash = token.hash();
        let Some(session) = self.store.session_by_hash(hash.as_bytes())? else { return Ok(None) };
        let now = SystemTime::now();
        let (created, seen) = (session.created.into(), session.seen.into());
        if !self.expiry.is_alive(created, seen, now) || session.expires <= Timestamp::now() {
            return Ok(None);
        }
        if self.expiry.must_write_seen(seen, now) {
            let expires = self.expires(session.created, Timestamp::now());
            // It is alive whether or not that could be noted.
            if let Err(error) = self.store.touch_session(hash.as_bytes(), Timestamp::now(), expires)
            {
                log::warn!("{error}");
            }
        }
        Ok(Some(Visit { user: session.user, name: session.name }))
    }

    /// Logs a user in.
    ///
    /// # Errors
    /// The database or the hashing of passwords cannot serve now.
    pub fn sign_in(&self, given: Credentials<'_>) -> Result<LogIn, Error> {
        let Credentials { name, ticket, client, .. } = given;
        let known = Username::parse(name).ok();
        let user = known.as_ref().map(|name| self.store.user_by_name(name)).transpose()?.flatten();
        let device = match (&user, given.device) {
            (Some(user), Some(proof)) if is_device_of(user, proof) => Device::Known,
            _ => Device::Unknown,
        };
        // Long texts are not names: they share one tally, and nothing long is hashed or kept.
        let name = known.as_ref().map_or("", Username::as_str);
        let from = LogInFrom { name, client, ticket, device };
        let attempt = match self.throttle.begin(from, Instant::now()) {
            Ok(attempt) => attempt,
            Err(refusal) => return Ok(LogIn::Refused(refusal)),
        };
        let Some(user) = self.verified(user, given)? else {
            attempt.counts();
            return Ok(LogIn::Wrong);
        };
        let signed_in = self.begin_session(&user)?;
        attempt.succeeded();
        Ok(LogIn::Done(signed_in))
    }

    /// The user, if the password is right; with the hash that the database has now.
    fn verified(&self, user: Option<User>, given: Credentials<'_>) -> Result<Option<User>, Error> {
        let Credentials { name, password, client, .. } = given;
        let stored = user.as_ref().map(|user| user.passwd.as_str());
        // The course hashed the name as registered.
        let name = user.as_ref().map_or(name, |user| user.name.as_str());
        let verdict = self.passwords.verify((name, password), stored, client)?;
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

    /// Registers a user and logs them in.
    ///
    /// # Errors
    /// The database or the hashing of passwords cannot serve now.
    pub fn register(
        &self,
        name: &Username,
        password: &str,
        email: Option<&str>,
        client: IpAddr,
    ) -> Result<Registration, Error> {
        let attempt = match self.throttle.begin_registration(client, Instant::now()) {
            Ok(attempt) => attempt,
            Err(wait) => return Ok(Registration::Later(wait)),
        };
        let name_check = match self.throttle.begin_name_check(client, Instant::now()) {
            Ok(name_check) => name_check,
            Err(wait) => return Ok(Registration::Later(wait)),
        };
        // Checked first because hashing is expensive; the insertion decides.
        if let Some(user) = self.store.user_by_name(name)? {
            name_check.counts();
            return self.registered_before(&user, password, client);
        }
        let new = NewUser {
            name: name.clone(),
            passwd: self.passwords.hash(password, client)?,
            email: email.map(str::to_owned),
            created: Timestamp::now(),
        };
        attempt.counts();
        match self.store.insert_user(&new) {
            Ok(user) => self.begin_session(&user).map(Registration::Done),
            Err(error) if error.is_conflict() => {
                name_check.counts();
                match self.store.user_by_name(name)? {
                    Some(user) => self.registered_before(&user, password, client),
                    None => Ok(Registration::Taken),
                }
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A form that is sent twice, or again because its answer was lost, is the log-in of the user it
    /// registered.
    fn registered_before(
        &self,
        user: &User,
        password: &str,
        client: IpAddr,
    ) -> Result<Registration, Error> {
        let age = Timestamp::now().duration_since(user.created);
        if age > REGISTERED_JUST_NOW {
            return Ok(Registration::Taken);
        }
        let name = user.name.as_str();
        let given = Credentials { name, password, ticket: "", device: None, client };
        Ok(match self.sign_in(given)? {
            LogIn::Done(signed_in) => Registration::Done(signed_in),
            LogIn::Wrong | LogIn::Refused(_) => Registration::Taken,
        })
    }

    /// Ends a session: its token becomes invalid.
    ///
    /// # Errors
    /// The database cannot serve.
    pub fn sign_out(&self, token: &Token) -> Result<(), StoreError> {
        self.store.delete_session(token.hash().as_bytes())
    }

    fn begin_session(&self, user: &User) -> Result<SignedIn, Error> {
        let token = Token::random().map_err(|error| Error::internal(error.to_string()))?;
        let created = Timestamp::now();
        let token_hash = *token.hash().as_bytes();
        let expires = self.expires(created, created);
        self.store.insert_session(&NewSession { token_hash, user: user.id, created, expires })?;
        let device = device_proof(user).finalize().into_bytes();
        Ok(SignedIn { token, user: user.id, device: hex::encode(&device) })
    }

    fn expires(&self, created: Timestamp, seen: Timestamp) -> Timestamp {
        let idle = seen.checked_add(self.expiry.idle).unwrap_or(Timestamp::MAX);
        let absolute = created.checked_add(self.expiry.absolute).unwrap_or(Timestamp::MAX);
        idle.min(absolute)
    }

    /// The log-in succeeds even if the new hash cannot be stored.
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
/// Nothing is stored for it, and a change of the password invalidates it. It avoids the delay of
/// log-ins and nothing else.
fn device_proof(user: &User) -> Hmac<Sha256> {
    Hmac::new_from_slice(user.passwd.as_bytes())
        .expect("HMAC takes keys of any length")
        .chain_update(format!("dictapp device\0{}", user.id))
}

fn is_device_of(user: &User, proof: &str) -> bool {
    let proof = hex::parse::<32>(proof);
    proof.is_some_and(|proof| device_proof(user).verify_slice(&proof).is_ok())
}
