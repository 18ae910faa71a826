//! Tests of opening a database: a new one, a partly migrated one, one of another program or
//! version, and one that several instances open at once.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    sync::{Arc, Barrier},
    thread,
};

use dictapp::{model::Role, store::*};
use mysql::prelude::Queryable;

use crate::store::{Fresh, name, on_both_engines, register};

on_both_engines! {
    instances_that_open_a_new_database_at_once_agree
    leaves_the_table_of_another_program_alone
    refuses_a_database_of_a_newer_version
    refuses_a_database_of_another_build
    a_database_of_the_first_version_is_brought_up_to_date
}

/// A direct connection to a database, for statements that the store does not offer.
pub(crate) enum DirectConnection {
    Sqlite(rusqlite::Connection),
    Mysql(Box<mysql::Conn>),
}

impl Fresh {
    pub(crate) fn raw(&self) -> DirectConnection {
        let DatabaseUrl::Sqlite(path) = &self.config.url else {
            return DirectConnection::Mysql(Box::new(mysql::Conn::new(self.url.as_str()).unwrap()));
        };
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        DirectConnection::Sqlite(rusqlite::Connection::open(path).unwrap())
    }
}

impl DirectConnection {
    #[track_caller]
    pub(crate) fn run(&mut self, sql: &str) {
        match self {
            DirectConnection::Sqlite(conn) => conn.execute_batch(sql).unwrap(),
            DirectConnection::Mysql(conn) => conn.query_drop(sql).unwrap(),
        }
    }

    #[track_caller]
    pub(crate) fn count(&mut self, sql: &str) -> u64 {
        match self {
            DirectConnection::Sqlite(conn) => {
                conn.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap() as u64
            }
            DirectConnection::Mysql(conn) => conn.query_first(sql).unwrap().unwrap(),
        }
    }
}

#[track_caller]
fn refusal(fresh: &Fresh) -> String {
    let error = Store::open(&fresh.config).unwrap_err();
    assert!(error.is_refused(), "{error:?}");
    error.to_string()
}

fn instances_that_open_a_new_database_at_once_agree(fresh: &Fresh) {
    const INSTANCES: usize = 8;
    let start = Arc::new(Barrier::new(INSTANCES));
    let threads: Vec<_> = (0..INSTANCES)
        .map(|n| {
            let (config, start) = (fresh.config.clone(), Arc::clone(&start));
            thread::spawn(move || {
                start.wait();
                register(&Store::open(&config).unwrap(), &format!("user{n}"))
            })
        })
        .collect();
    let mut users: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    users.sort();
    users.dedup();
    assert_eq!(users.len(), INSTANCES);
    assert_eq!(fresh.raw().count("select count(*) from dictapp_migration where version <= 3"), 3);
    assert_eq!(fresh.open().lexicon_version().unwrap(), 0);
}

fn leaves_the_table_of_another_program_alone(fresh: &Fresh) {
    // The tables as the course creates them.
    let mut raw = fresh.raw();
    raw.run("create table hist (id integer primary key, name varchar(32), word varchar(32))");
    raw.run("insert into hist values (1, 'Levi', 'apple')");
    let text = refusal(fresh);
    assert!(text.contains("already has a table `hist` that this program did not make"), "{text}");
    assert_eq!(raw.count("select count(*) from hist where word = 'apple'"), 1);
    let tables = match raw {
        DirectConnection::Sqlite(_) => {
            raw.count("select count(*) from sqlite_master where type = 'table'")
        }
        DirectConnection::Mysql(_) => raw.count(
            "select count(*) from information_schema.tables where table_schema = database()",
        ),
    };
    assert_eq!(tables, 1, "something was made beside it");
}

fn refuses_a_database_of_a_newer_version(fresh: &Fresh) {
    register(&fresh.open(), "Levi");
    fresh.raw().run("insert into dictapp_migration values (999, '0999_more', 'x', 1)");
    let text = refusal(fresh);
    assert!(
        text.contains("newer version of this program (its tables are at version 999"),
        "{text}"
    );
    fresh.raw().run("delete from dictapp_migration where version = 999");
    assert!(fresh.open().user_by_name(&name("Levi")).unwrap().is_some());
}

fn refuses_a_database_of_another_build(fresh: &Fresh) {
    drop(fresh.open());
    fresh.raw().run("update dictapp_migration set digest = 'x' where version = 1");
    let text = refusal(fresh);
    assert!(text.contains("its migration 0001_tables differs"), "{text}");
}

fn a_database_of_the_first_version_is_brought_up_to_date(fresh: &Fresh) {
    let levi = register(&fresh.open(), "Levi");
    let mut raw = fresh.raw();
    undo_accounts(&mut raw);
    raw.run("drop table book_off");
    raw.run("delete from dictapp_migration where version in (2, 3)");
    let store = fresh.open();
    assert_eq!(store.books_off(levi).unwrap(), []);
    let user = store.user_by_id(levi).unwrap().unwrap();
    assert_eq!((user.role, user.disabled), (Role::User, None));
    assert_eq!(store.outdated_users_after(UserId::BEFORE_ALL, 10).unwrap(), [user]);
    assert_eq!(raw.count("select count(*) from dictapp_migration where version <= 3"), 3);
}

/// Reverts the third migration.
fn undo_accounts(raw: &mut DirectConnection) {
    raw.run("drop table audit");
    raw.run("drop table reset_code");
    match raw {
        DirectConnection::Sqlite(_) => raw.run("drop index user_look"),
        DirectConnection::Mysql(_) => raw.run("drop index user_look on user"),
    }
    for column in ["role", "disabled", "look", "sign_up"] {
        raw.run(&format!("alter table user drop column {column}"));
    }
    for column in ["lifetime", "device", "network"] {
        raw.run(&format!("alter table session drop column {column}"));
    }
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn an_interrupted_migration_is_finished_by_the_next_start() {
    let fresh = Fresh::mariadb();
    register(&fresh.open(), "Levi");
    // Killed before the record was written, after every other table but two.
    let mut raw = fresh.raw();
    raw.run("delete from dictapp_migration");
    raw.run("drop table setting");
    raw.run("drop table counter");
    let store = fresh.open();
    assert!(store.user_by_name(&name("Levi")).unwrap().is_some());
    store.put_setting("a", "b").unwrap();
    assert_eq!(store.lexicon_version().unwrap(), 0);
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn every_table_of_mysql_suits_a_cluster_and_compares_bytes() {
    let fresh = Fresh::mariadb(); // on a database with another default character set
    drop(fresh.open());
    let mut raw = fresh.raw();
    let tables = "from information_schema.tables t where t.table_schema = database()";
    let all = raw.count(&format!("select count(*) {tables}"));
    assert!(all > 6);
    let innodb = "t.engine = 'InnoDB' and t.table_collation = 'utf8mb4_bin'";
    assert_eq!(raw.count(&format!("select count(*) {tables} and {innodb}")), all);
    let key = "exists (select 1 from information_schema.statistics s where s.table_schema = \
               t.table_schema and s.table_name = t.table_name and s.index_name = 'PRIMARY')";
    assert_eq!(raw.count(&format!("select count(*) {tables} and {key}")), all);
}
