//! Copies the rows of all tables to another database, in the order of their foreign keys.

use std::ops::ControlFlow;

use super::Direction;
use crate::store::{
    db::{Row, Session, TABLES, Value, count_in},
    error::{Result, StoreError},
};

/// Maximum number of parameters of a statement: SQLite allows 32,766 and MySQL 65,535.
const PARAMETERS_MAX: usize = 10_000;
/// Maximum size of a statement in bytes: far below the 16 MiB that servers accept by default
/// (`max_allowed_packet`).
const STATEMENT_BYTES_MAX: usize = 1 << 20;

const COLUMNS: &str = "select name, type from pragma_table_info(?) order by cid";

/// A column of a table.
struct Column {
    name: String,
    is_binary: bool,
}

/// Copies the rows of every table. First deletes the counters, which the migrations insert into a
/// new database.
pub(super) fn copy_tables(
    from: &mut dyn Session,
    to: &mut dyn Session,
    direction: Direction,
) -> Result<()> {
    to.execute("delete from counter", &[])?;
    for table in TABLES {
        let columns = match direction {
            Direction::ToSqlite => columns(to, table)?,
            Direction::FromSqlite => columns(from, table)?,
        };
        copy_table(from, to, table, &columns)?;
    }
    Ok(())
}

/// Counts the rows of each table.
pub(super) fn count_tables(session: &mut dyn Session) -> Result<super::Counts> {
    let count = |table: &&'static str| {
        let rows = session.query(&format!("select count(*) from `{table}`"), &[])?;
        Ok((*table, count_in(rows)?))
    };
    TABLES.iter().map(count).collect()
}

fn columns(session: &mut dyn Session, table: &str) -> Result<Vec<Column>> {
    let column = |mut row: Row| {
        let name = row.text()?;
        Ok(Column { name, is_binary: row.text()?.eq_ignore_ascii_case("blob") })
    };
    let rows = session.query(COLUMNS, &[table.into()])?;
    let columns: Vec<Column> = rows.into_iter().map(column).collect::<Result<_>>()?;
    if columns.is_empty() {
        return Err(StoreError::internal(format!("the table {table} has no columns")));
    }
    Ok(columns)
}

fn copy_table(
    from: &mut dyn Session,
    to: &mut dyn Session,
    table: &str,
    columns: &[Column],
) -> Result<()> {
    let names = columns.iter().map(|column| format!("`{}`", column.name)).collect::<Vec<_>>();
    let names = names.join(", ");
    let mut batch = Batch {
        insert: format!("insert into `{table}` ({names}) values "),
        row_placeholders: format!("({})", vec!["?"; columns.len()].join(", ")),
        columns: columns.len(),
        values: Vec::new(),
        bytes: 0,
    };
    from.for_each_row(&format!("select {names} from `{table}`"), &[], &mut |mut row| {
        for column in columns {
            batch.add(row.value()?, column);
        }
        if batch.is_full() {
            batch.flush(to)?;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    batch.flush(to)
}

/// The rows of the next statement.
struct Batch {
    /// The statement up to `values`.
    insert: String,
    /// The placeholders of one row: `(?, ?)`.
    row_placeholders: String,
    /// The number of columns.
    columns: usize,
    values: Vec<Value>,
    /// The approximate size of the values.
    bytes: usize,
}

impl Batch {
    /// Adds a value. Results of MySQL do not distinguish text from bytes, so the column decides.
    fn add(&mut self, value: Value, column: &Column) {
        let value = match value {
            Value::Text(text) if column.is_binary => Value::Bytes(text.into_bytes()),
            other => other,
        };
        self.bytes += match &value {
            Value::Text(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            Value::Null | Value::Int(_) => 8,
        };
        self.values.push(value);
    }

    /// Whether another row might exceed the limits.
    fn is_full(&self) -> bool {
        self.values.len() + self.columns > PARAMETERS_MAX || self.bytes >= STATEMENT_BYTES_MAX
    }

    /// Inserts the rows.
    fn flush(&mut self, to: &mut dyn Session) -> Result<()> {
        let rows = self.values.len() / self.columns;
        if rows == 0 {
            return Ok(());
        }
        let placeholders = vec![self.row_placeholders.as_str(); rows].join(", ");
        to.execute(&format!("{}{placeholders}", self.insert), &self.values)?;
        self.values.clear();
        self.bytes = 0;
        Ok(())
    }
}
