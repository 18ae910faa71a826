//! Periodic work in a separate thread: reports to systemd that the server is alive, checks the
//! database, loads words that another instance or a command imported, removes rows that are older
//! than the settings allow, and stores the counts of look-ups. After a start it also updates the
//! rows of users that older versions or the import of a course stored, a few in each round.

use std::io;
use std::sync::{Arc, Weak, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::service::Watchdog;
use crate::site::Site;
use crate::store::{StoreError, UserId};

/// Interval of the rounds. Each checks whether the database answers, and whether its dictionaries
/// have changed.
const ROUND_EVERY: Duration = Duration::from_secs(1);

/// Time from the end of a removal of old rows to the next one. A removal takes several rounds.
const REMOVAL_EVERY: Duration = Duration::from_secs(600);

/// Interval at which the counts of look-ups are stored.
const COUNTS_EVERY: Duration = Duration::from_secs(10);

/// The thread. Dropping this stops it: the channel closes.
#[derive(Debug)]
pub(super) struct Upkeep {
    _end: mpsc::Sender<()>,
}

/// Starts the thread.
pub(super) fn start(site: &Arc<Site>) -> io::Result<Upkeep> {
    let (end, ended) = mpsc::channel();
    let site = Arc::downgrade(site);
    thread::Builder::new().name("upkeep".to_owned()).spawn(move || run(&site, &ended))?;
    Ok(Upkeep { _end: end })
}

/// Runs rounds until the channel closes or the site is gone.
fn run(site: &Weak<Site>, ended: &mpsc::Receiver<()>) {
    let mut removal_due = Instant::now();
    // A removal, and the update of users, continue in the next round after this user.
    let mut removal_after = UserId::BEFORE_ALL;
    let mut counts_due = Instant::now();
    let mut outdated_after = Some(UserId::BEFORE_ALL);
    let mut was_well = true;
    let mut loading = None;
    let mut watchdog = Watchdog::from_environment();
    while let Err(mpsc::RecvTimeoutError::Timeout) = ended.recv_timeout(ROUND_EVERY) {
        let Some(site) = site.upgrade() else { return };
        watchdog.report_alive();
        let done = site.probe().map_err(anyhow::Error::from).and_then(|()| {
            load_words(&mut loading, &site)?;
            if Instant::now() >= removal_due {
                site.remove_old_lookup_counts()?;
                let next = site.remove_outdated(removal_after)?;
                if next.is_none() {
                    removal_due = Instant::now() + REMOVAL_EVERY;
                }
                removal_after = next.unwrap_or(UserId::BEFORE_ALL);
            }
            if Instant::now() >= counts_due {
                site.store_lookup_counts()?;
                counts_due = Instant::now() + COUNTS_EVERY;
            }
            if let Some(after) = outdated_after {
                outdated_after = site.bring_users_up_to_date(after).map_err(anyhow::Error::msg)?;
            }
            Ok(())
        });
        // The store itself logs outages of the database. Any other fault is logged once, not in
        // each round, until a round succeeds.
        let fault = done.err().filter(|error| !is_outage(error));
        if let Some(error) = fault.as_ref().filter(|_| was_well) {
            log::warn!("{error:#}");
        }
        was_well = fault.is_none();
    }
}

/// Loads changed words in a separate thread, which `loading` holds. With large books that takes
/// many seconds; books that were hidden or removed disappear at once. Returns the result of the
/// load that has ended since the last round, if any.
fn load_words(
    loading: &mut Option<JoinHandle<anyhow::Result<()>>>,
    site: &Arc<Site>,
) -> anyhow::Result<()> {
    let is_changed = site.has_new_words()?;
    if is_changed {
        site.skip_hidden_or_removed_books()?;
    }
    if loading.as_ref().is_some_and(|load| !load.is_finished()) {
        return Ok(());
    }
    let ended = loading.take().map(JoinHandle::join);
    if is_changed {
        let site = Arc::clone(site);
        let load = move || site.refresh_words();
        *loading = Some(thread::Builder::new().name("words".to_owned()).spawn(load)?);
    }
    match ended {
        None => Ok(()),
        Some(result) => result.unwrap_or_else(|_| Err(anyhow::anyhow!("loading the words failed"))),
    }
}

/// Whether the database was unavailable, which the store logs.
fn is_outage(error: &anyhow::Error) -> bool {
    error.downcast_ref::<StoreError>().is_some_and(StoreError::is_outage)
}
