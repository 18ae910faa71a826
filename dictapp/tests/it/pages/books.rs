//! Tests of dictionaries that are imported while the server runs, and of several books.

use std::time::Instant;

use dictapp::model::{Entry, Languages, Word};
use dictapp::store::{BookHeader, DatabaseConfig, DatabaseUrl, ImportStart, Store};

use super::client::Person;
use super::site::Site;

fn import(site: &Site, name: &str, word: &str, explanation: &str) {
    import_in(site, None, name, word, explanation);
}

fn import_in(site: &Site, languages: Option<Languages>, name: &str, word: &str, explanation: &str) {
    let url = DatabaseUrl::Sqlite(site.database());
    let store = Store::open(&DatabaseConfig { url, ..DatabaseConfig::default() }).unwrap();
    let header = BookHeader {
        name: name.to_owned(),
        title: format!("The book {name}"),
        kind: "test".to_owned(),
        digest: format!("{word} {}", explanation.len()),
        languages,
    };
    let ImportStart::Started(mut import) = store.begin_import(&header).unwrap() else {
        panic!("it is new")
    };
    let word = Word::parse(word).unwrap();
    let explanation = explanation.to_owned();
    import
        .add(&Entry { word, phonetic: Some("ˈɔ".into()), explanation, rank: None, forms: vec![] })
        .unwrap();
    import.commit().unwrap();
}

#[test]
fn a_book_that_another_process_imports_is_found_within_seconds() {
    let site = Site::start();
    let person = Person::new(&site);
    assert_eq!(person.get("/word/zyzzyva").status, 404);
    import(&site, "own", "zyzzyva", "n. 象鼻虫\n> A zyzzyva! = 看，象鼻虫！\n= weevil");
    let deadline = Instant::now() + crate::EVENT_WAIT_MAX;
    while person.get("/word/zyzzyva").status != 200 {
        assert!(Instant::now() < deadline, "it is never found");
    }
    let page = person.get("/word/zyzzyva");
    page.assert_has(
        200,
        &[
            "象鼻虫",
            "/ˈɔ/",
            ">The book own</h2>",
            "A <b>zyzzyva</b>!",
            "看，象鼻虫！",
            "href=\"/word/weevil\"",
        ],
    );
}

#[test]
fn the_page_follows_the_languages_of_the_book() {
    let site = Site::start();
    import_in(
        &site,
        Languages::parse("fr-fa"),
        "fr-fa",
        "pommeraie",
        "n. باغ سیب\n> Une pommeraie. = یک باغ سیب",
    );
    import(&site, "own", "תפוחון", "תפוח קטן");
    let site = Site::start_in(site.kill(), &[]);
    let person = Person::new(&site);
    let rtl = |lang: &str, text: &str| format!("lang=\"{lang}\" dir=\"rtl\">{text}");
    person.get("/word/pommeraie").assert_has(
        200,
        &[
            "<h1 class=\"headword\" lang=\"fr\">pommeraie",
            &rtl("fa", "باغ سیب"),
            "<span lang=\"fr\">Une <b>pommeraie</b>.",
            &rtl("fa", "یک باغ سیب"),
        ],
    );
    // The script of the entries determines the language if the book does not declare it.
    person.get("/word/תפוחון").assert_has(200, &[&rtl("he", "תפוחון"), &rtl("he", "תפוח קטן")]);
    person
        .get("/search?q=pommerai*")
        .assert_has(200, &["<a lang=\"fr\" href", &rtl("fa", "n. باغ سیب")]);
}

/// Two instances, started at the same moment on the same empty database.
fn two_first_starts(start: impl Fn() -> Site + Sync) {
    let sites = std::thread::scope(|scope| {
        let starts = [scope.spawn(&start), scope.spawn(&start)];
        starts.map(|start| start.join().expect("both start"))
    });
    for site in &sites {
        Person::new(site).get("/word/apple").assert_has(200, &["苹果"]);
    }
    let imports = sites.iter().map(|site| site.log().matches("the dictionary en-zh has").count());
    assert!((1..=2).contains(&imports.sum::<usize>()));
    let levi = Person::registered(&sites[0], "Levi");
    levi.get("/word/apple");
    let elsewhere = Person::new(&sites[1]);
    elsewhere.set_cookie("session", &levi.cookie("session").unwrap());
    elsewhere.get("/word/dog");
    assert_eq!(levi.history(), ["dog", "apple"]);
}

#[test]
fn two_instances_may_start_first_on_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("database.url=sqlite:{}", folder.path().join("shared.db").display());
    two_first_starts(|| Site::start_with(&[&url]));
    let books = rusqlite::Connection::open(folder.path().join("shared.db")).unwrap();
    let count = |sql| books.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("select count(*) from book"), 2);
    assert_eq!(count("select count(*) from words"), count("select sum(entries) from book"));
}

#[test]
#[ignore = "needs MariaDB: cargo xtask test"]
fn two_instances_may_start_first_on_one_server() {
    let url = format!("database.url={}", crate::mariadb::MariaDb::shared().database());
    two_first_starts(|| Site::start_with(&[&url]));
}

#[test]
fn the_order_of_the_books_is_a_setting() {
    let site = Site::start();
    import(&site, "own", "apple", "n. 另一种苹果");
    let folder = site.kill();
    for (settings, first, second) in [
        (&[][..], ">苹果", ">另一种苹果</p>"),
        (&["dictionary.books=own"], ">另一种苹果</p>", ">苹果"),
    ] {
        let copy = tempfile::tempdir().unwrap();
        std::fs::create_dir(copy.path().join("data")).unwrap();
        for file in std::fs::read_dir(folder.path().join("data")).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), copy.path().join("data").join(file.file_name())).unwrap();
        }
        let site = Site::start_in(copy, settings);
        let page = Person::new(&site).get("/word/apple");
        let place = |text: &str| page.body.find(text).unwrap_or_else(|| panic!("{text}: {page:?}"));
        assert!(place(first) < place(second), "{settings:?}");
        assert_eq!(page.body.matches("</h1>").count(), 1);
    }
}
