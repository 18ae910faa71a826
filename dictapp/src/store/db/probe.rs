//! A database to the verdict whether this program can work with it: each table is there, and this
//! user may change it.

use super::{Access, Db, Session, migrate::OURS};
use crate::store::error::Result;

/// A change that is undone: a server in read-only mode refuses it.
const WRITE: &str = "replace into setting (name, value) values ('probe', '')";

/// Tries everything in a transaction that is undone.
pub(crate) fn probe(db: &dyn Db) -> Result<()> {
    let mut session = db.session(Access::Write)?;
    session.begin(Access::Write)?;
    let tried = try_all(&mut *session);
    session.rollback()?;
    tried
}

fn try_all(session: &mut dyn Session) -> Result<()> {
    for table in OURS {
        session.query(&format!("select 1 from `{table}` where 1 = 0"), &[])?;
        session.execute(&format!("delete from `{table}` where 1 = 0"), &[])?;
    }
    session.execute(WRITE, &[]).map(drop)
}
