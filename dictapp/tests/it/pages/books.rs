//! Word books that come while it serves, and several of them.

use std::time::{Duration, Instant};

use dictapp::model::{Entry, Word};
use dictapp::store::{BookHeader, DatabaseConfig, ImportStart, Store};

use super::client::Person;
use super::site::Site;

fn import(site: &Site, name: &str, word: &str, mean: &str) {
    let url = vec![site.database().display().to_string()];
    let store = Store::open(&DatabaseConfig { url, ..DatabaseConfig::default() }).unwrap();
    let header = BookHeader {
        name: name.to_owned(),
        title: format!("The book {name}"),
        kind: "test".to_owned(),
        digest: format!("{word} {}", mean.len()),
    };
    let ImportStart::Started(mut import) = store.begin_import(&header).unwrap() else {
        panic!("it is new")
    };
    let word = Word::parse(word).unwrap();
    let mean = mean.to_owned();
    import
        .add(&Entry { word, phonetic: Some("ˈɔ".into()), mean, rank: None, forms: vec![] })
        .unwrap();
    import.commit().unwrap();
}

#[test]
fn a_book_that_another_process_imports_is_found_within_seconds() {
    let site = Site::start();
    let person = Person::new(&site);
    assert_eq!(person.get("/word/zyzzyva").status, 404);
    import(&site, "own", "zyzzyva", "n. 象鼻虫\n> A zyzzyva! = 看，象鼻虫！\n= weevil");
    let deadline = Instant::now() + Duration::from_secs(30);
    while person.get("/word/zyzzyva").status != 200 {
        assert!(Instant::now() < deadline, "it is never found");
    }
    let page = person.get("/word/zyzzyva");
    page.assert_has(
        200,
        &[
            "象鼻虫",
            "/ˈɔ/",
            "From: The book own",
            "A zyzzyva!",
            "看，象鼻虫！",
            "href=\"/word/weevil\"",
        ],
    );
}

#[test]
fn the_order_of_the_books_is_a_setting() {
    let site = Site::start();
    import(&site, "own", "apple", "n. 另一种苹果");
    let folder = site.kill();
    for (settings, first, second) in [
        (&[][..], "苹果</p>", "另一种苹果</p>"),
        (&["dictionary.books=own"], ">另一种苹果</p>", ">苹果</p>"),
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
