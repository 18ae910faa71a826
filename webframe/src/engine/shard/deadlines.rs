//! The clock of a shard (event loop) and the deadlines of its connections. A timer wheel, which
//! counts time in ticks, finds the connections with a deadline that has passed.

use std::time::{Duration, Instant, SystemTime};

use super::{
    Shard,
    scratch::Scratch,
    slots::Token,
    wheel::{NEVER, TICK_MS, Tick},
};
use crate::wire::encode::Prelude;

impl Shard {
    /// The maximum time to wait for events: until the next deadline, the next attempt to accept, or
    /// the review of the scheduling class. `None`: without limit. Deadlines may be up to a tick
    /// late, so the clock need not be read again.
    pub(crate) fn sleep_max(&mut self) -> Option<Duration> {
        let due = self.wheel.next_due().map(|tick| {
            Duration::from_millis((u64::from(tick.saturating_sub(self.now)) + 1) * TICK_MS)
        });
        let again = self.accept_again.map(|at| at.saturating_duration_since(self.clock));
        [due, again, self.load.sleep_max()].into_iter().flatten().min()
    }

    /// Reads the clock, and updates the tick, the scheduling class and the date when they are due.
    pub(super) fn update_clock(&mut self) {
        self.clock = Instant::now();
        if self.clock >= self.tick_until {
            self.now = self.engine.tick(self.clock);
            self.tick_until = self.clock + Duration::from_millis(TICK_MS / 4);
            if let Some(class) = self.load.review(self.clock) {
                self.engine.workers.schedule(class);
            }
            if self.clock >= self.date_until {
                self.set_date();
            }
        }
    }

    /// Formats the `Date` field of answers. It is valid until the second ends.
    fn set_date(&mut self) {
        let wall = SystemTime::now();
        let since_epoch = wall.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.date_until = self.clock + Duration::from_secs(1)
            - Duration::from_nanos(u64::from(since_epoch.subsec_nanos()));
        if let Ok(date) = <[u8; 29]>::try_from(httpdate::fmt_http_date(wall).as_bytes()) {
            self.prelude = Prelude::dated(&date);
        }
    }

    /// Handles the deadlines that have passed. An entry of the wheel may be earlier than the
    /// deadline of its connection. Then the connection gets a new entry.
    pub(super) fn visit_deadlines(&mut self, scratch: &mut Scratch) {
        let mut due = std::mem::take(&mut self.due);
        let connections = &mut self.connections;
        let mut again = Vec::new();
        let now = self.now;
        self.wheel.advance(now, |tick, index| {
            let Some((token, connection)) = connections.get_at(index) else { return };
            if connection.armed != tick {
                return; // a stale entry: the valid one is at another tick
            }
            connection.armed = NEVER;
            match connection.deadline {
                NEVER => {}
                deadline if deadline > now => again.push((token, deadline)),
                _ => due.push(token),
            }
        });
        again.into_iter().for_each(|(token, deadline)| self.set_deadline(token, deadline));
        for token in due.drain(..) {
            scratch.begin_turn();
            self.deadline_passed(token, scratch);
        }
        self.due = due;
    }

    /// Sets the deadline of a connection. Touches the wheel only if the new deadline is earlier
    /// than the connection's entry.
    pub(crate) fn set_deadline(&mut self, token: Token, deadline: Tick) {
        let Some(connection) = self.connections.get(token) else { return };
        connection.deadline = deadline;
        if deadline < connection.armed {
            connection.armed = self.wheel.arm(token.index(), deadline);
        }
    }

    /// Sets the deadline of a connection to this number of ticks from now. One tick is added, since
    /// part of the current one has passed.
    pub(crate) fn set_deadline_in(&mut self, token: Token, ticks: Tick) {
        self.set_deadline(token, self.now.saturating_add(ticks).saturating_add(1).min(NEVER - 1));
    }
}
