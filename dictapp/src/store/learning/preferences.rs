//! The preferences of users: names with values.

use crate::store::{
    Store, UserId,
    error::{Doing, Result},
};

const REMOVE: &str = "delete from preference where user = ? and name = ?";
const INSERT: &str = "insert into preference (user, name, value) values (?, ?, ?)";

impl Store {
    /// The value of a preference, if the user has set it. Preferences are cached for a moment, so
    /// changes by other instances within the last two seconds may be missing.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn preference(&self, user: UserId, name: &str) -> Result<Option<String>> {
        // All preferences are read at once, since a page asks for several.
        let all = self.preferences.read(user, || self.stored_preferences(user).map(Some))?;
        let mut all = all.unwrap_or_default().into_iter();
        Ok(all.find(|stored| stored.name == name).map(|stored| stored.value))
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
        self.preferences.forget(&user);
        set.doing(|| format!("store a preference of user {user}"))
    }
}
