//! Checks that this program can work with a database: all tables exist, and the user may change
//! them.

use std::process;

use jiff::Timestamp;

use super::{Access, CONFLICT_RETRIES_MAX, Db, Session, migrate::TABLES};
use crate::store::error::{Result, StoreErrorKind};

/// A change that is rolled back. A server in read-only mode refuses it, so the probe notices.
const WRITE: &str = "insert into setting (name, value) values (?, '')";

/// Tests everything in a transaction that is rolled back.
pub(crate) fn probe(db: &dyn Db) -> Result<()> {
    let mut session = db.session(Access::Write)?;
    for _ in 0..CONFLICT_RETRIES_MAX {
        match probe_once(&mut *session) {
            Err(error) if error.kind() == StoreErrorKind::TransactionConflict => (),
            result => return result,
        }
    }
    probe_once(&mut *session)
}

fn probe_once(session: &mut dyn Session) -> Result<()> {
    session.begin(Access::Write)?;
    let tried = try_all(session);
    session.rollback()?;
    tried
}

fn try_all(session: &mut dyn Session) -> Result<()> {
    // These statements match no row, but fail if the table or the privilege is missing.
    for table in TABLES {
        session.query(&format!("select 1 from `{table}` where 1 = 0"), &[])?;
        session.execute(&format!("delete from `{table}` where 1 = 0"), &[])?;
    }
    // A unique name: two instances that probe at the same time must not wait for each other.
    let name = format!("probe {} {}", process::id(), Timestamp::now().as_nanosecond());
    session.execute(WRITE, &[name.as_str().into()]).map(drop)
}
