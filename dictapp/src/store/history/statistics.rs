//! Statistics of all visitors: look-ups by hour, and the words that no book has. No user is stored.

use jiff::Timestamp;

use crate::store::{
    Store,
    db::{Row, Session, Value},
    error::{Doing, Result},
};

const ADD_HOUR: &str =
    "update lookup_hour set found = found + ?, missing = missing + ? where hour = ?";
const INSERT_HOUR: &str = "insert into lookup_hour (found, missing, hour) values (?, ?, ?)";
pub(crate) const HOURS: &str =
    "select hour, found, missing from lookup_hour where hour >= ? order by hour";
const DELETE_HOURS: &str = "delete from lookup_hour where hour < ?";
const ADD_WORD: &str = "update missing_word set lookups = lookups + ?, last = ? where word = ?";
const INSERT_WORD: &str = "insert into missing_word (lookups, last, word) values (?, ?, ?)";
pub(crate) const MOST_MISSED: &str =
    "select word, lookups, last from missing_word where lookups > 0 order by lookups desc limit ?";
const DELETE_WORD: &str = "delete from missing_word where word = ?";
const DELETE_WORDS: &str = "delete from missing_word where last < ?";
pub(crate) const NTH_MISSED: &str =
    "select lookups from missing_word where lookups > 0 order by lookups desc limit 1 offset ?";
const DELETE_RARE: &str = "delete from missing_word where lookups <= ?";

/// Maximum number of missing words that are stored, which take some megabytes. Above it the rarest
/// are deleted.
const MISSING_WORDS_MAX: u32 = 10_000;

/// The look-ups of one hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LookupHour {
    /// Hours since 1970, UTC.
    pub hour: i64,
    /// Look-ups of words that a book has.
    pub found: u64,
    /// Look-ups of words that no book has.
    pub missing: u64,
}

/// A word that no book has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingWord {
    /// The word as it was looked up.
    pub word: String,
    /// The number of look-ups.
    pub lookups: u64,
    /// The time of the last look-up.
    pub last: Timestamp,
}

impl Store {
    /// Adds to the counts of an hour and of the words that no book has.
    ///
    /// # Errors
    /// The database is unavailable; nothing is added then.
    pub fn add_lookup_counts(&self, hour: LookupHour, missing: &[MissingWord]) -> Result<()> {
        let added = self.db.transaction(&mut |session| {
            let LookupHour { hour, found, missing: lookups } = hour;
            let counts = [number(found), number(lookups), hour.into()];
            upsert(session, ADD_HOUR, INSERT_HOUR, &counts)?;
            for MissingWord { word, lookups, last } in missing {
                let last = last.as_microsecond().into();
                let params = [number(*lookups), last, word.as_str().into()];
                upsert(session, ADD_WORD, INSERT_WORD, &params)?;
            }
            Ok(())
        });
        added.doing(|| "add to the counts of look-ups")
    }

    /// The look-ups by hour since this one; hours without look-ups are omitted.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn lookup_hours(&self, since: i64) -> Result<Vec<LookupHour>> {
        let hour = |mut row: Row| {
            Ok(LookupHour { hour: row.int()?, found: row.count()?, missing: row.count()? })
        };
        let rows = self.db.query(HOURS, &[since.into()]);
        rows.and_then(|rows| rows.into_iter().map(hour).collect())
            .doing(|| "read the counts of look-ups")
    }

    /// Up to `limit` words that no book has, the most often looked up first.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn most_missed_words(&self, limit: u32) -> Result<Vec<MissingWord>> {
        let word = |mut row: Row| {
            Ok(MissingWord { word: row.text()?, lookups: row.count()?, last: row.time()? })
        };
        let rows = self.db.query(MOST_MISSED, &[limit.into()]);
        rows.and_then(|rows| rows.into_iter().map(word).collect())
            .doing(|| "read the words that no book has")
    }

    /// Deletes the count of a missing word; there may be none.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn forget_missing_word(&self, word: &str) -> Result<()> {
        let deleted = self.db.execute(DELETE_WORD, &[word.into()]);
        deleted.map(drop).doing(|| "forget a word that no book has")
    }

    /// Deletes the counts of hours before `hour`, and of words that were last looked up before
    /// `last`. If more than `MISSING_WORDS_MAX` words remain, deletes the rarest.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_lookup_counts(&self, hour: i64, last: Timestamp) -> Result<()> {
        let delete = || {
            self.db.execute(DELETE_HOURS, &[hour.into()])?;
            self.db.execute(DELETE_WORDS, &[last.as_microsecond().into()])?;
            let mut surplus = self.db.query(NTH_MISSED, &[MISSING_WORDS_MAX.into()])?;
            let Some(lookups) = surplus.first_mut().map(Row::int).transpose()? else {
                return Ok(());
            };
            self.db.execute(DELETE_RARE, &[lookups.into()]).map(drop)
        };
        delete().doing(|| "remove old counts of look-ups")
    }
}

/// Adds to the counts of a row, or inserts the row if it is missing. The engines have no common
/// statement for this.
fn upsert(session: &mut dyn Session, add: &str, insert: &str, params: &[Value]) -> Result<()> {
    match session.execute(add, params)? {
        0 => session.execute(insert, params).map(drop),
        _ => Ok(()),
    }
}

/// Converts a count to a parameter, at most the largest that the column can have.
fn number(count: u64) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}
