//! Remembers which words each user has seen lately, so that showing a page again is not a new
//! look-up. Each instance remembers them in its own memory.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::lock::lock;
use crate::store::UserId;

/// A word that is shown again within this time counts as the same look-up.
const WINDOW: Duration = Duration::from_secs(3600);

/// Maximum number of words that are remembered for all users together, which take 2 MB. A word
/// beyond it is not remembered, so each display of its page counts as a look-up.
const WORDS_MAX: usize = 1 << 16;

/// Maximum number of words that are remembered for one user, so that a few users cannot take the
/// room of the others.
const WORDS_OF_USER_MAX: usize = 1000;

/// Minimum time between two searches for words to forget. A search reads all words and takes longer
/// than a look-up. Without this time, a full table would be searched for each new word.
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// The words that were shown within the window.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    hasher: RandomState,
    shown: Mutex<Shown>,
}

#[derive(Debug, Default)]
struct Shown {
    /// For each user: hashes of words, and when each word was last shown.
    users: HashMap<UserId, HashMap<u64, Instant>>,
    /// The number of words of all users.
    words: usize,
    /// The time of the last search for words to forget.
    searched: Option<Instant>,
}

impl Repeats {
    /// Whether this word was shown to the user within the window. If it was, the window begins
    /// again.
    pub(super) fn is_repeated(&self, user: UserId, word: &str, now: Instant) -> bool {
        let word = self.hasher.hash_one(word);
        let mut shown = self.lock();
        let last = shown.users.get_mut(&user).and_then(|words| words.get_mut(&word));
        match last {
            Some(last) if now.saturating_duration_since(*last) < WINDOW => {
                *last = now;
                true
            }
            _ => false,
        }
    }

    /// Remembers that a word was shown.
    pub(super) fn remember(&self, user: UserId, word: &str, now: Instant) {
        let word = self.hasher.hash_one(word);
        let shown = &mut *self.lock();
        if !shown.has_room(user) {
            shown.forget_old(now);
        }
        let is_known = shown.users.get(&user).is_some_and(|words| words.contains_key(&word));
        if is_known || shown.has_room(user) {
            shown.users.entry(user).or_default().insert(word, now);
            shown.words += usize::from(!is_known);
        }
    }

    /// Forgets a word that could not be recorded, so that its next display is recorded.
    pub(super) fn forget(&self, user: UserId, word: &str) {
        let word = self.hasher.hash_one(word);
        let mut shown = self.lock();
        let removed = shown.users.get_mut(&user).and_then(|words| words.remove(&word));
        shown.words -= usize::from(removed.is_some());
    }

    /// Forgets the words of a user who deletes look-ups, so that the next displays are recorded.
    pub(super) fn forget_user(&self, user: UserId) {
        let mut shown = self.lock();
        let removed = shown.users.remove(&user).map_or(0, |words| words.len());
        shown.words -= removed;
    }

    fn lock(&self) -> MutexGuard<'_, Shown> {
        lock(&self.shown)
    }
}

impl Shown {
    /// Whether another word of this user may be remembered.
    fn has_room(&self, user: UserId) -> bool {
        let of_user = self.users.get(&user).map_or(0, HashMap::len);
        self.words < WORDS_MAX && of_user < WORDS_OF_USER_MAX
    }

    /// Forgets words that were not shown within the window, unless the last such search was less
    /// than [`FORGET_EVERY`] ago.
    fn forget_old(&mut self, now: Instant) {
        if self.searched.is_some_and(|last| now.saturating_duration_since(last) < FORGET_EVERY) {
            return;
        }
        self.searched = Some(now);
        self.users.retain(|_, words| {
            words.retain(|_, last| now.saturating_duration_since(*last) < WINDOW);
            !words.is_empty()
        });
        self.words = self.users.values().map(HashMap::len).sum();
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
        repeats.remember(levi, "apple", now);
        assert!(repeats.is_repeated(levi, "apple", now + WINDOW / 2));
        assert!(repeats.is_repeated(levi, "apple", now + WINDOW));
        assert!(!repeats.is_repeated(levi, "apple", now + WINDOW * 3));
        assert!(!repeats.is_repeated(levi, "Apple", now), "another spelling");
        assert!(!repeats.is_repeated(mia, "apple", now), "another user");
        repeats.remember(levi, "pear", now);
        repeats.forget(levi, "pear");
        assert!(!repeats.is_repeated(levi, "pear", now));
        repeats.forget_user(levi);
        assert!(!repeats.is_repeated(levi, "apple", now));
    }

    #[test]
    fn words_beyond_the_limits_evict_no_other() {
        let (repeats, now) = (Repeats::default(), Instant::now());
        let (levi, mia) = (UserId::new(-1), UserId::new(-2));
        for n in 0..=WORDS_OF_USER_MAX {
            repeats.remember(levi, &n.to_string(), now);
        }
        assert!(repeats.is_repeated(levi, "0", now));
        assert!(!repeats.is_repeated(levi, &WORDS_OF_USER_MAX.to_string(), now));
        repeats.remember(mia, "apple", now);
        assert!(repeats.is_repeated(mia, "apple", now), "another user has room");
        for n in 0..WORDS_MAX {
            repeats.remember(UserId::new((n / WORDS_OF_USER_MAX) as i64), &n.to_string(), now);
        }
        repeats.remember(mia, "pear", now);
        assert!(!repeats.is_repeated(mia, "pear", now), "no room for anybody");
        assert!(repeats.is_repeated(mia, "apple", now) && repeats.is_repeated(levi, "0", now));
        repeats.remember(mia, "pear", now + WINDOW * 2);
        assert!(repeats.is_repeated(mia, "pear", now + WINDOW * 2), "the others are old");
    }

    #[test]
    fn a_full_table_is_searched_once_a_minute_not_for_each_word() {
        let (repeats, full) = (Repeats::default(), Instant::now());
        let user = UserId::new(1);
        for n in 0..WORDS_OF_USER_MAX {
            repeats.remember(user, &n.to_string(), full);
        }
        let is_remembered = |word, now| {
            repeats.remember(user, word, now);
            repeats.is_repeated(user, word, now)
        };
        let searched = full + WINDOW - FORGET_EVERY / 2;
        assert!(!is_remembered("a", searched), "no word is old");
        assert!(!is_remembered("b", full + WINDOW), "the words are old, but not searched again");
        assert!(is_remembered("c", searched + FORGET_EVERY));
    }
}
