//! What is done beside serving: words that another instance imported are taken in, and sessions
//! that have ended are removed.

use std::io;
use std::sync::{Arc, Weak, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::site::Site;
use crate::store::UserId;

/// How often the database is asked whether the word books changed.
const WORDS_EVERY: Duration = Duration::from_secs(2);

/// How often ended sessions are removed.
const SESSIONS_EVERY: Duration = Duration::from_secs(600);

/// Stops the thread when dropped.
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

fn run(site: &Weak<Site>, ended: &mpsc::Receiver<()>) {
    let mut sessions_due = Instant::now();
    let mut outdated_after = Some(UserId::BEFORE_ALL);
    let mut was_well = true;
    while let Err(mpsc::RecvTimeoutError::Timeout) = ended.recv_timeout(WORDS_EVERY) {
        let Some(site) = site.upgrade() else { return };
        let done = site.refresh_words().and_then(|()| {
            if Instant::now() >= sessions_due {
                let removed = site.remove_ended_sessions()?;
                if removed > 0 {
                    log::info!("removed {removed} sessions that had ended");
                }
                site.remove_old_account_data()?;
                sessions_due = Instant::now() + SESSIONS_EVERY;
            }
            if let Some(after) = outdated_after {
                outdated_after = site.bring_users_up_to_date(after).map_err(anyhow::Error::msg)?;
            }
            Ok(())
        });
        // Once when it begins and once when it ends, not every two seconds.
        match &done {
            Err(error) if was_well => log::warn!("{error:#}"),
            Ok(()) if !was_well => log::info!("the database serves again"),
            _ => {}
        }
        was_well = done.is_ok();
    }
}
