//! Users, sessions, API tokens, reset codes, the audit log, and the books that users switched off.

pub(crate) mod api_tokens;
pub(crate) mod audit;
pub(crate) mod books_off;
mod password_hashes;
mod recent;
pub(crate) mod reset_codes;
pub(crate) mod sessions;
pub(crate) mod users;

pub(crate) use recent::Recent;

pub use api_tokens::{
    API_TOKEN_NAME_CHARS_MAX, API_TOKENS_OF_USER_MAX, ApiToken, NewApiToken, OwnApiToken,
};
pub use audit::{AUDIT_ROWS_MAX, AuditEntry, AuditEvent};
pub use password_hashes::{HashChange, TokensThen};
pub use sessions::{NewSession, OwnSession, SESSIONS_OF_USER_MAX, Session};
pub use users::{NewUser, USERS_MAX, User, UserId};

use crate::model::Username;
use crate::store::error::{Result, StoreError};

/// Parses the name in a row of the user table.
pub(crate) fn username(user: UserId, name: &str) -> Result<Username> {
    Username::parse(name)
        .map_err(|error| StoreError::internal(format!("invalid name of user {user}: {error}")))
}
