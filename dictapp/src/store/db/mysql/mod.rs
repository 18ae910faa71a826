//! MySQL, MariaDB and their clusters: a list of servers, failover, retries.
//!
//! What a cluster asks: a lost race (1213, 1205) is tried again on the same connection; a server
//! that cannot serve (1047, read-only, shutting down) or that is gone is left for the next one;
//! after a while the first of the list is tried again.

mod link;

use std::{
    cell::Cell,
    fmt,
    net::ToSocketAddrs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use mysql::{Conn, Opts, OptsBuilder, consts::CapabilityFlags};

use link::{Link, error_at};

use crate::store::{
    config::DatabaseTimeouts,
    db::{
        Access, Db, Row, Session, Value,
        circuit::{Admission, Circuit},
        in_transaction, lock,
        pool::{Lease, Pool, PoolLimits},
    },
    error::{Kind, Result, StoreError},
    settings::LEXICON_VERSION,
    url::MysqlServer,
};

/// More statements than the store has.
const STATEMENTS_CACHED: usize = 128;
/// Between two tries: doubled from the first to the last.
const PAUSE_MIN: Duration = Duration::from_millis(2);
const PAUSE_MAX: Duration = Duration::from_millis(200);

/// The servers of one database.
#[derive(Clone)]
pub(crate) struct Mysql(Arc<Inner>);

struct Inner {
    servers: Vec<MysqlServer>,
    /// Which server new connections go to.
    current: AtomicUsize,
    pool: Arc<Pool<Link>>,
    circuit: Circuit,
    timeouts: DatabaseTimeouts,
    /// When the first server was last left, or tried in vain.
    left_first: Mutex<Instant>,
    trying_first: AtomicBool,
}

impl Mysql {
    /// Connects to nothing yet.
    pub(crate) fn new(
        servers: Vec<MysqlServer>,
        connections: usize,
        timeouts: DatabaseTimeouts,
    ) -> Mysql {
        let limits = PoolLimits {
            connections_max: connections,
            idle: timeouts.idle,
            lifetime: timeouts.lifetime,
        };
        Mysql(Arc::new(Inner {
            servers,
            current: AtomicUsize::new(0),
            pool: Pool::new(limits),
            circuit: Circuit::new(timeouts.pause),
            timeouts,
            left_first: Mutex::new(Instant::now()),
            trying_first: AtomicBool::new(false),
        }))
    }

    /// Runs `work` on a connection until it succeeds, fails for good, or time is up.
    fn run<T>(&self, mut work: impl FnMut(&mut Link) -> Result<T>) -> Result<T> {
        let inner = &*self.0;
        let mut attempt = Attempt::begin(inner)?;
        loop {
            let server = Cell::new(inner.current.load(Relaxed));
            match inner.lease(&attempt, &server) {
                Err(error) => inner.after(server.get(), error, &mut attempt)?,
                Ok(mut lease) => match work(&mut lease) {
                    Ok(value) => {
                        inner.circuit.up();
                        self.return_to_first();
                        return Ok(value);
                    }
                    // The server may have closed an idle connection, or restarted.
                    Err(error) if error.kind() == Kind::Cut && lease.is_reused() => {
                        inner.pool.clear_since(&lease);
                    }
                    Err(error) => {
                        drop(lease);
                        inner.after(server.get(), error, &mut attempt)?;
                    }
                },
            }
        }
    }

    /// Tries the first server again, beside the calls, when another has served for a while.
    fn return_to_first(&self) {
        let inner = &self.0;
        if inner.current.load(Relaxed) == 0
            || lock(&inner.left_first).elapsed() < inner.timeouts.prefer_first
            || inner.trying_first.swap(true, Relaxed)
        {
            return;
        }
        let this = Arc::clone(inner);
        let tried = thread::Builder::new().name("dictapp-first-server".into()).spawn(move || {
            let serves = this.connect(0, this.timeouts.statement);
            match serves.and_then(|mut link| link.query(LEXICON_VERSION, &[])) {
                Ok(_) => this.use_server(0),
                Err(_) => *lock(&this.left_first) = Instant::now(),
            }
            this.trying_first.store(false, Relaxed);
        });
        if tried.is_err() {
            inner.trying_first.store(false, Relaxed);
        }
    }
}

/// What a call has been through so far.
struct Attempt {
    admission: Admission,
    deadline: Instant,
    pause: Duration,
    /// How many servers could not be reached.
    unreached: usize,
}

impl Attempt {
    fn begin(inner: &Inner) -> Result<Attempt> {
        let admission = inner.circuit.admit()?;
        let deadline = Instant::now() + inner.timeouts.call;
        Ok(Attempt { admission, deadline, pause: PAUSE_MIN, unreached: 0 })
    }

    fn wait(&mut self) {
        thread::sleep(self.pause);
        self.pause = (self.pause * 2).min(PAUSE_MAX);
    }

    fn is_over(&self) -> bool {
        Instant::now() + self.pause >= self.deadline
    }
}

impl Inner {
    /// Decides after a failure: `Ok` to try again, perhaps elsewhere.
    fn after(&self, server: usize, error: StoreError, attempt: &mut Attempt) -> Result<()> {
        match error.kind() {
            Kind::Race if attempt.is_over() => Err(error.given_up()),
            Kind::Race => {
                attempt.wait();
                Ok(())
            }
            Kind::Cut | Kind::Silent => {
                attempt.unreached += 1;
                self.leave(server);
                match attempt.unreached >= self.servers.len() {
                    true => Err(self.down(error)),
                    // Too late for this call; others may be served by the next server long since.
                    false if attempt.is_over() => Err(error.given_up()),
                    false => Ok(()),
                }
            }
            Kind::NotReady => {
                self.leave(server);
                if attempt.is_over() {
                    return Err(self.down(error));
                }
                attempt.wait();
                Ok(())
            }
            Kind::Conflict | Kind::Unavailable | Kind::Refused | Kind::Internal => Err(error),
        }
    }

    fn down(&self, error: StoreError) -> StoreError {
        let error = error.given_up();
        self.circuit.down(&error);
        error
    }

    /// Only the first of many calls that fail on a server moves on.
    fn leave(&self, server: usize) {
        let next = (server + 1) % self.servers.len();
        if self.current.compare_exchange(server, next, Relaxed, Relaxed).is_ok() {
            self.pool.clear();
            if server == 0 {
                *lock(&self.left_first) = Instant::now();
            }
        }
    }

    fn use_server(&self, server: usize) {
        self.current.store(server, Relaxed);
        self.pool.clear();
    }

    /// A connection, and which server it is to.
    fn lease(&self, attempt: &Attempt, server: &Cell<usize>) -> Result<Lease<Link>> {
        let connect = || {
            // Long may have passed in the queue for a slot: look again who serves, if anybody.
            self.circuit.check(attempt.admission)?;
            server.set(self.current.load(Relaxed));
            self.connect(server.get(), self.timeouts.statement)
        };
        self.pool.lease(attempt.deadline, connect)?.ok_or_else(|| {
            StoreError::unavailable(format!(
                "all {} connections to the database at {} were busy for {:?}",
                self.pool.connections_max(),
                self.servers[server.get()].place,
                self.timeouts.call
            ))
        })
    }

    /// Tries each address of the server: the driver stops at the first that refuses, which for
    /// `localhost` is often `::1` where the server listens on `127.0.0.1` only.
    fn connect(&self, server: usize, statement: Duration) -> Result<Link> {
        let MysqlServer { opts, place } = &self.servers[server];
        let host = opts.get_ip_or_hostname();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let addresses = (host, opts.get_tcp_port()).to_socket_addrs().map_err(|error| {
            let text = format!("the database at {place} cannot be reached: {error}");
            StoreError::new(Kind::Cut, text)
        })?;
        let mut failure = None;
        for address in addresses {
            let opts = self.options(opts, &address.ip().to_string(), statement);
            match Conn::new(opts) {
                Ok(conn) => return Ok(Link::new(conn, place)),
                Err(error) => failure = Some(error_at(place, &error)),
            }
        }
        Err(failure.unwrap_or_else(|| {
            let text = format!("the database at {place} cannot be reached: {host} has no address");
            StoreError::new(Kind::Cut, text)
        }))
    }

    fn options(&self, opts: &Opts, address: &str, statement: Duration) -> OptsBuilder {
        // Shorter than the clock of the connection: who waits for a row is told 1205, and keeps
        // the connection.
        let lock_wait = (statement.as_secs() * 2 / 3).max(1);
        OptsBuilder::from_opts(opts.clone())
            .ip_or_hostname(Some(address))
            .tcp_connect_timeout(Some(self.timeouts.connect))
            .read_timeout(Some(statement))
            .write_timeout(Some(statement))
            .prefer_socket(false)
            .stmt_cache_size(STATEMENTS_CACHED)
            // An update that changes nothing counts the rows it matched, as SQLite does.
            .additional_capabilities(CapabilityFlags::CLIENT_FOUND_ROWS)
            .init(vec![format!(
                "set session sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', \
                 innodb_lock_wait_timeout = {lock_wait}"
            )])
    }
}

impl Db for Mysql {
    fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        self.run(|link| link.query(sql, params))
    }

    fn execute(&self, sql: &str, params: &[Value]) -> Result<u64> {
        self.run(|link| link.execute(sql, params))
    }

    fn transaction(&self, work: &mut dyn FnMut(&mut dyn Session) -> Result<()>) -> Result<()> {
        self.run(|link| in_transaction(link, &mut *work))
    }

    /// Finds with the short clocks which server answers: the long ones of the session count for
    /// its connecting as well.
    fn session(&self, _access: Access) -> Result<Box<dyn Session + Send>> {
        self.query("select 1", &[])?;
        let link = self.0.connect(self.0.current.load(Relaxed), self.0.timeouts.bulk)?;
        Ok(Box::new(link))
    }

    fn place(&self) -> String {
        format!("the database at {}", self.0.servers[self.0.current.load(Relaxed)].place)
    }
}

impl fmt::Debug for Mysql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places: Vec<_> = self.0.servers.iter().map(|server| &server.place).collect();
        write!(f, "Mysql({places:?}, {:?})", self.0.pool)
    }
}
