//! The engine: sockets to requests, responses to sockets; shards that own, workers that borrow.

mod server;
mod settings;
mod stop;
mod sockets;
mod shard;
mod connection;
mod pool;
mod watch;
mod gauges;

pub use gauges::{Gauges, GaugesHandle};
pub use server::Server;
pub use settings::ServerSettings;
pub use sockets::{
    address::Address,
    certificates::{ReloadHandle, TlsSettings},
};
pub use stop::{StopHandle, Stopped};

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use pool::Workers;
use shard::{
    Shard,
    inbox::Inbox,
    message::Message,
    wheel::{self, Tick},
};
use sockets::{admission::Admission, certificates::Certificates, redirect::Destination};
use watch::{parking::ParkingSpot, watchdog::Watchdog};

use crate::{Timeouts, app::service::Service, lock::lock};

/// What all shards share.
pub(crate) struct Engine {
    service: Arc<dyn Service>,
    settings: ServerSettings,
    certificates: Option<Arc<Certificates>>,
    /// Listeners before this one are the site's; the others only redirect to it.
    site_listeners: usize,
    destination: Destination,
    clocks: Clocks,
    workers: Arc<Workers>,
    watchdog: Watchdog,
    parking: Vec<ParkingSpot<Box<Shard>>>,
    /// Numbers of requests that were given out, a block at a time.
    request_numbers: AtomicU64,
    inboxes: Vec<Inbox<Message>>,
    /// Connections that each shard has or was given.
    loads: Vec<AtomicUsize>,
    admission: Admission,
    /// Shards that take no new connections any more, and send none to others.
    draining: AtomicUsize,
    /// Handlers whose deadline has passed.
    handlers_overdue: AtomicUsize,
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
    let ticks = time.as_millis().div_ceil(u128::from(wheel::TICK_MS)).max(1);
    u32::try_from(ticks).map_or(wheel::NEVER / 2, |ticks| ticks.min(wheel::NEVER / 2))
}

impl Engine {
    /// The tick of an instant.
    fn tick(&self, at: Instant) -> Tick {
        let since = at.saturating_duration_since(self.started);
        let millis = since.as_secs() * 1000 + u64::from(since.subsec_millis());
        u32::try_from(millis / wheel::TICK_MS).unwrap_or(wheel::NEVER - 1)
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
