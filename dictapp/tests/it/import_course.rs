//! Imports of a course database, from a dump and from a server, each twice.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;

use crate::mariadb::MariaDb;
use crate::pages::client::Person;
use crate::pages::site::{Site, program};

/// hex md5(name + salt + password) of Levi and "ladder violet".
const LEVIS_HASH: &str = "df8158cf22c0d96c482017d9e428b94c";

/// Mia's password is plain text.
const COURSE: &str = "
create table user (id int primary key auto_increment, name varchar(32), passwd varchar(64));
create table hist (id int primary key auto_increment, name varchar(32), word varchar(32), time varchar(64));
create table words (id int primary key auto_increment, word varchar(32), mean text);
insert into user values (1, 'Levi', 'LEVIS_HASH'), (2, 'Mia', 'kettle bridge'), (3, 'Levi', 'again'), (4, 'a b', 'x');
insert into hist values (1, 'Levi', 'apple', 'Tue Nov  3 10:20:30 2020'), (2, 'Levi', 'zzcourse', '2020-11-03 10:20:30'), (3, 'Nobody', 'apple', '2020-11-03 10:20:30'), (4, 'Mia', 'apple', 'yesterday');
insert into words values (1, 'zzcourse', 'a word that only the course has'), (2, 'zzcourse', 'another meaning');
";

fn course() -> String {
    COURSE.replace("LEVIS_HASH", LEVIS_HASH)
}

#[track_caller]
fn import(site: &Site, source: &str) -> String {
    let output = program(site.folder.path(), &[]).args(["import-course", source]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn log_in<'s>(site: &'s Site, name: &str, password: &str) -> Person<'s> {
    let person = Person::new(site);
    assert_eq!(person.submit("/login", &[("name", name), ("password", password)]).to("/"), "/");
    person
}

fn moves_in(source: impl Fn(&Site) -> String) {
    let site = Site::start();
    let source = source(&site);
    let said = import(&site, &source);
    assert!(said.contains("user: 2 added, 0 there before, 2 left out"), "{said}");
    assert!(said.contains("hist: 2 added, 0 there before, 2 left out"), "{said}");
    for odd in ["\"Levi\": the name is there twice", "\"a b\": ", "no such user", "unknown form"] {
        assert!(said.contains(odd), "{odd}: {said}");
    }
    let levi = log_in(&site, "Levi", "ladder violet");
    assert_eq!(levi.history(), ["zzcourse", "apple"]);
    assert_eq!(log_in(&site, "Mia", "kettle bridge").history(), [""; 0]);
    let again = import(&site, &source);
    assert!(again.contains("user: 0 added, 2 there before, 2 left out"), "{again}");
    assert!(again.contains("hist: 0 added, 2 there before, 2 left out"), "{again}");
    levi.get("/history").assert_has(200, &["zzcourse"]);
    // The server loads the new word book within seconds.
    let is_there = || levi.get("/word/zzcourse").body.contains("a word that only the course has");
    while !is_there() {
        std::thread::yield_now();
    }
    for hash in [LEVIS_HASH, "kettle bridge"] {
        let stored = fs::read(site.database()).unwrap();
        assert!(!stored.windows(hash.len()).any(|some| some == hash.as_bytes()), "{hash}");
    }
}

#[test]
fn a_dump_is_imported_and_can_be_imported_again() {
    moves_in(|site| {
        let file = site.folder.path().join("course.sql");
        fs::write(&file, course()).unwrap();
        file.display().to_string()
    });
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn a_course_database_is_imported_and_can_be_imported_again() {
    use mysql::prelude::Queryable;
    moves_in(|_| {
        let url = MariaDb::shared().database();
        let mut server = mysql::Conn::new(url.as_str()).unwrap();
        for statement in course().split(";\n").filter(|sql| !sql.trim().is_empty()) {
            server.query_drop(statement).unwrap();
        }
        url
    });
}

#[test]
fn an_invalid_source_is_refused() {
    let site = Site::start();
    for (source, why) in [
        ("gone.sql", "No such file"),
        ("mysql://host", "names no database"),
        ("stderr", "none of the course's tables"),
    ] {
        let output = program(site.folder.path(), &[]).args(["import-course", source]).output();
        let output = output.unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(why), "{source}: {said}");
    }
}
