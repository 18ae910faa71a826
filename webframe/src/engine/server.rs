//! A server: addresses and bounds to a running engine, until it is told to stop.

use std::{
    io,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};

use super::{
    Address, Clocks, Engine,
    admission::Admission,
    connection::Message,
    listener::Listener,
    lock,
    shard::Shard,
    table::Table,
    watchdog::{self, Watchdog},
    workers::{Bounds, Workers},
};
use crate::{App, Limits, Timeouts};

/// Where and how to serve.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// Where to listen.
    pub addresses: Vec<Address>,
    /// Workers that are always there.
    pub workers_min: usize,
    /// Workers while all are busy.
    pub workers_max: usize,
    /// Event loops; 0 for one a core.
    pub shards: usize,
    /// How long a request may wait for a worker before new ones are answered 503.
    pub queue_age_max: Duration,
    /// How long a stop waits for answers in flight.
    pub drain: Duration,
    /// Bounds of size and number.
    pub limits: Limits,
    /// Bounds of time.
    pub timeouts: Timeouts,
}

impl Default for ServerSettings {
    fn default() -> ServerSettings {
        ServerSettings {
            addresses: vec![Address::Tcp(([127, 0, 0, 1], 8000).into())],
            workers_min: 16,
            workers_max: 512,
            shards: 0,
            queue_age_max: Duration::from_secs(1),
            drain: Duration::from_secs(10),
            limits: Limits::default(),
            timeouts: Timeouts::default(),
        }
    }
}

/// A server that is bound and not yet serving.
#[derive(Debug)]
pub struct Server {
    settings: ServerSettings,
    listeners: Vec<Listener>,
    stop: StopHandle,
}

/// Stops a server from another thread.
#[derive(Clone, Debug, Default)]
pub struct StopHandle(Arc<Stop>);

#[derive(Debug, Default)]
struct Stop {
    /// How often a stop was asked for: once for a graceful one, twice for an immediate one.
    asked: Mutex<usize>,
    changed: Condvar,
}

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Connections that were cut because their answers were not done in time.
    pub cut: usize,
}

impl StopHandle {
    /// Asks for a graceful stop; a second time, for an immediate one.
    pub fn stop(&self) {
        *lock(&self.0.asked) += 1;
        self.0.changed.notify_all();
    }

    fn wait_for(&self, times: usize, deadline: Option<Instant>) {
        let mut asked = lock(&self.0.asked);
        while *asked < times {
            let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            asked = match left {
                Some(Duration::ZERO) => return,
                Some(left) => {
                    let waited = self.0.changed.wait_timeout(asked, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.0.changed.wait(asked).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

impl Server {
    /// Listens at every address of the settings.
    ///
    /// # Errors
    /// An address that cannot be listened at, named.
    pub fn bind(settings: &ServerSettings) -> io::Result<Server> {
        let bind = |address: &Address| {
            Listener::bind(address).map_err(|error| {
                io::Error::new(error.kind(), format!("cannot listen at {address}: {error}"))
            })
        };
        let listeners = settings.addresses.iter().map(bind).collect::<io::Result<Vec<_>>>()?;
        Ok(Server { settings: settings.clone(), listeners, stop: StopHandle::default() })
    }

    /// Where the server listens, with the ports that the system chose.
    pub fn addresses(&self) -> Vec<Address> {
        self.listeners.iter().filter_map(|listener| listener.address().ok()).collect()
    }

    /// A handle to stop the server with.
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }

    /// Stops on SIGTERM and Ctrl-C: gracefully on the first, at once on the second.
    ///
    /// # Errors
    /// Signals that cannot be caught.
    pub fn stop_on_signals(self) -> io::Result<Server> {
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        let stop = self.stop.clone();
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for _ in signals.forever() {
                stop.stop();
            }
        })?;
        Ok(self)
    }

    /// Serves until it is stopped.
    ///
    /// # Errors
    /// A mistake in the app's table of URLs, or resources that the system does not give.
    pub fn serve<S: Send + Sync + 'static>(self, app: App<S>) -> io::Result<Stopped> {
        if let Some(mistake) = app.mistakes().first() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, mistake.clone()));
        }
        let shards = match self.settings.shards {
            0 => thread::available_parallelism().map_or(1, usize::from),
            shards => shards,
        };
        let engine = self.start(Arc::new(app), shards)?;
        self.stop.wait_for(1, None);
        engine.inboxes.iter().for_each(|inbox| inbox.put(Message::Drain));
        let deadline = Instant::now() + self.settings.drain;
        let stopped = engine.wait_for_shards(&self.stop, deadline);
        engine.watchdog.end();
        engine.workers.close();
        match engine.failed.load(SeqCst) {
            true => Err(io::Error::other("a shard of the server ended by a fault")),
            false => Ok(stopped),
        }
    }

    fn start(&self, service: Arc<dyn super::Service>, shards: usize) -> io::Result<Arc<Engine>> {
        let mut polls = Vec::new();
        let mut inboxes = Vec::new();
        for _ in 0..shards {
            let (poll, inbox) = Shard::poll_and_inbox()?;
            polls.push(poll);
            inboxes.push(inbox);
        }
        let bounds = Bounds {
            min: self.settings.workers_min,
            max: self.settings.workers_max.max(self.settings.workers_min),
            reserve: 2 * shards,
            queue_age_max: self.settings.queue_age_max,
        };
        let engine = Arc::new(Engine {
            service,
            settings: self.settings.clone(),
            clocks: Clocks::of(&self.settings.timeouts),
            workers: Arc::new(Workers::new(bounds)),
            watchdog: Watchdog::new(shards),
            tables: (0..shards).map(|_| Table::new()).collect(),
            inboxes,
            loads: (0..shards).map(|_| AtomicUsize::new(0)).collect(),
            admission: Admission::new(&self.settings.limits),
            started: Instant::now(),
            failed: AtomicBool::new(false),
            ended: Mutex::default(),
            one_ended: Condvar::new(),
            stop: self.stop.clone(),
        });
        let watched = Arc::clone(&engine);
        thread::Builder::new()
            .name("watchdog".to_owned())
            .spawn(move || watchdog::watch(&watched))?;
        for (number, poll) in polls.into_iter().enumerate() {
            let shard = Shard::new(number, Arc::clone(&engine), poll, &self.listeners)?;
            let shard = Box::new(shard);
            engine.workers.run_shard(move || shard.run());
        }
        Ok(engine)
    }
}

impl Engine {
    /// Waits until every shard has drained, the time is over, or a second stop is asked for.
    fn wait_for_shards(&self, stop: &StopHandle, deadline: Instant) -> Stopped {
        let all = self.inboxes.len();
        let mut left = false;
        let mut ended = lock(&self.ended);
        while ended.0 < all {
            let over = Instant::now() >= deadline || *lock(&stop.0.asked) > 1;
            if over && !left {
                left = true;
                self.inboxes.iter().for_each(|inbox| inbox.put(Message::Leave));
            }
            let waited = self.one_ended.wait_timeout(ended, Duration::from_millis(20));
            ended = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Stopped { cut: ended.1 }
    }
}
