//! Who may log in: names and password hashes.

use std::fmt;

use jiff::Timestamp;

use crate::model::Username;
use crate::store::{
    Store,
    db::{Row, Value},
    error::{Doing, Result, StoreError},
};

pub(crate) const BY_NAME: &str = "select id, passwd, email, created from user where name = ?";
const INSERT: &str = "insert into user (name, passwd, email, created) values (?, ?, ?, ?)";
const REPLACE_PASSWD: &str = "update user set passwd = ? where id = ? and passwd = ?";
const PASSWD: &str = "select passwd from user where id = ?";

/// The key of a user, which never changes and is never given to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(pub(crate) i64);

impl UserId {
    /// The number, for a log.
    pub fn number(self) -> i64 {
        self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A user as registered.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The key.
    pub id: UserId,
    /// The name, as it was typed.
    pub name: Username,
    /// A PHC string, or the 32 hexadecimal digits of a course database.
    pub passwd: String,
    /// Where the user can be reached, when given.
    pub email: Option<String>,
    /// When the user registered.
    pub created: Timestamp,
}

/// A user who registers.
#[derive(Clone, PartialEq, Eq)]
pub struct NewUser {
    /// The name, which nobody else may have.
    pub name: Username,
    /// The password's hash, salted: at most 128 bytes.
    pub passwd: String,
    /// Where the user can be reached, if given: at most 254 characters.
    pub email: Option<String>,
    /// Now.
    pub created: Timestamp,
}

impl Store {
    /// The user of exactly this name, if there is one.
    ///
    /// # Errors
    /// The database cannot serve.
    pub fn user_by_name(&self, name: &Username) -> Result<Option<User>> {
        let rows = self.db.query_latest(BY_NAME, &[name.as_str().into()]);
        rows.and_then(|rows| rows.into_iter().next().map(|row| user(row, name)).transpose())
            .doing(|| "find a user by name".to_owned()) // a password, perhaps, typed in its place
    }

    /// Registers a user.
    ///
    /// # Errors
    /// A conflict when the name is taken; the database cannot serve.
    pub fn insert_user(&self, new: &NewUser) -> Result<User> {
        self.try_insert_user(new).map_err(|error| {
            if error.is_conflict() {
                return StoreError::conflict(format!("the name {} is taken", new.name));
            }
            error.doing("insert a user")
        })
    }

    fn try_insert_user(&self, new: &NewUser) -> Result<User> {
        let NewUser { name, passwd, email, created } = new;
        let params: [Value; 4] = [
            name.as_str().into(),
            passwd.as_str().into(),
            email.as_deref().into(),
            created.as_microsecond().into(),
        ];
        match self.db.execute(INSERT, &params) {
            // Sent again after a lost connection it meets its own row: no other has this hash,
            // which is salted.
            Err(error) if error.is_conflict() => match self.user_by_name(name) {
                Ok(Some(user)) if user.passwd == *passwd => Ok(user),
                _ => Err(error),
            },
            Err(error) => Err(error),
            Ok(_) => {
                let found = self.user_by_name(name)?;
                found.ok_or_else(|| StoreError::internal("the row is not there"))
            }
        }
    }

    /// Puts `new` in the place of the password hash `old`; `false` when it is another by now.
    ///
    /// # Errors
    /// The database cannot serve.
    pub fn replace_passwd(&self, user: UserId, old: &str, new: &str) -> Result<bool> {
        let replace = || {
            let changed = self.db.execute(REPLACE_PASSWD, &[new.into(), user.0.into(), old.into()]);
            if changed? > 0 {
                return Ok(true);
            }
            // Sent again after a lost connection it finds its own work done.
            let mut rows = self.db.query(PASSWD, &[user.0.into()])?;
            Ok(rows.first_mut().map(Row::text).transpose()?.is_some_and(|now| now == new))
        };
        replace().doing(|| format!("replace the password of user {user}"))
    }
}

fn user(mut row: Row, name: &Username) -> Result<User> {
    Ok(User {
        id: UserId(row.int()?),
        name: name.clone(),
        passwd: row.text()?,
        email: row.optional_text()?,
        created: row.time()?,
    })
}

// Without the hash, which has no place in a log.
impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "User({}, {})", self.id, self.name)
    }
}

impl fmt::Debug for NewUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewUser({})", self.name)
    }
}
