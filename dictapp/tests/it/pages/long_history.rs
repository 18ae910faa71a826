//! Tests of long histories: their pages, the time that they are kept, and the rows that are read.

use mysql::prelude::Queryable;

use super::client::Person;
use super::history::counted;
use super::site::Site;
use crate::mariadb::MariaDb;

const DAY: i64 = 86_400_000_000;

/// Noon of a day, in UTC, some days ago. The history keeps years.
fn noon(days_ago: i64) -> i64 {
    jiff::Timestamp::now().as_microsecond() / DAY * DAY + DAY / 2 - days_ago * DAY
}

#[test]
fn look_ups_that_are_older_than_the_setting_are_deleted() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let database = rusqlite::Connection::open(site.database()).unwrap();
    let (old, new) = (noon(3), noon(1));
    let rows = format!("(1, {old}, 'old', 1), (1, {new}, 'new', 1)");
    let insert = format!("insert into hist (user, time, word, found) values {rows}");
    database.execute(&insert, []).unwrap();
    assert_eq!(person.history(), ["new", "old"]);
    drop(database);
    let site = Site::start_in(site.kill(), &["dictionary.history_kept=2d"]);
    let database = rusqlite::Connection::open(site.database()).unwrap();
    let words = || -> String {
        database.query_row("select group_concat(word) from hist", [], |row| row.get(0)).unwrap()
    };
    let began = std::time::Instant::now();
    while words() != "new" {
        assert!(began.elapsed().as_secs() < 60, "{}", words());
        std::thread::yield_now();
    }
}

#[test]
fn each_look_up_of_very_long_days_is_counted_on_one_page() {
    let site = Site::start();
    let person = Person::registered(&site, "Levi");
    let database = rusqlite::Connection::open(site.database()).unwrap();
    // A day of 5,000 look-ups of 25 words, twelve of 200, and one of a single look-up.
    let busy = (0..5000).map(|number| (noon(30) + number, number % 25));
    let usual = (0..2400).map(|number| (noon(31 + number / 200) + number % 200, number % 3));
    let rows = busy.chain(usual).chain([(noon(50), 99)]);
    let rows: Vec<String> =
        rows.map(|(time, word)| format!("(1, {time}, 'word{word}', 1)")).collect();
    let insert = format!("insert into hist (user, time, word, found) values {}", rows.join(","));
    assert_eq!(database.execute(&insert, []).unwrap(), 7401);
    let mut page = person.get("/history");
    let mut pages = vec![counted(&page)];
    while let Some(older) = page.link("older") {
        page = person.get(&older);
        pages.push(counted(&page));
        assert!(pages.len() < 20, "{pages:?}");
    }
    let words: Vec<_> = pages.iter().flatten().collect();
    assert_eq!(words.len(), 25 + 12 * 3 + 1, "{pages:?}");
    let total: u64 = words.iter().map(|(_, times)| u64::from(*times)).sum();
    assert_eq!(total, 7401, "{pages:?}");
    let mut back = vec![counted(&page)];
    while let Some(newer) = page.link("newer") {
        page = person.get(&newer);
        back.push(counted(&page));
        assert!(back.len() < 20, "{newer}");
    }
    assert_eq!(back.last(), pages.first());
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn a_page_of_the_history_reads_few_rows_wherever_it_is() {
    let server = MariaDb::start();
    let database = server.database();
    let site = Site::start_with(&[&format!("database.url={database}")]);
    let person = Person::registered(&site, "Levi");
    let mut root = server.root();
    root.query_drop(format!("use {}", database.rsplit('/').next().unwrap())).unwrap();
    let rows = "insert into hist (user, time, word, found) select 1, ";
    // A day of 20,000 look-ups, and 2,000 days of one.
    let busy = format!("{} + seq, concat('word', seq % 5000), 1 from seq_1_to_20000", noon(30));
    let quiet = format!("{} - seq * {DAY}, 'word', 1 from seq_1_to_2000", noon(31));
    for some in [busy, quiet] {
        root.query_drop(format!("{rows}{some}")).unwrap();
    }
    let mut read = |target: &str| {
        let count = |root: &mut mysql::Conn| -> u64 {
            let rows: Vec<(String, u64)> =
                root.query("show global status like 'handler_read%'").unwrap();
            rows.into_iter().map(|row| row.1).sum()
        };
        person.get(target); // the session and the settings are cached now
        let before = count(&mut root);
        let answer = person.get(target);
        assert!(answer.status == 303 || answer.body.contains("<time "), "{target}: {answer:?}");
        count(&mut root) - before
    };
    let deep = noon(1000);
    // A page has 10 rows. Counting the look-ups of its days reads more.
    let beginning = "/history?older=-377705023201000000".to_owned();
    for target in [format!("/history?older={deep}"), format!("/history?newer={deep}"), beginning] {
        let rows = read(&target);
        assert!(rows < 500, "{target}: {rows} rows");
    }
    let busy = noon(30) + 10_000;
    for target in ["/history", &format!("/history?older={busy}"), &format!("/history?newer={busy}")]
    {
        let rows = read(target);
        assert!(rows < 42_000, "{target}: {rows} rows; the day has 20,000");
    }
}
