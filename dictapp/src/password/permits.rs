//! Limits concurrent hashing: a few permits, each with its own memory, and a bounded queue. The
//! queue is fair between networks (address ranges of clients): each network that waits gets one
//! permit in turn, so a flood from one network hardly delays the log-ins of others.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::net::IpAddr;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use argon2::{Block, Params};

use super::PasswordError;
use crate::lock::{lock, unpoisoned};

/// Maximum memory that a permit keeps between uses, in blocks of 1 KiB: enough for a standard hash.
const KEPT_BLOCKS: usize = Params::DEFAULT.block_count();

/// The permits and the queue before them.
pub(super) struct Permits {
    state: Mutex<State>,
    released: Condvar,
    queue_max: usize,
    wait_max: Duration,
}

struct State {
    /// The memory of each free permit.
    free: Vec<Vec<Block>>,
    queue: Queue,
    next_ticket: u64,
    /// Blocks written by all computations so far. Tests compare this number instead of times.
    #[cfg(test)]
    cost: u64,
}

/// The callers that wait, each with a number, its ticket (not a ticket of the throttle). Callers of
/// one network are served first come, first served; the networks are served in turn.
#[derive(Default)]
struct Queue {
    /// The networks that wait, in the order in which they get a permit.
    turns: VecDeque<IpAddr>,
    /// The tickets of each network, the oldest first.
    waiting: HashMap<IpAddr, VecDeque<u64>>,
    /// The number of tickets of all networks.
    len: usize,
}

/// How busy the computation of password hashes is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HashLoad {
    /// Hashes that could be computed now without waiting.
    pub permits_free: usize,
    /// Log-ins and registrations that wait for a permit.
    pub waiting: usize,
}

/// A permit in use. It is returned when it is dropped, also after a panic.
pub(super) struct Permit<'a> {
    permits: &'a Permits,
    blocks: Vec<Block>,
}

impl Permits {
    pub(super) fn new(permits: usize, queue_max: usize, wait_max: Duration) -> Permits {
        let free = (0..permits.max(1)).map(|_| Vec::new()).collect();
        let state = State {
            free,
            queue: Queue::default(),
            next_ticket: 0,
            #[cfg(test)]
            cost: 0,
        };
        Permits { state: Mutex::new(state), released: Condvar::new(), queue_max, wait_max }
    }

    /// Waits in the queue for a permit, on behalf of a client in this network. `Busy`: the queue is
    /// full, the wait took too long, or a network with fewer requests took the place in the queue.
    pub(super) fn take(&self, network: IpAddr) -> Result<Permit<'_>, PasswordError> {
        let mut state = self.lock();
        if state.queue.len == 0
            && let Some(blocks) = state.free.pop()
        {
            return Ok(Permit { permits: self, blocks });
        }
        if state.queue.len >= self.queue_max {
            // A network with many waiting requests loses one of them to a network with few.
            if !state.queue.drop_from_busier_than(network) {
                return Err(PasswordError::Busy);
            }
            self.released.notify_all();
        }
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.queue.push(network, ticket);
        self.wait(state, network, ticket)
    }

    /// Waits until this ticket is at the front and a permit is free, or the ticket was dropped from
    /// the queue, or the time is over.
    fn wait(
        &self,
        mut state: MutexGuard<'_, State>,
        network: IpAddr,
        ticket: u64,
    ) -> Result<Permit<'_>, PasswordError> {
        let deadline = Instant::now() + self.wait_max;
        loop {
            if state.queue.front() == Some(ticket)
                && let Some(blocks) = state.free.pop()
            {
                state.queue.pop();
                // Another permit may be free for the next one.
                self.released.notify_all();
                return Ok(Permit { permits: self, blocks });
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || !state.queue.contains(network, ticket) {
                state.queue.remove(network, ticket);
                self.released.notify_all();
                return Err(PasswordError::Busy);
            }
            let waited = self.released.wait_timeout(state, left);
            state = unpoisoned(waited).0;
        }
    }

    /// Locks the state, also if a thread has panicked: no code panics while it holds this lock.
    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// The numbers of free permits and of callers that wait for one.
    pub(super) fn load(&self) -> HashLoad {
        let state = self.lock();
        HashLoad { permits_free: state.free.len(), waiting: state.queue.len }
    }

    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.load().waiting
    }

    #[cfg(test)]
    pub(super) fn cost(&self) -> u64 {
        self.lock().cost
    }

    /// The number of blocks that each free permit keeps.
    #[cfg(test)]
    pub(super) fn kept(&self) -> Vec<usize> {
        self.lock().free.iter().map(Vec::capacity).collect()
    }
}

impl Queue {
    /// The ticket that gets the next permit.
    fn front(&self) -> Option<u64> {
        self.waiting.get(self.turns.front()?)?.front().copied()
    }

    fn push(&mut self, network: IpAddr, ticket: u64) {
        let tickets = self.waiting.entry(network).or_default();
        if tickets.is_empty() {
            self.turns.push_back(network);
        }
        tickets.push_back(ticket);
        self.len += 1;
    }

    /// Removes the front ticket. If its network has more tickets, the network moves to the end of
    /// `turns`.
    fn pop(&mut self) {
        let Some(network) = self.turns.pop_front() else { return };
        let Some(tickets) = self.waiting.get_mut(&network) else { return };
        tickets.pop_front();
        self.len -= 1;
        if tickets.is_empty() {
            self.waiting.remove(&network);
        } else {
            self.turns.push_back(network);
        }
    }

    fn contains(&self, network: IpAddr, ticket: u64) -> bool {
        self.waiting.get(&network).is_some_and(|tickets| tickets.contains(&ticket))
    }

    fn remove(&mut self, network: IpAddr, ticket: u64) {
        let Some(tickets) = self.waiting.get_mut(&network) else { return };
        let before = tickets.len();
        tickets.retain(|&waiting| waiting != ticket);
        self.len -= before - tickets.len();
        if tickets.is_empty() {
            self.waiting.remove(&network);
            self.turns.retain(|&turn| turn != network);
        }
    }

    /// Drops the newest ticket of the network with the most tickets, if that network has at least
    /// two more than `network`. Returns whether a ticket was dropped.
    fn drop_from_busier_than(&mut self, network: IpAddr) -> bool {
        let fewer = self.waiting.get(&network).map_or(0, VecDeque::len);
        let most = self.waiting.iter().max_by_key(|(_, tickets)| tickets.len());
        let Some((&other, tickets)) = most.filter(|(_, tickets)| tickets.len() > fewer + 1) else {
            return false;
        };
        let Some(&newest) = tickets.back() else { return false };
        self.remove(other, newest);
        true
    }
}

impl Permit<'_> {
    /// The permit's memory, enlarged to at least this many blocks; `None`: the allocation failed.
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
        self.permits.released.notify_all();
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
    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const SCHOOL: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    #[test]
    fn beyond_the_queue_is_busy_at_once() {
        let permits = Permits::new(1, 0, LONG);
        let permit = permits.take(HOME).unwrap();
        assert_eq!(permits.take(HOME).map(drop), Err(PasswordError::Busy));
        drop(permit);
        assert!(permits.take(HOME).is_ok());
    }

    #[test]
    fn a_wait_ends_at_its_limit_and_leaves_the_queue() {
        let permits = Permits::new(1, 9, Duration::ZERO);
        let permit = permits.take(HOME).unwrap();
        assert_eq!(permits.take(HOME).map(drop), Err(PasswordError::Busy));
        assert_eq!(permits.waiting(), 0);
        drop(permit);
        assert!(permits.take(HOME).is_ok());
    }

    /// Lets one caller of each network arrive, in this order. Returns the indices of the callers
    /// that were served, in the order of service.
    fn served(queue_max: usize, networks: &[IpAddr]) -> Vec<usize> {
        let permits = Permits::new(1, queue_max, LONG);
        let held = permits.take(HOME).unwrap();
        let (served, order) = mpsc::channel();
        thread::scope(|scope| {
            for (number, &network) in networks.iter().enumerate() {
                let (permits, served) = (&permits, served.clone());
                let tickets_after_arrival = number as u64 + 1;
                scope.spawn(move || {
                    if let Ok(_permit) = permits.take(network) {
                        served.send(number).unwrap();
                    }
                });
                while permits.lock().next_ticket < tickets_after_arrival {
                    thread::yield_now();
                }
            }
            drop(held);
        });
        order.try_iter().collect()
    }

    #[test]
    fn first_come_first_served_within_a_network() {
        assert_eq!(served(9, &[HOME; 5]), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn networks_are_served_in_turn() {
        assert_eq!(served(9, &[HOME, HOME, HOME, SCHOOL, SCHOOL]), [0, 3, 1, 4, 2]);
    }

    #[test]
    fn a_network_that_fills_the_queue_gives_a_place_to_another() {
        assert_eq!(served(3, &[HOME, HOME, HOME, SCHOOL]), [0, 3, 1]);
    }

    #[test]
    fn a_panic_returns_its_permit() {
        let permits = Permits::new(1, 0, LONG);
        thread::scope(|scope| {
            let panicking = scope.spawn(|| {
                let _permit = permits.take(HOME).unwrap();
                panic!("while hashing");
            });
            assert!(panicking.join().is_err());
        });
        assert!(permits.take(HOME).is_ok());
    }

    #[test]
    fn memory_is_kept_between_uses_but_not_more_than_a_standard_hash_takes() {
        let permits = Permits::new(1, 0, LONG);
        assert_eq!(permits.kept(), [0]);
        assert_eq!(permits.take(HOME).unwrap().memory(100).unwrap().len(), 100);
        assert_eq!(permits.take(HOME).unwrap().memory(8).unwrap().len(), 100);
        assert_eq!(permits.kept(), [100]);
        permits.take(HOME).unwrap().memory(KEPT_BLOCKS + 1).unwrap();
        assert_eq!(permits.kept(), [0]);
    }
}
