//! The log of reviews. The state of memory of each saved word is derived from it. Also counts
//! reviews and words by day.

use jiff::Timestamp;

use super::saved_words::{millionths, phase_columns};
use crate::model::{Grade, Memory};
use crate::store::{
    Store, UserId,
    db::{Row, Session, Value, count_in},
    error::{Doing, Result, StoreError},
};

/// A review to record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NewReview<'a> {
    /// The user.
    pub user: UserId,
    /// The saved word.
    pub word: &'a str,
    /// The number of reviews that the word had when it was shown. With it, a form that is submitted
    /// twice counts once.
    pub seen: u64,
    /// The answer.
    pub grade: Grade,
    /// The state of memory after the review. Its field `last` is the time of the review.
    pub memory: Memory,
}

/// The result of recording a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// The review is in the log.
    New,
    /// The word was reviewed since it was shown, or is not saved: nothing changed.
    Stale,
}

/// A count of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayCount {
    /// Days since 1970-01-01 in the requested time zone.
    pub day: i64,
    /// The number.
    pub count: u64,
}

/// The events that are counted by day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Reviews.
    Reviews,
    /// First reviews of a word.
    FirstReviews,
    /// Words that were saved.
    SavedWords,
}

const UPDATE: &str = "update saved_word set reviews = reviews + 1, last = ?, due = ?, phase = ?, \
     step = ?, stability = ?, difficulty = ? where user = ? and word = ? and reviews = ?";
const INSERT: &str = "insert into review (user, time, word, grade) values (?, ?, ?, ?)";
const LATEST: &str = "select time, word from review where user = ? order by time desc limit 1";
const REMOVE: &str = "delete from review where user = ? and time = ?";
const OF_WORD: &str = "select time, grade from review where user = ? and word = ? order by time";
const RESET: &str = "update saved_word set reviews = ?, last = ?, due = ?, phase = ?, step = ?, \
     stability = ?, difficulty = ? where user = ? and word = ?";
/// In these statements, the start of a day in microseconds is a time minus the remainder of its
/// division by 86,400,000,000, the microseconds of a day. Integer division differs between the
/// engines.
const SAVED_DAYS: &str = "select created + ? - (created + ?) % 86400000000 as day, count(*) \
     from saved_word where user = ? and created >= ? group by day order by day";
const FIRST_DAYS: &str = "select r.time + ? - (r.time + ?) % 86400000000 as day, count(*) \
     from review r where r.user = ? and r.time >= ? and not exists (select 1 from review o \
     where o.user = r.user and o.word = r.word and o.time < r.time) group by day order by day";
const DAYS: &str = "select time + ? - (time + ?) % 86400000000 as day, count(*) from review \
     where user = ? and time >= ? group by day order by day";

const NEW_SINCE: &str = "select count(*) from review r where r.user = ? and r.time >= ? \
     and not exists (select 1 from review o where o.user = r.user and o.word = r.word \
     and o.time < r.time)";

pub(crate) const DUE_DAYS: &str = "select due + ? - (due + ?) % 86400000000 as day, count(*) \
     from saved_word where user = ? and suspended = 0 and due < ? group by day order by day";

impl Store {
    /// Records a review in the log and the new state of the word in one transaction.
    ///
    /// # Errors
    /// The database is unavailable; nothing is changed then.
    pub fn record_review(&self, review: &NewReview<'_>) -> Result<Recorded> {
        let NewReview { user, word, seen, grade, memory } = *review;
        let number = user.number();
        let mut recorded = Recorded::Stale;
        let done = self.db.transaction(&mut |session| {
            let mut params = memory_columns(Some(&memory), memory.due);
            params.extend([number.into(), word.into()]);
            params.push(Value::Int(i64::try_from(seen).unwrap_or(i64::MAX)));
            if session.execute(UPDATE, &params)? == 0 {
                recorded = Recorded::Stale;
                return Ok(());
            }
            let time = memory.last.as_microsecond();
            let row = [number.into(), time.into(), word.into(), grade.number().into()];
            session.execute(INSERT, &row)?;
            recorded = Recorded::New;
            Ok(())
        });
        done.map(|()| recorded).doing(|| format!("record a review of user {user}"))
    }

    /// Removes the latest review and derives the state of its word from the others. Returns the
    /// word; `None`: there is no review.
    ///
    /// # Errors
    /// The database is unavailable; nothing is changed then.
    pub fn undo_review(&self, user: UserId) -> Result<Option<String>> {
        let mut undone = None;
        let done = self.db.transaction(&mut |session| {
            undone = None;
            let rows = session.query(LATEST, &[user.number().into()])?;
            let Some(mut row) = rows.into_iter().next() else { return Ok(()) };
            let time = row.int()?;
            let word = row.text()?;
            session.execute(REMOVE, &[user.number().into(), time.into()])?;
            derive_state(session, user, &word)?;
            undone = Some(word);
            Ok(())
        });
        done.map(|()| undone).doing(|| format!("undo a review of user {user}"))
    }

    /// The number of words with their first review at this time or later.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn new_words_since(&self, user: UserId, since: Timestamp) -> Result<u64> {
        let params = [user.number().into(), since.as_microsecond().into()];
        let count = self.db.query(NEW_SINCE, &params).and_then(count_in);
        count.doing(|| format!("count the new words of user {user}"))
    }

    /// The counts of a user for each day since a time; days without events are left out.
    /// `offset_seconds` is the difference of the requested time zone to UTC.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn counts_by_day(
        &self,
        user: UserId,
        counted: Counted,
        since: Timestamp,
        offset_seconds: i64,
    ) -> Result<Vec<DayCount>> {
        let sql = match counted {
            Counted::Reviews => DAYS,
            Counted::FirstReviews => FIRST_DAYS,
            Counted::SavedWords => SAVED_DAYS,
        };
        let offset = offset_seconds * 1_000_000;
        let params =
            [offset.into(), offset.into(), user.number().into(), since.as_microsecond().into()];
        let rows = self.db.query(sql, &params);
        rows.and_then(day_counts).doing(|| format!("count the days of user {user}"))
    }

    /// How many words become due on each day before a time, without those that are suspended.
    /// `offset_seconds` is the difference of the requested time zone to UTC.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn due_by_day(
        &self,
        user: UserId,
        before: Timestamp,
        offset_seconds: i64,
    ) -> Result<Vec<DayCount>> {
        let offset = offset_seconds * 1_000_000;
        let params =
            [offset.into(), offset.into(), user.number().into(), before.as_microsecond().into()];
        let rows = self.db.query(DUE_DAYS, &params);
        rows.and_then(day_counts).doing(|| format!("count the due words of user {user}"))
    }
}

/// Converts rows, each with the start of a day in microseconds and a count.
fn day_counts(rows: Vec<Row>) -> Result<Vec<DayCount>> {
    let day = |mut row: Row| Ok(DayCount { day: row.int()? / 86_400_000_000, count: row.count()? });
    rows.into_iter().map(day).collect()
}

/// Derives the state of a word from its reviews in the log, and stores it.
fn derive_state(session: &mut dyn Session, user: UserId, word: &str) -> Result<()> {
    let rows = session.query(OF_WORD, &[user.number().into(), word.into()])?;
    let mut memory: Option<Memory> = None;
    let mut reviews: i64 = 0;
    for mut row in rows {
        let at = row.time()?;
        let number = row.int()?;
        let grade = Grade::from_number(number)
            .ok_or_else(|| StoreError::internal(format!("{number} is not a grade")))?;
        memory = Some(Memory::after(memory.as_ref(), grade, at));
        reviews += 1;
    }
    let due = memory.map_or(Timestamp::UNIX_EPOCH, |memory| memory.due);
    let mut params = vec![Value::Int(reviews)];
    params.extend(memory_columns(memory.as_ref(), due));
    params.extend([user.number().into(), word.into()]);
    session.execute(RESET, &params).map(drop)
}

/// The columns `last`, `due`, `phase`, `step`, `stability`, `difficulty` for a state of memory.
/// `None`: the word has no review.
fn memory_columns(memory: Option<&Memory>, due: Timestamp) -> Vec<Value> {
    let (phase, step) = memory.map_or((0, 0), |memory| phase_columns(memory.phase));
    vec![
        memory.map_or(0, |memory| memory.last.as_microsecond()).into(),
        due.as_microsecond().into(),
        phase.into(),
        step.into(),
        memory.map_or(0, |memory| millionths(memory.stability)).into(),
        memory.map_or(0, |memory| millionths(memory.difficulty)).into(),
    ]
}
