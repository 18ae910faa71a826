//! The right to hash: a few permits, each with its own memory, and a bounded line of those who
//! wait for one. A flood of log-ins fills the line and nothing else.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use argon2::{Block, Params};

use super::PasswordError;

/// What a permit keeps between uses: the memory of a standard hash.
const KEPT_BLOCKS: usize = Params::DEFAULT.block_count();

/// The permits and the line before them.
pub(super) struct Permits {
    state: Mutex<State>,
    given_back: Condvar,
    queue_max: usize,
    wait_max: Duration,
}

struct State {
    /// The memory of each permit that nobody holds.
    free: Vec<Vec<Block>>,
    /// The tickets of those who wait, first come first served.
    line: VecDeque<u64>,
    next_ticket: u64,
    /// Of all computations so far, in blocks written: what the tests look at instead of a clock.
    #[cfg(test)]
    cost: u64,
}

/// A permit that is held; given back when dropped, also by a panic.
pub(super) struct Permit<'a> {
    permits: &'a Permits,
    blocks: Vec<Block>,
}

impl Permits {
    pub(super) fn new(permits: usize, queue_max: usize, wait_max: Duration) -> Permits {
        let free = (0..permits.max(1)).map(|_| Vec::new()).collect();
        let state = State {
            free,
            line: VecDeque::new(),
            next_ticket: 0,
            #[cfg(test)]
            cost: 0,
        };
        Permits { state: Mutex::new(state), given_back: Condvar::new(), queue_max, wait_max }
    }

    /// Waits in the line for a permit.
    pub(super) fn take(&self) -> Result<Permit<'_>, PasswordError> {
        let mut state = self.lock();
        if state.line.is_empty()
            && let Some(blocks) = state.free.pop()
        {
            return Ok(Permit { permits: self, blocks });
        }
        if state.line.len() >= self.queue_max {
            return Err(PasswordError::Busy);
        }
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.line.push_back(ticket);
        self.wait(state, ticket)
    }

    fn wait(
        &self,
        mut state: MutexGuard<'_, State>,
        ticket: u64,
    ) -> Result<Permit<'_>, PasswordError> {
        let deadline = Instant::now() + self.wait_max;
        loop {
            if state.line.front() == Some(&ticket)
                && let Some(blocks) = state.free.pop()
            {
                state.line.pop_front();
                // There may be a permit for the next one as well.
                self.given_back.notify_all();
                return Ok(Permit { permits: self, blocks });
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                state.line.retain(|&waiting| waiting != ticket);
                self.given_back.notify_all();
                return Err(PasswordError::Busy);
            }
            let waited = self.given_back.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Nothing panics while the lock is held, so a poisoned one is as good as any.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.lock().line.len()
    }

    #[cfg(test)]
    pub(super) fn cost(&self) -> u64 {
        self.lock().cost
    }

    /// The blocks that the free permits keep, a number for each.
    #[cfg(test)]
    pub(super) fn kept(&self) -> Vec<usize> {
        self.lock().free.iter().map(Vec::capacity).collect()
    }
}

impl Permit<'_> {
    /// The permit's memory, made large enough; `None`: there is no more.
    pub(super) fn memory(&mut self, blocks: usize) -> Option<&mut [Block]> {
        let more = blocks.saturating_sub(self.blocks.len());
        self.blocks.try_reserve_exact(more).ok()?;
        self.blocks.resize(self.blocks.len() + more, Block::new());
        Some(&mut self.blocks)
    }

    #[cfg(test)]
    pub(super) fn note_cost(&self, cost: u64) {
        self.permits.lock().cost += cost;
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut blocks = std::mem::take(&mut self.blocks);
        if blocks.len() > KEPT_BLOCKS {
            blocks = Vec::new();
        }
        self.permits.lock().free.push(blocks);
        self.permits.given_back.notify_all();
    }
}

impl fmt::Debug for Permits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Permits { queue_max, wait_max, .. } = self;
        f.debug_struct("Permits")
            .field("queue_max", queue_max)
            .field("wait_max", wait_max)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn beyond_the_line_is_busy_at_once() {
        let permits = Permits::new(1, 0, LONG);
        let permit = permits.take().unwrap();
        assert_eq!(permits.take().map(drop), Err(PasswordError::Busy));
        drop(permit);
        assert!(permits.take().is_ok());
    }

    #[test]
    fn waiting_ends_at_the_limit_and_leaves_the_line() {
        let permits = Permits::new(1, 9, Duration::ZERO);
        let permit = permits.take().unwrap();
        assert_eq!(permits.take().map(drop), Err(PasswordError::Busy));
        assert_eq!(permits.waiting(), 0);
        drop(permit);
        assert!(permits.take().is_ok());
    }

    #[test]
    fn first_come_first_served() {
        let permits = Permits::new(1, 9, LONG);
        let held = permits.take().unwrap();
        let (served, order) = mpsc::channel();
        thread::scope(|scope| {
            for number in 0..5 {
                let (permits, served) = (&permits, served.clone());
                scope.spawn(move || {
                    let permit = permits.take().unwrap();
                    served.send(number).unwrap();
                    drop(permit);
                });
                while permits.waiting() <= number {
                    thread::yield_now();
                }
            }
            drop(held);
        });
        assert_eq!(order.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_panic_gives_its_permit_back() {
        let permits = Permits::new(1, 0, LONG);
        thread::scope(|scope| {
            let panicking = scope.spawn(|| {
                let _permit = permits.take().unwrap();
                panic!("while hashing");
            });
            assert!(panicking.join().is_err());
        });
        assert!(permits.take().is_ok());
    }

    #[test]
    fn memory_is_kept_between_uses_but_not_more_than_a_standard_hash_takes() {
        let permits = Permits::new(1, 0, LONG);
        assert_eq!(permits.kept(), [0]);
        assert_eq!(permits.take().unwrap().memory(100).unwrap().len(), 100);
        assert_eq!(permits.take().unwrap().memory(8).unwrap().len(), 100);
        assert_eq!(permits.kept(), [100]);
        permits.take().unwrap().memory(KEPT_BLOCKS + 1).unwrap();
        assert_eq!(permits.kept(), [0]);
    }
}
