//! Named texts and counters in the database, which all instances share. The counter of the lexicon
//! (the index of all words in memory) increases with each change of the books, so that instances
//! find out when to load the words again.

use super::{
    Store,
    db::{Row, count_in},
    error::{Doing, Result},
};

const SETTING: &str = "select value from setting where name = ?";
const PUT_SETTING: &str = "replace into setting (name, value) values (?, ?)";
pub(super) const LEXICON_VERSION: &str = "select value from counter where name = 'lexicon_version'";
/// Each transaction that changes words or books must run this.
pub(super) const BUMP_LEXICON: &str =
    "update counter set value = value + 1 where name = 'lexicon_version'";

impl Store {
    /// The value of `name`, if it was set.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn setting(&self, name: &str) -> Result<Option<String>> {
        let rows = self.db.query(SETTING, &[name.into()]);
        rows.and_then(|mut rows| rows.first_mut().map(Row::text).transpose())
            .doing(|| format!("read the setting {name}"))
    }

    /// Sets `name` (1 to 64 characters) to `value`.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn put_setting(&self, name: &str, value: &str) -> Result<()> {
        let put = self.db.execute(PUT_SETTING, &[name.into(), value.into()]);
        put.map(drop).doing(|| format!("store the setting {name}"))
    }

    /// A number that increases with each change of words or books by any instance.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn lexicon_version(&self) -> Result<u64> {
        let version = self.db.query(LEXICON_VERSION, &[]).and_then(count_in);
        version.doing(|| "read the lexicon's version")
    }
}
