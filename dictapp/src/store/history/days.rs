//! Reads and deletes the look-ups that a page of the history shows by day. The caller joins the
//! look-ups of a word on one day, and passes the start and end of a day, since both depend on the
//! user's time zone.

use jiff::Timestamp;

use crate::store::{
    Store, UserId,
    db::{Row, Value},
    error::{Doing, Result},
};

pub(crate) const ROWS_OLDER: &str = "select word, time, found from hist where user = ? \
     and time < ? order by time desc limit ?";
pub(crate) const ROWS_NEWER: &str = "select word, time, found from hist where user = ? \
     and time >= ? order by time limit ?";
/// The value for `found <= ?` is 1 for all rows, or 0 for those that were not found.
pub(crate) const FILTERED_OLDER: &str = "select word, time, found from hist where user = ? \
     and time < ? and found <= ? and (? = '' or instr(lower(word), ?) > 0) \
     order by time desc limit ?";
pub(crate) const FILTERED_NEWER: &str = "select word, time, found from hist where user = ? \
     and time >= ? and found <= ? and (? = '' or instr(lower(word), ?) > 0) \
     order by time limit ?";
/// MySQL can read a table that it deletes from only through a derived table.
pub(crate) const DELETE_WORD: &str = "delete from hist where user = ? and time >= ? and time < ? \
     and word = (select word from (select word from hist where user = ? and time = ?) as chosen)";

/// A filter of look-ups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LookupFilter {
    /// Text that the words contain, in lower case; empty: any word.
    pub text: String,
    /// All look-ups, or only those that were not found.
    pub kind: LookupKind,
}

/// The look-ups that a filter selects, by whether they were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LookupKind {
    /// Look-ups of either kind.
    #[default]
    Any,
    /// Look-ups of words that no book had.
    Missing,
}

/// The look-ups of a word on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordOfDay {
    /// The word as it was typed.
    pub word: String,
    /// The time of the last look-up. It is unique for the user, so it serves as the cursor of a
    /// page.
    pub at: Timestamp,
    /// The number of look-ups.
    pub lookups: u64,
    /// Whether any book had it.
    pub found: bool,
}

impl LookupFilter {
    fn selects_all(&self) -> bool {
        self.text.is_empty() && self.kind == LookupKind::Any
    }

    /// The parameters of `found <= ? and (? = '' or instr(.., ?) > 0)`.
    fn values(&self) -> [Value; 3] {
        let found_max = match self.kind {
            LookupKind::Any => 1,
            LookupKind::Missing => 0,
        };
        [Value::Int(found_max), self.text.as_str().into(), self.text.as_str().into()]
    }
}

impl Store {
    /// At most `limit` look-ups of a user that a filter selects, from before a time, newest first.
    /// Each is a [`WordOfDay`] with one look-up.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn lookups_before(
        &self,
        user: UserId,
        before: Timestamp,
        filter: &LookupFilter,
        limit: usize,
    ) -> Result<Vec<WordOfDay>> {
        self.lookups([ROWS_OLDER, FILTERED_OLDER], user, before, filter, limit)
    }

    /// At most `limit` look-ups of a user that a filter selects, from a time on, oldest first. Each
    /// is a [`WordOfDay`] with one look-up.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn lookups_from(
        &self,
        user: UserId,
        from: Timestamp,
        filter: &LookupFilter,
        limit: usize,
    ) -> Result<Vec<WordOfDay>> {
        self.lookups([ROWS_NEWER, FILTERED_NEWER], user, from, filter, limit)
    }

    /// Reads with the first statement, or with the second one if the filter leaves rows out.
    fn lookups(
        &self,
        [all, filtered]: [&str; 2],
        user: UserId,
        time: Timestamp,
        filter: &LookupFilter,
        limit: usize,
    ) -> Result<Vec<WordOfDay>> {
        let mut params = Vec::with_capacity(6);
        params.extend([user.0.into(), time.as_microsecond().into()]);
        let sql = if filter.selects_all() {
            all
        } else {
            params.extend(filter.values());
            filtered
        };
        params.push(u32::try_from(limit).unwrap_or(u32::MAX).into());
        let word = |mut row: Row| {
            let (word, at) = (row.text()?, row.time()?);
            Ok(WordOfDay { word, at, lookups: 1, found: row.flag()? })
        };
        let rows = self.db.query_latest(sql, &params);
        let lookups = rows.and_then(|rows| {
            let mut lookups = Vec::with_capacity(rows.len());
            for row in rows {
                lookups.push(word(row)?);
            }
            Ok(lookups)
        });
        lookups.doing(|| format!("read the history of user {user}"))
    }

    /// Deletes the look-ups, from one time until before another, of the word that was looked up at
    /// the time `at`; there may be none. Returns their number.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_word_between(
        &self,
        user: UserId,
        at: Timestamp,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<u64> {
        let [at, from, until] = [at, from, until].map(|time| time.as_microsecond().into());
        let deleted =
            self.db.execute(DELETE_WORD, &[user.0.into(), from, until, user.0.into(), at]);
        deleted.doing(|| format!("delete look-ups of user {user}"))
    }
}
