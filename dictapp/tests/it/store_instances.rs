//! Tests of two instances on one database, on both engines: each sees changes by the other within
//! two seconds.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::thread;
use std::time::{Duration, Instant};

use dictapp::store::{SavedWordText, Store};

use crate::store::{Fresh, new_session, on_both_engines, register, time_at, word};

/// Maximum time for which an instance may show the state before a change by another one.
const BEHIND_MAX: Duration = Duration::from_secs(2);

on_both_engines! {
    a_session_that_ends_on_another_instance_ends_here_within_two_seconds
    a_word_saved_on_another_instance_is_known_here_within_two_seconds
}

/// Queries until a change by another instance is seen. A query that begins [`BEHIND_MAX`] after the
/// change must see it.
#[track_caller]
pub(crate) fn assert_seen_within_two_seconds(is_seen: impl Fn() -> bool) {
    let changed = Instant::now();
    loop {
        let asked = Instant::now();
        if is_seen() {
            return;
        }
        assert!(asked - changed < BEHIND_MAX, "the change is not seen elsewhere");
        thread::yield_now();
    }
}

fn a_session_that_ends_on_another_instance_ends_here_within_two_seconds(fresh: &Fresh) {
    let (here, there) = (fresh.open(), fresh.open());
    let (levi, mia) = (register(&here, "Levi"), register(&here, "Mia"));
    for (byte, user) in [(1, levi), (2, levi), (3, levi), (4, mia)] {
        here.insert_session(&new_session(byte, user)).unwrap();
        for store in [&here, &there] {
            assert!(store.session_by_hash(&[byte; 32]).unwrap().is_some());
        }
    }
    here.delete_session(&[1; 32]).unwrap();
    here.delete_other_sessions(levi, &[2; 32]).unwrap();
    here.delete_all_sessions(mia).unwrap();
    for byte in [1, 3, 4] {
        assert!(here.session_by_hash(&[byte; 32]).unwrap().is_none(), "at once on this instance");
    }
    for byte in [1, 3, 4] {
        assert_seen_within_two_seconds(|| there.session_by_hash(&[byte; 32]).unwrap().is_none());
    }
    assert!(there.session_by_hash(&[2; 32]).unwrap().is_some());
}

fn a_word_saved_on_another_instance_is_known_here_within_two_seconds(fresh: &Fresh) {
    let (here, there) = (fresh.open(), fresh.open());
    let user = register(&here, "Levi");
    let known = |store: &Store, text| store.is_saved(user, text).unwrap();
    for store in [&here, &there] {
        assert!(!known(store, "apple") && !known(store, "pear"));
    }
    let text = SavedWordText::default();
    here.save_word(user, &word("apple"), &text, time_at(1)).unwrap();
    here.save_words(user, &[(word("pear"), text)], 9, time_at(9)).unwrap();
    assert!(known(&here, "apple") && known(&here, "pear"), "at once on this instance");
    assert_seen_within_two_seconds(|| known(&there, "apple"));
    assert_seen_within_two_seconds(|| known(&there, "pear"));
    here.remove_saved_word(user, "apple").unwrap();
    assert!(!known(&here, "apple"), "at once on this instance");
    assert_seen_within_two_seconds(|| !known(&there, "apple"));
}
