//! The preferences of users: names with values.

use crate::store::{
    Store, UserId,
    error::{Doing, Result},
};

const OF_USER: &str = "select value from preference where user = ? and name = ?";
const REMOVE: &str = "delete from preference where user = ? and name = ?";
const INSERT: &str = "insert into preference (user, name, value) values (?, ?, ?)";

impl Store {
    /// The value of a preference, if the user has set it.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn preference(&self, user: UserId, name: &str) -> Result<Option<String>> {
        let rows = self.db.query(OF_USER, &[user.number().into(), name.into()]);
        rows.and_then(|mut rows| rows.first_mut().map(|row| row.text()).transpose())
            .doing(|| format!("read a preference of user {user}"))
    }

    /// Sets a preference.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn set_preference(&self, user: UserId, name: &str, value: &str) -> Result<()> {
        let key = [user.number().into(), name.into()];
        let set = self.db.transaction(&mut |session| {
            session.execute(REMOVE, &key)?;
            session.execute(INSERT, &[user.number().into(), name.into(), value.into()])?;
            Ok(())
        });
        set.doing(|| format!("store a preference of user {user}"))
    }
}
