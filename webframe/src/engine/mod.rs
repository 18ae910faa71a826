//! The engine: sockets to requests, responses to sockets; shards that own, workers that borrow.

mod pace;
mod server;
mod listener;
mod transport;
mod tls;
mod certificates;
mod shard;
mod accepting;
mod draining;
mod slots;
mod admission;
mod timers;
mod inbox;
mod connection;
mod greeting;
mod redirect;
mod conversation;
mod turn;
mod errands;
mod calls;
mod reader;
mod answer;
mod streaming;
mod table;
mod watchdog;
mod workers;
mod scheduling;
mod gauges;
#[cfg(test)]
mod by_hand;

pub use certificates::{ReloadHandle, TlsSettings};
pub use gauges::{Gauges, GaugesHandle};
pub use listener::Address;
pub use pace::Pace;
pub use server::{Server, ServerSettings, StopHandle, Stopped};

use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use connection::Message;
use timers::Tick;

use crate::{Refusal, Request, Response, Timeouts};

/// What answers a request, as the engine sees an app.
pub(crate) trait Service: Send + Sync {
    /// Where a request leads; notes the pattern of the route in it.
    fn find(&self, request: &mut Request) -> Endpoint;
    /// The pattern of the route; empty where there is none.
    fn pattern(&self, endpoint: Endpoint) -> &'static str;
    /// What is known of how long the endpoint takes.
    fn pace(&self, endpoint: Endpoint) -> &Pace;
    /// The answer; a panic is a 500 already.
    fn answer(&self, endpoint: Endpoint, request: &Request) -> Response;
    /// The answer to what no handler is asked for.
    fn refuse(&self, refusal: Refusal) -> Response;
}

/// Where a request leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// The route of that number.
    Route(u32),
    /// A place that takes other methods.
    WrongMethod,
    /// Nothing lies there.
    Nothing,
    /// `OPTIONS *`.
    WholeServer,
}

impl Endpoint {
    const WRONG_METHOD: u32 = u32::MAX;
    const NOTHING: u32 = u32::MAX - 1;
    const WHOLE_SERVER: u32 = u32::MAX - 2;

    /// As a number that tells it from every other one.
    fn to_number(self) -> u32 {
        match self {
            Endpoint::Route(number) => number,
            Endpoint::WrongMethod => Endpoint::WRONG_METHOD,
            Endpoint::Nothing => Endpoint::NOTHING,
            Endpoint::WholeServer => Endpoint::WHOLE_SERVER,
        }
    }

    fn from_number(number: u32) -> Endpoint {
        match number {
            Endpoint::WRONG_METHOD => Endpoint::WrongMethod,
            Endpoint::NOTHING => Endpoint::Nothing,
            Endpoint::WHOLE_SERVER => Endpoint::WholeServer,
            number => Endpoint::Route(number),
        }
    }
}

/// What all shards share.
pub(crate) struct Engine {
    service: Arc<dyn Service>,
    settings: ServerSettings,
    certificates: Option<Arc<certificates::Certificates>>,
    /// Listeners before this one are the site's; the others only redirect to it.
    site_listeners: usize,
    destination: redirect::Destination,
    clocks: Clocks,
    workers: Arc<workers::Workers>,
    watchdog: watchdog::Watchdog,
    tables: Vec<table::Table<Box<shard::Shard>>>,
    /// Numbers of requests that were given out, a block at a time.
    request_numbers: AtomicU64,
    inboxes: Vec<inbox::Inbox<Message>>,
    /// Connections that each shard has or was given.
    loads: Vec<AtomicUsize>,
    admission: admission::Admission,
    /// Shards that take no new connections any more, and send none to others.
    draining: AtomicUsize,
    /// Handlers whose deadline has passed.
    handlers_late: AtomicUsize,
    started: Instant,
    failed: AtomicBool,
    /// Shards that have ended, and connections they cut.
    ended: Mutex<(usize, usize)>,
    one_ended: Condvar,
    stop: StopHandle,
}

/// The settings' timeouts in ticks, for a division of 128 bits on each request would be felt.
#[derive(Clone, Copy, Debug)]
struct Clocks {
    head: Tick,
    body: Tick,
    idle: Tick,
    write: Tick,
    handler: Tick,
    linger: Tick,
}

impl Clocks {
    fn of(timeouts: &Timeouts) -> Clocks {
        Clocks {
            head: ticks(timeouts.head),
            body: ticks(timeouts.body),
            idle: ticks(timeouts.idle),
            write: ticks(timeouts.write),
            handler: ticks(timeouts.handler),
            linger: ticks(timeouts.linger),
        }
    }
}

/// A length of time in ticks, rounded up, at least one.
fn ticks(time: Duration) -> Tick {
    let ticks = time.as_millis().div_ceil(u128::from(timers::TICK_MS)).max(1);
    u32::try_from(ticks).map_or(timers::NEVER / 2, |ticks| ticks.min(timers::NEVER / 2))
}

impl Engine {
    /// The tick of an instant.
    fn tick(&self, at: Instant) -> Tick {
        let since = at.saturating_duration_since(self.started);
        let millis = since.as_secs() * 1000 + u64::from(since.subsec_millis());
        u32::try_from(millis / timers::TICK_MS).unwrap_or(timers::NEVER - 1)
    }

    /// A shard accepts no more; when all of them do not, they may be left alone.
    fn shard_drains(&self) {
        if self.draining.fetch_add(1, SeqCst) + 1 == self.inboxes.len() {
            self.inboxes.iter().for_each(|inbox| inbox.put(Message::Drain)); // they may wait for this
        }
    }

    fn shard_is_done(&self, cut: usize) {
        let mut ended = lock(&self.ended);
        ended.0 += 1;
        ended.1 += cut;
        drop(ended);
        self.one_ended.notify_all();
        if self.failed.load(SeqCst) {
            self.stop.stop_anyway();
        }
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Locks; what a panicking thread left behind is as good as any, for no invariant spans a lock here.
#[cfg(not(loom))]
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
