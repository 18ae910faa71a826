//! The hashes of one-time codes with which users set a new password. The codes are never stored.

use jiff::Timestamp;

use crate::store::{
    Store, UserId,
    db::Row,
    error::{Doing, Result},
};

const INSERT: &str =
    "insert into reset_code (code_hash, user, created, expires) values (?, ?, ?, ?)";
pub(crate) const DELETE_OF: &str = "delete from reset_code where user = ?";
pub(crate) const BY_HASH: &str = "select user, expires from reset_code where code_hash = ?";
const DELETE_EXPIRED: &str = "delete from reset_code where expires <= ?";

impl Store {
    /// Stores the hash of a new code in place of the user's earlier ones.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn put_reset_code(
        &self,
        user: UserId,
        code_hash: &[u8; 32],
        created: Timestamp,
        expires: Timestamp,
    ) -> Result<()> {
        let put = self.db.transaction(&mut |session| {
            session.execute(DELETE_OF, &[user.0.into()])?;
            let created = created.as_microsecond();
            let expires = expires.as_microsecond();
            let params = [code_hash.into(), user.0.into(), created.into(), expires.into()];
            session.execute(INSERT, &params).map(drop)
        });
        put.doing(|| format!("store a reset code of user {user}"))
    }

    /// The user of a code that is valid now; `None`: there is no such code. The code stays valid.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn user_of_reset_code(
        &self,
        code_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<UserId>> {
        let rows = self.db.query_latest(BY_HASH, &[code_hash.into()]);
        let user = |row: &mut Row| Ok((UserId(row.int()?), row.time()?));
        rows.and_then(|mut rows| rows.first_mut().map(user).transpose())
            .map(|found| found.filter(|(_, expires)| *expires > now).map(|(user, _)| user))
            .doing(|| "find a reset code")
    }

    /// Uses a code: stores the new password hash, ends the user's sessions and deletes their codes
    /// and API tokens, all or nothing. `false`: the code is not valid, and nothing is changed.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn reset_passwd(
        &self,
        user: UserId,
        code_hash: &[u8; 32],
        new: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let mut is_valid = false;
        let reset = self.db.transaction(&mut |session| {
            let mut rows = session.query(BY_HASH, &[code_hash.into()])?;
            is_valid = match rows.first_mut() {
                Some(row) => row.int()? == user.0 && row.time()? > now,
                None => false,
            };
            if is_valid {
                session
                    .execute(super::password_hashes::SET_PASSWD, &[new.into(), user.0.into()])?;
                session.execute(super::sessions::DELETE_OF, &[user.0.into()])?;
                session.execute(super::api_tokens::DELETE_OF, &[user.0.into()])?;
                session.execute(DELETE_OF, &[user.0.into()])?;
            }
            Ok(())
        });
        self.sessions.forget_all();
        reset.doing(|| format!("reset the password of user {user}"))?;
        Ok(is_valid)
    }

    /// Deletes the codes of a user.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_reset_codes_of(&self, user: UserId) -> Result<()> {
        let deleted = self.db.execute(DELETE_OF, &[user.0.into()]);
        deleted.map(drop).doing(|| format!("delete the reset codes of user {user}"))
    }

    /// Removes the codes that expired by `now`. Returns their number.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_expired_reset_codes(&self, now: Timestamp) -> Result<u64> {
        let deleted = self.db.execute(DELETE_EXPIRED, &[now.as_microsecond().into()]);
        deleted.doing(|| "remove expired reset codes")
    }
}
