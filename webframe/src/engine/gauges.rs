//! A server to what it is doing at this moment, in numbers, for whoever watches over it.

use std::sync::{Arc, OnceLock, Weak, atomic::Ordering::Relaxed};

use super::Engine;

/// What a server is doing at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Open connections.
    pub connections: usize,
    /// Threads of the pool.
    pub workers: usize,
    /// Those of them that have nothing to do.
    pub workers_idle: usize,
    /// Requests that wait for a worker.
    pub requests_waiting: usize,
    /// Handlers that have run for longer than [`Timeouts::handler`](crate::Timeouts::handler).
    pub handlers_overdue: usize,
}

/// Reads the gauges of a server from any thread.
#[derive(Clone, Debug, Default)]
pub struct GaugesHandle(pub(crate) Arc<OnceLock<Weak<Engine>>>);

impl GaugesHandle {
    /// The gauges now; all zero before the server serves and once it has stopped.
    pub fn read(&self) -> Gauges {
        let Some(engine) = self.0.get().and_then(Weak::upgrade) else { return Gauges::default() };
        let pool = engine.workers.counts();
        Gauges {
            connections: engine.admission.open(),
            workers: pool.threads,
            workers_idle: pool.idle,
            requests_waiting: pool.waiting,
            handlers_overdue: engine.handlers_overdue.load(Relaxed),
        }
    }
}
