//! Tests of batches, their limits, and rows that may have been stored, with a database that waits.

use std::{
    fmt,
    sync::mpsc::{Receiver, Sender, channel},
};

use super::*;
use crate::store::db::{Access, Row, Session};

const NEVER: Duration = Duration::from_secs(3600);

/// A database that reports the number of rows and waits for the result that the test chooses.
struct Gated {
    came: Sender<usize>,
    answers: Mutex<Receiver<Result<u64>>>,
    /// The number of rows that a query finds.
    rows_found: usize,
}

impl Db for Gated {
    fn execute(&self, _sql: &str, params: &[Value]) -> Result<u64> {
        self.came.send(params.len() / 4).unwrap();
        lock(&self.answers).recv().unwrap_or(Ok(1))
    }
    fn query(&self, _sql: &str, _params: &[Value]) -> Result<Vec<Row>> {
        let row = || Row::new(vec![Value::Text("word".to_owned()), Value::Int(1)]);
        Ok((0..self.rows_found).map(|_| row()).collect())
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

fn fixture(patience: Duration, rows_found: usize) -> Fixture {
    let ((came, comes), (answer, answers)) = (channel(), channel());
    let batching = Batching { writers: 1, wait: NEVER, questions: Questions::WithBatch };
    let db = Arc::new(Gated { came, answers: Mutex::new(answers), rows_found });
    let group = GroupCommit::start(db, Arc::default(), patience, batching).unwrap();
    Fixture { group, comes, answer }
}

fn lookup(time: i64) -> Lookup {
    Lookup {
        user: UserId(1),
        word: crate::model::Word::parse("word").unwrap(),
        found: true,
        headword: None,
        at: jiff::Timestamp::from_microsecond(time).unwrap(),
    }
}

/// The error of a caller that gives up while the writer has the row.
fn given_up_while_written(group: &GroupCommit, comes: &Receiver<usize>) -> StoreError {
    let job = group.shared.enqueue(Job::new(&lookup(1))).unwrap();
    assert_eq!(comes.recv(), Ok(1));
    group.wait(&job, Instant::now()).unwrap_err()
}

#[test]
fn queued_rows_share_a_statement_and_a_full_queue_refuses_at_once() {
    let Fixture { group, comes, answer } = fixture(NEVER, 0);
    let mut waiting = vec![group.shared.enqueue(Job::new(&lookup(0))).unwrap()];
    assert_eq!(comes.recv(), Ok(1));
    let rest =
        (1..=QUEUE_ROWS_MAX as i64).map(|time| group.shared.enqueue(Job::new(&lookup(time))));
    waiting.extend(rest.map(Result::unwrap));
    let error = group.record(&lookup(9)).unwrap_err();
    assert!(error.is_unavailable() && error.to_string().contains("1024 rows"), "{error}");
    assert!(!error.may_be_stored());

    drop(answer);
    for job in waiting {
        assert_eq!(job.slot.wait(Instant::now() + NEVER).ok(), Some(Ok(Saved::No)));
    }
    let batches: Vec<usize> = comes.try_iter().collect();
    assert_eq!(batches, vec![BATCH_ROWS_MAX; QUEUE_ROWS_MAX / BATCH_ROWS_MAX]);
}

#[test]
fn a_row_whose_caller_gave_up_in_the_queue_is_never_stored() {
    let Fixture { group, comes, answer } = fixture(Duration::from_millis(1), 0);
    let first = given_up_while_written(&group, &comes);
    assert!(first.may_be_stored(), "the writer has it: {first}");
    let second = group.record(&lookup(2)).unwrap_err();
    assert!(second.is_unavailable() && !second.may_be_stored(), "{second}");
    drop(answer);
    drop(group);
    assert_eq!(comes.iter().count(), 0);
}

#[test]
fn a_repeated_look_up_gets_the_key_of_the_unconfirmed_one() {
    let Fixture { group, comes, answer } = fixture(Duration::from_millis(1), 0);
    assert!(given_up_while_written(&group, &comes).may_be_stored());
    let again = group.shared.enqueue(Job::new(&lookup(500))).unwrap();
    assert_eq!(again.row.time, 1);
    let third = group.shared.enqueue(Job::new(&lookup(900))).unwrap();
    assert_eq!(third.row.time, 900);
    drop((answer, comes));
}

#[test]
fn a_commit_that_was_not_confirmed_succeeds_if_the_row_is_there() {
    for stored in [true, false] {
        let Fixture { group, comes, answer } = fixture(NEVER, usize::from(stored));
        answer.send(Err(StoreError::new(StoreErrorKind::Unconfirmed, "does not answer"))).unwrap();
        let result = group.record(&lookup(1));
        assert_eq!(comes.recv(), Ok(1));
        assert_eq!(result.is_ok(), stored, "{result:?}");
        assert!(stored || result.unwrap_err().may_be_stored());
    }
}

#[test]
fn the_writer_waits_for_more_rows_after_a_batch_of_several() {
    let Fixture { group, comes, answer } = fixture(NEVER, 0);
    let first = group.shared.enqueue(Job::new(&lookup(0))).unwrap();
    assert_eq!(comes.recv(), Ok(1), "a single row waits for no other");
    let pair = [1, 2].map(|time| group.shared.enqueue(Job::new(&lookup(time))).unwrap());
    answer.send(Ok(1)).unwrap();
    assert_eq!(comes.recv(), Ok(2));
    answer.send(Ok(2)).unwrap();
    for job in [&first, &pair[0], &pair[1]] {
        assert_eq!(job.slot.wait(Instant::now() + NEVER).ok(), Some(Ok(Saved::No)));
    }
    let third = group.shared.enqueue(Job::new(&lookup(3))).unwrap();
    let fourth = group.shared.enqueue(Job::new(&lookup(4))).unwrap();
    assert_eq!(comes.recv(), Ok(2), "the third was written without the fourth");
    drop(answer);
    for job in [third, fourth] {
        assert_eq!(job.slot.wait(Instant::now() + NEVER).ok(), Some(Ok(Saved::No)));
    }
}

#[test]
fn a_question_stores_nothing_and_fails_if_it_cannot_be_answered() {
    let user = UserId(1);
    // The row of `Gated` has other column types than the answer, so the query fails.
    for (rows_found, can_answer) in [(0, true), (1, false)] {
        let Fixture { group, comes, answer } = fixture(NEVER, rows_found);
        assert_eq!(group.is_saved(user, "word").ok(), can_answer.then_some(false));
        let row = group.shared.enqueue(Job::new(&lookup(1))).unwrap();
        assert_eq!(comes.recv(), Ok(1));
        let question = group.shared.enqueue(Job::ask(user, "word")).unwrap();
        let other = group.shared.enqueue(Job::new(&lookup(2))).unwrap();
        drop(answer);
        assert_eq!(comes.recv(), Ok(1), "the question is no row");
        for job in [row, other] {
            assert_eq!(job.slot.wait(Instant::now() + NEVER).ok(), Some(Ok(Saved::No)));
        }
        let answered = question.slot.wait(Instant::now() + NEVER).ok();
        assert_eq!(answered.is_some_and(|answered| answered.is_ok()), can_answer);
    }
}
