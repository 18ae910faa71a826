//! Reads the rows of a programming course's database on a MySQL server, in one read-only
//! transaction.

use mysql::consts::ColumnType;
use mysql::prelude::Queryable;
use mysql::{AccessMode, Conn, OptsBuilder, Row, TxOpts, Value};

use super::{CourseRows, TABLES, Table};
use crate::store::error::{Result, StoreError};
use crate::store::url::MysqlServer;

const EXISTS: &str = "select count(*) from information_schema.tables \
     where table_schema = database() and table_name = ?";

/// Reads the rows of all tables that the server has.
pub(super) fn read(server: &MysqlServer) -> Result<CourseRows> {
    let login = server.login()?;
    read_tables(login).map_err(|error| StoreError::refused(format!("{server}: {error}")))
}

fn read_tables(login: OptsBuilder) -> mysql::Result<CourseRows> {
    let mut connection = Conn::new(login)?;
    let options = TxOpts::default().set_access_mode(Some(AccessMode::ReadOnly));
    let mut transaction =
        connection.start_transaction(options.set_with_consistent_snapshot(true))?;
    // The server sends a `timestamp` in the time zone of the connection. With UTC, the function
    // `text` can append the offset.
    transaction.query_drop("set time_zone = '+00:00'")?;
    let mut rows = CourseRows::default();
    for table in &TABLES {
        let count: Option<u64> = transaction.exec_first(EXISTS, (table.name,))?;
        if count.unwrap_or_default() == 0 {
            rows.missing.push(table.name);
            continue;
        }
        for (row, number) in transaction.query_iter(select(table))?.zip(1..) {
            let values = values(row?);
            if values.iter().any(|text| text.contains(char::REPLACEMENT_CHARACTER)) {
                rows.leave_out(table, number, "it is not UTF-8");
            } else {
                rows.add(table, number, values);
            }
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
    let columns = row.columns();
    let values = row.unwrap_raw().into_iter().zip(columns.iter());
    values.map(|(value, column)| text(value.unwrap_or(Value::NULL), column.column_type())).collect()
}

/// Converts a value to text as Python prints it, since the course's server shows it so. A
/// `timestamp` gets its UTC offset.
fn text(value: Value, kind: ColumnType) -> String {
    match value {
        Value::NULL => String::new(),
        Value::Bytes(bytes) if kind == ColumnType::MYSQL_TYPE_TIMESTAMP => {
            let time = String::from_utf8_lossy(&bytes).into_owned();
            if time.is_empty() || time.starts_with("0000") { time } else { time + "+00:00" }
        }
        Value::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Value::Date(year, month, day, hour, minute, second, _) => {
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
        }
        other => other.as_sql(true).trim_matches('\'').to_owned(),
    }
}
