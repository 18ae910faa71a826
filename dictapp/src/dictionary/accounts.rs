//! Who a visitor is: a cookie's token to a user, a name and a password to a session, and the end
//! of one.

use std::net::IpAddr;
use std::time::{Duration, Instant, SystemTime};

use jiff::{SignedDuration, Timestamp};
use webframe::Error;

use super::Dictionary;
use crate::model::Username;
use crate::password::Verdict;
use crate::session::Token;
use crate::store::{NewSession, NewUser, StoreError, User, UserId};

/// For so long a form that registers a name again may be the same one. Not for ever: a wrong password
/// counts as a log-in of that name that failed, and many want the same names.
const REGISTERED_JUST_NOW: SignedDuration = SignedDuration::from_mins(5);

/// A visit of somebody who is logged in.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Who it is.
    pub user: UserId,
    /// That user's name.
    pub name: Username,
}

/// A session that began.
#[derive(Debug)]
pub struct SignedIn {
    /// For the browser's cookie.
    pub token: Token,
    /// Who logged in.
    pub user: UserId,
}

/// What came of a name and a password.
#[derive(Debug)]
pub enum LogIn {
    /// They belong together.
    Done(SignedIn),
    /// One of them is wrong.
    Wrong,
    /// Nobody looked: too many were wrong before. Carries how long that lasts.
    Later(Duration),
}

/// Whether a name could be registered.
#[derive(Debug)]
pub enum Registration {
    /// It could, and its owner is logged in.
    Done(SignedIn),
    /// Somebody else has it.
    Taken,
    /// Nobody looked: too many were registered before. Carries how long that lasts.
    Later(Duration),
}

impl Dictionary {
    /// Whose session it is; none when it has ended.
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

    /// Logs somebody in from this address.
    ///
    /// # Errors
    /// The database or the hashing of passwords cannot serve now.
    pub fn sign_in(&self, name: &str, password: &str, client: IpAddr) -> Result<LogIn, Error> {
        let known = Username::parse(name).ok();
        let counted = known.as_ref().map_or(name, Username::as_str);
        let attempt = match self.throttle.begin(counted, client, Instant::now()) {
            Ok(attempt) => attempt,
            Err(wait) => return Ok(LogIn::Later(wait)),
        };
        let Some(user) = self.verified(name, known.as_ref(), password)? else {
            attempt.counts();
            return Ok(LogIn::Wrong);
        };
        let signed_in = self.begin_session(user)?;
        attempt.succeeded();
        Ok(LogIn::Done(signed_in))
    }

    /// Whose name and password these are.
    fn verified(
        &self,
        typed: &str,
        name: Option<&Username>,
        password: &str,
    ) -> Result<Option<UserId>, Error> {
        let user = name.map(|name| self.store.user_by_name(name)).transpose()?.flatten();
        let stored = user.as_ref().map(|user| user.passwd.as_str());
        let verdict = self.passwords.verify(typed, password, stored)?;
        let Some(user) = user else { return Ok(None) };
        match verdict {
            Verdict::Wrong => return Ok(None),
            Verdict::Unreadable(why) => {
                log::error!("the password hash of user {} cannot be read: {why:?}", user.id);
                return Ok(None);
            }
            Verdict::Right => {}
            Verdict::RightReplace(new) => self.replace_hash(&user, &new),
        }
        Ok(Some(user.id))
    }

    /// Registers somebody and logs them in.
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
        // Asked first because hashing is dear; the insertion decides.
        if let Some(user) = self.store.user_by_name(name)? {
            return self.registered_before(&user, password, client);
        }
        let new = NewUser {
            name: name.clone(),
            passwd: self.passwords.hash(password)?,
            email: email.map(str::to_owned),
            created: Timestamp::now(),
        };
        attempt.counts();
        match self.store.insert_user(&new) {
            Ok(user) => self.begin_session(user.id).map(Registration::Done),
            Err(error) if error.is_conflict() => match self.store.user_by_name(name)? {
                Some(user) => self.registered_before(&user, password, client),
                None => Ok(Registration::Taken),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// A form that is sent twice, or again since its answer was lost, is the log-in of whoever it has
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
        Ok(match self.sign_in(user.name.as_str(), password, client)? {
            LogIn::Done(signed_in) => Registration::Done(signed_in),
            LogIn::Wrong | LogIn::Later(_) => Registration::Taken,
        })
    }

    /// Ends a session, so that its token is worth nothing.
    ///
    /// # Errors
    /// The database cannot serve.
    pub fn sign_out(&self, token: &Token) -> Result<(), StoreError> {
        self.store.delete_session(token.hash().as_bytes())
    }

    fn begin_session(&self, user: UserId) -> Result<SignedIn, Error> {
        let token = Token::random().map_err(|error| Error::internal(error.to_string()))?;
        let created = Timestamp::now();
        let token_hash = *token.hash().as_bytes();
        let expires = self.expires(created, created);
        self.store.insert_session(&NewSession { token_hash, user, created, expires })?;
        Ok(SignedIn { token, user })
    }

    fn expires(&self, created: Timestamp, seen: Timestamp) -> Timestamp {
        let idle = seen.checked_add(self.expiry.idle).unwrap_or(Timestamp::MAX);
        let absolute = created.checked_add(self.expiry.absolute).unwrap_or(Timestamp::MAX);
        idle.min(absolute)
    }

    /// The log-in goes on with the old hash when it cannot be replaced.
    fn replace_hash(&self, user: &User, new: &str) {
        match self.store.replace_passwd(user.id, &user.passwd, new) {
            Ok(_) => log::info!("the password hash of user {} was made anew", user.id),
            Err(error) => log::warn!("{error}"),
        }
    }
}
