//! `cargo xtask bench history`: measures how fast 16 concurrent users get pages of their history,
//! with a database of 100,000 users and 10 million look-ups, on SQLite and on MariaDB. Fails if the
//! 99th percentile is too long.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::arguments::Arguments;
use crate::harness::browser::Browser;
use crate::harness::class::register;
use crate::harness::instance::{Instance, Launch, Profile, build};
use crate::harness::mariadb::{MariaDb, scratch_folder};
use crate::harness::sqlite;
use crate::harness::visitors::{Timed, percentile};
use crate::steps::packages::{DATABASE, ensure};
use crate::steps::step;

/// Number of concurrent users.
const READERS: u32 = 16;
/// Number of history rows of each reader: as many as the settings allow.
const ROWS_OF_READER: u32 = 100_000;
/// The time between two look-ups of a user in microseconds: 50 minutes. So the rows of a reader
/// fill nearly the ten years that are kept.
const PAUSE: u64 = 50 * 60_000_000;
/// Minimum number of rows that are older than the start of a requested page. It is more than a page
/// shows, so that each page is full.
const ROWS_BELOW: u32 = 100;
/// Pages that each reader requests.
const PAGES: u32 = 500;
const P99_MAX: Duration = Duration::from_millis(10);

struct Size {
    users: u32,
    rows: u32,
}

enum Database {
    Sqlite(PathBuf),
    Mysql(MariaDb),
}

/// Measures with both databases.
pub(crate) fn run(mut arguments: Arguments) -> Result<()> {
    let users = arguments.take_option("--users")?.unwrap_or(100_000);
    let rows = arguments.take_option("--rows")?.unwrap_or(10_000_000);
    let program: Option<PathBuf> = arguments.take_option("--program")?;
    arguments.finish()?;
    let size = Size { users, rows };
    step("the packages that the databases need", || ensure(DATABASE))?;
    let program = match program {
        Some(program) => program,
        None => step("dictapp", || build(Profile::Release))?,
    };
    let mut wrong = Vec::new();
    for engine in ["sqlite", "mysql"] {
        let title = format!("{engine}: {users} users, {rows} rows");
        wrong.extend(step(&title, || measure(&program, engine, &size))?);
    }
    if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("; ")) }
}

/// Measures with one database; returns a text for each kind of page that is too slow.
fn measure(program: &Path, engine: &str, size: &Size) -> Result<Vec<String>> {
    let folder = scratch_folder("dictapp-history-")?;
    let (database, url) = Database::start(engine, folder.path())?;
    let launch = Launch { program: program.to_owned(), database: url, ..Launch::default() };
    let mut instance = Instance::start(launch, &folder.path().join("dictapp.log"))?;
    let readers = (0..READERS).map(|number| {
        let mut browser = Browser::new(instance.address);
        register(&mut browser, &format!("reader{number}"))?;
        browser.close_connection();
        Ok(browser)
    });
    let readers = readers.collect::<Result<Vec<_>>>()?;
    instance.stop()?;
    // The latest rows are recent, because old rows are deleted.
    let now = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros())?;
    let begin = now - u64::from(ROWS_OF_READER) * PAUSE;
    database.fill(size, begin).context("cannot fill the tables")?;
    instance.start_again()?;
    let first = Mutex::default();
    let any = Mutex::default();
    thread::scope(|scope| {
        let spawn = |browser| scope.spawn(|| read(browser, begin, &first, &any));
        let threads: Vec<_> = readers.into_iter().map(spawn).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("no panic"))
    })?;
    let mut wrong = Vec::new();
    for (name, timed) in [("the first page", first), ("any page", any)] {
        let timed: Vec<Timed> = timed.into_inner().expect("no panic");
        let [p50, p99] = [50, 99].map(|percent| percentile(&timed, percent));
        println!("{name}: {} requests, p50 {p50:.2?}, p99 {p99:.2?}", timed.len());
        if p99 > P99_MAX {
            wrong.push(format!("{engine}, {name}: p99 is {p99:.2?}, more than {P99_MAX:?}"));
        }
    }
    Ok(wrong)
}

/// The requests of all readers for one kind of page.
type TimedRequests = Mutex<Vec<Timed>>;

/// Requests the first page and a page anywhere in the history, alternately. `begin` is the time of
/// the oldest row.
fn read(
    mut browser: Browser,
    begin: u64,
    first: &TimedRequests,
    any: &TimedRequests,
) -> Result<()> {
    for number in 0..PAGES {
        // A prime number as step spreads the pages over all rows.
        let row = number * 7919 % (ROWS_OF_READER - ROWS_BELOW) + ROWS_BELOW;
        let start = begin + u64::from(row) * PAUSE;
        for (path, timed) in
            [("/history".to_owned(), first), (format!("/history?older={start}"), any)]
        {
            let began = Instant::now();
            let page = browser.get(&path)?;
            let waited = began.elapsed();
            if page.status != 200 || page.count("<time ") == 0 {
                bail!("{path} is {} without rows", page.status);
            }
            timed.lock().expect("no panic").push(Timed { status: page.status, waited });
        }
    }
    Ok(())
}

impl Database {
    fn start(engine: &str, folder: &Path) -> Result<(Database, String)> {
        if engine == "sqlite" {
            let file = folder.join("dictapp.db");
            let url = format!("sqlite:{}", file.display());
            return Ok((Database::Sqlite(file), url));
        }
        let server = MariaDb::start(&folder.join("server"))?;
        // The size in conf/deploy/galera.cnf. If the rows need more memory, some are read from the
        // disk.
        server.sql("set global innodb_buffer_pool_size = 1 << 30")?;
        let url = server.url();
        Ok((Database::Mysql(server), url))
    }

    /// Inserts the rows of the readers, then other users. The other users get the remaining rows in
    /// equal shares.
    fn fill(&self, size: &Size, begin: u64) -> Result<()> {
        let of_others = size.rows.saturating_sub(READERS * ROWS_OF_READER) / size.users.max(1);
        let (name, word) = match self {
            Database::Sqlite(_) => ("'other' || n", "'word' || (n % 5000)"),
            Database::Mysql(_) => ("concat('other', n)", "concat('word', n % 5000)"),
        };
        let numbers = |most: u32| match self {
            Database::Sqlite(_) => format!(
                "(with recursive s (n) as (select 1 union all select n + 1 from s where n < {most}) \
                 select n from s)"
            ),
            Database::Mysql(_) => format!("(select seq n from seq_1_to_{most})"),
        };
        let rows = |most, whose| {
            format!(
                "insert into hist (user, time, word, found) select u.id, {begin} + n * {PAUSE}, {word}, 1 \
                 from user u join {} numbers where u.name like '{whose}%'",
                numbers(most)
            )
        };
        self.sql(&rows(ROWS_OF_READER, "reader"))?;
        self.sql(&format!(
            "insert into user (name, passwd, created) select {name}, '', 1 from {} numbers",
            numbers(size.users)
        ))?;
        self.sql(&rows(of_others.max(1), "other"))
    }

    fn sql(&self, statement: &str) -> Result<()> {
        match self {
            Database::Sqlite(file) => sqlite::sql(file, statement).map(drop),
            Database::Mysql(server) => server.sql(&format!("use dict; {statement}")).map(drop),
        }
    }
}
