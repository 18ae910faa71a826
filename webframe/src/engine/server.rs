//! A server: addresses and bounds to a running engine, until it is told to stop.

use std::{
    io,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use mio::Poll;
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

use super::{
    Address, Clocks, Engine, ReloadHandle, TlsSettings,
    admission::Admission,
    certificates::Certificates,
    connection::Message,
    gauges::GaugesHandle,
    listener::{Listener, SocketFile},
    lock,
    redirect::Destination,
    shard::Shard,
    table::Table,
    watchdog::{self, Watchdog},
    workers::{Bounds, Workers},
};
use crate::{App, Limits, Network, Timeouts};

/// Where and how to serve.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// Where to listen; encrypted, where `tls` is set. Sockets that whoever started this process
    /// listens on for it (`LISTEN_FDS`, as systemd does) are taken instead.
    pub addresses: Vec<Address>,
    /// Who may connect to a Unix socket among these, as for a file. Its owner and group: 0o660.
    pub unix_mode: u32,
    /// The certificate of encrypted connections.
    pub tls: Option<TlsSettings>,
    /// Where to listen, not encrypted, only to send visitors to the encrypted site.
    pub redirect_addresses: Vec<Address>,
    /// The origin that visitors see, where it is not the `Host` they ask on the port of the first
    /// of `addresses`.
    pub public_url: Option<String>,
    /// The hosts that are answered, without ports; any, where there are none. HTTP/1.0 without a
    /// host is answered.
    pub allowed_hosts: Vec<String>,
    /// Proxies that are believed in whom they speak for (`X-Forwarded-For` or `Forwarded`).
    pub trusted_proxies: Vec<Network>,
    /// Proxies whose connections begin with a header of the PROXY protocol, version 1 or 2, each
    /// of them; one that does not is closed.
    pub proxy_protocol_from: Vec<Network>,
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
            unix_mode: 0o660,
            tls: None,
            redirect_addresses: Vec::new(),
            public_url: None,
            allowed_hosts: Vec::new(),
            trusted_proxies: Vec::new(),
            proxy_protocol_from: Vec::new(),
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
    /// First the site's, then those that redirect to it.
    listeners: Vec<Listener>,
    site_listeners: usize,
    socket_files: Vec<SocketFile>,
    certificates: Option<Arc<Certificates>>,
    stop: StopHandle,
    gauges: GaugesHandle,
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

    /// Asks for a graceful stop where nobody has asked for one.
    pub(super) fn stop_anyway(&self) {
        let mut asked = lock(&self.0.asked);
        *asked = 1.max(*asked);
        self.0.changed.notify_all();
    }

    /// How often a stop was asked for.
    pub(super) fn asked(&self) -> usize {
        *lock(&self.0.asked)
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
    /// An address that cannot be listened at, or a certificate that cannot be used, named.
    pub fn bind(settings: &ServerSettings) -> io::Result<Server> {
        if !settings.redirect_addresses.is_empty()
            && settings.tls.is_none()
            && settings.public_url.is_none()
        {
            let text = "redirect_addresses lead nowhere without tls or public_url";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let certificates = settings.tls.as_ref().map(Certificates::read).transpose()?.map(Arc::new);
        let mut server = Server {
            settings: settings.clone(),
            listeners: inherited()?,
            site_listeners: 0,
            socket_files: Vec::new(),
            certificates,
            stop: StopHandle::default(),
            gauges: GaugesHandle::default(),
        };
        if server.listeners.is_empty() {
            server.listen_at(&settings.addresses)?;
        }
        server.site_listeners = server.listeners.len();
        server.listen_at(&settings.redirect_addresses)?;
        Ok(server)
    }

    fn listen_at(&mut self, addresses: &[Address]) -> io::Result<()> {
        for address in addresses {
            let named = |error: io::Error| {
                io::Error::new(error.kind(), format!("cannot listen at {address}: {error}"))
            };
            self.listeners.push(Listener::bind(address).map_err(named)?);
            if let Address::Unix(path) = address {
                let file = SocketFile::take(path, self.settings.unix_mode);
                self.socket_files.push(file.map_err(named)?);
            }
        }
        Ok(())
    }

    /// Where the site listens, with the ports that the system chose.
    pub fn addresses(&self) -> Vec<Address> {
        addresses(&self.listeners[..self.site_listeners])
    }

    /// Where the server listens to redirect, with the ports that the system chose.
    pub fn redirect_addresses(&self) -> Vec<Address> {
        addresses(&self.listeners[self.site_listeners..])
    }

    /// A handle to stop the server with.
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }

    /// A handle to see what the server is doing.
    pub fn gauges_handle(&self) -> GaugesHandle {
        self.gauges.clone()
    }

    /// A handle to have the certificate read anew with.
    pub fn reload_handle(&self) -> ReloadHandle {
        ReloadHandle(self.certificates.clone())
    }

    /// Stops on SIGTERM and Ctrl-C: gracefully on the first, at once on the second. Where there is
    /// a certificate, SIGHUP has it read anew.
    ///
    /// # Errors
    /// Signals that cannot be caught.
    pub fn stop_on_signals(self) -> io::Result<Server> {
        let stop = self.stop.clone();
        on_signals("stop", &[SIGINT, SIGTERM], move || stop.stop())?;
        match self.certificates.clone() {
            Some(certificates) => self.on_hang_up(move || certificates.reload_and_log()),
            None => Ok(self),
        }
    }

    /// Has this done at each SIGHUP too, on a thread of its own: opening a log file anew, say.
    /// Without any of these, and without a certificate, SIGHUP ends the process.
    ///
    /// # Errors
    /// A signal that cannot be caught.
    pub fn on_hang_up(self, act: impl Fn() + Send + 'static) -> io::Result<Server> {
        on_signals("hang-up", &[SIGHUP], act)?;
        Ok(self)
    }

    /// Serves until it is stopped.
    ///
    /// # Errors
    /// A mistake in the app's table of URLs, or resources that the system does not give.
    pub fn serve<S: Send + Sync + 'static>(mut self, app: App<S>) -> io::Result<Stopped> {
        if let Some(mistake) = app.mistakes().next() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, mistake.clone()));
        }
        let shards = match self.settings.shards {
            0 => thread::available_parallelism().map_or(1, usize::from),
            shards => shards,
        };
        let engine = self.start(Arc::new(app), shards)?;
        self.stop.wait_for(1, None);
        self.socket_files.clear(); // before a server that comes after this one makes its own
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
        let (engine, polls) = self.prepare(service, shards)?;
        self.set_off(&engine, polls).inspect_err(|_| {
            engine.watchdog.end();
            engine.workers.close();
        })?;
        Ok(engine)
    }

    fn set_off(&self, engine: &Arc<Engine>, polls: Vec<Poll>) -> io::Result<()> {
        let watched = Arc::clone(engine);
        thread::Builder::new()
            .name("watchdog".to_owned())
            .spawn(move || watchdog::watch(&watched))?;
        // All of them before the first one runs, which could leave the others no descriptor.
        for mut shard in self.shards(engine, polls)?.into_iter().map(Box::new) {
            shard.must_drain = true;
            engine.workers.run_shard(move || shard.run());
        }
        Ok(())
    }

    /// The shards of an engine, which nobody runs yet.
    pub(super) fn shards(&self, engine: &Arc<Engine>, polls: Vec<Poll>) -> io::Result<Vec<Shard>> {
        let shard = |(number, poll)| Shard::new(number, Arc::clone(engine), poll, &self.listeners);
        polls.into_iter().enumerate().map(shard).collect()
    }

    /// The engine, and what its shards are to wait at.
    pub(super) fn prepare(
        &self,
        service: Arc<dyn super::Service>,
        shards: usize,
    ) -> io::Result<(Arc<Engine>, Vec<Poll>)> {
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
            certificates: self.certificates.clone(),
            site_listeners: self.site_listeners,
            destination: Destination::of(self.settings.public_url.as_deref(), &self.addresses()),
            clocks: Clocks::of(&self.settings.timeouts),
            workers: Arc::new(Workers::new(bounds)?),
            watchdog: Watchdog::new(shards),
            tables: (0..shards).map(|_| Table::new()).collect(),
            request_numbers: AtomicU64::new(0),
            draining: AtomicUsize::new(0),
            inboxes,
            loads: (0..shards).map(|_| AtomicUsize::new(0)).collect(),
            admission: Admission::new(&self.settings),
            handlers_late: AtomicUsize::new(0),
            started: Instant::now(),
            failed: AtomicBool::new(false),
            ended: Mutex::default(),
            one_ended: Condvar::new(),
            stop: self.stop.clone(),
        });
        let _ = self.gauges.0.set(Arc::downgrade(&engine)); // a server serves once
        Ok((engine, polls))
    }
}

fn on_signals(name: &str, signals: &[i32], act: impl Fn() + Send + 'static) -> io::Result<()> {
    let mut signals = Signals::new(signals)?;
    let wait = move || signals.forever().for_each(|_| act());
    thread::Builder::new().name(name.to_owned()).spawn(wait).map(drop)
}

fn addresses(listeners: &[Listener]) -> Vec<Address> {
    listeners.iter().filter_map(|listener| listener.address().ok()).collect()
}

fn inherited() -> io::Result<Vec<Listener>> {
    Listener::inherited().map_err(|error| {
        let text = format!("a socket of LISTEN_FDS cannot be listened on: {error}");
        io::Error::new(error.kind(), text)
    })
}

impl Engine {
    /// Waits until every shard has drained, the time is over, or a second stop is asked for.
    fn wait_for_shards(&self, stop: &StopHandle, deadline: Instant) -> Stopped {
        let all = self.inboxes.len();
        let mut left = false;
        let mut ended = lock(&self.ended);
        while ended.0 < all {
            let over = Instant::now() >= deadline || stop.asked() > 1;
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
