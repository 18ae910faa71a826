//! Group commit: concurrent look-ups share a transaction. The rows that queue up during a commit go
//! into the next one.
//!
//! A commit costs a write to the disk, and a commit of 64 rows costs hardly more than one of a
//! single row. Each caller waits for the commit of its own row. A row that the database refuses
//! fails without the others. After the commit, one more statement finds which headwords of the
//! batch are in the word books (saved words) of their users. A repeated look-up, which is not
//! recorded, joins a batch only for this answer.
//!
//! A caller that gives up takes its row back if no writer has claimed it. Otherwise the row may be
//! stored. Then the caller gets an error of the kind `Unconfirmed`, and the same look-up within a
//! minute gets the same key, so that it is stored once.

mod job;
mod queue;

use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use job::{GaveUp, HistRow, Job, Task};
use queue::{QUEUE_ROWS_MAX, Queue};

pub use job::Saved;

use crate::lock::{lock, unpoisoned};
use crate::store::{
    Lookup, UserId,
    db::{Db, Outage, Row, Value},
    error::{Result, StoreError, StoreErrorKind},
};

/// Maximum number of rows of one statement. More rows gain little, and each number of rows needs a
/// separate statement in the cache of a connection.
const BATCH_ROWS_MAX: usize = 64;
const INSERT: &str = "insert into hist (user, time, word, found) values (?, ?, ?, ?)";
const ONE_MORE: &str = ", (?, ?, ?, ?)";
const BY_KEY: &str = "select word, found from hist where user = ? and time = ?";

/// The rules by which rows become batches. Their values were chosen by measuring each engine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batching {
    /// The number of batches that are written at the same time.
    pub(crate) writers: usize,
    /// Maximum wait until the next batch has as many rows as the last one.
    pub(crate) wait: Duration,
    pub(crate) questions: Questions,
}

/// How to find out whether a user has saved a word, for a look-up that is not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Questions {
    /// By a query of its own.
    Alone,
    /// Together with the next batch: a query to a server costs more than the wait for others.
    WithBatch,
}

/// The threads that write the history, and the queue to them.
#[derive(Debug)]
pub(crate) struct GroupCommit {
    shared: Arc<Shared>,
    /// Maximum time that a caller waits.
    patience: Duration,
    writers: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    batching: Batching,
    db: Arc<dyn Db>,
    outage: Arc<Outage>,
    queue: Mutex<Queue>,
    /// Notified when an empty queue gets a job, a batch leaves jobs in it, or it is closed.
    filled: Condvar,
    /// Notified when the queue is as long as the last batch, or is closed.
    as_long_as_last: Condvar,
    batches: AtomicU64,
    rows: AtomicU64,
}

/// Commits of look-ups since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Commits {
    /// Commits.
    pub batches: u64,
    /// The number of look-ups in these commits.
    pub rows: u64,
}

/// Pairs of a user and a word that the user has saved.
#[derive(Debug, Default)]
struct SavedWords(HashSet<(i64, String)>);

impl SavedWords {
    fn result_of(&self, job: &Job) -> Saved {
        let key = job.headword.as_ref().map(|headword| (job.row.user, headword.clone()));
        let is_saved = key.is_some_and(|key| self.0.contains(&key));
        if is_saved { Saved::Yes } else { Saved::No }
    }
}

impl GroupCommit {
    /// Starts the threads.
    pub(crate) fn start(
        db: Arc<dyn Db>,
        outage: Arc<Outage>,
        patience: Duration,
        batching: Batching,
    ) -> Result<GroupCommit> {
        let queue = Mutex::default();
        let filled = Condvar::new();
        let as_long_as_last = Condvar::new();
        let batches = AtomicU64::default();
        let rows = AtomicU64::default();
        let shared = Arc::new(Shared {
            batching,
            db,
            outage,
            queue,
            filled,
            as_long_as_last,
            batches,
            rows,
        });
        let spawn = |_| {
            let shared = Arc::clone(&shared);
            thread::Builder::new()
                .name("dictapp-history".to_owned())
                .spawn(move || shared.write_batches())
                .map_err(|error| {
                    StoreError::unavailable(format!("cannot start the history's thread: {error}"))
                })
        };
        let writers = (0..batching.writers).map(spawn).collect::<Result<_>>()?;
        Ok(GroupCommit { shared, patience, writers })
    }

    pub(crate) fn commits(&self) -> Commits {
        let count = |counter: &AtomicU64| counter.load(Relaxed);
        Commits { batches: count(&self.shared.batches), rows: count(&self.shared.rows) }
    }

    /// Queues a row and waits until it is durable. Returns whether the user has saved the headword.
    pub(crate) fn record(&self, lookup: &Lookup) -> Result<Saved> {
        let deadline = Instant::now() + self.patience;
        self.wait(&self.shared.enqueue(Job::new(lookup))?, deadline)
    }

    pub(crate) fn questions(&self) -> Questions {
        self.shared.batching.questions
    }

    /// Whether a user has saved a word. The question joins the next batch.
    pub(crate) fn is_saved(&self, user: UserId, word: &str) -> Result<bool> {
        let deadline = Instant::now() + self.patience;
        let saved = self.wait(&self.shared.enqueue(Job::ask(user, word))?, deadline)?;
        Ok(saved == Saved::Yes)
    }

    /// Waits for the result of a row. If the row may be stored, the error is unconfirmed.
    fn wait(&self, job: &Job, deadline: Instant) -> Result<Saved> {
        job.slot.wait(deadline).unwrap_or_else(|gave_up| {
            let error = match gave_up {
                GaveUp::Writing if job.task == Task::Record => {
                    self.shared.remember(&job.row);
                    let place = self.shared.db.place();
                    unconfirmed(format!("{place} took longer than {:?}", self.patience))
                }
                GaveUp::Queued | GaveUp::Writing => StoreError::unavailable(format!(
                    "{} did not take the look-up within {:?}",
                    self.shared.db.place(),
                    self.patience
                )),
            };
            self.shared.outage.failed(&error);
            Err(error)
        })
    }
}

impl Drop for GroupCommit {
    /// Writes the waiting rows. The timeouts of the database limit the time.
    fn drop(&mut self) {
        lock(&self.shared.queue).is_closed = true;
        self.shared.filled.notify_all();
        self.shared.as_long_as_last.notify_all();
        for writer in self.writers.drain(..) {
            writer.join().ok();
        }
    }
}

/// The statement that finds which of some words their users have saved. Its parameters are pairs of
/// a user and a word. A join takes MariaDB a tenth of the time of conditions with `or`, since
/// MariaDB merges the ranges of such conditions.
pub(crate) fn saved_of_some(words: usize) -> String {
    const WORD: &str = "select cast(? as signed) as user, cast(? as char) as word";
    let words = [WORD].repeat(words).join(" union all ");
    format!(
        "select s.user, s.word from ({words}) as asked \
         join saved_word as s on s.user = asked.user and s.word = asked.word"
    )
}

fn unconfirmed(why: impl std::fmt::Display) -> StoreError {
    let text = format!("it is not known whether the row is stored: {why}");
    StoreError::new(StoreErrorKind::Unconfirmed, text)
}

impl Shared {
    /// Queues a row and wakes a writer. Fails if the queue is full.
    fn enqueue(&self, mut job: Job) -> Result<Job> {
        let mut queue = lock(&self.queue);
        if queue.jobs.len() >= QUEUE_ROWS_MAX {
            drop(queue);
            let text = format!("{QUEUE_ROWS_MAX} rows of the history wait already");
            let error = StoreError::unavailable(text);
            self.outage.failed(&error);
            return Err(error);
        }
        if job.task == Task::Record {
            queue.give_time(&mut job.row);
        }
        queue.jobs.push_back(job.clone());
        let rows = queue.jobs.len();
        let expected = queue.expected;
        drop(queue);
        if rows == 1 {
            self.filled.notify_one();
        }
        if rows == expected {
            self.as_long_as_last.notify_one();
        }
        Ok(job)
    }

    fn remember(&self, row: &HistRow) {
        lock(&self.queue).remember(row);
    }

    /// Runs until the queue is closed and empty.
    fn write_batches(&self) {
        while let Some(mut batch) = self.next_batch() {
            let results = catch_unwind(AssertUnwindSafe(|| self.carry_out(&mut batch)));
            let results = results.unwrap_or_else(|_| {
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

    /// Waits for rows and takes them. `None`: the queue is closed and empty. If the last batch had
    /// several rows, this waits a moment until there are as many again: each row then takes less
    /// time than with a statement of its own.
    fn next_batch(&self) -> Option<Vec<Job>> {
        let idle = |queue: &mut Queue| queue.jobs.is_empty() && !queue.is_closed;
        let waited = self.filled.wait_while(lock(&self.queue), idle);
        let mut queue = unpoisoned(waited);
        if queue.jobs.len() < queue.expected {
            let is_short =
                |queue: &mut Queue| queue.jobs.len() < queue.expected && !queue.is_closed;
            let waited =
                self.as_long_as_last.wait_timeout_while(queue, self.batching.wait, is_short);
            queue = unpoisoned(waited).0;
        }
        let count = queue.jobs.len().min(BATCH_ROWS_MAX);
        if count == 0 {
            // Another writer took the rows, or the queue is closed.
            return (!queue.is_closed).then(Vec::new);
        }
        queue.expected = count;
        let jobs: Vec<Job> = queue.jobs.drain(..count).collect();
        if !queue.jobs.is_empty() {
            self.filled.notify_one();
        }
        drop(queue);
        Some(jobs.into_iter().filter(|job| job.slot.take()).collect())
    }

    /// Writes the rows of a batch and answers its questions. Returns the result of each job, in the
    /// order that the batch has afterwards.
    fn carry_out(&self, batch: &mut [Job]) -> Vec<Result<Saved>> {
        batch.sort_by_key(|job| job.task == Task::Ask);
        let rows = batch.partition_point(|job| job.task == Task::Record);
        let mut results = self.write(&mut batch[..rows]);
        results.resize_with(batch.len(), || Ok(()));
        let saved = self.saved_of(batch, &results);
        let answer = |(job, result): (&Job, Result<()>)| match (&saved, job.task) {
            (Ok(saved), _) => result.map(|()| saved.result_of(job)),
            (Err(_), Task::Record) => result.map(|()| Saved::No),
            (Err(error), Task::Ask) => Err(error.clone()),
        };
        batch.iter().zip(results).map(answer).collect()
    }

    /// Writes rows. Returns the result of each row.
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
            // One row makes the whole statement fail, so each row is written by itself.
            Err(_) => batch.iter_mut().map(|job| self.write_one(job)).collect(),
        }
    }

    /// Writes one row. A key that exists already belongs either to this row, sent again after a
    /// lost connection, or to a row that another instance wrote for the same user in the same
    /// microsecond. In the second case, this row is written with the next microsecond.
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

    /// Looks for a row whose insertion was not confirmed. If it is not found, the result stays
    /// unconfirmed.
    fn confirm(&self, row: &HistRow, error: &StoreError) -> Result<()> {
        match self.is_stored(row) {
            Ok(true) => Ok(()),
            // A server that was frozen may still carry the statement out.
            Ok(false) | Err(_) => Err(unconfirmed(error)),
        }
    }

    /// Whether the database has exactly this row.
    fn is_stored(&self, row: &HistRow) -> Result<bool> {
        let key = [row.user.into(), row.time.into()];
        let Some(mut found) = self.db.query_latest(BY_KEY, &key)?.into_iter().next() else {
            return Ok(false);
        };
        Ok(found.text()? == row.word && found.flag()? == row.found)
    }

    /// The headwords of the batch that are in the word books of their users. Rows that were not
    /// stored are left out.
    fn saved_of(&self, batch: &[Job], results: &[Result<()>]) -> Result<SavedWords> {
        let stored = batch.iter().zip(results).filter(|(_, result)| result.is_ok());
        let asked = stored.filter_map(|(job, _)| Some((job.row.user, job.headword.as_deref()?)));
        let mut asked: Vec<(i64, &str)> = asked.collect();
        let Some(&last) = asked.last() else { return Ok(SavedWords::default()) };
        // The last pair is repeated, so that few statements differ in their number of words.
        asked.resize(asked.len().next_power_of_two(), last);
        let params: Vec<Value> =
            asked.iter().flat_map(|&(user, word)| [user.into(), word.into()]).collect();
        let rows = self.db.query(&saved_of_some(asked.len()), &params)?;
        let key = |mut row: Row| Ok((row.int()?, row.text()?));
        rows.into_iter().map(key).collect::<Result<_>>().map(SavedWords)
    }

    /// Inserts rows in one statement, which is its own transaction.
    fn insert(&self, jobs: &[Job]) -> Result<()> {
        let sql = format!("{INSERT}{}", ONE_MORE.repeat(jobs.len() - 1));
        let params: Vec<Value> = jobs.iter().flat_map(|job| job.row.params()).collect();
        self.db.execute(&sql, &params)?;
        self.batches.fetch_add(1, Relaxed);
        self.rows.fetch_add(jobs.len() as u64, Relaxed);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
