//! MySQL, MariaDB and their clusters: a list of servers with the same database, with failover and
//! retries.
//!
//! A conflict of transactions (errors 1213, 1205) is retried. If a server cannot serve (error 1047,
//! read-only, shutting down), does not answer or cannot be reached, the next server of the list is
//! used. After a while the first one is tried again. If no server can be reached, the call waits
//! until one can be reached or its time limit has passed.

mod attempt;
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

use jiff::Timestamp;
use mysql::{Conn, OptsBuilder, consts::CapabilityFlags};

use attempt::{Attempt, TIMEOUT_MIN};
use link::{Lifetime, Link, error_at};

use crate::lock::lock;
use crate::store::{
    config::DatabaseTimeouts,
    db::{
        Access, Db, Row, Session, TABLES, Value,
        circuit::Circuit,
        in_transaction,
        pool::{Lease, Pool, PoolLimits},
    },
    error::{Result, StoreError, StoreErrorKind},
    settings::LEXICON_VERSION,
    url::{MysqlServer, Transport},
};

/// Prepared statements that a connection caches: more than the store has.
const STATEMENTS_CACHED: usize = 192;
/// Microseconds since 1970.
const CLOCK: &str = "select cast(unix_timestamp(now(6)) * 1000000 as signed)";

/// The servers of one database.
#[derive(Clone)]
pub(crate) struct Mysql(Arc<Inner>);

struct Inner {
    servers: Vec<MysqlServer>,
    /// The server to which new connections go.
    current: AtomicUsize,
    pool: Arc<Pool<Link>>,
    circuit: Circuit,
    timeouts: DatabaseTimeouts,
    /// When calls were last switched away from the first server, or it was last tried in vain.
    left_first: Mutex<Instant>,
    /// Whether a thread is trying the first server.
    trying_first: AtomicBool,
}

impl Mysql {
    /// The database on these servers. Connects to none yet.
    pub(crate) fn new(
        servers: Vec<MysqlServer>,
        connections: usize,
        timeouts: DatabaseTimeouts,
    ) -> Mysql {
        // A statement must not take longer than the whole call.
        let statement = timeouts.statement.min(timeouts.call).max(TIMEOUT_MIN);
        let timeouts = DatabaseTimeouts { statement, ..timeouts };
        let limits = PoolLimits {
            connections_max: connections,
            idle: timeouts.idle,
            lifetime: timeouts.lifetime,
        };
        Mysql(Arc::new(Inner {
            servers,
            current: AtomicUsize::new(0),
            pool: Pool::new(limits),
            circuit: Circuit::new(timeouts.pause, timeouts.call),
            timeouts,
            left_first: Mutex::new(Instant::now()),
            trying_first: AtomicBool::new(false),
        }))
    }

    /// Runs `work` on a connection until it succeeds, fails for good, or the time limit of a call
    /// has passed.
    fn run<T>(&self, mut work: impl FnMut(&mut Link) -> Result<T>) -> Result<T> {
        let inner = &*self.0;
        let mut attempt = Attempt::begin(&inner.circuit, inner.timeouts.call)?;
        loop {
            if inner.circuit.is_outdated(attempt.admission) {
                let admitted = inner.circuit.admit(attempt.deadline);
                attempt.admission = admitted.map_err(|why| attempt.give_up(why))?;
            }
            let server = Cell::new(inner.current.load(Relaxed));
            match inner.lease(&attempt, &server) {
                Err(NoLease::Outdated) => (),
                Err(NoLease::Failed(error)) => {
                    inner.after_failure(server.get(), error, &mut attempt)?
                }
                Ok(mut lease) => match attempt.time(|| work(&mut lease)) {
                    Ok(value) => {
                        inner.circuit.up();
                        self.return_to_first();
                        return Ok(value);
                    }
                    Err(error) => {
                        attempt.is_unconfirmed |= matches!(
                            error.kind(),
                            StoreErrorKind::Disconnected | StoreErrorKind::TimedOut
                        );
                        // The server may have closed a connection that was idle in the pool, or may
                        // have restarted: a new connection is tried at once.
                        if error.kind() == StoreErrorKind::Disconnected
                            && lease.is_reused()
                            && !attempt.is_over()
                        {
                            inner.pool.clear_since(&lease);
                            continue;
                        }
                        drop(lease);
                        inner.after_failure(server.get(), error, &mut attempt)?;
                    }
                },
            }
        }
    }

    /// Tries the first server again, on a separate thread, if another has served for a while.
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
            let serves = this.connect(0, this.timeouts.connect, this.timeouts.statement);
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

/// The reason why a call has no connection.
enum NoLease {
    /// Other calls found the database down: the call must be admitted again.
    Outdated,
    Failed(StoreError),
}

impl From<StoreError> for NoLease {
    fn from(error: StoreError) -> NoLease {
        NoLease::Failed(error)
    }
}

impl Inner {
    /// Decides what follows a failure. `Ok`: the call is tried again, perhaps on another server.
    fn after_failure(&self, server: usize, error: StoreError, attempt: &mut Attempt) -> Result<()> {
        match error.kind() {
            StoreErrorKind::TransactionConflict if attempt.cannot_repeat() => {
                Err(attempt.give_up(error))
            }
            StoreErrorKind::TransactionConflict => {
                attempt.wait();
                Ok(())
            }
            StoreErrorKind::Disconnected | StoreErrorKind::TimedOut => {
                attempt.unreached += 1;
                self.leave(server);
                if attempt.unreached.is_multiple_of(self.servers.len()) {
                    self.circuit.down(&error.clone().given_up());
                }
                if attempt.is_over() { Err(attempt.give_up(error)) } else { Ok(()) }
            }
            StoreErrorKind::NotReady => {
                self.leave(server);
                if attempt.is_over() {
                    let error = attempt.give_up(error);
                    self.circuit.down(&error);
                    return Err(error);
                }
                attempt.wait();
                Ok(())
            }
            StoreErrorKind::Conflict
            | StoreErrorKind::Unavailable
            | StoreErrorKind::Unconfirmed
            | StoreErrorKind::Refused
            | StoreErrorKind::Damaged
            | StoreErrorKind::Invalid
            | StoreErrorKind::Internal => Err(error),
        }
    }

    /// Switches to the next server. If many calls fail on a server, only the first one switches.
    fn leave(&self, server: usize) {
        let next = (server + 1) % self.servers.len();
        if self.current.compare_exchange(server, next, Relaxed, Relaxed).is_ok() {
            self.pool.clear();
            if server == 0 {
                *lock(&self.left_first) = Instant::now();
            }
        }
    }

    /// Makes new connections go to this server, and discards the existing ones.
    fn use_server(&self, server: usize) {
        self.current.store(server, Relaxed);
        self.pool.clear();
    }

    /// A connection from the pool, or a new one; sets `server` to the index of its server if it is
    /// new. Stops waiting for a free connection early enough to run a statement before the
    /// deadline.
    fn lease(
        &self,
        attempt: &Attempt,
        server: &Cell<usize>,
    ) -> std::result::Result<Lease<Link>, NoLease> {
        let connect = || {
            // While the call waited in the queue, the server may have changed.
            if self.circuit.is_outdated(attempt.admission) {
                return Err(NoLease::Outdated);
            }
            server.set(self.current.load(Relaxed));
            let connect = attempt.shortened(self.timeouts.connect);
            let statement = attempt.shortened(self.timeouts.statement);
            Ok(self.connect(server.get(), connect, statement)?)
        };
        let until = attempt.deadline.checked_sub(self.timeouts.statement);
        let until = until.unwrap_or(attempt.deadline).max(Instant::now() + TIMEOUT_MIN);
        self.pool.lease(until, connect)?.ok_or_else(|| {
            NoLease::Failed(StoreError::unavailable(format!(
                "all {} connections to the database at {} were busy for too long",
                self.pool.connections_max(),
                self.servers[server.get()].place,
            )))
        })
    }

    /// Connects to the server with this index. A connection with a shorter timeout for statements
    /// than in the settings is for one call only.
    fn connect(&self, server: usize, connect: Duration, statement: Duration) -> Result<Link> {
        let server = &self.servers[server];
        let lifetime =
            if statement < self.timeouts.statement { Lifetime::OneCall } else { Lifetime::Pooled };
        let login = with_timeouts(server.login()?, connect, statement);
        let conn = match server.transport() {
            Transport::Tcp => connect_tcp(server, &login),
            // The driver must know the name that the certificate is for.
            Transport::Tls | Transport::Socket => {
                Conn::new(login).map_err(|error| error_at(&server.place, &error))
            }
        };
        Ok(Link::new(conn?, &server.place, lifetime))
    }
}

/// Tries each address of the server. The driver alone would stop at the first address that refuses:
/// for `localhost` that is often `::1`, although the server listens only at `127.0.0.1`.
fn connect_tcp(server: &MysqlServer, login: &OptsBuilder) -> Result<Conn> {
    let place = &server.place;
    let host = server.host();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let unreached = |why: &dyn fmt::Display| {
        StoreError::new(
            StoreErrorKind::Disconnected,
            format!("the database at {place} cannot be reached: {why}"),
        )
    };
    let addresses = (host, server.port()).to_socket_addrs();
    let mut failure = None;
    for address in addresses.map_err(|error| unreached(&error))? {
        match Conn::new(login.clone().ip_or_hostname(Some(address.ip().to_string()))) {
            Ok(conn) => return Ok(conn),
            Err(error) => failure = Some(error_at(place, &error)),
        }
    }
    Err(failure.unwrap_or_else(|| unreached(&format!("{host} has no address"))))
}

/// Sets the timeouts and the modes of a connection.
fn with_timeouts(login: OptsBuilder, connect: Duration, statement: Duration) -> OptsBuilder {
    // Shorter than the timeout of the connection: a statement that waits for a row fails with 1205,
    // and the connection stays usable.
    let lock_wait = (statement.as_secs() * 2 / 3).max(1);
    login
        .tcp_connect_timeout(Some(connect))
        .read_timeout(Some(statement))
        .write_timeout(Some(statement))
        .stmt_cache_size(STATEMENTS_CACHED)
        // Counts the rows that an update matches, as SQLite does, not those that it changes.
        .additional_capabilities(CapabilityFlags::CLIENT_FOUND_ROWS)
        .init(vec![format!(
            "set session sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', \
             innodb_lock_wait_timeout = {lock_wait}"
        )])
}

impl Db for Mysql {
    fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        self.run(|link| link.query(sql, params))
    }

    fn query_latest(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        self.run(|link| link.query_latest(sql, params))
    }

    fn execute(&self, sql: &str, params: &[Value]) -> Result<u64> {
        self.run(|link| link.execute(sql, params))
    }

    fn transaction(&self, work: &mut dyn FnMut(&mut dyn Session) -> Result<()>) -> Result<()> {
        self.run(|link| in_transaction(link, &mut *work))
    }

    /// First finds a server that answers, by a query with the usual short timeouts: the long
    /// timeout of the session also applies to its log-in.
    fn session(&self, _access: Access) -> Result<Box<dyn Session + Send>> {
        self.query("select 1", &[])?;
        let Inner { current, timeouts, .. } = &*self.0;
        let link = self.0.connect(current.load(Relaxed), timeouts.connect, timeouts.bulk)?;
        Ok(Box::new(link))
    }

    fn check_integrity(&self) -> Result<()> {
        let mut session = self.session(Access::Read)?;
        for table in TABLES {
            let rows = session.query(&format!("check table `{table}`"), &[])?;
            for mut row in rows {
                let (_table, _op, kind, text) =
                    (row.text()?, row.text()?, row.text()?, row.text()?);
                if kind == "error" || (kind == "status" && text != "OK") {
                    let text = format!("{} has a damaged table {table}: {text}", self.place());
                    return Err(StoreError::new(StoreErrorKind::Damaged, text));
                }
            }
        }
        Ok(())
    }

    fn clock(&self) -> Result<Timestamp> {
        let rows = self.query(CLOCK, &[])?;
        let time = rows.into_iter().next().map(|mut row| row.time()).transpose()?;
        time.ok_or_else(|| StoreError::internal("the clock has no row"))
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
