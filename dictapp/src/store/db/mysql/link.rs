//! A connection to a MySQL server: runs statements and classifies errors.

use std::{error::Error, fmt, io, sync::Arc};

use mysql::{Conn, DriverError, Params, prelude::Queryable};

use crate::store::{
    db::pool::Pooled,
    db::{Access, Engine, Row, RowVisitor, Session, Value},
    error::{Result, StoreError, StoreErrorKind},
};

/// How long one instance waits for another's migrations, in seconds.
const MIGRATION_WAIT_SECS: u32 = 60;

/// A connection to one server, and its state.
pub(crate) struct Link {
    conn: Conn,
    /// Host, port and database, for messages.
    place: Arc<str>,
    lifetime: Lifetime,
    in_transaction: bool,
    broken: bool,
    /// `None` until [`query_latest`](Link::query_latest) needs it.
    replication: Option<Replication>,
}

/// How long a connection is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lifetime {
    /// Until it is idle, old or broken.
    Pooled,
    /// For one call, with a shorter timeout than in the settings: the pool must not keep it.
    OneCall,
}

/// How the servers of the database replicate: with Galera, a server may lag behind the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Replication {
    None,
    Galera,
}

impl Link {
    pub(crate) fn new(conn: Conn, place: &str, lifetime: Lifetime) -> Link {
        let in_transaction = false;
        let broken = false;
        Link { conn, place: place.into(), lifetime, in_transaction, broken, replication: None }
    }

    /// Like `query`, after this server has applied the earlier commits of the other servers of its
    /// cluster.
    pub(crate) fn query_latest(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        match self.replication()? {
            Replication::None => self.query(sql, params),
            Replication::Galera => {
                self.run("set session wsrep_sync_wait = 1")?;
                let rows = self.query(sql, params);
                // If this fails, the connection is closed: its results would be right, but it would
                // wait before each statement.
                self.broken |= self.run("set session wsrep_sync_wait = 0").is_err();
                rows
            }
        }
    }

    /// Asks the server once how it replicates.
    fn replication(&mut self) -> Result<Replication> {
        if let Some(known) = self.replication {
            return Ok(known);
        }
        let rows = self.query("show variables like 'wsrep_on'", &[])?;
        let mut rows = rows.into_iter();
        let is_on =
            rows.next().map(|mut row| row.text().and_then(|_name| row.text())).transpose()?;
        let found = match is_on.as_deref() {
            Some("ON" | "1") => Replication::Galera,
            _ => Replication::None,
        };
        self.replication = Some(found);
        Ok(found)
    }

    /// Converts the error, and marks the connection as broken if the error shows that it is.
    fn check<T>(&mut self, result: mysql::Result<T>) -> Result<T> {
        result.map_err(|error| {
            let error = error_at(&self.place, &error);
            self.broken |= matches!(
                error.kind(),
                StoreErrorKind::Disconnected | StoreErrorKind::TimedOut | StoreErrorKind::NotReady
            );
            error
        })
    }

    fn run(&mut self, sql: &str) -> Result<()> {
        let result = self.conn.query_drop(sql);
        self.check(result)
    }

    /// Runs the statement `call`, which calls a lock function, with the name of the lock in place
    /// of `NAME`. All databases of a server share the names of locks, so the name is made from that
    /// of the database. Returns the function's result; `None`: null.
    fn migration_lock(&mut self, call: &str) -> Result<Option<i64>> {
        let name = "concat('dictapp migration ', left(sha1(database()), 32))";
        let result = self.conn.query_first::<Option<i64>, _>(call.replace("NAME", name));
        Ok(self.check(result)?.flatten())
    }
}

impl Pooled for Link {
    fn is_clean(&self) -> bool {
        !self.in_transaction && !self.broken && self.lifetime == Lifetime::Pooled
    }
}

impl Session for Link {
    fn for_each_row(&mut self, sql: &str, params: &[Value], visit: RowVisitor<'_>) -> Result<()> {
        let mut stopped = Ok(());
        let result = self.conn.exec_iter(sql, positional(params)).and_then(|rows| {
            for row in rows {
                let values = row?.unwrap_raw().into_iter().map(|value| match value {
                    Some(value) => value.into(),
                    None => Value::Null,
                });
                match visit(Row::new(values.collect())) {
                    Ok(flow) if flow.is_continue() => (),
                    Ok(_) => break,
                    Err(error) => {
                        stopped = Err(error);
                        break;
                    }
                }
            }
            Ok(())
        });
        self.check(result)?;
        stopped
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        let result = self.conn.exec_iter(sql, positional(params)).map(|done| done.affected_rows());
        self.check(result)
    }

    fn begin(&mut self, access: Access) -> Result<()> {
        self.run(match access {
            Access::Read => "start transaction with consistent snapshot, read only",
            Access::Write => "start transaction",
        })?;
        self.in_transaction = true;
        Ok(())
    }

    fn commit(&mut self) -> Result<()> {
        self.run("commit")?; // after an error the outcome is unknown: the flag stays set
        self.in_transaction = false;
        Ok(())
    }

    fn rollback(&mut self) -> Result<()> {
        self.run("rollback")?;
        self.in_transaction = false;
        Ok(())
    }

    /// The lock only saves work: in a cluster it holds on one server only, and some servers forbid
    /// it. Migrations are safe because each statement may be repeated, and a cluster runs such
    /// statements on all servers in the same order.
    fn begin_migration(&mut self) -> Result<()> {
        match self.migration_lock(&format!("select get_lock(NAME, {MIGRATION_WAIT_SECS})")) {
            Ok(Some(0)) => Err(StoreError::unavailable(format!(
                "another instance is still migrating the database at {} after {MIGRATION_WAIT_SECS} s",
                self.place
            ))),
            Err(error) if error.kind() != StoreErrorKind::Internal => Err(error),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    fn migrate(&mut self, statement: &str) -> Result<()> {
        match self.conn.query_drop(statement) {
            // table exists; column, key, foreign key exists; nothing to drop
            Err(mysql::Error::MySqlError(error))
                if matches!(error.code, 1050 | 1060 | 1061 | 1826 | 1091) =>
            {
                Ok(())
            }
            result => self.check(result),
        }
    }

    fn end_migration(&mut self) -> Result<()> {
        match self.migration_lock("select release_lock(NAME)") {
            Err(error) if error.kind() != StoreErrorKind::Internal => Err(error),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    fn tables(&mut self) -> Result<Vec<String>> {
        let sql =
            "select table_name from information_schema.tables where table_schema = database()";
        self.query(sql, &[])?.iter_mut().map(Row::text).collect()
    }

    fn engine(&self) -> Engine {
        Engine::Mysql
    }
}

fn positional(params: &[Value]) -> Params {
    if params.is_empty() {
        return Params::Empty;
    }
    Params::Positional(params.iter().map(Into::into).collect())
}

impl From<&Value> for mysql::Value {
    fn from(value: &Value) -> mysql::Value {
        match value {
            Value::Null => mysql::Value::NULL,
            Value::Int(value) => mysql::Value::Int(*value),
            Value::Text(value) => mysql::Value::Bytes(value.as_bytes().into()),
            Value::Bytes(value) => mysql::Value::Bytes(value.clone()),
        }
    }
}

impl From<mysql::Value> for Value {
    fn from(value: mysql::Value) -> Value {
        match value {
            mysql::Value::NULL => Value::Null,
            mysql::Value::Int(value) => Value::Int(value),
            mysql::Value::UInt(number) => match number.try_into() {
                Ok(number) => Value::Int(number),
                Err(_) => Value::Text(number.to_string()),
            },
            mysql::Value::Bytes(value) => match String::from_utf8(value) {
                Ok(text) => Value::Text(text),
                Err(error) => Value::Bytes(error.into_bytes()),
            },
            other => Value::Text(other.as_sql(true)),
        }
    }
}

/// Converts an error of the driver to one with a kind and with a text that names the database.
pub(crate) fn error_at(place: &str, error: &mysql::Error) -> StoreError {
    let at = |kind, text: String| StoreError::new(kind, format!("the database at {place} {text}"));
    let disconnected = |error: &io::Error| match error.kind() {
        // Certificates that the TLS library refuses.
        io::ErrorKind::InvalidData => at(StoreErrorKind::Refused, not_over_tls(error)),
        _ => at(StoreErrorKind::Disconnected, format!("cannot be reached: {error}")),
    };
    match error {
        mysql::Error::MySqlError(error) => {
            let code = error.code;
            let hint = advice(error.code, place);
            at(server_error(code), format!("says: {} (error {code}){hint}", error.message))
        }
        mysql::Error::IoError(error) if is_timeout(error.kind()) => {
            at(StoreErrorKind::TimedOut, "does not answer".to_owned())
        }
        mysql::Error::IoError(error) => disconnected(error),
        mysql::Error::DriverError(DriverError::ConnectTimeout | DriverError::Timeout) => {
            at(StoreErrorKind::TimedOut, "does not answer".to_owned())
        }
        mysql::Error::DriverError(DriverError::CouldNotConnect(Some((_, text, cause)))) => {
            let kind = if is_timeout(*cause) {
                StoreErrorKind::TimedOut
            } else {
                StoreErrorKind::Disconnected
            };
            at(kind, format!("cannot be reached: {text}"))
        }
        mysql::Error::DriverError(
            error @ (DriverError::MismatchedStmtParams(..)
            | DriverError::Params(_)
            | DriverError::MixedParams
            | DriverError::PacketTooLarge),
        ) => at(StoreErrorKind::Internal, format!("got an invalid request: {error}")),
        mysql::Error::DriverError(
            error @ (DriverError::UnknownAuthPlugin(_)
            | DriverError::OldMysqlPasswordDisabled
            | DriverError::CleartextPluginDisabled),
        ) => {
            at(StoreErrorKind::Refused, format!("asks for a login that is not supported: {error}"))
        }
        mysql::Error::DriverError(error @ DriverError::TlsNotSupported) => {
            at(StoreErrorKind::Refused, not_over_tls(error))
        }
        mysql::Error::TlsError(error) => at(StoreErrorKind::Refused, not_over_tls(error)),
        mysql::Error::DriverError(error) => {
            at(StoreErrorKind::Disconnected, format!("broke the protocol: {error}"))
        }
        // A packet that could not be read or sent in time is an error of the codec.
        mysql::Error::CodecError(error) => match io_cause(error) {
            Some(cause) if is_timeout(cause.kind()) => {
                at(StoreErrorKind::TimedOut, "does not answer".to_owned())
            }
            Some(cause) => disconnected(cause),
            None => at(StoreErrorKind::Disconnected, format!("broke the protocol: {error}")),
        },
        mysql::Error::UrlError(_) => at(StoreErrorKind::Refused, "has a wrong URL".to_owned()),
        mysql::Error::FromValueError(_) | mysql::Error::FromRowError(_) => {
            at(StoreErrorKind::Internal, "gave a value of another type".to_owned())
        }
    }
}

fn not_over_tls(error: &dyn fmt::Display) -> String {
    format!("cannot be used over TLS: {error}; check ssl and ca in database.url")
}

/// The kind of an error that a server reports by a code.
fn server_error(code: u16) -> StoreErrorKind {
    match code {
        1062 => StoreErrorKind::Conflict,
        // 1213 deadlock or lost certification, 1205 lock wait, 1020 row changed since the snapshot
        // (MariaDB 11); TiDB: 8002, 8022, 8028, 9007 write conflict
        1213 | 1205 | 1020 | 8002 | 8022 | 8028 | 9007 => StoreErrorKind::TransactionConflict,
        // 1047 not a member of the cluster now; 1040, 1203 too many connections; 1053 shutting
        // down; 1290, 1792, 1836 read-only; 1927, 1317 killed; 3169 session killed
        1047 | 1040 | 1203 | 1053 | 1290 | 1792 | 1836 | 1927 | 1317 | 3169 => {
            StoreErrorKind::NotReady
        }
        // 1180, 1181 the end of a transaction failed, for example because the node lost its
        // cluster: it is not known whether the transaction was stored, as after a broken connection
        1180 | 1181 => StoreErrorKind::Disconnected,
        // 1021 disk full, 1114 table full, 1041 out of memory, 1030 engine, 1969, 3024 too slow
        1021 | 1114 | 1041 | 1030 | 1969 | 3024 => StoreErrorKind::Unavailable,
        // 1044, 1045, 1698 no right to the database; 1142, 1143 to a table or column; 1049 no such
        // database; 1146, 1932 no such table; 1194, 1195 a damaged table
        1044 | 1045 | 1698 | 1142 | 1143 | 1049 | 1146 | 1932 => StoreErrorKind::Refused,
        1194 | 1195 => StoreErrorKind::Damaged,
        _ => StoreErrorKind::Internal,
    }
}

/// Advice for an error code of a server; empty: none.
fn advice(code: u16, place: &str) -> String {
    match code {
        1045 | 1698 => "; check the user and the password in database.url".to_owned(),
        1146 | 1932 | 1194 | 1195 => "; restore a backup".to_owned(),
        1044 | 1142 | 1143 => "; grant that user all rights to the database".to_owned(),
        1049 => {
            let database = place.rsplit('/').next().unwrap_or(place);
            format!("; run `create database {database}` there, or correct database.url")
        }
        _ => String::new(),
    }
}

/// The I/O error that caused an error, if one did.
fn io_cause<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e io::Error> {
    error.source().and_then(|cause| cause.downcast_ref())
}

fn is_timeout(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock)
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let transaction = self.in_transaction;
        let broken = self.broken;
        write!(f, "Link({}, in transaction {transaction}, broken {broken})", self.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An internal error would not be retried on another node.
    #[test]
    fn a_commit_on_a_node_that_lost_its_cluster_counts_as_a_broken_connection() {
        let lost = mysql::error::MySqlError {
            state: "HY000".to_owned(),
            message: "Error while appending streaming replication fragment(provider status: Not connected to \
                      Primary Component)"
                .to_owned(),
            code: 1180,
        };
        let error = error_at("db1", &mysql::Error::MySqlError(lost));
        assert_eq!(error.kind(), StoreErrorKind::Disconnected, "{error}");
        assert!(error.to_string().contains("(error 1180)"), "{error}");
    }
}
