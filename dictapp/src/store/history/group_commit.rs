//! Concurrent look-ups to one transaction: what queued up during the last commit goes into the next.
//!
//! A commit costs a write to the disk; 64 rows in one cost hardly more than one. Each caller
//! waits for the commit of its own row, and a row that is refused fails alone.

use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::store::{
    Lookup,
    db::{Db, Value},
    error::{Result, StoreError},
};

/// Rows of one statement: past this the gain is small, and each number of rows is a statement of
/// its own in the cache of a connection.
const BATCH_ROWS_MAX: usize = 64;
/// Rows that may wait; as many requests as the server has workers wait at once, and no more.
const QUEUE_ROWS_MAX: usize = 1024;
/// How many of the latest keys are remembered to give each row of a user its own time.
const KEYS_REMEMBERED: usize = 4096;

const INSERT: &str = "insert into hist (user, time, word, found) values (?, ?, ?, ?)";
const ONE_MORE: &str = ", (?, ?, ?, ?)";
const BY_KEY: &str = "select word, found from hist where user = ? and time = ?";

/// The thread that writes the history, and the way to it.
#[derive(Debug)]
pub(crate) struct GroupCommit {
    /// `None` only while dropped.
    queue: Option<SyncSender<Job>>,
    patience: Duration,
    writer: Option<JoinHandle<()>>,
}

/// A row and who waits for it.
#[derive(Debug)]
struct Job {
    row: HistRow,
    done: SyncSender<Result<()>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct HistRow {
    user: i64,
    time: i64,
    word: String,
    found: bool,
}

impl GroupCommit {
    pub(crate) fn start(db: Arc<dyn Db>, patience: Duration) -> Result<GroupCommit> {
        let (queue, jobs) = sync_channel(QUEUE_ROWS_MAX);
        let writer = thread::Builder::new()
            .name("dictapp-history".to_owned())
            .spawn(move || Writer { db, given: HashSet::new() }.run(&jobs))
            .map_err(|error| {
                StoreError::unavailable(format!("cannot start the history's thread: {error}"))
            })?;
        Ok(GroupCommit { queue: Some(queue), patience, writer: Some(writer) })
    }

    /// Returns once the row is durable.
    pub(crate) fn record(&self, lookup: &Lookup) -> Result<()> {
        let (done, durable) = sync_channel(1);
        let row = HistRow {
            user: lookup.user.0,
            time: lookup.at.as_microsecond(),
            word: lookup.word.as_str().to_owned(),
            found: lookup.found,
        };
        let queue = self.queue.as_ref().expect("the queue is there until the drop");
        queue.try_send(Job { row, done }).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::unavailable(format!(
                "{QUEUE_ROWS_MAX} rows of the history wait already"
            )),
            TrySendError::Disconnected(_) => stopped(),
        })?;
        match durable.recv_timeout(self.patience) {
            Ok(result) => result,
            Err(RecvTimeoutError::Timeout) => Err(StoreError::unavailable(format!(
                "the database did not take the row within {:?}",
                self.patience
            ))),
            Err(RecvTimeoutError::Disconnected) => Err(stopped()),
        }
    }
}

impl Drop for GroupCommit {
    /// Writes what waits; bounded by the clocks of the database.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(writer) = self.writer.take() {
            writer.join().ok();
        }
    }
}

fn stopped() -> StoreError {
    StoreError::unavailable("the history's thread has stopped")
}

struct Writer {
    db: Arc<dyn Db>,
    /// The latest keys, so that two look-ups of a user in one microsecond are two rows.
    given: HashSet<(i64, i64)>,
}

impl Writer {
    fn run(&mut self, jobs: &Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let more = jobs.try_iter().take(BATCH_ROWS_MAX - 1);
            let (mut rows, waiting): (Vec<_>, Vec<_>) =
                std::iter::once(first).chain(more).map(|job| (job.row, job.done)).unzip();
            let results = catch_unwind(AssertUnwindSafe(|| self.write(&mut rows)));
            let results = results.unwrap_or_else(|_| {
                rows.iter().map(|_| Err(StoreError::internal("writing the row panicked"))).collect()
            });
            for (done, result) in waiting.iter().zip(results) {
                done.send(result).ok(); // who gave up waiting does not care
            }
        }
    }

    fn write(&mut self, rows: &mut [HistRow]) -> Vec<Result<()>> {
        for row in &mut *rows {
            self.give_own_time(row);
        }
        match self.insert(rows) {
            Ok(()) => rows.iter().map(|_| Ok(())).collect(),
            Err(error) if error.is_unavailable() => {
                rows.iter().map(|_| Err(error.clone())).collect()
            }
            // Some row is refused, and the statement with it: find out which.
            Err(_) => rows.iter_mut().map(|row| self.write_one(row)).collect(),
        }
    }

    fn give_own_time(&mut self, row: &mut HistRow) {
        if self.given.len() >= KEYS_REMEMBERED {
            self.given.clear();
        }
        while !self.given.insert((row.user, row.time)) {
            row.time += 1;
        }
    }

    /// A taken key is either this row, sent again after a lost connection, or one that another
    /// instance wrote for the same user in the same microsecond.
    fn write_one(&mut self, row: &mut HistRow) -> Result<()> {
        loop {
            match self.insert(std::slice::from_ref(row)) {
                Err(error) if error.is_conflict() => match self.is_there(row)? {
                    true => return Ok(()),
                    false => row.time += 1,
                },
                result => return result,
            }
        }
    }

    fn is_there(&self, row: &HistRow) -> Result<bool> {
        let key = [row.user.into(), row.time.into()];
        let Some(mut found) = self.db.query(BY_KEY, &key)?.into_iter().next() else {
            return Ok(false);
        };
        Ok(found.text()? == row.word && found.flag()? == row.found)
    }

    fn insert(&self, rows: &[HistRow]) -> Result<()> {
        let sql = format!("{INSERT}{}", ONE_MORE.repeat(rows.len() - 1));
        let params: Vec<Value> = rows.iter().flat_map(HistRow::params).collect();
        self.db.execute(&sql, &params).map(drop)
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
        sync::{Mutex, mpsc::channel},
    };

    use super::*;
    use crate::store::{
        db::lock,
        db::{Access, Row, Session},
    };

    /// A database that says how many rows come, and takes them when it is told to.
    struct Gated {
        came: std::sync::mpsc::Sender<usize>,
        gate: Mutex<Receiver<()>>,
    }

    impl Db for Gated {
        fn execute(&self, _sql: &str, params: &[Value]) -> Result<u64> {
            self.came.send(params.len() / 4).unwrap();
            lock(&self.gate).recv().ok();
            Ok(1)
        }
        fn query(&self, _sql: &str, _params: &[Value]) -> Result<Vec<Row>> {
            unreachable!("nothing conflicts")
        }
        fn transaction(&self, _: &mut dyn FnMut(&mut dyn Session) -> Result<()>) -> Result<()> {
            unreachable!("one statement is a transaction")
        }
        fn session(&self, _access: Access) -> Result<Box<dyn Session + Send>> {
            unreachable!("rows go through the pool")
        }
        fn place(&self) -> String {
            "nowhere".to_owned()
        }
    }

    impl fmt::Debug for Gated {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Gated")
        }
    }

    fn lookup(time: i64) -> Lookup {
        Lookup {
            user: crate::store::UserId(1),
            word: crate::model::Word::parse("word").unwrap(),
            found: true,
            at: jiff::Timestamp::from_microsecond(time).unwrap(),
        }
    }

    /// Puts a row into the queue, as a caller does before it waits.
    fn enqueue(group: &GroupCommit, time: i64) -> Receiver<Result<()>> {
        let (done, durable) = sync_channel(1);
        let row = HistRow { user: 1, time, word: "word".to_owned(), found: true };
        group.queue.as_ref().unwrap().try_send(Job { row, done }).unwrap();
        durable
    }

    #[test]
    fn what_queues_up_shares_a_statement_and_a_full_queue_refuses_at_once() {
        let ((came, comes), (open, gate)) = (channel(), channel());
        let db = Arc::new(Gated { came, gate: Mutex::new(gate) });
        let group = GroupCommit::start(db, Duration::from_secs(3600)).unwrap();
        let mut waiting = vec![enqueue(&group, 0)];
        assert_eq!(comes.recv(), Ok(1));
        waiting.extend((1..=QUEUE_ROWS_MAX as i64).map(|time| enqueue(&group, time)));
        let error = group.record(&lookup(9)).unwrap_err();
        assert!(error.is_unavailable() && error.to_string().contains("1024 rows"), "{error}");
        assert!(waiting.iter().all(|durable| durable.try_recv().is_err()), "nothing is durable");

        drop(open);
        assert!(waiting.iter().all(|durable| durable.recv() == Ok(Ok(()))));
        let batches: Vec<usize> = comes.try_iter().collect();
        assert_eq!(batches, vec![BATCH_ROWS_MAX; QUEUE_ROWS_MAX / BATCH_ROWS_MAX]);
    }

    #[test]
    fn nobody_waits_longer_than_the_clock_says() {
        let ((came, comes), (open, gate)) = (channel(), channel::<()>());
        let db = Arc::new(Gated { came, gate: Mutex::new(gate) });
        let group = GroupCommit::start(db, Duration::from_millis(1)).unwrap();
        let error = group.record(&lookup(1)).unwrap_err();
        assert!(error.is_unavailable() && error.to_string().contains("within 1ms"), "{error}");
        assert_eq!(comes.recv(), Ok(1));
        drop(open);
    }
}
