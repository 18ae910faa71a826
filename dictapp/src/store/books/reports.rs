//! Reports of visitors about faulty entries, for administrators.

use jiff::Timestamp;

use crate::model::Word;
use crate::store::{
    Store, UserId,
    db::{Row, count_in},
    error::{Doing, Result},
};

const INSERT: &str = "insert into report (time, tie, user, word, text) values (?, ?, ?, ?, ?)";
pub(crate) const NEWEST: &str = "select r.time, r.tie, r.user, u.name, r.word, r.text \
     from report r left join user u on u.id = r.user \
     where r.time <= ? order by r.time desc, r.tie desc limit ?";
pub(crate) const OF_USER: &str =
    "select time, tie, user, null, word, text from report where user = ? order by time";
const COUNT: &str = "select count(*) from report";
const DELETE: &str = "delete from report where time = ? and tie = ?";

/// Maximum number of characters of a report.
pub const REPORT_CHARS_MAX: usize = 1000;

/// Maximum number of reports that one query returns.
pub const REPORTS_MAX: u32 = 1000;

/// The key of a report: its time, and a random number that distinguishes reports in the same
/// microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportId {
    /// When it was made.
    pub at: Timestamp,
    /// The random number.
    pub tie_breaker: u32,
}

/// A report of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The key.
    pub id: ReportId,
    /// The user who made it; `None` for a guest.
    pub user: Option<UserId>,
    /// The name of that user; [`Store::reports_of`] leaves it out.
    pub name: Option<String>,
    /// The word of the entry.
    pub word: String,
    /// The text of the report.
    pub text: String,
}

impl Store {
    /// Stores a report of a word; `text` is of 1 to [`REPORT_CHARS_MAX`] characters.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn insert_report(
        &self,
        id: ReportId,
        user: Option<UserId>,
        word: &Word,
        text: &str,
    ) -> Result<()> {
        let params = [
            id.at.as_microsecond().into(),
            id.tie_breaker.into(),
            user.map(UserId::number).into(),
            word.as_str().into(),
            text.into(),
        ];
        match self.db.execute(INSERT, &params) {
            // After a lost connection the repeated statement conflicts with its own row.
            Err(error) if error.is_conflict() => Ok(()),
            result => result.map(drop),
        }
        .doing(|| "store the report of an entry")
    }

    /// Up to `limit` reports (at most [`REPORTS_MAX`]), the newest first, with the names of their
    /// users.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn reports(&self, limit: u32) -> Result<Vec<Report>> {
        let rows = self.db.query(NEWEST, &[i64::MAX.into(), limit.min(REPORTS_MAX).into()]);
        rows.and_then(|rows| rows.into_iter().map(report).collect())
            .doing(|| "read the reports of entries")
    }

    /// All reports of a user, the oldest first.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn reports_of(&self, user: UserId) -> Result<Vec<Report>> {
        let rows = self.db.query(OF_USER, &[user.number().into()]);
        rows.and_then(|rows| rows.into_iter().map(report).collect())
            .doing(|| format!("read the reports of user {user}"))
    }

    /// The number of reports.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn count_reports(&self) -> Result<u64> {
        self.db.query(COUNT, &[]).and_then(count_in).doing(|| "count the reports of entries")
    }

    /// Deletes a report; there may be none.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn delete_report(&self, id: ReportId) -> Result<()> {
        let deleted =
            self.db.execute(DELETE, &[id.at.as_microsecond().into(), id.tie_breaker.into()]);
        deleted.map(drop).doing(|| "delete the report of an entry")
    }
}

fn report(mut row: Row) -> Result<Report> {
    let at = row.time()?;
    let tie_breaker = u32::try_from(row.int()?).unwrap_or_default();
    Ok(Report {
        id: ReportId { at, tie_breaker },
        user: row.optional_int()?.map(UserId),
        name: row.optional_text()?,
        word: row.text()?,
        text: row.text()?,
    })
}
