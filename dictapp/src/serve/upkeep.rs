//! What is done beside serving: words that another instance imported are taken in, and sessions
//! that have ended are removed.

use std::io;
use std::sync::{Arc, Weak, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::dictionary::Dictionary;

/// How often the database is asked whether the word books changed.
const WORDS_EVERY: Duration = Duration::from_secs(2);

/// How often ended sessions are removed.
const SESSIONS_EVERY: Duration = Duration::from_secs(600);

/// How many sessions are removed at a time, so that no other writer waits long.
const SESSIONS_AT_ONCE: u32 = 500;

/// Stops the thread when dropped.
#[derive(Debug)]
pub(super) struct Upkeep {
    _end: mpsc::Sender<()>,
}

/// Starts the thread.
pub(super) fn start(dictionary: &Arc<Dictionary>) -> io::Result<Upkeep> {
    let (end, ended) = mpsc::channel();
    let dictionary = Arc::downgrade(dictionary);
    thread::Builder::new().name("upkeep".to_owned()).spawn(move || run(&dictionary, &ended))?;
    Ok(Upkeep { _end: end })
}

fn run(dictionary: &Weak<Dictionary>, ended: &mpsc::Receiver<()>) {
    let mut sessions_due = Instant::now();
    let mut was_well = true;
    while let Err(mpsc::RecvTimeoutError::Timeout) = ended.recv_timeout(WORDS_EVERY) {
        let Some(dictionary) = dictionary.upgrade() else { return };
        let done = dictionary.refresh_words().and_then(|()| {
            if Instant::now() >= sessions_due {
                remove_sessions(&dictionary)?;
                sessions_due = Instant::now() + SESSIONS_EVERY;
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

fn remove_sessions(dictionary: &Dictionary) -> anyhow::Result<()> {
    let mut removed = 0;
    loop {
        let now = Timestamp::now();
        let some = dictionary.store().delete_expired_sessions(now, SESSIONS_AT_ONCE)?;
        removed += some;
        if some < u64::from(SESSIONS_AT_ONCE) {
            break;
        }
    }
    if removed > 0 {
        log::info!("removed {removed} sessions that had ended");
    }
    Ok(())
}
