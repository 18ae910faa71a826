//! Changes of the password hashes of users. A password itself is never stored.

use std::fmt;

use crate::store::{
    Store, UserId,
    db::Row,
    error::{Doing, Result},
};

const REPLACE_PASSWD: &str = "update user set passwd = ? where id = ? and passwd = ?";
const PASSWD: &str = "select passwd from user where id = ?";
pub(super) const SET_PASSWD: &str = "update user set passwd = ? where id = ?";

/// What happens to the API tokens of a user when the password changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokensThen {
    /// They stay valid.
    Kept,
    /// They are revoked.
    Revoked,
}

/// The password hash that a user has, and the one that replaces it.
#[derive(Clone, Copy)]
pub struct HashChange<'a> {
    /// The present hash. If the user has another one, nothing is changed.
    pub old: &'a str,
    /// The new hash.
    pub new: &'a str,
}

impl Store {
    /// Replaces the password hash `old` by `new`. `false`: the stored hash is a different one.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn replace_passwd(&self, user: UserId, old: &str, new: &str) -> Result<bool> {
        let replace = || {
            let changed = self.db.execute(REPLACE_PASSWD, &[new.into(), user.0.into(), old.into()]);
            if changed? > 0 {
                return Ok(true);
            }
            // After a lost connection the repeated statement may find the change already made.
            let mut rows = self.db.query(PASSWD, &[user.0.into()])?;
            Ok(rows.first_mut().map(Row::text).transpose()?.is_some_and(|now| now == new))
        };
        replace().doing(|| format!("replace the password of user {user}"))
    }

    /// Like [`Store::replace_passwd`]; also ends all sessions of the user except `kept_session`,
    /// deletes the reset codes, and keeps or revokes the API tokens: all or nothing.
    ///
    /// # Errors
    /// The database is unavailable; nothing is changed then.
    pub fn change_passwd(
        &self,
        user: UserId,
        hashes: HashChange<'_>,
        kept_session: &[u8; 32],
        tokens: TokensThen,
    ) -> Result<bool> {
        let HashChange { old, new } = hashes;
        let mut is_changed = false;
        let changed = self.db.transaction(&mut |session| {
            let params = [new.into(), user.0.into(), old.into()];
            is_changed = session.execute(REPLACE_PASSWD, &params)? > 0;
            if !is_changed {
                // After a lost connection the repeated transaction may find its own change.
                let mut rows = session.query(PASSWD, &[user.0.into()])?;
                let now = rows.first_mut().map(Row::text).transpose()?;
                is_changed = now.is_some_and(|now| now == new);
            }
            if is_changed {
                let params = [user.0.into(), kept_session.into()];
                session.execute(super::sessions::DELETE_OTHERS, &params)?;
                session.execute(super::reset_codes::DELETE_OF, &[user.0.into()])?;
                if tokens == TokensThen::Revoked {
                    session.execute(super::api_tokens::DELETE_OF, &[user.0.into()])?;
                }
            }
            Ok(())
        });
        self.sessions.forget_all();
        changed.doing(|| format!("change the password of user {user}"))?;
        Ok(is_changed)
    }

    /// Stores a new password hash unconditionally.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn set_passwd(&self, user: UserId, new: &str) -> Result<()> {
        let changed = self.db.execute(SET_PASSWD, &[new.into(), user.0.into()]);
        changed.map(drop).doing(|| format!("set the password of user {user}"))
    }
}

// Omits the hashes, which must not get into a log.
impl fmt::Debug for HashChange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashChange(..)")
    }
}
