//! Reports to systemd, if it started the server (`Type=notify`).

use std::time::{Duration, Instant};

use sd_notify::NotifyState;

/// Reports that the server accepts connections.
pub(super) fn report_ready() {
    report(&[NotifyState::Ready]);
}

/// Reports twice in each `WatchdogSec=` that the server is alive.
#[derive(Debug)]
pub(super) struct Watchdog {
    every: Option<Duration>,
    reported: Instant,
}

impl Watchdog {
    /// Reads the interval that systemd expects from the environment. Without one nothing is
    /// reported.
    pub(super) fn from_environment() -> Watchdog {
        let every = sd_notify::watchdog_enabled().map(|time| time / 2);
        Watchdog { every, reported: Instant::now() }
    }

    /// Reports if half of the interval would have passed by the next call. Called about once a
    /// second by the periodic work.
    pub(super) fn report_alive(&mut self) {
        if self.every.is_some_and(|every| self.reported.elapsed() + UPKEEP_EVERY >= every) {
            self.reported = Instant::now();
            report(&[NotifyState::Watchdog]);
        }
    }
}

/// More than the time between two calls of [`Watchdog::report_alive`].
const UPKEEP_EVERY: Duration = Duration::from_secs(2);

/// Sends a state to systemd. Does nothing if systemd did not start the server.
fn report(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        log::warn!("cannot report to systemd: {error}");
    }
}
