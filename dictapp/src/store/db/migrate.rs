//! Migrates a database of any earlier version to this one. Several instances may do so at the same
//! time.
//!
//! Migrations are numbered from 1, never change once released, and are recorded in the table
//! `dictapp_migration` with their digest. SQLite runs all of them in one transaction. MySQL
//! commits each statement by itself, so there each statement must be safe to repeat.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::hex;
use crate::store::{
    db::{Access, Db, Engine, Session},
    error::{Result, StoreError},
};

struct Migration {
    version: i64,
    name: &'static str,
    sql: &'static str,
}

/// The migrations with these versions and names: `migrations/ENGINE/NAME.sql`.
macro_rules! migrations {
    ($engine:literal: $($version:literal $name:literal),* $(,)?) => {
        &[$(Migration {
            version: $version,
            name: $name,
            sql: include_str!(concat!("../../../migrations/", $engine, "/", $name, ".sql")),
        }),*]
    };
}

const SQLITE: &[Migration] = migrations!(
    "sqlite": 1 "0001_tables", 2 "0002_book_off", 3 "0003_accounts", 4 "0004_learning",
    5 "0005_classes", 6 "0006_api_tokens", 7 "0007_book_languages", 8 "0008_long_words",
    9 "0009_audit_detail",
);
const MYSQL: &[Migration] = migrations!(
    "mysql": 1 "0001_tables", 2 "0002_book_off", 3 "0003_accounts", 4 "0004_learning",
    5 "0005_classes", 6 "0006_api_tokens", 7 "0007_book_languages", 8 "0008_long_words",
    9 "0009_audit_detail",
);
const SQLITE_MIGRATION_TABLE: &str = include_str!("../../../migrations/sqlite/0000_record.sql");
const MYSQL_MIGRATION_TABLE: &str = include_str!("../../../migrations/mysql/0000_record.sql");

const MIGRATION_TABLE: &str = "dictapp_migration";
/// All tables of this program, each after the tables that its foreign keys refer to. If another
/// program has made a table with one of these names, its database is refused.
pub(crate) const TABLES: &[&str] = &[
    "user",
    "session",
    "hist",
    "book",
    "words",
    "setting",
    "counter",
    "book_off",
    "reset_code",
    "audit",
    "saved_word",
    "review",
    "preference",
    "class",
    "class_member",
    "class_list",
    "class_word",
    "report",
    "lookup_hour",
    "missing_word",
    "api_token",
];

const APPLIED: &str = "select version, digest from dictapp_migration order by version";
const INSERT_APPLIED: &str =
    "insert into dictapp_migration (version, name, digest, applied) values (?, ?, ?, ?)";

/// Brings the tables up to date. Changes nothing if they are.
pub(crate) fn migrate(db: &dyn Db) -> Result<()> {
    let mut session = db.session(Access::Write)?;
    let (migrations, migration_table) = match session.engine() {
        Engine::Sqlite => (SQLITE, SQLITE_MIGRATION_TABLE),
        Engine::Mysql => (MYSQL, MYSQL_MIGRATION_TABLE),
    };
    // This check takes no write lock, since usually nothing is pending.
    if has_migration_table(&mut *session)? && pending(&mut *session, migrations, db)?.is_empty() {
        return Ok(());
    }
    session.begin_migration()?;
    if !has_migration_table(&mut *session)? {
        refuse_foreign_tables(&mut *session, db)?;
        session.migrate(migration_table)?;
    }
    for migration in pending(&mut *session, migrations, db)? {
        apply(&mut *session, migration)?;
    }
    session.end_migration()
}

/// Whether the database has the table [`MIGRATION_TABLE`].
fn has_migration_table(session: &mut dyn Session) -> Result<bool> {
    Ok(session.tables()?.iter().any(|table| is_migration_table(table)))
}

/// Whether this is the table [`MIGRATION_TABLE`], which shows that this program created the
/// database.
pub(crate) fn is_migration_table(table: &str) -> bool {
    table.eq_ignore_ascii_case(MIGRATION_TABLE)
}

/// Refuses a database in which another program has made a table with the name of one of [`TABLES`].
fn refuse_foreign_tables(session: &mut dyn Session, db: &dyn Db) -> Result<()> {
    let tables = session.tables()?;
    let foreign =
        tables.iter().find(|table| TABLES.iter().any(|own| own.eq_ignore_ascii_case(table)));
    let Some(foreign) = foreign else { return Ok(()) };
    Err(StoreError::refused(format!(
        "{} already has a table `{foreign}` that this program did not make: set database.url to \
         an empty database; nothing was changed",
        db.place()
    )))
}

/// The migrations that were not applied yet. Refuses a database that a newer version or another
/// build of this program has migrated.
fn pending(
    session: &mut dyn Session,
    migrations: &'static [Migration],
    db: &dyn Db,
) -> Result<Vec<&'static Migration>> {
    let mut applied = Vec::new();
    for mut row in session.query(APPLIED, &[])? {
        applied.push((row.int()?, row.text()?));
    }
    let known = migrations.last().map_or(0, |migration| migration.version);
    if let Some((newest, _)) = applied.last().filter(|(version, _)| *version > known) {
        return Err(StoreError::refused(format!(
            "{} was made by a newer version of this program (its tables are at version {newest}, \
             this program knows {known}): install the newer version",
            db.place()
        )));
    }
    let mut pending = Vec::new();
    for migration in migrations {
        match applied.iter().find(|(version, _)| *version == migration.version) {
            None => pending.push(migration),
            Some((_, digest)) if *digest == migration.digest() => (),
            Some(_) => {
                return Err(StoreError::refused(format!(
                    "{} was made by another build of this program (its migration {} differs): \
                     use that build, or another database",
                    db.place(),
                    migration.name
                )));
            }
        }
    }
    Ok(pending)
}

/// Runs the statements of a migration and records it.
fn apply(session: &mut dyn Session, migration: &Migration) -> Result<()> {
    for statement in statements(migration.sql) {
        session
            .migrate(statement)
            .map_err(|error| error.doing(format_args!("apply the migration {}", migration.name)))?;
    }
    let applied = Timestamp::now().as_microsecond();
    let digest = migration.digest();
    let params =
        [migration.version.into(), migration.name.into(), digest.as_str().into(), applied.into()];
    match session.execute(INSERT_APPLIED, &params) {
        Err(error) if error.is_conflict() => Ok(()), // another instance was faster
        result => result.map(drop),
    }
}

/// Splits a file into statements. A statement ends with a semicolon at the end of its line.
fn statements(sql: &str) -> impl Iterator<Item = &str> {
    sql.split_inclusive(";\n").map(str::trim).filter(|statement| !statement.is_empty())
}

impl Migration {
    fn digest(&self) -> String {
        hex::encode(&Sha256::digest(self.sql))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_numbered_from_one_and_the_same_for_both_engines() {
        for (number, (sqlite, mysql)) in (1..).zip(SQLITE.iter().zip(MYSQL)) {
            assert_eq!((sqlite.version, mysql.version), (number, number));
            assert_eq!(sqlite.name, mysql.name);
            assert!(sqlite.name.starts_with(&format!("{number:04}_")));
        }
        assert_eq!(SQLITE.len(), MYSQL.len());
    }

    #[test]
    fn every_table_that_migrations_create_is_in_the_list_of_tables() {
        for statement in SQLITE.iter().flat_map(|migration| statements(migration.sql)) {
            let Some((_, rest)) = statement.split_once("create table ") else { continue };
            let table = rest.split_whitespace().next().unwrap_or_default();
            assert!(TABLES.contains(&table), "{table}");
        }
    }

    #[test]
    fn every_table_of_mysql_has_a_key_and_compares_bytes() {
        for statement in MYSQL.iter().flat_map(|migration| statements(migration.sql)) {
            let Some((_, table)) = statement.split_once("create table") else { continue };
            assert!(table.contains("primary key"), "{table}");
            assert!(table.contains("engine = innodb"), "{table}");
            assert!(table.contains("charset = utf8mb4 collate = utf8mb4_bin"), "{table}");
            assert!(table.contains("if not exists"), "{table}");
        }
    }
}
