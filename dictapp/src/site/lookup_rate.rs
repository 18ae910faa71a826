//! Limits the number of look-ups that are recorded for each user in a minute, so that one account
//! cannot fill the database. Also decides when a history is trimmed to its maximum length.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::lock::lock;
use crate::store::UserId;

const MINUTE: Duration = Duration::from_secs(60);

/// Maximum number of users that are counted at the same time; their counts take 1 MB. Look-ups of
/// further users are not recorded until the minute of a counted user is over.
const USERS_MAX: usize = 1 << 14;

/// Minimum time between two searches for users whose minute is over. A search reads all users.
const FORGET_EVERY: Duration = Duration::from_secs(1);

/// Recorded look-ups of a user between two trims of the history.
const TRIM_EVERY: u32 = 256;

/// Counts the look-ups of each user.
#[derive(Debug)]
pub(super) struct LookupRate {
    per_minute_max: u32,
    counted: Mutex<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    users: HashMap<UserId, Count>,
    /// The time of the last search for users whose minute is over.
    searched: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
struct Count {
    /// When the minute began.
    since: Instant,
    in_minute: u32,
    /// The recorded look-ups since the user was added to the table.
    recorded: u32,
}

/// The decision about a look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Record it.
    Record,
    /// Record it, and delete the oldest rows if the user's history is too long.
    RecordAndTrim,
    /// Do not record it: the user has looked up more words in this minute than a person does, or
    /// too many users are counted.
    Skip,
}

impl LookupRate {
    pub(super) fn new(per_minute_max: usize) -> LookupRate {
        let per_minute_max = u32::try_from(per_minute_max).unwrap_or(u32::MAX);
        LookupRate { per_minute_max, counted: Mutex::default() }
    }

    /// Counts one look-up of a user. For the first look-up of a user that is not in the table,
    /// this returns [`Verdict::RecordAndTrim`]: the maximum in the settings may be lower than
    /// before.
    pub(super) fn count(&self, user: UserId, now: Instant) -> Verdict {
        let mut counted = lock(&self.counted);
        if counted.users.len() >= USERS_MAX && !counted.users.contains_key(&user) {
            counted.forget_old(now);
            if counted.users.len() >= USERS_MAX {
                return Verdict::Skip;
            }
        }
        let new = Count { since: now, in_minute: 0, recorded: 0 };
        let count = counted.users.entry(user).or_insert(new);
        if now.saturating_duration_since(count.since) >= MINUTE {
            (count.since, count.in_minute) = (now, 0);
        }
        if count.in_minute >= self.per_minute_max {
            return Verdict::Skip;
        }
        count.in_minute += 1;
        count.recorded = count.recorded.wrapping_add(1);
        match count.recorded % TRIM_EVERY {
            1 => Verdict::RecordAndTrim,
            _ => Verdict::Record,
        }
    }
}

impl Counted {
    /// Forgets the users whose minute is over, unless the last such search was less than
    /// [`FORGET_EVERY`] ago: a full table must not be searched for each look-up.
    fn forget_old(&mut self, now: Instant) {
        let is_recent = |last| now.saturating_duration_since(last) < FORGET_EVERY;
        if self.searched.is_some_and(is_recent) {
            return;
        }
        self.searched = Some(now);
        self.users.retain(|_, count| now.saturating_duration_since(count.since) < MINUTE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_look_ups_than_a_person_makes_in_a_minute_are_not_recorded() {
        let (rate, now) = (LookupRate::new(3), Instant::now());
        let (levi, mia) = (UserId::new(1), UserId::new(2));
        let count = |user, now| rate.count(user, now);
        assert_eq!(count(levi, now), Verdict::RecordAndTrim);
        assert_eq!([count(levi, now), count(levi, now)], [Verdict::Record; 2]);
        assert_eq!(count(levi, now), Verdict::Skip);
        assert_ne!(count(mia, now), Verdict::Skip, "another user");
        assert_eq!(count(levi, now + MINUTE), Verdict::Record);
    }

    #[test]
    fn a_history_is_trimmed_after_each_256_rows() {
        let (rate, now) = (LookupRate::new(10_000), Instant::now());
        let trims = (0..1024).filter(|_| rate.count(UserId::new(1), now) == Verdict::RecordAndTrim);
        assert_eq!(trims.count(), 4);
    }

    #[test]
    fn users_beyond_the_limit_are_not_recorded_and_evict_no_other() {
        let (rate, now) = (LookupRate::new(1), Instant::now());
        for user in 0..USERS_MAX {
            assert_ne!(rate.count(UserId::new(user as i64), now), Verdict::Skip);
        }
        assert_eq!(rate.count(UserId::new(-1), now), Verdict::Skip);
        assert_eq!(rate.count(UserId::new(0), now), Verdict::Skip, "still counted");
        assert_ne!(rate.count(UserId::new(-1), now + MINUTE), Verdict::Skip);
    }

    #[test]
    fn a_full_table_is_searched_once_a_second_not_for_each_look_up() {
        let (rate, now) = (LookupRate::new(1), Instant::now());
        for user in 0..USERS_MAX {
            rate.count(UserId::new(user as i64), now);
        }
        let searched = now + MINUTE - FORGET_EVERY / 2;
        assert_eq!(rate.count(UserId::new(-1), searched), Verdict::Skip);
        assert_eq!(rate.count(UserId::new(-1), now + MINUTE), Verdict::Skip, "not searched again");
        assert_ne!(rate.count(UserId::new(-1), searched + FORGET_EVERY), Verdict::Skip);
    }
}
