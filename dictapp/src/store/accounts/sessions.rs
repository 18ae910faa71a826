//! Sessions of users who are logged in. Only the hashes of their tokens are stored, never the
//! tokens. (A database session, which is a connection, is another thing.)

use std::fmt;

use jiff::Timestamp;

use super::username;
use crate::model::{Lifetime, Role, Username};
use crate::store::{
    Store, UserId,
    db::{Row, Value},
    error::{Doing, Result, StoreError},
};

const INSERT: &str = "insert into session \
     (token_hash, user, created, seen, expires, lifetime, device, network) \
     values (?, ?, ?, ?, ?, ?, ?, ?)";
/// Excludes disabled users.
pub(crate) const BY_HASH: &str = "select s.user, u.name, u.role, s.created, s.seen, s.expires, s.lifetime \
     from session s join user u on u.id = s.user where s.token_hash = ? and u.disabled is null";
pub(crate) const OF_USER: &str = "select token_hash, created, seen, expires, lifetime, device, \
     network from session where user = ? order by created desc limit ?";
const TOUCH: &str = "update session set seen = ?, expires = ? where token_hash = ?";
const DELETE: &str = "delete from session where token_hash = ?";
const DELETE_OWN: &str = "delete from session where token_hash = ? and user = ?";
pub(crate) const DELETE_OTHERS: &str = "delete from session where user = ? and token_hash <> ?";
pub(crate) const DELETE_OF: &str = "delete from session where user = ?";
pub(crate) const EXPIRED: &str =
    "select token_hash from session where expires <= ? order by expires limit ?";
const DELETE_EXPIRED: &str = "delete from session where token_hash = ? and expires <= ?";

/// Maximum number of sessions of a user. If there are more, the oldest end.
pub const SESSIONS_OF_USER_MAX: usize = 20;

/// Maximum length of the name of a device and of a client's address, in characters.
const CLIENT_TEXT_CHARS_MAX: usize = 64;

/// A session that begins.
#[derive(Clone, PartialEq, Eq)]
pub struct NewSession {
    /// The SHA-256 of the token that the browser has.
    pub token_hash: [u8; 32],
    /// Who logged in.
    pub user: UserId,
    /// The time of the log-in: now.
    pub created: Timestamp,
    /// When it ends, unless a use of it extends this time.
    pub expires: Timestamp,
    /// How long it may last.
    pub lifetime: Lifetime,
    /// The name of the browser, as in "Firefox, Linux"; truncated to 64 characters.
    pub device: String,
    /// The client's address; truncated to 64 characters.
    pub network: String,
}

/// A session, which may have expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The user.
    pub user: UserId,
    /// The name of the user.
    pub name: Username,
    /// The role of the user.
    pub role: Role,
    /// When it began.
    pub created: Timestamp,
    /// When a use of it was last recorded.
    pub seen: Timestamp,
    /// When it ends; the time may have passed.
    pub expires: Timestamp,
    /// How long it may last.
    pub lifetime: Lifetime,
}

/// A session in the list of a user.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// The hash of its token.
    pub token_hash: [u8; 32],
    /// When it began.
    pub created: Timestamp,
    /// When a use of it was last recorded.
    pub seen: Timestamp,
    /// When it ends; the time may have passed.
    pub expires: Timestamp,
    /// How long it may last.
    pub lifetime: Lifetime,
    /// The name of the browser.
    pub device: String,
    /// The address that logged in.
    pub network: String,
}

impl Store {
    /// Begins a session. If the user has more than [`SESSIONS_OF_USER_MAX`], the oldest end.
    ///
    /// # Errors
    /// A conflict if another user has a session with this hash; the database is unavailable.
    pub fn insert_session(&self, new: &NewSession) -> Result<()> {
        let params = [
            (&new.token_hash).into(),
            new.user.0.into(),
            new.created.as_microsecond().into(),
            new.created.as_microsecond().into(),
            new.expires.as_microsecond().into(),
            new.lifetime.name().into(),
            cut(&new.device).into(),
            cut(&new.network).into(),
        ];
        let inserted = match self.db.execute(INSERT, &params) {
            // After a lost connection the repeated statement conflicts with its own row.
            Err(error) if error.is_conflict() => match self.session_by_hash(&new.token_hash) {
                Ok(Some(session)) if session.user == new.user => Ok(()),
                _ => Err(error),
            },
            result => result.map(drop),
        };
        inserted.doing(|| format!("begin a session of user {}", new.user))?;
        for surplus in self.sessions_of(new.user)?.iter().skip(SESSIONS_OF_USER_MAX) {
            self.delete_session(&surplus.token_hash)?;
        }
        Ok(())
    }

    /// The sessions of a user, the newest first; some may have expired.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn sessions_of(&self, user: UserId) -> Result<Vec<OwnSession>> {
        // A database of an earlier version may have more sessions than the limit.
        const ROWS_MAX: u32 = 1000;
        let rows = self.db.query(OF_USER, &[user.0.into(), ROWS_MAX.into()]);
        rows.and_then(|rows| rows.into_iter().map(own_session).collect())
            .doing(|| format!("list the sessions of user {user}"))
    }

    /// The session of this token hash, which may have expired; `None` if there is none or its user
    /// is disabled. It is cached for a moment, so changes by other instances within the last two
    /// seconds may be missing.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn session_by_hash(&self, token_hash: &[u8; 32]) -> Result<Option<Session>> {
        let find = || self.sessions.read(*token_hash, || self.read_session(token_hash));
        find().doing(|| "find the session")
    }

    /// Reads a session from the database, not from the cache.
    fn read_session(&self, token_hash: &[u8; 32]) -> Result<Option<Session>> {
        let params = [token_hash.into()];
        let mut rows = self.db.query(BY_HASH, &params)?;
        if rows.is_empty() {
            // The session may have begun a moment ago on another server of the cluster.
            rows = self.db.query_latest(BY_HASH, &params)?;
        }
        rows.into_iter().next().map(session).transpose()
    }

    /// Records when the session was last used and when it ends. `false`: there is no such session.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn touch_session(
        &self,
        token_hash: &[u8; 32],
        seen: Timestamp,
        expires: Timestamp,
    ) -> Result<bool> {
        let [seen, expires] = [seen, expires].map(|time| Value::from(time.as_microsecond()));
        let touched = self.db.execute(TOUCH, &[seen, expires, token_hash.into()]);
        self.sessions.forget(token_hash);
        touched.map(|rows| rows > 0).doing(|| "touch the session")
    }

    /// Ends one session; it may have ended before.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_session(&self, token_hash: &[u8; 32]) -> Result<()> {
        let deleted = self.db.execute(DELETE, &[token_hash.into()]);
        self.sessions.forget(token_hash);
        deleted.map(drop).doing(|| "end the session")
    }

    /// Ends a session if it is this user's; `false`: this user has no such session.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_own_session(&self, user: UserId, token_hash: &[u8; 32]) -> Result<bool> {
        let deleted = self.db.execute(DELETE_OWN, &[token_hash.into(), user.0.into()]);
        self.sessions.forget(token_hash);
        deleted.map(|rows| rows > 0).doing(|| format!("end a session of user {user}"))
    }

    /// Ends all sessions of a user except the one with this token hash. Returns their number.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_other_sessions(&self, user: UserId, token_hash: &[u8; 32]) -> Result<u64> {
        let deleted = self.db.execute(DELETE_OTHERS, &[user.0.into(), token_hash.into()]);
        self.sessions.forget_all();
        deleted.doing(|| format!("end the other sessions of user {user}"))
    }

    /// Ends all sessions of a user. Returns their number.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_all_sessions(&self, user: UserId) -> Result<u64> {
        let deleted = self.db.execute(DELETE_OF, &[user.0.into()]);
        self.sessions.forget_all();
        deleted.doing(|| format!("end the sessions of user {user}"))
    }

    /// Removes at most `limit` sessions that expired by `now`. Returns their number.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_expired_sessions(&self, now: Timestamp, limit: u32) -> Result<u64> {
        let now = now.as_microsecond();
        // One row at a time by its key: a statement for a range of times would also hold up the
        // insertions of other requests.
        let delete = || {
            let mut deleted = 0;
            let rows = self.db.query(EXPIRED, &[now.into(), limit.into()])?;
            let hashes = rows.into_iter().map(|mut row| Ok(Value::Bytes(row.bytes()?)));
            let hashes = hashes.collect::<Result<Vec<_>>>()?;
            if hashes.is_empty() {
                return Ok(0);
            }
            self.db.transaction(&mut |session| {
                deleted = 0;
                for hash in &hashes {
                    deleted += session.execute(DELETE_EXPIRED, &[hash.clone(), now.into()])?;
                }
                Ok(())
            })?;
            Ok(deleted)
        };
        delete().doing(|| "remove expired sessions")
    }
}

fn session(mut row: Row) -> Result<Session> {
    let user = UserId(row.int()?);
    let name = username(user, &row.text()?)?;
    let role = row.text()?;
    let role = Role::parse(&role)
        .ok_or_else(|| StoreError::internal(format!("invalid role of user {user}: {role}")))?;
    let created = row.time()?;
    let seen = row.time()?;
    let expires = row.time()?;
    Ok(Session { user, name, role, created, seen, expires, lifetime: lifetime(&mut row)? })
}

fn own_session(mut row: Row) -> Result<OwnSession> {
    let token_hash = row.bytes()?.try_into();
    Ok(OwnSession {
        token_hash: token_hash.map_err(|_| StoreError::internal("a token hash of a wrong size"))?,
        created: row.time()?,
        seen: row.time()?,
        expires: row.time()?,
        lifetime: lifetime(&mut row)?,
        device: row.text()?,
        network: row.text()?,
    })
}

fn lifetime(row: &mut Row) -> Result<Lifetime> {
    let name = row.text()?;
    Lifetime::parse(&name)
        .ok_or_else(|| StoreError::internal(format!("unknown lifetime of a session: {name}")))
}

/// Cuts a text to the width of its column.
fn cut(text: &str) -> String {
    text.chars().take(CLIENT_TEXT_CHARS_MAX).collect()
}

// Omits the hash: like the token, it identifies a session.
impl fmt::Debug for NewSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewSession(user {}, until {})", self.user, self.expires)
    }
}

impl fmt::Debug for OwnSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnSession({}, until {})", self.device, self.expires)
    }
}
