//! Who is logged in: the hashes of session tokens, never the tokens.

use std::fmt;

use jiff::Timestamp;

use super::username;
use crate::model::Username;
use crate::store::{
    Store, UserId,
    db::{Row, Value},
    error::{Doing, Result},
};

const INSERT: &str =
    "insert into session (token_hash, user, created, seen, expires) values (?, ?, ?, ?, ?)";
pub(crate) const BY_HASH: &str = "select s.user, u.name, s.created, s.seen, s.expires \
     from session s join user u on u.id = s.user where s.token_hash = ?";
const TOUCH: &str = "update session set seen = ?, expires = ? where token_hash = ?";
const DELETE: &str = "delete from session where token_hash = ?";
pub(crate) const DELETE_OF: &str = "delete from session where user = ?";
pub(crate) const EXPIRED: &str =
    "select token_hash from session where expires <= ? order by expires limit ?";
const DELETE_EXPIRED: &str = "delete from session where token_hash = ? and expires <= ?";

/// A session that begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct NewSession {
    /// The SHA-256 of the token that the browser has.
    pub token_hash: [u8; 32],
    /// Who logged in.
    pub user: UserId,
    /// Now.
    pub created: Timestamp,
    /// When it ends unless it is touched.
    pub expires: Timestamp,
}

/// A session that is going on, or has expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose it is.
    pub user: UserId,
    /// That user's name.
    pub name: Username,
    /// When it began.
    pub created: Timestamp,
    /// When it was last touched.
    pub seen: Timestamp,
    /// When it ends; the caller compares.
    pub expires: Timestamp,
}

impl Store {
    /// Begins a session.
    ///
    /// # Errors
    /// A conflict when the hash is another user's already; the database cannot serve.
    pub fn insert_session(&self, new: &NewSession) -> Result<()> {
        let params = [
            (&new.token_hash).into(),
            new.user.0.into(),
            new.created.as_microsecond().into(),
            new.created.as_microsecond().into(),
            new.expires.as_microsecond().into(),
        ];
        let inserted = match self.db.execute(INSERT, &params) {
            // Sent again after a lost connection it meets its own row.
            Err(error) if error.is_conflict() => match self.session_by_hash(&new.token_hash) {
                Ok(Some(session)) if session.user == new.user => Ok(()),
                _ => Err(error),
            },
            result => result.map(drop),
        };
        inserted.doing(|| format!("begin a session of user {}", new.user))
    }

    /// The session of this token hash, with its user's name; it may have expired.
    ///
    /// # Errors
    /// The database cannot serve.
    pub fn session_by_hash(&self, token_hash: &[u8; 32]) -> Result<Option<Session>> {
        let find = || {
            let params = [token_hash.into()];
            let mut rows = self.db.query(BY_HASH, &params)?;
            if rows.is_empty() {
                // It may have begun a moment ago on another server of the cluster.
                rows = self.db.query_latest(BY_HASH, &params)?;
            }
            rows.into_iter().next().map(session).transpose()
        };
        find().doing(|| "find the session")
    }

    /// Notes that the session was used; `false` when there is none any more.
    ///
    /// # Errors
    /// The database cannot serve.
    pub fn touch_session(
        &self,
        token_hash: &[u8; 32],
        seen: Timestamp,
        expires: Timestamp,
    ) -> Result<bool> {
        let times = [seen, expires].map(|time| Value::from(time.as_microsecond()));
        let [seen, expires] = times;
        let touched = self.db.execute(TOUCH, &[seen, expires, token_hash.into()]);
        touched.map(|rows| rows > 0).doing(|| "touch the session")
    }

    /// Ends one session; it may have ended before.
    ///
    /// # Errors
    /// The database cannot serve.
    pub fn delete_session(&self, token_hash: &[u8; 32]) -> Result<()> {
        self.db.execute(DELETE, &[token_hash.into()]).map(drop).doing(|| "end the session")
    }

    /// Ends all sessions of a user, as after a change of the password; gives their number.
    ///
    /// # Errors
    /// The database cannot serve.
    pub fn delete_sessions_of(&self, user: UserId) -> Result<u64> {
        let deleted = self.db.execute(DELETE_OF, &[user.0.into()]);
        deleted.doing(|| format!("end the sessions of user {user}"))
    }

    /// Removes at most `limit` sessions that expired by `now`; gives their number.
    ///
    /// # Errors
    /// The database cannot serve.
    pub fn delete_expired_sessions(&self, now: Timestamp, limit: u32) -> Result<u64> {
        let now = now.as_microsecond();
        // One row at a time by its key: a range would lock what other requests insert.
        let delete = || {
            let mut deleted = 0;
            for mut row in self.db.query(EXPIRED, &[now.into(), limit.into()])? {
                let hash = Value::Bytes(row.bytes()?);
                deleted += self.db.execute(DELETE_EXPIRED, &[hash, now.into()])?;
            }
            Ok(deleted)
        };
        delete().doing(|| "remove expired sessions")
    }
}

fn session(mut row: Row) -> Result<Session> {
    let user = UserId(row.int()?);
    Ok(Session {
        user,
        name: username(user, &row.text()?)?,
        created: row.time()?,
        seen: row.time()?,
        expires: row.time()?,
    })
}

// Without the hash, which names a session as well as the token does.
impl fmt::Debug for NewSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewSession(user {}, until {})", self.user, self.expires)
    }
}
