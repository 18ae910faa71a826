//! The rows of a course database on a MySQL server, in one read-only transaction.

use mysql::prelude::Queryable;
use mysql::{AccessMode, Conn, OptsBuilder, Row, TxOpts, Value};

use super::{CourseRows, TABLES, Table};
use crate::store::error::{Result, StoreError};
use crate::store::url::MysqlServer;

const EXISTS: &str = "select count(*) from information_schema.tables \
     where table_schema = database() and table_name = ?";

pub(super) fn read(server: &MysqlServer) -> Result<CourseRows> {
    let login = server.login()?;
    read_all(login).map_err(|error| StoreError::refused(format!("{server}: {error}")))
}

fn read_all(login: OptsBuilder) -> mysql::Result<CourseRows> {
    let mut connection = Conn::new(login)?;
    let options = TxOpts::default().set_access_mode(Some(AccessMode::ReadOnly));
    let mut transaction =
        connection.start_transaction(options.set_with_consistent_snapshot(true))?;
    let mut rows = CourseRows::default();
    for table in &TABLES {
        let count: Option<u64> = transaction.exec_first(EXISTS, (table.name,))?;
        if count.unwrap_or_default() == 0 {
            rows.missing.push(table.name);
            continue;
        }
        for row in transaction.query_iter(select(table))? {
            rows.add(table, values(row?));
        }
    }
    transaction.rollback()?;
    Ok(rows)
}

fn select(table: &Table) -> String {
    let columns: Vec<String> = table.read.iter().map(|name| format!("`{name}`")).collect();
    format!("select {} from `{}`", columns.join(", "), table.name)
}

fn values(row: Row) -> Vec<String> {
    row.unwrap_raw().into_iter().map(|value| text(value.unwrap_or(Value::NULL))).collect()
}

/// A value as the course's Python prints it.
fn text(value: Value) -> String {
    match value {
        Value::NULL => String::new(),
        Value::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Value::Date(year, month, day, hour, minute, second, _) => {
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
        }
        other => other.as_sql(true).trim_matches('\'').to_owned(),
    }
}
