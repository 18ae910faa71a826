//! Users: adds, finds, blocks and deletes them, and changes their roles. `password_hashes` changes
//! their password hashes. The skeleton hash of a name, in the column `look`, is the same for names
//! that people could mistake for each other ([`Username::skeleton_hash`]).

use std::fmt;

use jiff::Timestamp;

use super::username;
use crate::model::{Role, Username};
use crate::store::{
    Store,
    db::{Row, Value},
    error::{Doing, Result, StoreError},
};

/// The columns of a [`User`], in the order in which [`user`] reads them.
macro_rules! select_user {
    ($rest:literal) => {
        concat!("select id, name, passwd, email, created, role, disabled from user ", $rest)
    };
}

pub(crate) const BY_NAME: &str = select_user!("where name = ?");
pub(crate) const BY_ID: &str = select_user!("where id = ?");
pub(crate) const AFTER: &str = select_user!("where id > ? order by id limit ?");
pub(crate) const NAMED: &str =
    select_user!("where name >= ? and name > ? and name < ? order by name limit ?");
const OUTDATED: &str =
    select_user!("where id > ? and (look is null or length(passwd) = 32) order by id limit ?");
pub(crate) const OF_ROLE: &str = "select count(*) from user where role = ? and disabled is null";
const INSERT: &str =
    "insert into user (name, passwd, created, role, look, sign_up) values (?, ?, ?, ?, ?, ?)";
const SET_ROLE: &str = "update user set role = ? where id = ?";
const ROLE: &str = "select role from user where id = ?";
const DELETE_ADMIN_TOKENS: &str = "delete from api_token where user = ? and scopes like '%admin%'";
const SET_DISABLED: &str = "update user set disabled = ? where id = ?";
const SIGN_UP: &str = "select sign_up from user where id = ?";
pub(crate) const BY_SKELETON_HASH: &str = "select name from user where look = ?";
const SET_SKELETON_HASH: &str = "update user set look = ? where id = ?";
const DELETE: &str = "delete from user where id = ?";
const DELETE_AUDIT: &str = "delete from audit where user = ?";

/// Maximum number of users that one query returns.
pub const USERS_MAX: u32 = 1000;

/// The key of a user. It never changes and is never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(pub(crate) i64);

impl UserId {
    /// Smaller than the key of any user: the start of a list.
    pub const BEFORE_ALL: UserId = UserId(0);
    /// Greater than the key of any user.
    pub const AFTER_ALL: UserId = UserId(i64::MAX);

    /// The key with this number, as a form sends it. The user need not exist.
    pub fn new(number: i64) -> UserId {
        UserId(number)
    }

    /// The number, for forms and logs.
    pub fn number(self) -> i64 {
        self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A registered user.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The key.
    pub id: UserId,
    /// The name, as it was typed.
    pub name: Username,
    /// The password's hash: see [`crate::password`].
    pub passwd: String,
    /// The e-mail address. Only users of earlier versions have one.
    pub email: Option<String>,
    /// When the user registered.
    pub created: Timestamp,
    /// The role of the user.
    pub role: Role,
    /// The time since which the user may not log in.
    pub disabled: Option<Timestamp>,
}

/// A user who registers.
#[derive(Clone, PartialEq, Eq)]
pub struct NewUser {
    /// The name, which no other user may have.
    pub name: Username,
    /// The password's hash, salted: at most 128 bytes.
    pub passwd: String,
    /// The time of the registration: now.
    pub created: Timestamp,
    /// The role of the user.
    pub role: Role,
    /// A hash that identifies the submitted form; `None` if the user is not registered by a form.
    pub sign_up: Option<[u8; 32]>,
}

impl Store {
    /// The user of exactly this name, if there is one.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn user_by_name(&self, name: &Username) -> Result<Option<User>> {
        let rows = self.db.query_latest(BY_NAME, &[name.as_str().into()]);
        // The message omits the name: users sometimes type their password instead.
        rows.and_then(|rows| rows.into_iter().next().map(user).transpose())
            .doing(|| "find a user by name".to_owned())
    }

    /// The user of this key, if there is one.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn user_by_id(&self, id: UserId) -> Result<Option<User>> {
        let rows = self.db.query_latest(BY_ID, &[id.0.into()]);
        rows.and_then(|rows| rows.into_iter().next().map(user).transpose())
            .doing(|| format!("find user {id}"))
    }

    /// At most `limit` users (and at most [`USERS_MAX`]) whose keys are larger than `after`, sorted
    /// by key.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn users_after(&self, after: UserId, limit: u32) -> Result<Vec<User>> {
        let rows = self.db.query(AFTER, &[after.0.into(), limit.min(USERS_MAX).into()]);
        rows.and_then(|rows| rows.into_iter().map(user).collect()).doing(|| "list users")
    }

    /// At most `limit` users (and at most [`USERS_MAX`]) whose names begin with `beginning` and
    /// come after the name `after`, by name.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn users_named(&self, beginning: &str, after: &str, limit: u32) -> Result<Vec<User>> {
        let end = format!("{beginning}{}", char::MAX);
        let limit = limit.min(USERS_MAX).into();
        let params = [beginning.into(), after.into(), end.as_str().into(), limit];
        let rows = self.db.query(NAMED, &params);
        rows.and_then(|rows| rows.into_iter().map(user).collect()).doing(|| "list users by name")
    }

    /// Like [`Store::users_after`], but only users without a stored skeleton hash, or with a
    /// password hash of 32 digits: the MD5 hash of a user who was imported from the database of a
    /// programming course.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn outdated_users_after(&self, after: UserId, limit: u32) -> Result<Vec<User>> {
        let rows = self.db.query(OUTDATED, &[after.0.into(), limit.min(USERS_MAX).into()]);
        rows.and_then(|rows| rows.into_iter().map(user).collect())
            .doing(|| "list users of earlier versions")
    }

    /// The number of users of this role who may log in.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn count_enabled(&self, role: Role) -> Result<u64> {
        let rows = self.db.query(OF_ROLE, &[role.name().into()]);
        rows.and_then(crate::store::db::count_in).doing(|| format!("count users of role {role}"))
    }

    /// Registers a user.
    ///
    /// # Errors
    /// A conflict if the name is taken or looks like a taken one; the database is unavailable.
    pub fn insert_user(&self, new: &NewUser) -> Result<User> {
        self.try_insert_user(new).map_err(|error| {
            if error.is_conflict() {
                return StoreError::conflict(format!("the name {} is taken", new.name));
            }
            error.doing("insert a user")
        })
    }

    /// Inserts the row of a user and reads it back, with its key.
    fn try_insert_user(&self, new: &NewUser) -> Result<User> {
        let NewUser { name, passwd, created, role, sign_up } = new;
        let params: [Value; 6] = [
            name.as_str().into(),
            passwd.as_str().into(),
            created.as_microsecond().into(),
            role.name().into(),
            (&name.skeleton_hash()).into(),
            sign_up.as_ref().into(),
        ];
        match self.db.execute(INSERT, &params) {
            // After a lost connection the repeated statement conflicts with its own row, which is
            // the only one with this salted hash.
            Err(error) if error.is_conflict() => match self.user_by_name(name) {
                Ok(Some(user)) if user.passwd == *passwd => Ok(user),
                _ => Err(error),
            },
            Err(error) => Err(error),
            Ok(_) => {
                let found = self.user_by_name(name)?;
                found.ok_or_else(|| StoreError::internal("the inserted row is missing"))
            }
        }
    }

    /// Whether the form with this hash registered this user.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn is_signed_up_by(&self, user: UserId, form: &[u8; 32]) -> Result<bool> {
        let rows = self.db.query(SIGN_UP, &[user.0.into()]);
        rows.and_then(|mut rows| rows.first_mut().map(Row::optional_bytes).transpose())
            .map(|found| found.flatten().is_some_and(|found| found == form))
            .doing(|| format!("find how user {user} signed up"))
    }

    /// The name of a user that looks the same as this name, if there is one.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn name_that_looks_like(&self, name: &Username) -> Result<Option<String>> {
        let rows = self.db.query(BY_SKELETON_HASH, &[(&name.skeleton_hash()).into()]);
        rows.and_then(|mut rows| rows.first_mut().map(Row::text).transpose())
            .doing(|| "find a name that looks alike")
    }

    /// Stores the skeleton hash of a user's name. `false`: another user's name looks the same, and
    /// nothing is stored.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn set_skeleton_hash(&self, user: &User) -> Result<bool> {
        match self
            .db
            .execute(SET_SKELETON_HASH, &[(&user.name.skeleton_hash()).into(), user.id.0.into()])
        {
            Err(error) if error.is_conflict() => Ok(false),
            result => result.map(|_| true),
        }
        .doing(|| format!("store the appearance of the name of user {}", user.id))
    }

    /// Gives a user a role. If the role differs from the present one, the user's API tokens with
    /// the scope `admin` are deleted: otherwise the tokens of a former administrator would work
    /// again if the user became an administrator again.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn set_role(&self, user: UserId, role: Role) -> Result<()> {
        let changed = self.db.transaction(&mut |session| {
            let before = session.query(ROLE, &[user.0.into()])?.first_mut().map(Row::text);
            if before.transpose()?.as_deref() != Some(role.name()) {
                session.execute(DELETE_ADMIN_TOKENS, &[user.0.into()])?;
            }
            session.execute(SET_ROLE, &[role.name().into(), user.0.into()]).map(drop)
        });
        self.sessions.forget_all();
        changed.doing(|| format!("give user {user} the role {role}"))
    }

    /// Blocks a user from logging in since this time; `None` allows log-ins again. Sessions stay
    /// stored but are not found while the user is blocked; [`Store::delete_all_sessions`] ends
    /// them.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn set_disabled(&self, user: UserId, since: Option<Timestamp>) -> Result<()> {
        let since = since.map(Timestamp::as_microsecond);
        let changed = self.db.execute(SET_DISABLED, &[since.into(), user.0.into()]);
        self.sessions.forget_all();
        changed.map(drop).doing(|| format!("block or allow user {user}"))
    }

    /// Deletes a user with all their data: the rows of other tables that refer to the user are
    /// deleted with the user's row. `false`: the user did not exist.
    ///
    /// # Errors
    /// The database is unavailable; nothing is deleted then.
    pub fn delete_user(&self, user: UserId) -> Result<bool> {
        let mut existed = false;
        let deleted = self.db.transaction(&mut |session| {
            session.execute(DELETE_AUDIT, &[user.0.into()])?;
            existed = session.execute(DELETE, &[user.0.into()])? > 0;
            Ok(())
        });
        self.sessions.forget_all();
        deleted.doing(|| format!("delete user {user}"))?;
        Ok(existed)
    }
}

fn user(mut row: Row) -> Result<User> {
    let id = UserId(row.int()?);
    let name = username(id, &row.text()?)?;
    let passwd = row.text()?;
    let email = row.optional_text()?;
    let created = row.time()?;
    let role = row.text()?;
    let role = Role::parse(&role)
        .ok_or_else(|| StoreError::internal(format!("invalid role of user {id}: {role}")))?;
    Ok(User { id, name, passwd, email, created, role, disabled: row.optional_time()? })
}

// Omits the hash, which must not get into a log.
impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "User({}, {}, {})", self.id, self.name, self.role)
    }
}

impl fmt::Debug for NewUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewUser({}, {})", self.name, self.role)
    }
}
