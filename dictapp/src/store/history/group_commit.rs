//! Concurrent look-ups to one transaction: the rows that queue up during a commit go into the next.
//!
//! A commit costs a write to the disk; 64 rows in one cost hardly more than one. Each caller waits
//! for the commit of its own row, and a row that is refused fails alone.
//!
//! A caller that gives up takes its row back if no writer has it yet. Otherwise the row may be
//! stored: the caller is told so, and the same look-up within a minute gets the same key, so that
//! it is stored once.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::store::{
    Lookup,
    db::{Db, Outage, Value, lock},
    error::{Kind, Result, StoreError},
};

/// Rows of one statement: past this the gain is small, and each number of rows is a statement of
/// its own in the cache of a connection.
const BATCH_ROWS_MAX: usize = 64;
/// Rows that may wait: more than the requests that a server with default settings has in hand.
const QUEUE_ROWS_MAX: usize = 1024;
/// How many of the latest keys are remembered to give each row of a user its own time.
const KEYS_REMEMBERED: usize = 4096;
/// How many unconfirmed rows are remembered, and how long.
const UNCONFIRMED_MAX: usize = 4096;
const UNCONFIRMED_KEPT: Duration = Duration::from_secs(60);

const INSERT: &str = "insert into hist (user, time, word, found) values (?, ?, ?, ?)";
const ONE_MORE: &str = ", (?, ?, ?, ?)";
const BY_KEY: &str = "select word, found from hist where user = ? and time = ?";

/// The threads that write the history, and the queue to them.
#[derive(Debug)]
pub(crate) struct GroupCommit {
    shared: Arc<Shared>,
    patience: Duration,
    writers: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    db: Arc<dyn Db>,
    outage: Arc<Outage>,
    queue: Mutex<Queue>,
    filled: Condvar,
    batches: AtomicU64,
    rows: AtomicU64,
}

/// Commits of look-ups since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Commits {
    /// Commits.
    pub batches: u64,
    /// Look-ups in them.
    pub rows: u64,
}

#[derive(Debug, Default)]
struct Queue {
    jobs: VecDeque<Job>,
    is_closed: bool,
    /// The latest keys, so that two look-ups of a user in one microsecond are two rows.
    given: HashSet<(i64, i64)>,
    unconfirmed: HashMap<(i64, String), Unconfirmed>,
}

/// A row that was perhaps stored.
#[derive(Clone, Copy, Debug)]
struct Unconfirmed {
    time: i64,
    since: Instant,
}

/// A row and the caller that waits for it.
#[derive(Clone, Debug)]
struct Job {
    row: HistRow,
    slot: Arc<Slot>,
}

#[derive(Debug, Default)]
struct Slot {
    progress: Mutex<Progress>,
    done: Condvar,
}

#[derive(Clone, Debug, Default)]
enum Progress {
    #[default]
    Queued,
    Writing,
    Cancelled,
    Done(Result<()>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct HistRow {
    user: i64,
    time: i64,
    word: String,
    found: bool,
}

impl GroupCommit {
    /// Starts `writers` threads. SQLite has one writer anyway; a server commits several batches at
    /// the same time.
    pub(crate) fn start(
        db: Arc<dyn Db>,
        outage: Arc<Outage>,
        patience: Duration,
        writers: usize,
    ) -> Result<GroupCommit> {
        let (queue, filled) = (Mutex::default(), Condvar::new());
        let (batches, rows) = (AtomicU64::default(), AtomicU64::default());
        let shared = Arc::new(Shared { db, outage, queue, filled, batches, rows });
        let spawn = |_| {
            let shared = Arc::clone(&shared);
            thread::Builder::new()
                .name("dictapp-history".to_owned())
                .spawn(move || shared.write_batches())
                .map_err(|error| {
                    StoreError::unavailable(format!("cannot start the history's thread: {error}"))
                })
        };
        let writers = (0..writers).map(spawn).collect::<Result<_>>()?;
        Ok(GroupCommit { shared, patience, writers })
    }

    pub(crate) fn commits(&self) -> Commits {
        let count = |counter: &AtomicU64| counter.load(Relaxed);
        Commits { batches: count(&self.shared.batches), rows: count(&self.shared.rows) }
    }

    /// Returns when the row is durable.
    pub(crate) fn record(&self, lookup: &Lookup) -> Result<()> {
        let deadline = Instant::now() + self.patience;
        let job = self.shared.enqueue(lookup)?;
        job.slot.wait(deadline).unwrap_or_else(|gave_up| {
            let error = match gave_up {
                GaveUp::Queued => StoreError::unavailable(format!(
                    "{} did not take the row within {:?}",
                    self.shared.db.place(),
                    self.patience
                )),
                GaveUp::Writing => {
                    self.shared.remember(&job.row);
                    let place = self.shared.db.place();
                    unconfirmed(format!("{place} took longer than {:?}", self.patience))
                }
            };
            self.shared.outage.failed(&error);
            Err(error)
        })
    }
}

impl Drop for GroupCommit {
    /// Writes the rows that wait; bounded by the timeouts of the database.
    fn drop(&mut self) {
        lock(&self.shared.queue).is_closed = true;
        self.shared.filled.notify_all();
        for writer in self.writers.drain(..) {
            writer.join().ok();
        }
    }
}

fn unconfirmed(why: impl std::fmt::Display) -> StoreError {
    let text = format!("it is not known whether the row is stored: {why}");
    StoreError::new(Kind::Unconfirmed, text)
}

/// In which state a caller left its row.
enum GaveUp {
    /// It will not be stored.
    Queued,
    /// It may be stored.
    Writing,
}

impl Slot {
    fn wait(&self, deadline: Instant) -> std::result::Result<Result<()>, GaveUp> {
        let mut progress = lock(&self.progress);
        loop {
            if let Progress::Done(result) = &*progress {
                return Ok(result.clone());
            }
            let now = Instant::now();
            if now >= deadline {
                break;
            }
            let waited = self.done.wait_timeout(progress, deadline - now);
            progress = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        if matches!(*progress, Progress::Queued) {
            *progress = Progress::Cancelled;
            return Err(GaveUp::Queued);
        }
        Err(GaveUp::Writing)
    }

    /// Whether the caller still wants the row; it can no longer take it back then.
    fn take(&self) -> bool {
        let mut progress = lock(&self.progress);
        let is_wanted = matches!(*progress, Progress::Queued);
        if is_wanted {
            *progress = Progress::Writing;
        }
        is_wanted
    }

    fn finish(&self, result: Result<()>) {
        *lock(&self.progress) = Progress::Done(result);
        self.done.notify_all();
    }
}

impl Shared {
    fn enqueue(&self, lookup: &Lookup) -> Result<Job> {
        let mut row = HistRow {
            user: lookup.user.0,
            time: lookup.at.as_microsecond(),
            word: lookup.word.as_str().to_owned(),
            found: lookup.found,
        };
        let mut queue = lock(&self.queue);
        if queue.jobs.len() >= QUEUE_ROWS_MAX {
            drop(queue);
            let text = format!("{QUEUE_ROWS_MAX} rows of the history wait already");
            let error = StoreError::unavailable(text);
            self.outage.failed(&error);
            return Err(error);
        }
        queue.give_time(&mut row);
        let job = Job { row, slot: Arc::default() };
        queue.jobs.push_back(job.clone());
        drop(queue);
        self.filled.notify_one();
        Ok(job)
    }

    fn remember(&self, row: &HistRow) {
        let since = Instant::now();
        let mut queue = lock(&self.queue);
        if queue.unconfirmed.len() >= UNCONFIRMED_MAX {
            queue.unconfirmed.clear();
        }
        let key = (row.user, row.word.clone());
        queue.unconfirmed.insert(key, Unconfirmed { time: row.time, since });
    }

    /// Runs until the queue is closed and empty.
    fn write_batches(&self) {
        while let Some(mut batch) = self.next_batch() {
            let written = catch_unwind(AssertUnwindSafe(|| self.write(&mut batch)));
            let results = written.unwrap_or_else(|_| {
                let error = || Err(StoreError::internal("writing the row panicked"));
                batch.iter().map(|_| error()).collect()
            });
            for (job, result) in batch.iter().zip(results) {
                if result.as_ref().is_err_and(StoreError::may_be_stored) {
                    self.remember(&job.row);
                }
                job.slot.finish(result);
            }
        }
    }

    fn next_batch(&self) -> Option<Vec<Job>> {
        let idle = |queue: &mut Queue| queue.jobs.is_empty() && !queue.is_closed;
        let waited = self.filled.wait_while(lock(&self.queue), idle);
        let mut queue = waited.unwrap_or_else(PoisonError::into_inner);
        if queue.jobs.is_empty() {
            return None;
        }
        let count = queue.jobs.len().min(BATCH_ROWS_MAX);
        let jobs: Vec<Job> = queue.jobs.drain(..count).collect();
        drop(queue);
        Some(jobs.into_iter().filter(|job| job.slot.take()).collect())
    }

    fn write(&self, batch: &mut [Job]) -> Vec<Result<()>> {
        if batch.is_empty() {
            return Vec::new();
        }
        match self.insert(batch) {
            Ok(()) => batch.iter().map(|_| Ok(())).collect(),
            Err(error) if error.may_be_stored() => {
                batch.iter().map(|job| self.confirm(&job.row, &error)).collect()
            }
            Err(error) if error.is_outage() => batch.iter().map(|_| Err(error.clone())).collect(),
            // One of the rows is refused, and the statement with it: find out which.
            Err(_) => batch.iter_mut().map(|job| self.write_one(job)).collect(),
        }
    }

    /// A taken key belongs either to this row, sent again after a lost connection, or to one that
    /// another instance wrote for the same user in the same microsecond.
    fn write_one(&self, job: &mut Job) -> Result<()> {
        loop {
            match self.insert(std::slice::from_ref(job)) {
                Err(error) if error.is_conflict() => {
                    if self.is_stored(&job.row)? {
                        return Ok(());
                    }
                    job.row.time += 1;
                }
                Err(error) if error.may_be_stored() => return self.confirm(&job.row, &error),
                result => return result,
            }
        }
    }

    /// Looks for a row whose insert was not confirmed.
    fn confirm(&self, row: &HistRow, error: &StoreError) -> Result<()> {
        match self.is_stored(row) {
            Ok(true) => Ok(()),
            // A server that was frozen may still carry the statement out.
            Ok(false) | Err(_) => Err(unconfirmed(error)),
        }
    }

    fn is_stored(&self, row: &HistRow) -> Result<bool> {
        let key = [row.user.into(), row.time.into()];
        let Some(mut found) = self.db.query_latest(BY_KEY, &key)?.into_iter().next() else {
            return Ok(false);
        };
        Ok(found.text()? == row.word && found.flag()? == row.found)
    }

    fn insert(&self, jobs: &[Job]) -> Result<()> {
        let sql = format!("{INSERT}{}", ONE_MORE.repeat(jobs.len() - 1));
        let params: Vec<Value> = jobs.iter().flat_map(|job| job.row.params()).collect();
        self.db.execute(&sql, &params)?;
        self.batches.fetch_add(1, Relaxed);
        self.rows.fetch_add(jobs.len() as u64, Relaxed);
        Ok(())
    }
}

impl Queue {
    /// The key of the same look-up if that was not confirmed; otherwise one that no row has.
    fn give_time(&mut self, row: &mut HistRow) {
        let known = self.unconfirmed.remove(&(row.user, row.word.clone()));
        if let Some(known) = known.filter(|known| known.since.elapsed() < UNCONFIRMED_KEPT) {
            row.time = known.time;
            return;
        }
        if self.given.len() >= KEYS_REMEMBERED {
            self.given.clear();
        }
        while !self.given.insert((row.user, row.time)) {
            row.time += 1;
        }
    }
}

impl HistRow {
    fn params(&self) -> [Value; 4] {
        [self.user.into(), self.time.into(), self.word.as_str().into(), self.found.into()]
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fmt,
        sync::mpsc::{Receiver, Sender, channel},
    };

    use super::*;
    use crate::store::db::{Access, Row, Session};

    const NEVER: Duration = Duration::from_secs(3600);

    /// A database that reports how many rows come, and answers when it is told to and what.
    struct Gated {
        came: Sender<usize>,
        answers: Mutex<Receiver<Result<u64>>>,
        stored: bool,
    }

    impl Db for Gated {
        fn execute(&self, _sql: &str, params: &[Value]) -> Result<u64> {
            self.came.send(params.len() / 4).unwrap();
            lock(&self.answers).recv().unwrap_or(Ok(1))
        }
        fn query(&self, _sql: &str, _params: &[Value]) -> Result<Vec<Row>> {
            let row = || Row::new(vec![Value::Text("word".to_owned()), Value::Int(1)]);
            Ok(self.stored.then(row).into_iter().collect())
        }
        fn transaction(&self, _: &mut dyn FnMut(&mut dyn Session) -> Result<()>) -> Result<()> {
            unreachable!("one statement is a transaction")
        }
        fn session(&self, _access: Access) -> Result<Box<dyn Session + Send>> {
            unreachable!("rows go through the pool")
        }
        fn place(&self) -> String {
            "a test".to_owned()
        }
        fn check_integrity(&self) -> Result<()> {
            Ok(())
        }
    }

    impl fmt::Debug for Gated {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Gated")
        }
    }

    struct Fixture {
        group: GroupCommit,
        comes: Receiver<usize>,
        answer: Sender<Result<u64>>,
    }

    fn fixture(patience: Duration, stored: bool) -> Fixture {
        let ((came, comes), (answer, answers)) = (channel(), channel());
        let db = Arc::new(Gated { came, answers: Mutex::new(answers), stored });
        let group = GroupCommit::start(db, Arc::default(), patience, 1).unwrap();
        Fixture { group, comes, answer }
    }

    fn lookup(time: i64) -> Lookup {
        Lookup {
            user: crate::store::UserId(1),
            word: crate::model::Word::parse("word").unwrap(),
            found: true,
            at: jiff::Timestamp::from_microsecond(time).unwrap(),
        }
    }

    #[test]
    fn what_queues_up_shares_a_statement_and_a_full_queue_refuses_at_once() {
        let Fixture { group, comes, answer } = fixture(NEVER, false);
        let mut waiting = vec![group.shared.enqueue(&lookup(0)).unwrap()];
        assert_eq!(comes.recv(), Ok(1));
        let rest = (1..=QUEUE_ROWS_MAX as i64).map(|time| group.shared.enqueue(&lookup(time)));
        waiting.extend(rest.map(Result::unwrap));
        let error = group.record(&lookup(9)).unwrap_err();
        assert!(error.is_unavailable() && error.to_string().contains("1024 rows"), "{error}");
        assert!(!error.may_be_stored());

        drop(answer);
        for job in waiting {
            assert_eq!(job.slot.wait(Instant::now() + NEVER).ok(), Some(Ok(())));
        }
        let batches: Vec<usize> = comes.try_iter().collect();
        assert_eq!(batches, vec![BATCH_ROWS_MAX; QUEUE_ROWS_MAX / BATCH_ROWS_MAX]);
    }

    #[test]
    fn a_row_whose_caller_gave_up_in_the_queue_is_never_stored() {
        let Fixture { group, comes, answer } = fixture(Duration::from_millis(1), false);
        let first = group.record(&lookup(1)).unwrap_err();
        assert!(first.may_be_stored(), "the writer has it: {first}");
        let second = group.record(&lookup(2)).unwrap_err();
        assert!(second.is_unavailable() && !second.may_be_stored(), "{second}");
        drop(answer);
        drop(group);
        assert_eq!(comes.iter().collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn a_repeated_look_up_gets_the_key_of_the_unconfirmed_one() {
        let Fixture { group, comes, answer } = fixture(Duration::from_millis(1), false);
        assert!(group.record(&lookup(1)).unwrap_err().may_be_stored());
        let again = group.shared.enqueue(&lookup(500)).unwrap();
        assert_eq!(again.row.time, 1);
        let third = group.shared.enqueue(&lookup(900)).unwrap();
        assert_eq!(third.row.time, 900);
        drop((answer, comes));
    }

    #[test]
    fn a_commit_that_was_not_confirmed_succeeds_if_the_row_is_there() {
        for stored in [true, false] {
            let Fixture { group, comes, answer } = fixture(NEVER, stored);
            answer.send(Err(StoreError::new(Kind::Unconfirmed, "does not answer"))).unwrap();
            let result = group.record(&lookup(1));
            assert_eq!(comes.recv(), Ok(1));
            assert_eq!(result.is_ok(), stored, "{result:?}");
            assert!(stored || result.unwrap_err().may_be_stored());
        }
    }
}
