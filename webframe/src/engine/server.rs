//! The server that an app starts: binds sockets, runs the app on an engine (shards, workers and
//! the watchdog), and stops them.

use std::{
    io,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use log::LevelFilter;
use mio::Poll;
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXFSZ},
    iterator::Signals,
};

use super::{
    Address, Clocks, Engine, GaugesHandle, ReloadHandle, ServerSettings, StopHandle, Stopped,
    descriptors,
    pool::{Bounds, Workers},
    shard::{Shard, message::Message},
    sockets::{
        admission::Admission,
        certificates::Certificates,
        listener::{Listener, SocketFile},
        redirect::Destination,
    },
    watch::{
        parking::ParkingSpot,
        watchdog::{self, Watchdog},
    },
};
use crate::{
    App, LineProtocol, LineSettings,
    contract::service::Service,
    lines::{self, LineService},
    live::presence::PresenceTable,
    lock::{lock, unpoisoned},
    panics,
};

/// A server that is bound but not yet serving.
#[derive(Debug)]
pub struct Server {
    settings: ServerSettings,
    /// The site's listeners, then those that redirect to it, then those of line protocols.
    listeners: Vec<Listener>,
    site_listeners: usize,
    /// The line protocols, one for each listener of a line protocol, in the same order.
    line_services: Vec<Arc<dyn LineService>>,
    socket_files: Vec<SocketFile>,
    certificates: Option<Arc<Certificates>>,
    stop: StopHandle,
    gauges: GaugesHandle,
}

impl Server {
    /// Binds every address of the settings.
    ///
    /// # Errors
    /// If an address cannot be bound or a certificate cannot be used; the text names it. Also if
    /// `redirect_addresses` are set without the settings that they need.
    pub fn bind(settings: &ServerSettings) -> io::Result<Server> {
        if !settings.redirect_addresses.is_empty()
            && settings.tls.is_none()
            && settings.public_url.is_none()
        {
            let text = "redirect_addresses require tls or public_url";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        if !settings.redirect_addresses.is_empty()
            && settings.public_url.is_none()
            && settings.allowed_hosts.is_empty()
        {
            let text =
                "redirect_addresses would redirect to any host: set public_url or allowed_hosts";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let certificates = settings.tls.as_ref().map(Certificates::read).transpose()?.map(Arc::new);
        let mut server = Server {
            settings: settings.clone(),
            listeners: inherited()?,
            site_listeners: 0,
            line_services: Vec::new(),
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
                io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"))
            };
            self.listeners.push(Listener::bind(address, addresses).map_err(named)?);
            if let Address::Unix(path) = address {
                let file = SocketFile::take(path, self.settings.unix_mode);
                self.socket_files.push(file.map_err(named)?);
            }
        }
        Ok(())
    }

    /// The addresses of the site, with the ports that the system chose.
    pub fn addresses(&self) -> Vec<Address> {
        addresses(&self.listeners[..self.site_listeners])
    }

    /// The addresses that redirect to the site, with the ports that the system chose.
    pub fn redirect_addresses(&self) -> Vec<Address> {
        addresses(&self.listeners[self.site_listeners..self.first_line_listener()])
    }

    /// The addresses of line protocols, with the ports that the system chose.
    pub fn line_addresses(&self) -> Vec<Address> {
        addresses(&self.listeners[self.first_line_listener()..])
    }

    fn first_line_listener(&self) -> usize {
        self.listeners.len() - self.line_services.len()
    }

    /// Adds a line protocol at this address. The server's event loops and workers serve it too.
    ///
    /// # Errors
    /// If the address cannot be bound. The text names it.
    pub fn with_lines(
        mut self,
        address: &Address,
        settings: LineSettings,
        protocol: impl LineProtocol,
    ) -> io::Result<Server> {
        self.listen_at(std::slice::from_ref(address))?;
        self.line_services.push(Arc::new(lines::Service::new(protocol, settings)));
        Ok(self)
    }

    /// A handle that stops the server.
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }

    /// A handle that reads the server's gauges.
    pub fn gauges_handle(&self) -> GaugesHandle {
        self.gauges.clone()
    }

    /// A handle that reloads the certificate.
    pub fn reload_handle(&self) -> ReloadHandle {
        ReloadHandle(self.certificates.clone())
    }

    /// Stops on SIGTERM and SIGINT: gracefully on the first signal, at once on the second. If there
    /// is a certificate, SIGHUP reloads it; otherwise SIGHUP is ignored, as are SIGUSR1, SIGUSR2
    /// and SIGXFSZ (a file reaches the limit on its size), which would end the process.
    ///
    /// # Errors
    /// If the signal handlers cannot be installed.
    pub fn stop_on_signals(self) -> io::Result<Server> {
        let stop = self.stop.clone();
        on_signals("stop", &[SIGINT, SIGTERM], move || stop.stop())?;
        for signal in [SIGHUP, SIGUSR1, SIGUSR2, SIGXFSZ] {
            signal_hook::flag::register(signal, Arc::default())?; // nothing reads the flag
        }
        match self.certificates.clone() {
            Some(certificates) => self.on_hang_up(move || certificates.reload_and_log()),
            None => Ok(self),
        }
    }

    /// Runs `act` at each SIGHUP, on a separate thread, for example to reopen a log file.
    ///
    /// # Errors
    /// If the signal handler cannot be installed.
    pub fn on_hang_up(self, act: impl Fn() + Send + 'static) -> io::Result<Server> {
        on_signals("hang-up", &[SIGHUP], act)?;
        Ok(self)
    }

    /// Serves the app until the server is stopped. Returns how many connections were cut. The
    /// addresses are printed to the standard error output if the program has no logger; otherwise
    /// they are logged for debugging.
    ///
    /// # Errors
    /// If the app has mistakes (the error lists all), if the system provides no threads or
    /// descriptors, or if a shard panics.
    pub fn serve<S: Send + Sync + 'static>(mut self, mut app: App<S>) -> io::Result<Stopped> {
        app.check()?;
        let shards = match self.settings.shards {
            0 => thread::available_parallelism().map_or(1, usize::from),
            shards => shards,
        };
        self.settings.limits.connections_max =
            descriptors::connections_max(self.settings.limits.connections_max);
        let jobs = app.start_jobs()?;
        let engine = self.start(Arc::new(app), shards)?;
        self.announce();
        self.stop.wait_for(1, None); // the first stop request
        if !self.settings.drain_notice.is_zero() {
            engine.inboxes.iter().for_each(|inbox| inbox.put(Message::Retire));
            // A second stop request ends the notice.
            self.stop.wait_for(2, Some(Instant::now() + self.settings.drain_notice));
        }
        self.socket_files.clear(); // removed before a successor creates its own
        engine.inboxes.iter().for_each(|inbox| inbox.put(Message::Drain));
        // Each shard drops its clones when it drains, and then the system refuses connections.
        self.listeners.clear();
        let deadline = Instant::now() + self.settings.drain;
        let stopped = engine.wait_for_shards(&self.stop, deadline);
        engine.watchdog.end();
        engine.workers.close();
        drop(jobs); // after the last request, so that the app's stop hooks see an idle app
        if engine.failed.load(SeqCst) {
            return Err(io::Error::other("a shard of the server panicked"));
        }
        Ok(stopped)
    }

    /// Prints or logs the addresses of the site.
    fn announce(&self) {
        let scheme = if self.settings.tls.is_some() { "https" } else { "http" };
        for address in self.addresses() {
            let line = match address {
                Address::Tcp(address) => format!("listening on {scheme}://{address}"),
                Address::Unix(_) => format!("listening on {address}"),
            };
            match log::max_level() {
                // A closed standard error output is not a reason to stop.
                LevelFilter::Off => drop(panics::catch(|| eprintln!("{line}"))), // it may panic
                _ => log::debug!("{line}"),
            }
        }
    }

    /// Creates the engine and starts its threads.
    fn start(&self, service: Arc<dyn Service>, shards: usize) -> io::Result<Arc<Engine>> {
        let (engine, polls) = self.prepare(service, shards)?;
        self.launch(&engine, polls).inspect_err(|_| {
            engine.watchdog.end();
            engine.workers.close();
        })?;
        Ok(engine)
    }

    /// Starts the watchdog's thread and lets workers run the shards (event loops).
    fn launch(&self, engine: &Arc<Engine>, polls: Vec<Poll>) -> io::Result<()> {
        let watched = Arc::clone(engine);
        thread::Builder::new()
            .name("watchdog".to_owned())
            .spawn(move || watchdog::watch(&watched))?;
        // Create all shards before one runs: a running shard could use up the descriptors.
        for mut shard in self.shards(engine, polls)?.into_iter().map(Box::new) {
            shard.must_drain = true;
            engine.workers.run_shard(move || shard.run());
        }
        Ok(())
    }

    /// Creates the shards of an engine. No thread runs them yet.
    pub(crate) fn shards(&self, engine: &Arc<Engine>, polls: Vec<Poll>) -> io::Result<Vec<Shard>> {
        let shard = |(number, poll)| Shard::new(number, Arc::clone(engine), poll, &self.listeners);
        polls.into_iter().enumerate().map(shard).collect()
    }

    /// Creates the engine, and a poll for each shard.
    pub(crate) fn prepare(
        &self,
        service: Arc<dyn Service>,
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
            first_line_listener: self.first_line_listener(),
            line_services: self.line_services.clone(),
            destination: Destination::new(self.settings.public_url.as_deref(), &self.addresses()),
            clocks: Clocks::from_timeouts(&self.settings.timeouts),
            workers: Arc::new(Workers::new(bounds)?),
            watchdog: Watchdog::new(shards),
            parking: (0..shards).map(|_| ParkingSpot::new()).collect(),
            request_numbers: AtomicU64::new(0),
            draining: AtomicUsize::new(0),
            inboxes,
            loads: (0..shards).map(|_| AtomicUsize::new(0)).collect(),
            admission: Admission::new(&self.settings),
            presence: Arc::new(PresenceTable::new(shards, self.settings.limits.connections_max)),
            handlers_overdue: AtomicUsize::new(0),
            handlers_abandoned: AtomicUsize::new(0),
            started: Instant::now(),
            failed: AtomicBool::new(false),
            ended: Mutex::default(),
            one_ended: Condvar::new(),
            stop: self.stop.clone(),
        });
        let _ = self.gauges.0.set(Arc::downgrade(&engine)); // it is unset: a server serves once
        Ok((engine, polls))
    }
}

impl<S: Send + Sync + 'static> App<S> {
    /// Serves the app with the default settings, on `127.0.0.1:8000`, until SIGINT (Ctrl-C) or
    /// SIGTERM arrives. [`Server`] has more options.
    ///
    /// ```no_run
    /// use webframe::{App, Request, Response, Result, Urls};
    ///
    /// fn hello(_: &(), _: &Request) -> Result<Response> {
    ///     Ok(Response::text("hello, world\n"))
    /// }
    ///
    /// App::new(()).urls(Urls::new().get("/", hello)).run()?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Server::bind`] and [`Server::serve`].
    pub fn run(self) -> io::Result<()> {
        Server::bind(&ServerSettings::default())?.stop_on_signals()?.serve(self).map(drop)
    }

    /// Like [`App::run`], but on another [`Address`]. `0.0.0.0:8000` accepts connections on all
    /// network interfaces.
    ///
    /// # Errors
    /// As [`App::run`], and if the text is not an address.
    pub fn run_at(self, address: &str) -> io::Result<()> {
        let invalid = |text: String| io::Error::new(io::ErrorKind::InvalidInput, text);
        let addresses = vec![address.parse().map_err(invalid)?];
        let settings = ServerSettings { addresses, ..ServerSettings::default() };
        Server::bind(&settings)?.stop_on_signals()?.serve(self).map(drop)
    }
}

/// Runs `act` at each of these signals, on a separate thread with this name.
fn on_signals(name: &str, signals: &[i32], act: impl Fn() + Send + 'static) -> io::Result<()> {
    let mut signals = Signals::new(signals)?;
    let wait = move || signals.forever().for_each(|_| act());
    thread::Builder::new().name(name.to_owned()).spawn(wait).map(drop)
}

fn addresses(listeners: &[Listener]) -> Vec<Address> {
    listeners.iter().filter_map(|listener| listener.address().ok()).collect()
}

/// The listening sockets that the process inherited. An error names their variable.
fn inherited() -> io::Result<Vec<Listener>> {
    Listener::inherited().map_err(|error| {
        let text = format!("cannot listen on a socket of LISTEN_FDS: {error}");
        io::Error::new(error.kind(), text)
    })
}

impl Engine {
    /// Waits until all shards (event loops) have ended. After the deadline or a second stop request
    /// it sends them [`Message::Leave`]: they close their connections and end.
    fn wait_for_shards(&self, stop: &StopHandle, deadline: Instant) -> Stopped {
        let all = self.inboxes.len();
        let mut leave_sent = false;
        let mut ended = lock(&self.ended);
        while ended.count < all {
            let is_over = Instant::now() >= deadline || stop.requests() > 1;
            if is_over && !leave_sent {
                leave_sent = true;
                self.inboxes.iter().for_each(|inbox| inbox.put(Message::Leave));
            }
            ended = unpoisoned(self.one_ended.wait_timeout(ended, Duration::from_millis(20))).0;
        }
        Stopped { cut: ended.connections_cut }
    }
}
