//! Decides from the results of calls whether the database is available, which `/readyz` reports.
//! Logs failed calls, at most one line per second.

use std::{
    fmt,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use crate::lock::lock;
use crate::store::error::{Result, StoreError};

/// Minimum time between two log lines about an outage, and the time without failures after which it
/// is over.
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// Whether the database is available, according to the calls of the last seconds.
#[derive(Debug, Default)]
pub(crate) struct Outage {
    /// Whether `down` is set, so that calls need no lock while the database is available.
    is_down: AtomicBool,
    /// The failed calls of all outages.
    failed_total: AtomicU64,
    down: Mutex<Option<Down>>,
}

#[derive(Debug)]
struct Down {
    since: Instant,
    /// The failed calls of this outage.
    failed: u64,
    last_failure: Instant,
    last_report: Instant,
    why: String,
}

impl Outage {
    /// Records a result and returns it. Conflicts and errors in the data are not outages.
    pub(crate) fn record<T>(&self, result: Result<T>) -> Result<T> {
        match &result {
            Err(error) if error.is_outage() => self.failed(error),
            Err(_) => (),
            Ok(_) => self.served(),
        }
        result
    }

    /// Records a failed call. Logs it unless a line about this outage was logged within the last
    /// second.
    pub(crate) fn failed(&self, error: &StoreError) {
        self.failed_total.fetch_add(1, Relaxed);
        self.is_down.store(true, Relaxed);
        let now = Instant::now();
        let mut down = lock(&self.down);
        let Some(outage) = &mut *down else {
            let why = error.to_string();
            *down = Some(Down { since: now, failed: 1, last_failure: now, last_report: now, why });
            drop(down);
            log::error!("{error}");
            return;
        };
        outage.failed += 1;
        outage.last_failure = now;
        outage.why = error.to_string();
        if now - outage.last_report < REPORT_EVERY {
            return;
        }
        outage.last_report = now;
        let outage = format!("{} calls failed in {:.0?}", outage.failed, now - outage.since);
        drop(down);
        log::error!("{error} ({outage})");
    }

    /// Records a successful call. An outage is over if there was no failure for [`REPORT_EVERY`].
    fn served(&self) {
        if !self.is_down.load(Relaxed) {
            return;
        }
        let now = Instant::now();
        let mut down = lock(&self.down);
        let Some(outage) = down.take_if(|outage| now - outage.last_failure >= REPORT_EVERY) else {
            return;
        };
        self.is_down.store(false, Relaxed);
        drop(down);
        let failed = outage.failed;
        let time = now - outage.since;
        log::info!("the database serves again; {failed} calls failed in {time:.0?}");
    }

    /// Why the database is unavailable; `None` if it is available.
    pub(crate) fn why(&self) -> Option<String> {
        if !self.is_down.load(Relaxed) {
            return None;
        }
        lock(&self.down).as_ref().map(|down| down.why.clone())
    }

    /// The number of calls that have failed since the start.
    pub(crate) fn failed_total(&self) -> u64 {
        self.failed_total.load(Relaxed)
    }
}

impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why().unwrap_or_else(|| "the database serves".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_begins_with_the_first_failure_and_ends_a_second_after_the_last() {
        let outage = Outage::default();
        assert_eq!(outage.why(), None);
        let error = || StoreError::unavailable("the database at h:1/d cannot be reached");
        for _ in 0..3 {
            outage.record::<()>(Err(error())).unwrap_err();
        }
        assert_eq!(outage.failed_total(), 3);
        outage.record(Ok(())).unwrap();
        assert!(outage.why().unwrap().contains("h:1/d"), "one success is not the end");
        lock(&outage.down).as_mut().unwrap().last_failure -= REPORT_EVERY;
        outage.record(Ok(())).unwrap();
        assert_eq!(outage.why(), None);
    }

    #[test]
    fn a_taken_name_is_not_an_outage() {
        let outage = Outage::default();
        outage.record::<()>(Err(StoreError::conflict("the name is taken"))).unwrap_err();
        assert_eq!((outage.why(), outage.failed_total()), (None, 0));
    }
}
