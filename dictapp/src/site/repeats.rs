//! Remembers which words each user has seen lately, so that showing a page again is not a new
//! look-up. In memory, for each instance.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::lock::lock;
use crate::store::UserId;

/// A word that is shown again within this time counts as the same look-up.
const WINDOW: Duration = Duration::from_secs(3600);

/// Maximum number of words that are remembered, for all users: 2 MB. Beyond it each page of a
/// further word counts as a look-up.
const WORDS_MAX: usize = 1 << 16;

/// The words that were shown within the window.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    hasher: RandomState,
    shown: Mutex<HashMap<(UserId, u64), Instant>>,
}

impl Repeats {
    /// Whether this word was shown to the user within the window; if so, restarts the window.
    pub(super) fn is_repeated(&self, user: UserId, word: &str, now: Instant) -> bool {
        match self.lock().get_mut(&self.key(user, word)) {
            Some(last) if now.saturating_duration_since(*last) < WINDOW => {
                *last = now;
                true
            }
            _ => false,
        }
    }

    /// Stores that a word was shown.
    pub(super) fn note(&self, user: UserId, word: &str, now: Instant) {
        let key = self.key(user, word);
        let mut shown = self.lock();
        if shown.len() >= WORDS_MAX && !shown.contains_key(&key) {
            shown.retain(|_, last| now.saturating_duration_since(*last) < WINDOW);
            if shown.len() >= WORDS_MAX {
                return;
            }
        }
        shown.insert(key, now);
    }

    /// Forgets a word that could not be recorded.
    pub(super) fn forget(&self, user: UserId, word: &str) {
        self.lock().remove(&self.key(user, word));
    }

    /// Forgets the words of a user who has deleted look-ups.
    pub(super) fn forget_user(&self, user: UserId) {
        self.lock().retain(|(other, _), _| *other != user);
    }

    fn key(&self, user: UserId, word: &str) -> (UserId, u64) {
        (user, self.hasher.hash_one(word))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(UserId, u64), Instant>> {
        lock(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_repeated_within_the_window_after_it_was_shown_last() {
        let (repeats, now) = (Repeats::default(), Instant::now());
        let (levi, mia) = (UserId::new(1), UserId::new(2));
        assert!(!repeats.is_repeated(levi, "apple", now));
        repeats.note(levi, "apple", now);
        assert!(repeats.is_repeated(levi, "apple", now + WINDOW / 2));
        assert!(repeats.is_repeated(levi, "apple", now + WINDOW));
        assert!(!repeats.is_repeated(levi, "apple", now + WINDOW * 3));
        assert!(!repeats.is_repeated(levi, "Apple", now), "another spelling");
        assert!(!repeats.is_repeated(mia, "apple", now), "another user");
        repeats.note(levi, "pear", now);
        repeats.forget(levi, "pear");
        assert!(!repeats.is_repeated(levi, "pear", now));
        repeats.forget_user(levi);
        assert!(!repeats.is_repeated(levi, "apple", now));
    }

    #[test]
    fn words_beyond_the_limit_evict_no_other() {
        let (repeats, now, levi) = (Repeats::default(), Instant::now(), UserId::new(1));
        for n in 0..=WORDS_MAX {
            repeats.note(levi, &n.to_string(), now);
        }
        assert!(repeats.is_repeated(levi, "0", now));
        assert!(!repeats.is_repeated(levi, &WORDS_MAX.to_string(), now));
        repeats.note(levi, "later", now + WINDOW * 2);
        assert!(repeats.is_repeated(levi, "later", now + WINDOW * 2));
    }
}
