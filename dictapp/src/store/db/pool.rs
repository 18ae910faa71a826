//! A bounded pool of connections. Connecting does not hold the lock of the pool. When a connection
//! is returned or closed, one waiting caller is woken.
//!
//! `mysql::Pool` is not used: version 28.0.4 loses wake-ups when a connection dies, and connects
//! while it holds its lock.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::{Arc, Condvar, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use crate::lock::{lock, unpoisoned};

/// A connection in a pool.
pub(crate) trait Pooled {
    /// Whether it can be reused: not broken, and not in a transaction.
    fn is_clean(&self) -> bool;
}

/// The limits of a pool.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PoolLimits {
    pub(crate) connections_max: usize,
    /// A connection closes after this time without use.
    pub(crate) idle: Duration,
    /// A connection closes at this age, so that a server that is available again gets its share of
    /// connections.
    pub(crate) lifetime: Duration,
}

/// At most `connections_max` connections.
pub(crate) struct Pool<C: Pooled> {
    state: Mutex<State<C>>,
    freed: Condvar,
    limits: PoolLimits,
}

struct State<C> {
    /// The connection that was used last is at the end, and is reused first.
    idle: Vec<Idle<C>>,
    /// Number of connections, idle, leased or being made.
    open: usize,
    /// Increases when all connections are discarded, so that connections that were leased before
    /// are closed when they are returned.
    generation: u64,
}

struct Idle<C> {
    conn: C,
    created: Instant,
    /// When it was returned to the pool.
    since: Instant,
}

/// A leased connection: returned when dropped, or closed if it is not clean.
pub(crate) struct Lease<C: Pooled> {
    pool: Arc<Pool<C>>,
    conn: Option<C>,
    created: Instant,
    generation: u64,
    reused: bool,
}

impl<C: Pooled> Pool<C> {
    pub(crate) fn new(limits: PoolLimits) -> Arc<Pool<C>> {
        let state = State { idle: Vec::new(), open: 0, generation: 0 };
        Arc::new(Pool { state: Mutex::new(state), freed: Condvar::new(), limits })
    }

    /// An idle connection, or a new one by `connect`; `None` if no connection is free by the
    /// deadline.
    pub(crate) fn lease<E>(
        self: &Arc<Self>,
        deadline: Instant,
        connect: impl FnOnce() -> Result<C, E>,
    ) -> Result<Option<Lease<C>>, E> {
        let mut state = lock(&self.state);
        loop {
            let stale = self.take_stale(&mut state);
            if let Some(idle) = state.idle.pop() {
                let generation = state.generation;
                drop(state);
                drop(stale); // closing takes a system call or more: never under the lock
                let pool = Arc::clone(self);
                let conn = Some(idle.conn);
                return Ok(Some(Lease {
                    pool,
                    conn,
                    created: idle.created,
                    generation,
                    reused: true,
                }));
            }
            if state.open < self.limits.connections_max {
                state.open += 1;
                let generation = state.generation;
                drop(state);
                drop(stale);
                return self.connect(generation, connect).map(Some);
            }
            drop(stale);
            let Some(left) = deadline.checked_duration_since(Instant::now()) else {
                return Ok(None);
            };
            state = unpoisoned(self.freed.wait_timeout(state, left)).0;
        }
    }

    pub(crate) fn connections_max(&self) -> usize {
        self.limits.connections_max
    }

    /// Connects in a slot that the caller has counted as open. The lease frees the slot after an
    /// error or a panic.
    fn connect<E>(
        self: &Arc<Self>,
        generation: u64,
        connect: impl FnOnce() -> Result<C, E>,
    ) -> Result<Lease<C>, E> {
        let pool = Arc::clone(self);
        let created = Instant::now();
        let mut lease = Lease { pool, conn: None, created, generation, reused: false };
        lease.conn = Some(connect()?);
        Ok(lease)
    }

    /// Takes out the idle connections that are unused for too long or too old. The caller closes
    /// them without the lock.
    fn take_stale(&self, state: &mut State<C>) -> Vec<Idle<C>> {
        let PoolLimits { idle, lifetime, .. } = self.limits;
        let old = |c: &mut Idle<C>| c.since.elapsed() > idle || c.created.elapsed() > lifetime;
        let stale: Vec<_> = state.idle.extract_if(.., old).collect();
        state.open -= stale.len();
        stale
    }

    /// Discards all connections: idle ones now, leased ones when they are returned.
    pub(crate) fn clear(&self) {
        self.discard(lock(&self.state));
    }

    /// Like [`Pool::clear`], unless the pool was cleared after this connection was leased.
    pub(crate) fn clear_since(&self, lease: &Lease<C>) {
        let state = lock(&self.state);
        if state.generation == lease.generation {
            self.discard(state);
        }
    }

    /// Closes the idle connections, and marks the leased ones as outdated.
    fn discard(&self, mut state: MutexGuard<'_, State<C>>) {
        state.open -= state.idle.len();
        state.generation += 1;
        let old = std::mem::take(&mut state.idle);
        drop(state);
        self.freed.notify_all();
        drop(old);
    }
}

impl<C: Pooled> Lease<C> {
    /// Whether the connection comes from the pool, so that it may have died unnoticed.
    pub(crate) fn is_reused(&self) -> bool {
        self.reused
    }
}

impl<C: Pooled> Deref for Lease<C> {
    type Target = C;
    fn deref(&self) -> &C {
        self.conn.as_ref().expect("a lease holds its connection until it is dropped")
    }
}

impl<C: Pooled> DerefMut for Lease<C> {
    fn deref_mut(&mut self) -> &mut C {
        self.conn.as_mut().expect("a lease holds its connection until it is dropped")
    }
}

impl<C: Pooled> Drop for Lease<C> {
    fn drop(&mut self) {
        let conn = self.conn.take().filter(Pooled::is_clean);
        let mut state = lock(&self.pool.state);
        let conn = match conn {
            Some(conn) if state.generation == self.generation => {
                state.idle.push(Idle { conn, created: self.created, since: Instant::now() });
                None
            }
            other => {
                state.open -= 1;
                other
            }
        };
        drop(state);
        self.pool.freed.notify_one();
        drop(conn);
    }
}

impl<C: Pooled> fmt::Debug for Pool<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = lock(&self.state);
        let open = state.open;
        let idle = state.idle.len();
        write!(f, "Pool({open} open, {idle} idle, {:?})", self.limits)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[derive(Debug)]
    struct Numbered {
        number: usize,
        is_broken: bool,
    }

    fn numbered(number: usize) -> Numbered {
        Numbered { number, is_broken: false }
    }

    impl Pooled for Numbered {
        fn is_clean(&self) -> bool {
            !self.is_broken
        }
    }

    const HOUR: Duration = Duration::from_secs(3600);

    fn pool(connections_max: usize, idle: Duration, lifetime: Duration) -> Arc<Pool<Numbered>> {
        Pool::new(PoolLimits { connections_max, idle, lifetime })
    }

    /// Leases without waiting; a new connection gets this number.
    fn lease(pool: &Arc<Pool<Numbered>>, number: usize) -> Option<Lease<Numbered>> {
        pool.lease(Instant::now(), || Ok::<_, ()>(numbered(number))).unwrap()
    }

    #[test]
    fn returns_the_connection_used_last_within_the_limit() {
        let pool = pool(2, HOUR, HOUR);
        let (one, two) = (lease(&pool, 1).unwrap(), lease(&pool, 2).unwrap());
        assert!(lease(&pool, 3).is_none());
        drop(two);
        drop(one);
        let again = lease(&pool, 3).unwrap();
        assert_eq!((again.number, again.is_reused()), (1, true));
    }

    #[test]
    fn closes_broken_connections_and_gives_their_slots_to_waiting_callers() {
        let pool = pool(1, HOUR, HOUR);
        let mut one = lease(&pool, 1).unwrap();
        let waiting = {
            let pool = Arc::clone(&pool);
            thread::spawn(move || {
                let lease = pool.lease(Instant::now() + HOUR, || Ok::<_, ()>(numbered(2)));
                lease.unwrap().unwrap().number
            })
        };
        one.is_broken = true;
        drop(one);
        assert_eq!(waiting.join().unwrap(), 2);
    }

    #[test]
    fn a_failed_connect_gives_the_slot_back() {
        let pool = pool(1, HOUR, HOUR);
        assert_eq!(pool.lease(Instant::now(), || Err("refused")).err(), Some("refused"));
        assert_eq!(lease(&pool, 1).unwrap().number, 1);
    }

    #[test]
    fn closes_idle_and_old_connections() {
        for pool in [pool(1, Duration::ZERO, HOUR), pool(1, HOUR, Duration::ZERO)] {
            drop(lease(&pool, 1));
            assert_eq!(lease(&pool, 2).unwrap().number, 2);
        }
    }

    #[test]
    fn discards_idle_connections_at_once_and_leased_ones_on_return() {
        let pool = pool(2, HOUR, HOUR);
        let (one, two) = (lease(&pool, 1).unwrap(), lease(&pool, 2).unwrap());
        drop(one);
        pool.clear();
        pool.clear_since(&two); // leased before the pool was cleared: nothing happens
        drop(lease(&pool, 3));
        drop(two);
        assert_eq!(lease(&pool, 4).unwrap().number, 3);
    }
}
