//! API tokens, with which programs act for a user within the token's scopes. Only their hashes are
//! stored, never the tokens.

use std::fmt;

use jiff::Timestamp;

use super::username;
use crate::model::{Role, Scopes, Username};
use crate::store::{
    Store, UserId,
    db::{Row, count_in},
    error::{Doing, Result, StoreError},
};

const INSERT: &str =
    "insert into api_token (token_hash, user, name, scopes, created) values (?, ?, ?, ?, ?)";
pub(crate) const COUNT: &str = "select count(*) from api_token where user = ?";
pub(crate) const BY_HASH: &str = "select t.user, u.name, u.role, t.scopes, t.seen \
     from api_token t join user u on u.id = t.user where t.token_hash = ? and u.disabled is null";
pub(crate) const OF_USER: &str = "select token_hash, name, scopes, created, seen from api_token \
     where user = ? order by created desc";
const TOUCH: &str = "update api_token set seen = ? where token_hash = ?";
const DELETE_OWN: &str = "delete from api_token where token_hash = ? and user = ?";
pub(crate) const DELETE_OF: &str = "delete from api_token where user = ?";

/// Maximum number of tokens of a user.
pub const API_TOKENS_OF_USER_MAX: u64 = 20;

/// Maximum length of a token's name in characters.
pub const API_TOKEN_NAME_CHARS_MAX: usize = 64;

/// A token that a user makes.
#[derive(Clone, PartialEq, Eq)]
pub struct NewApiToken {
    /// The SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// The owner.
    pub user: UserId,
    /// The name that the user gave it: 1 to [`API_TOKEN_NAME_CHARS_MAX`] characters.
    pub name: String,
    /// The scopes.
    pub scopes: Scopes,
    /// When it was made: now.
    pub created: Timestamp,
}

/// The user of a token, and its scopes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// The owner.
    pub user: UserId,
    /// That user's name.
    pub name: Username,
    /// The role of the user.
    pub role: Role,
    /// The scopes.
    pub scopes: Scopes,
    /// When it was last used.
    pub seen: Option<Timestamp>,
}

/// A token in the list of a user.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnApiToken {
    /// The hash.
    pub token_hash: [u8; 32],
    /// The name that the user gave it.
    pub name: String,
    /// The scopes.
    pub scopes: Scopes,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last used.
    pub seen: Option<Timestamp>,
}

impl Store {
    /// Stores a new token; `false`: the user has [`API_TOKENS_OF_USER_MAX`] already.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn insert_api_token(&self, new: &NewApiToken) -> Result<bool> {
        let params = [
            (&new.token_hash).into(),
            new.user.0.into(),
            new.name.as_str().into(),
            new.scopes.to_string().into(),
            new.created.as_microsecond().into(),
        ];
        let mut has_room = true;
        let inserted = self.db.transaction(&mut |session| {
            let count = count_in(session.query(COUNT, &[new.user.0.into()])?)?;
            has_room = count < API_TOKENS_OF_USER_MAX;
            if has_room { session.execute(INSERT, &params).map(drop) } else { Ok(()) }
        });
        let inserted = match inserted {
            // After a lost connection the repeated statement conflicts with its own row: the hash
            // is random.
            Err(error) if error.is_conflict() => Ok(()),
            result => result,
        };
        inserted.doing(|| format!("store a token of user {}", new.user))?;
        Ok(has_room)
    }

    /// The tokens of a user, the newest first.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn api_tokens_of(&self, user: UserId) -> Result<Vec<OwnApiToken>> {
        let rows = self.db.query_latest(OF_USER, &[user.0.into()]);
        rows.and_then(|rows| rows.into_iter().map(own_token).collect())
            .doing(|| format!("list the tokens of user {user}"))
    }

    /// The token of this hash, if its user is not disabled.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn api_token_by_hash(&self, token_hash: &[u8; 32]) -> Result<Option<ApiToken>> {
        let rows = self.db.query_latest(BY_HASH, &[token_hash.into()]);
        rows.and_then(|rows| rows.into_iter().next().map(token).transpose())
            .doing(|| "find a token")
    }

    /// Records that a token was used.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn touch_api_token(&self, token_hash: &[u8; 32], seen: Timestamp) -> Result<()> {
        let touched = self.db.execute(TOUCH, &[seen.as_microsecond().into(), token_hash.into()]);
        touched.map(drop).doing(|| "note the use of a token")
    }

    /// Deletes a token if it is this user's; `false`: this user has no such token.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_api_token_of(&self, user: UserId, token_hash: &[u8; 32]) -> Result<bool> {
        let deleted = self.db.execute(DELETE_OWN, &[token_hash.into(), user.0.into()]);
        deleted.map(|rows| rows > 0).doing(|| format!("delete a token of user {user}"))
    }

    /// Deletes all tokens of a user, as needed when an administrator sets their password.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_api_tokens_of(&self, user: UserId) -> Result<()> {
        let deleted = self.db.execute(DELETE_OF, &[user.0.into()]);
        deleted.map(drop).doing(|| format!("delete the tokens of user {user}"))
    }
}

fn token(mut row: Row) -> Result<ApiToken> {
    let user = UserId(row.int()?);
    let name = username(user, &row.text()?)?;
    let role = row.text()?;
    let role = Role::parse(&role)
        .ok_or_else(|| StoreError::internal(format!("invalid role of user {user}: {role}")))?;
    let scopes = Scopes::parse(&row.text()?);
    Ok(ApiToken { user, name, role, scopes, seen: row.optional_time()? })
}

fn own_token(mut row: Row) -> Result<OwnApiToken> {
    let token_hash = row.bytes()?.try_into();
    Ok(OwnApiToken {
        token_hash: token_hash.map_err(|_| StoreError::internal("a token hash of a wrong size"))?,
        name: row.text()?,
        scopes: Scopes::parse(&row.text()?),
        created: row.time()?,
        seen: row.optional_time()?,
    })
}

// Omits the hash, which identifies a token like the token itself.
impl fmt::Debug for NewApiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewApiToken(user {}, {})", self.user, self.scopes)
    }
}

impl fmt::Debug for OwnApiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnApiToken({}, {})", self.name, self.scopes)
    }
}
