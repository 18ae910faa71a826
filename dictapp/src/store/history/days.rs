//! The history by days: one row for each word and day, with its count. The caller passes the start
//! and end of a day, since they depend on the user's time zone.

use jiff::Timestamp;

use crate::store::{
    Store, UserId,
    db::{Row, Value},
    error::{Doing, Result},
};

/// `found <= ?` is true for all rows, or only for those that were not found.
pub(crate) const ROWS_OLDER: &str = "select word, time, found from hist where user = ? \
     and time < ? and found <= ? and (? = '' or instr(lower(word), ?) > 0) \
     order by time desc limit ?";
pub(crate) const WORDS_NEWER: &str = "select word, max(time) as latest, count(*), max(found) \
     from hist where user = ? and time >= ? and time < ? and found <= ? \
     and (? = '' or instr(lower(word), ?) > 0) \
     group by word having latest > ? order by latest limit ?";
pub(crate) const NEXT_NEWER: &str = "select time from hist where user = ? and time > ? \
     and found <= ? and (? = '' or instr(lower(word), ?) > 0) order by time limit 1";
/// MySQL can read a table that it deletes from only through a derived table.
pub(crate) const DELETE_WORD: &str = "delete from hist where user = ? and time >= ? and time < ? \
     and word = (select word from (select word from hist where user = ? and time = ?) as chosen)";

/// A filter of look-ups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LookupFilter {
    /// Text that the words contain, in lower case; empty: any word.
    pub text: String,
    /// Whether they were found.
    pub kind: LookupKind,
}

/// Whether look-ups were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LookupKind {
    /// Look-ups of either kind.
    #[default]
    Any,
    /// Look-ups that no book had.
    Missing,
}

/// The look-ups of a word on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordOfDay {
    /// The word as it was typed.
    pub word: String,
    /// The last of them. It is unique for the user, so it serves as the cursor of a page.
    pub at: Timestamp,
    /// The number of look-ups.
    pub lookups: u64,
    /// Whether any book had it.
    pub found: bool,
}

impl LookupFilter {
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
    /// At most `limit` look-ups of a user before a time, newest first, each as a word of a day.
    ///
    /// # Errors
    /// The database cannot serve.
    pub fn lookups_before(
        &self,
        user: UserId,
        (time, filter): (Timestamp, &LookupFilter),
        limit: usize,
    ) -> Result<Vec<WordOfDay>> {
        let mut params = vec![user.0.into(), time.as_microsecond().into()];
        params.extend(filter.values());
        params.push(u32::try_from(limit).unwrap_or(u32::MAX).into());
        let word = |mut row: Row| {
            let (word, at) = (row.text()?, row.time()?);
            Ok(WordOfDay { word, at, lookups: 1, found: row.flag()? })
        };
        let rows = self.db.query_latest(ROWS_OLDER, &params);
        let lookups = rows.and_then(|rows| {
            let mut lookups = Vec::with_capacity(rows.len());
            for row in rows {
                lookups.push(word(row)?);
            }
            Ok(lookups)
        });
        lookups.doing(|| format!("read the history of user {user}"))
    }

    /// The words that a user looked up from one time until before another, newest first: those next
    /// to the time `start` whose last look-up is after it.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn words_between(
        &self,
        user: UserId,
        (from, until): (Timestamp, Timestamp),
        (start, filter): (Timestamp, &LookupFilter),
        limit: u32,
    ) -> Result<Vec<WordOfDay>> {
        let times = [from, until].map(|time| time.as_microsecond().into());
        let mut params = vec![user.0.into()];
        params.extend(times);
        params.extend(filter.values());
        params.extend([start.as_microsecond().into(), limit.into()]);
        let word = |mut row: Row| {
            let word = row.text()?;
            let at = row.time()?;
            Ok(WordOfDay { word, at, lookups: row.count()?, found: row.flag()? })
        };
        let rows = self.db.query_latest(WORDS_NEWER, &params);
        let words = rows.and_then(|rows| rows.into_iter().map(word).collect());
        let mut words: Vec<_> = words.doing(|| format!("read the history of user {user}"))?;
        words.reverse();
        Ok(words)
    }

    /// The time of the next look-up after `start`.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn next_lookup(
        &self,
        user: UserId,
        start: Timestamp,
        filter: &LookupFilter,
    ) -> Result<Option<Timestamp>> {
        let mut params = vec![user.0.into(), start.as_microsecond().into()];
        params.extend(filter.values());
        let rows = self.db.query_latest(NEXT_NEWER, &params);
        rows.and_then(|mut rows| rows.first_mut().map(Row::time).transpose())
            .doing(|| format!("read the history of user {user}"))
    }

    /// Deletes the look-ups, from one time until before another, of the word that was looked up at
    /// the time `at`; there may be none.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_word_between(
        &self,
        user: UserId,
        at: Timestamp,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<u64> {
        let [at, from, until] = [at, from, until].map(|time| time.as_microsecond().into());
        let deleted =
            self.db.execute(DELETE_WORD, &[user.0.into(), from, until, user.0.into(), at]);
        deleted.doing(|| format!("delete look-ups of user {user}"))
    }
}
