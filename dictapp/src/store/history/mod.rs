//! The history: records look-ups by user and time, lists them by page, and imports them.

pub(crate) mod days;
pub(crate) mod deletion;
pub(crate) mod group_commit;
pub(crate) mod statistics;

pub use days::{LookupFilter, LookupKind, WordOfDay};
pub(crate) use group_commit::{Batching, GroupCommit, Questions};
pub use group_commit::{Commits, Saved};
pub use statistics::{LookupHour, MissingWord};

use jiff::Timestamp;

use crate::model::{Username, Word};
use crate::store::{
    Store, UserId,
    accounts::username,
    db::{Row, Value, count_in},
    error::{Doing, Result},
};

/// Maximum number of rows of a query: the longest page that can be set, plus one row that shows
/// whether there is another page.
pub const HISTORY_ROWS_MAX: u32 = 1001;

pub(crate) const OLDER: &str = "select u.name, h.word, h.time, h.found from hist h join user u on u.id = h.user \
     where h.user = ? and h.time < ? order by h.time desc limit ?";
pub(crate) const NEWER: &str = "select u.name, h.word, h.time, h.found from hist h join user u on u.id = h.user \
     where h.user = ? and h.time > ? order by h.time limit ?";
const EXISTS: &str = "select count(*) from hist where user = ? and time = ?";
const INSERT: &str = "insert into hist (user, time, word, found) values (?, ?, ?, ?)";
pub(crate) const COUNT: &str = "select count(*) from hist where user = ?";

/// Rows of one transaction of an import.
const IMPORTED_AT_ONCE: usize = 500;

/// One look-up, to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The user.
    pub user: UserId,
    /// The word as it was typed.
    pub word: Word,
    /// Whether any book has it.
    pub found: bool,
    /// The headword that was found: [`Store::record_lookup`] returns whether the user saved it.
    pub headword: Option<String>,
    /// The time in microseconds. It is increased until it is unique for the user.
    pub at: Timestamp,
}

/// One look-up as recorded: `name  word  time`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastLookup {
    /// The name of the user.
    pub name: Username,
    /// The word.
    pub word: String,
    /// The time. It is unique for the user, so it is the cursor of a page.
    pub at: Timestamp,
    /// Whether any book had it.
    pub found: bool,
}

/// The start of a page of the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageStart {
    /// The newest rows.
    Newest,
    /// The rows just before this time, as for "next": the newest rows are on the first page.
    OlderThan(Timestamp),
    /// The rows just after this time, as for "previous".
    NewerThan(Timestamp),
    /// The oldest rows.
    Oldest,
}

impl Store {
    /// Records one look-up, durably: concurrent ones share a commit. Returns whether the user has
    /// saved the headword.
    ///
    /// # Errors
    /// The database is unavailable, or took too long. The row is not stored, unless
    /// [`may_be_stored`](crate::store::StoreError::may_be_stored) is true of the error.
    pub fn record_lookup(&self, lookup: &Lookup) -> Result<Saved> {
        self.history.record(lookup).doing(|| format!("record a look-up of user {}", lookup.user))
    }

    /// At most `limit` rows of a user's history (and at most [`HISTORY_ROWS_MAX`]), always newest
    /// first.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn recent_lookups(
        &self,
        user: UserId,
        start: PageStart,
        limit: u32,
    ) -> Result<Vec<PastLookup>> {
        let (sql, time) = match start {
            PageStart::Newest => (OLDER, i64::MAX),
            PageStart::OlderThan(time) => (OLDER, time.as_microsecond()),
            PageStart::NewerThan(time) => (NEWER, time.as_microsecond()),
            PageStart::Oldest => (NEWER, i64::MIN),
        };
        let limit = limit.min(HISTORY_ROWS_MAX);
        let params: [Value; 3] = [user.0.into(), time.into(), limit.into()];
        let rows = self.db.query_latest(sql, &params);
        let mut name = None;
        let past = |row| past(row, user, &mut name);
        let lookups = rows.and_then(|rows| rows.into_iter().map(past).collect());
        let mut lookups: Vec<_> = lookups.doing(|| format!("read the history of user {user}"))?;
        if sql == NEWER {
            lookups.reverse();
        }
        Ok(lookups)
    }

    /// Adds past look-ups from another database with their times. A look-up at a time for which the
    /// user has a row already is left out. Returns how many were added.
    ///
    /// # Errors
    /// The database is unavailable; some may be added already.
    pub fn import_lookups(&self, lookups: &[Lookup]) -> Result<u64> {
        let mut added = 0;
        for some in lookups.chunks(IMPORTED_AT_ONCE) {
            let mut inserted = 0;
            let imported = self.db.transaction(&mut |session| {
                inserted = 0;
                for lookup in some {
                    let user = lookup.user.0.into();
                    let time = lookup.at.as_microsecond().into();
                    let key: [Value; 2] = [user, time];
                    if count_in(session.query(EXISTS, &key)?)? == 0 {
                        let [user, time] = key;
                        let row = [user, time, lookup.word.as_str().into(), lookup.found.into()];
                        inserted += session.execute(INSERT, &row)?;
                    }
                }
                Ok(())
            });
            imported.doing(|| "import look-ups")?;
            added += inserted;
        }
        Ok(added)
    }

    /// The number of rows of a user's history. It reads all of them, so it is too slow for a page.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn count_lookups(&self, user: UserId) -> Result<u64> {
        let count = self.db.query(COUNT, &[user.0.into()]).and_then(count_in);
        count.doing(|| format!("count the history of user {user}"))
    }
}

/// Reads a row. All rows have the same user name, so it is parsed only once.
fn past(mut row: Row, user: UserId, known: &mut Option<Username>) -> Result<PastLookup> {
    let name = row.text()?;
    let name = match known {
        Some(known) if known.as_str() == name => known.clone(),
        _ => known.insert(username(user, &name)?).clone(),
    };
    Ok(PastLookup { name, word: row.text()?, at: row.time()?, found: row.flag()? })
}
