//! Reports of faulty entries, from visitors to administrators.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use webframe::Error;

use super::accounts::codes::random_bytes;
use super::{Client, CurrentUser, Site};
use crate::bidi::is_bidi_control;
use crate::model::Word;
use crate::store::{REPORT_CHARS_MAX, Report, ReportId, StoreError};

/// Maximum number of reports that wait for an administrator.
const REPORTS_KEPT_MAX: u64 = 5000;

/// Maximum number of reports on the administrators' page.
const REPORTS_SHOWN_MAX: u32 = 200;

/// The result of reporting an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reporting {
    /// The report is on the administrators' list.
    Done,
    /// There is no text.
    Empty,
    /// Too many reports from this network: try again after this time.
    Later(Duration),
    /// Too many reports wait for an administrator.
    Full,
}

impl Site {
    /// Adds a report to the administrators' list. A text that is too long is cut.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn report_entry(
        &self,
        user: Option<&CurrentUser>,
        word: &Word,
        text: &str,
        client: &Client,
    ) -> Result<Reporting, Error> {
        let shown = text.trim().chars().filter(|c| !is_bidi_control(*c));
        let clean = shown.map(|c| if c.is_control() { ' ' } else { c });
        let text: String = clean.take(REPORT_CHARS_MAX).collect();
        if text.is_empty() {
            return Ok(Reporting::Empty);
        }
        let name = user.map(|user| user.name.as_str());
        let attempt = match self.throttle.begin_report(name, client.address, Instant::now()) {
            Ok(attempt) => attempt,
            Err(wait) => return Ok(Reporting::Later(wait)),
        };
        if self.store.count_reports()? >= REPORTS_KEPT_MAX {
            return Ok(Reporting::Full);
        }
        // The random number `tie_breaker` distinguishes reports of the same microsecond.
        let id =
            ReportId { at: Timestamp::now(), tie_breaker: u32::from_be_bytes(random_bytes()?) };
        self.store.insert_report(id, user.map(|user| user.id), word, &text)?;
        // An attempt that is only dropped is not counted.
        attempt.keep_counted();
        Ok(Reporting::Done)
    }

    /// The newest reports, at most as many as the administrators' page shows.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn reports(&self) -> Result<Vec<Report>, StoreError> {
        self.store.reports(REPORTS_SHOWN_MAX)
    }

    /// Removes a report that an administrator has dealt with.
    ///
    /// # Errors
    /// The database is unavailable.
    pub fn settle_report(&self, id: ReportId) -> Result<(), StoreError> {
        self.store.delete_report(id)
    }
}
