//! Tests of the command `dictapp import-course`: imports of a course database from a dump and from
//! a server. A second import adds nothing.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::process::Command;

use dictapp::store::{CourseRows, CourseSource};

use crate::mariadb::{self, MariaDb};
use crate::pages::client::Person;
use crate::pages::site::{Site, program};

/// A dump as phpMyAdmin exports it.
const PHPMYADMIN: &str = r#"-- phpMyAdmin SQL Dump
-- version 5.2.1
SET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO";
START TRANSACTION;
SET time_zone = "+00:00";
/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET NAMES utf8mb4 */;
--
-- 数据库： `dict`
--
CREATE TABLE `hist` (
  `id` int(11) NOT NULL,
  `name` varchar(32) COLLATE utf8mb4_general_ci NOT NULL COMMENT '用户, (name)',
  `word` varchar(32) NOT NULL DEFAULT '',
  `time` timestamp NOT NULL DEFAULT current_timestamp()
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

INSERT INTO `hist` (`id`, `name`, `word`, `time`) VALUES
(1, 'Levi', 'apple', '2020-11-03 02:20:30'),
(2, 'Levi', 'it\'s', '2020-11-03 02:20:31');

CREATE TABLE `user` (`id` int(11) NOT NULL, `name` varchar(32) NOT NULL, `passwd` varchar(128) NOT NULL);
INSERT INTO `user` (`id`, `name`, `passwd`) VALUES
(1, 'Levi', 'ladder violet');

ALTER TABLE `hist`
  ADD PRIMARY KEY (`id`);
ALTER TABLE `hist`
  MODIFY `id` int(11) NOT NULL AUTO_INCREMENT, AUTO_INCREMENT=3;
COMMIT;
"#;

/// The course's hash of Levi's password "ladder violet": md5(name + salt + password) in
/// hexadecimal.
const LEVIS_HASH: &str = "df8158cf22c0d96c482017d9e428b94c";

/// A dump by hand. Some rows cannot be imported. Mia's password is plain text.
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

/// Runs the import. Returns its report.
#[track_caller]
fn import(site: &Site, source: &str) -> String {
    let output = program(site.folder.path(), &[]).args(["import-course", source]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn log_in<'s>(site: &'s Site, name: &str, password: &str) -> Person<'s> {
    let person = Person::new(site);
    assert_eq!(
        person.submit("/login", &[("name", name), ("password", password)]).redirect_target("/"),
        "/"
    );
    person
}

/// Imports from this source twice. Checks the reports, and that users and look-ups are on the site.
fn imports_twice(source: impl Fn(&Site) -> String) {
    let site = Site::start();
    let source = source(&site);
    let report = import(&site, &source);
    assert!(report.contains("user: 2 added, 0 there before, 2 left out"), "{report}");
    assert!(report.contains("hist: 2 added, 0 there before, 2 left out"), "{report}");
    for reason in ["\"Levi\": the name is there twice", "\"a b\": ", "no such user", "unknown form"]
    {
        assert!(report.contains(reason), "{reason}: {report}");
    }
    let levi = log_in(&site, "Levi", "ladder violet");
    assert_eq!(levi.history(), ["zzcourse", "apple"]);
    assert_eq!(log_in(&site, "Mia", "kettle bridge").history(), [""; 0]);
    let again = import(&site, &source);
    assert!(again.contains("user: 0 added, 2 there before, 2 left out"), "{again}");
    assert!(again.contains("hist: 0 added, 2 there before, 2 left out"), "{again}");
    levi.get("/history").assert_has(200, &["zzcourse"]);
    // The server loads the new dictionary within seconds.
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
    imports_twice(|site| {
        let file = site.folder.path().join("course.sql");
        fs::write(&file, course()).unwrap();
        file.display().to_string()
    });
}

#[test]
fn a_dump_of_phpmyadmin_and_one_by_hand_are_imported() {
    let site = Site::start();
    let import = |name: &str, text: &str| {
        let file = site.folder.path().join(name);
        fs::write(&file, text).unwrap();
        import(&site, &file.display().to_string())
    };
    let said = import("phpmyadmin.sql", PHPMYADMIN);
    assert!(said.contains("user: 1 added, 0 there before, 0 left out"), "{said}");
    assert!(said.contains("hist: 2 added, 0 there before, 0 left out"), "{said}");
    assert!(said.contains("words: the source has no such table"), "{said}");
    let said = import(
        "by-hand.sql",
        "use dict;\r\ninsert into user(name,passwd) values('Mia',\"kettle bridge\");\r\n\
         insert into user set name='Tom', passwd='kettle ladder';\r\n\
         insert into words values (1,'zzhand','by hand'), (2,'zznul','a\\0b');\r\n\
         # the history\r\ninsert hist(name,word,time) value\r\n('Mia','apple',now()),\r\n\
         ('Mia','pear','Tue Nov  3 10:20:30 2020');\r\n",
    );
    assert!(said.contains("user: 2 added, 0 there before, 0 left out"), "{said}");
    assert!(said.contains("hist: 1 added, 0 there before, 0 left out"), "{said}");
    assert!(said.contains("hist, row 1: a value is not a text"), "{said}");
    assert!(said.contains("course: 1 entry imported"), "{said}");
    assert!(said.contains("words: \"zznul\": there is a zero byte, left out"), "{said}");
    assert_eq!(log_in(&site, "Levi", "ladder violet").history(), ["it&#39;s", "apple"]);
    assert_eq!(log_in(&site, "Tom", "kettle ladder").history(), [""; 0]);
}

#[test]
fn words_that_cannot_be_imported_do_not_keep_users_and_look_ups_out() {
    let site = Site::start();
    let file = site.folder.path().join("words.sql");
    let long = "x".repeat(2 << 20);
    let text = format!(
        "insert into words values (1,'zzempty',''), (2,'zzlong','{long}');\n\
         insert into user(name,passwd) values('Mia','kettle bridge');\n\
         insert into hist(name,word,time) values ('Mia','pear','2020-11-03 10:20:30'), \
         ('Mia','fig','9999-12-31 23:59:59');\n"
    );
    fs::write(&file, text).unwrap();
    let said = import(&site, &file.display().to_string());
    assert!(said.contains("words: \"zzempty\": there is no word or no explanation"), "{said}");
    assert!(said.contains("words: \"zzlong\": the explanation is longer than"), "{said}");
    assert!(said.contains("user: 1 added"), "{said}");
    assert!(said.contains("hist: 1 added") || said.contains("hist: 2 added"), "{said}");
}

#[test]
fn words_that_look_like_a_header_are_words_and_long_ones_are_reported_by_their_name() {
    let site = Site::start();
    let file = site.folder.path().join("words.sql");
    let long = format!("zz{}", "x".repeat(300));
    let insert = |rows: &str| {
        fs::write(&file, format!("insert into words values {rows};\n")).unwrap();
        import(&site, &file.display().to_string())
    };
    let said = insert(&format!("(1,'{long}','x')"));
    assert!(said.contains("\": the word is 302 characters, longer than 255, left out"), "{said}");
    let said = insert(
        "(1,'word','mean'), (2,'# languages: en-zh','zznote'), (3,'sep=;','zzsep'), \
         (4,'#separator:tab','zztab'), (5,'path','in \\\"c\\\\\\\", say'), (6,'zz','z')",
    );
    assert!(said.contains("course: 6 entries imported"), "{said}");
    let person = Person::new(&site);
    let is_there = || person.get("/word/zz").status == 200;
    while !is_there() {
        std::thread::yield_now();
    }
    person.get("/word/word").assert_has(200, &["mean"]);
    person.get("/word/sep=;").assert_has(200, &["zzsep"]);
    person.get("/word/path").assert_has(200, &["c\\", ", say"]);
}

#[test]
fn words_keep_their_brackets_and_reports_name_the_rows_of_the_table() {
    let site = Site::start();
    let file = site.folder.path().join("words.sql");
    let rows = "(1,'[sound:zz.mp3]','zzsound'), (2,'zzlines','a\\nb\\nc'), (3,null,'x'), \
                (4,'zzkept','see [sound:zz.mp3]'), (5,'zzkept','again')";
    fs::write(&file, format!("insert into words values {rows};\n")).unwrap();
    let mut program = program(site.folder.path(), &[]);
    let output = program.args(["import-course", &file.display().to_string()]).output().unwrap();
    let report = String::from_utf8(output.stderr).unwrap();
    assert!(report.contains("explanations joined:\n  row 5 of words: zzkept\n"), "{report}");
    let person = Person::new(&site);
    let is_there = || person.get("/word/zzkept").status == 200;
    while !is_there() {
        std::thread::yield_now();
    }
    person.get("/word/zzkept").assert_has(200, &["see [sound:zz.mp3]"]);
    person.get("/word/[sound:zz.mp3]").assert_has(200, &["zzsound"]);
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn a_course_database_is_imported_and_can_be_imported_again() {
    use mysql::prelude::Queryable;
    imports_twice(|_| {
        let url = MariaDb::shared().database();
        let mut server = mysql::Conn::new(url.as_str()).unwrap();
        for statement in course().split(";\n").filter(|sql| !sql.trim().is_empty()) {
            server.query_drop(statement).unwrap();
        }
        url
    });
}

/// Other orders of columns, more columns, a trigger, and texts that look like SQL.
const OTHER: &str = r#"
create table user (passwd varbinary(64), `a,(b` int default 5, name varchar(32), id int auto_increment primary key, `key` varchar(8) default 'k;', unique key name (name), check (name <> 'x'));
create table hist (time timestamp null, word varchar(64), id int primary key auto_increment, name varchar(32), data blob);
create table words (mean text, id int primary key auto_increment, word varchar(64));
create table `other;table` (id int);
create trigger t after insert on `other;table` for each row insert into hist (name, word) values ('trigger', 'row');
insert into user (name, passwd) values ('李雷', 'secret'), ('o''neil', null), ('back\\slash', 'quo"te'), ('brackets(),;', '`');
insert into hist (name, word, time, data) values ('李雷', 'apple', '2020-11-03 10:20:30', 0x00ff27), ('李雷', 'ice cream', null, null);
insert into words (word, mean) values ('apple', 'n. 苹果\r\nline; ''); drop table user; -- no comment\t/* nor this */ \0'), ('it''s', '\\'), ('naive', '# 天真');
"#;

/// A course database on a server, and what is read from it there.
fn other_course() -> (String, CourseRows) {
    use mysql::prelude::Queryable;
    let url = MariaDb::shared().database();
    let mut server = mysql::Conn::new(url.as_str()).unwrap();
    let name = url.rsplit('/').next().unwrap();
    server.query_drop(format!("alter database {name} character set utf8mb4")).unwrap();
    server.query_drop("set names utf8mb4").unwrap();
    server.query_drop("set time_zone = '+08:00'").unwrap();
    for statement in OTHER.split(";\n").filter(|sql| !sql.trim().is_empty()) {
        server.query_drop(statement).unwrap();
    }
    let rows = CourseSource::parse(&url).unwrap().read().unwrap();
    (name.to_owned(), rows)
}

/// Each option changes what `mysqldump` writes: how it quotes, escapes and orders.
#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn a_dump_of_any_style_has_the_rows_of_the_server() {
    let (database, expected) = other_course();
    assert_eq!(expected.users.len(), 4);
    assert_eq!(expected.lookups[0], ["李雷", "apple", "2020-11-03 02:20:30+00:00"]);
    assert!(expected.words[0][1].ends_with("-- no comment\t/* nor this */ \0"), "{expected:?}");
    let folder = tempfile::tempdir().unwrap();
    for options in [
        &[][..],
        &["--skip-extended-insert"],
        &["--complete-insert", "--skip-extended-insert", "--skip-add-locks"],
        &["--hex-blob"],
        // Without its own character set each of these writes `?` for Chinese.
        &["--compatible=ansi", "--default-character-set=utf8mb4"],
        &["--compatible=oracle", "--default-character-set=utf8mb4"],
        &["--compatible=mssql", "--default-character-set=utf8mb4", "--hex-blob"],
        &["--skip-add-drop-table", "--skip-disable-keys"],
        &["--skip-comments", "--skip-opt"],
        &["--default-character-set=gbk"],
        &["--default-character-set=gbk", "--skip-extended-insert", "--hex-blob"],
        &["--insert-ignore", "--delayed-insert"],
        &["--replace", "--order-by-primary"],
        &["--databases", "--routines", "--events", "--add-drop-trigger"],
        &["--databases", "mysql"],
    ] {
        let file = folder.path().join("dump.sql");
        dump(&database, options, &file);
        let rows = CourseSource::Dump(file).read().unwrap();
        let read = |rows: &CourseRows| {
            let users = rows.users.iter().map(|user| (user.name.clone(), user.passwd.clone()));
            let mut users: Vec<_> = users.collect();
            users.sort();
            (users, rows.lookups.clone(), rows.words.clone())
        };
        assert_eq!(read(&rows), read(&expected), "{options:?}");
        assert!(
            rows.unreadable_rows.is_empty() && rows.missing.is_empty(),
            "{options:?}: {rows:?}"
        );
    }
}

/// Without `SET NAMES` and `SET TIME_ZONE`: the text is UTF-8, the time is read as it stands.
#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn a_compact_dump_has_the_rows_of_the_server_with_times_as_written() {
    let (database, expected) = other_course();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dump.sql");
    dump(&database, &["--compact"], &file);
    let rows = CourseSource::Dump(file).read().unwrap();
    assert_eq!((rows.users, rows.words), (expected.users, expected.words));
    assert_eq!(rows.lookups[0], ["李雷", "apple", "2020-11-03 02:20:30"]);
}

/// Writes a dump of a database of the shared server.
#[track_caller]
fn dump(database: &str, options: &[&str], file: &Path) {
    let server = MariaDb::shared();
    let mut command = Command::new("mysqldump");
    command.args(["--no-defaults", "--host=127.0.0.1", "--user=tester"]);
    command.arg(format!("--port={}", server.port()));
    command.arg(format!("--password={}", mariadb::PASSWORD));
    command.args(options);
    command.arg(database);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{options:?}: {said}");
    fs::write(file, output.stdout).unwrap();
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
