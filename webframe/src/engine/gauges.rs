//! Gauges: the current load of a server in numbers, for monitoring.

use std::sync::{Arc, OnceLock, Weak, atomic::Ordering::Relaxed};
use std::time::Duration;

use super::Engine;

/// The current load of a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Open connections.
    pub connections: usize,
    /// Event loops (shards), which read and write the connections.
    pub shards: usize,
    /// Threads of the pool, which run event loops and handlers.
    pub workers: usize,
    /// Worker threads without a task.
    pub workers_idle: usize,
    /// Requests that wait for a worker.
    pub requests_waiting: usize,
    /// How long the oldest of these requests has waited.
    pub oldest_wait: Duration,
    /// Handlers that have run for longer than [`Timeouts::handler`](crate::Timeouts::handler).
    pub handlers_overdue: usize,
    /// Handlers that still run although their clients were answered 503, since they exceeded the
    /// [time limit](crate::Urls::time_limit) of their route. Each holds a worker until it returns.
    pub handlers_abandoned: usize,
}

/// Reads the gauges of a server from any thread.
#[derive(Clone, Debug, Default)]
pub struct GaugesHandle(pub(crate) Arc<OnceLock<Weak<Engine>>>);

impl GaugesHandle {
    /// Whether the server was asked to stop, or has stopped.
    pub fn is_stopping(&self) -> bool {
        let engine = self.0.get().map(Weak::upgrade);
        engine.is_some_and(|engine| engine.is_none_or(|engine| engine.stop.requests() > 0))
    }

    /// The current values. All are zero before the server serves and after it has stopped.
    pub fn read(&self) -> Gauges {
        let Some(engine) = self.0.get().and_then(Weak::upgrade) else { return Gauges::default() };
        let pool = engine.workers.counts();
        Gauges {
            connections: engine.admission.open_connections(),
            shards: engine.inboxes.len(),
            workers: pool.threads,
            workers_idle: pool.idle,
            requests_waiting: pool.waiting,
            oldest_wait: pool.oldest_wait,
            handlers_overdue: engine.handlers_overdue.load(Relaxed),
            handlers_abandoned: engine.handlers_abandoned.load(Relaxed),
        }
    }
}
