//! A [`Db`] that passes each call to another one, and records whether queries, transactions and
//! sessions succeed, so that the other parts of the store need not report outages. Integrity checks
//! and copies are not recorded: they are parts of commands and backups, which report their errors.

use std::{path::Path, sync::Arc};

use jiff::Timestamp;

use crate::store::{
    db::{Access, Db, Outage, Row, Session, Value},
    error::Result,
};

/// A database, and the record of its outages.
#[derive(Debug)]
pub(crate) struct Watched {
    db: Arc<dyn Db>,
    outage: Arc<Outage>,
}

impl Watched {
    pub(crate) fn new(db: Arc<dyn Db>, outage: Arc<Outage>) -> Watched {
        Watched { db, outage }
    }
}

impl Db for Watched {
    fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        self.outage.record(self.db.query(sql, params))
    }

    fn query_latest(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        self.outage.record(self.db.query_latest(sql, params))
    }

    fn execute(&self, sql: &str, params: &[Value]) -> Result<u64> {
        self.outage.record(self.db.execute(sql, params))
    }

    fn transaction(&self, work: &mut dyn FnMut(&mut dyn Session) -> Result<()>) -> Result<()> {
        self.outage.record(self.db.transaction(work))
    }

    fn session(&self, access: Access) -> Result<Box<dyn Session + Send>> {
        self.outage.record(self.db.session(access))
    }

    fn place(&self) -> String {
        self.db.place()
    }

    fn check_integrity(&self) -> Result<()> {
        self.db.check_integrity()
    }

    fn clock(&self) -> Result<Timestamp> {
        self.outage.record(self.db.clock())
    }

    fn file(&self) -> Option<&Path> {
        self.db.file()
    }

    fn copy_file(&self, target: &Path) -> Result<bool> {
        self.db.copy_file(target)
    }
}
