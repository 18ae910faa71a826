//! Who may log in, who is logged in, and what each user chose.

pub(crate) mod books_off;
pub(crate) mod sessions;
pub(crate) mod users;

pub use sessions::{NewSession, Session};
pub use users::{NewUser, User, UserId};

use crate::model::Username;
use crate::store::error::{Result, StoreError};

/// The name in a row of the user table.
pub(crate) fn username(user: UserId, name: &str) -> Result<Username> {
    Username::parse(name)
        .map_err(|error| StoreError::internal(format!("invalid name of user {user}: {error}")))
}
