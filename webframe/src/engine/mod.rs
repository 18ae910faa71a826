//! The engine: reads requests from sockets and writes responses. Shards (event loops, by default
//! one for each core) own the sockets; workers are threads that run handlers that may block.

mod server;
mod settings;
mod descriptors;
mod stop;
mod reload;
mod sockets;
mod shard;
mod connection;
mod live;
mod pool;
mod watch;
mod gauges;

pub use gauges::{Gauges, GaugesHandle};
pub use reload::ReloadHandle;
pub use server::Server;
pub use settings::{ServerSettings, TlsSettings};
pub use sockets::address::Address;
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
use sockets::{
    accepted::Purpose, admission::Admission, certificates::Certificates, redirect::Destination,
};
use watch::{parking::ParkingSpot, watchdog::Watchdog};

use crate::{
    Timeouts,
    contract::service::Service,
    lines::LineService,
    live::{
        outlet::{Deliver, Delivery},
        presence::PresenceTable,
    },
    lock::lock,
};

/// The state that all shards share.
pub(crate) struct Engine {
    service: Arc<dyn Service>,
    settings: ServerSettings,
    certificates: Option<Arc<Certificates>>,
    /// Number of listeners that serve the site; they are first in the list of listeners. They are
    /// followed by those that only redirect to the site.
    site_listeners: usize,
    /// The index of the first listener of a line protocol. These listeners are last in the list.
    first_line_listener: usize,
    /// The line protocols, one for each listener from `first_line_listener` on.
    line_services: Vec<Arc<dyn LineService>>,
    /// The encrypted site that unencrypted listeners redirect to.
    destination: Destination,
    clocks: Clocks,
    workers: Arc<Workers>,
    watchdog: Watchdog,
    /// A spot for each shard. While a shard calls a handler it is parked there, so that another
    /// worker can run it if the handler takes long.
    parking: Vec<ParkingSpot<Box<Shard>>>,
    /// The next free request number. Threads take blocks of numbers.
    request_numbers: AtomicU64,
    inboxes: Vec<Inbox<Message>>,
    /// Number of connections of each shard, including those on their way to it.
    loads: Vec<AtomicUsize>,
    admission: Admission,
    presence: Arc<PresenceTable>,
    /// Number of shards that are draining: they accept nothing and pass no connection on.
    draining: AtomicUsize,
    /// Number of handlers past their deadline.
    handlers_overdue: AtomicUsize,
    /// Number of running handlers whose clients have been answered 503.
    handlers_abandoned: AtomicUsize,
    started: Instant,
    /// Whether a shard has panicked.
    failed: AtomicBool,
    ended: Mutex<EndedShards>,
    /// Notified when a shard has ended.
    one_ended: Condvar,
    stop: StopHandle,
}

/// The shards that have ended.
#[derive(Clone, Copy, Debug, Default)]
struct EndedShards {
    count: usize,
    /// Number of connections that these shards closed before the answers were complete.
    connections_cut: usize,
}

/// The timeouts in ticks of [`wheel::TICK_MS`]. Converting a `Duration` for each request would cost
/// a 128-bit division.
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
    fn from_timeouts(timeouts: &Timeouts) -> Clocks {
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

/// A duration in ticks, rounded up, at least one.
fn ticks(time: Duration) -> Tick {
    let ticks = time.as_millis().div_ceil(u128::from(wheel::TICK_MS)).max(1);
    u32::try_from(ticks).map_or(wheel::NEVER / 2, |ticks| ticks.min(wheel::NEVER / 2))
}

impl Engine {
    /// The purpose of the connections of a listener.
    fn purpose_of(&self, listener: usize) -> Purpose {
        if listener < self.site_listeners {
            return Purpose::Site;
        }
        match listener.checked_sub(self.first_line_listener) {
            Some(lines) => Purpose::Lines(lines),
            None => Purpose::Redirect,
        }
    }

    /// The tick at an instant.
    fn tick(&self, at: Instant) -> Tick {
        let since = at.saturating_duration_since(self.started);
        let millis = since.as_secs() * 1000 + u64::from(since.subsec_millis());
        u32::try_from(millis / wheel::TICK_MS).unwrap_or(wheel::NEVER - 1)
    }

    /// Counts a shard that no longer accepts connections. When all shards are draining, no
    /// connection moves between shards any more, and a shard without connections may end.
    fn count_draining_shard(&self) {
        if self.draining.fetch_add(1, SeqCst) + 1 == self.inboxes.len() {
            // Wakes idle shards, which may end now.
            self.inboxes.iter().for_each(|inbox| inbox.put(Message::Drain));
        }
    }

    /// Counts a shard that has ended and closed `cut` connections.
    fn count_ended_shard(&self, cut: usize) {
        let mut ended = lock(&self.ended);
        ended.count += 1;
        ended.connections_cut += cut;
        drop(ended);
        self.one_ended.notify_all();
        if self.failed.load(SeqCst) {
            self.stop.stop_if_running();
        }
    }
}

impl Deliver for Engine {
    fn deliver(&self, delivery: Delivery) {
        let shard = match &delivery {
            Delivery::Bytes(slot, _) | Delivery::Close(slot) => slot.shard,
            Delivery::Published { shard, .. } => *shard,
        };
        self.inboxes[shard].put(Message::Live(delivery));
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("settings", &self.settings).finish_non_exhaustive()
    }
}
