//! Tests of the command `dictapp books` while a server runs.

use std::fs;
use std::time::Instant;

use crate::pages::client::Person;
use crate::pages::site::{Ended, Site, run_command};

/// Runs a command that must succeed. Returns its standard output.
#[track_caller]
fn succeeds(site: &Site, words: &[&str]) -> String {
    let ended = run_command(site, words, "");
    assert_eq!(ended.code, Some(0), "{words:?}: {}", ended.stderr);
    ended.stdout
}

/// Waits until the page of a word is as expected: the server checks the database from time to time.
#[track_caller]
fn wait_for(person: &Person<'_>, word: &str, is_so: impl Fn(u16, &str) -> bool) {
    let deadline = Instant::now() + crate::EVENT_WAIT_MAX;
    loop {
        let page = person.get(&format!("/word/{word}"));
        if is_so(page.status, &page.body) {
            return;
        }
        assert!(Instant::now() < deadline, "{word} stays {}: {}", page.status, page.body);
    }
}

/// The names of the list, in its order.
fn names(list: &str) -> Vec<&str> {
    let rows = list.lines().skip(1).filter_map(|row| row.split_whitespace().nth(1));
    rows.collect()
}

#[test]
fn books_are_arranged_while_the_server_runs() {
    let site = Site::start();
    let person = Person::new(&site);
    let list = succeeds(&site, &["books"]);
    assert_eq!(names(&list), ["en-zh", "en-en"]);
    assert!(list.contains("英汉学习词典") && list.contains("shipped 20"), "{list}");

    fs::write(site.folder.path().join("own.txt"), "zyzzyva  n. 象鼻虫\napple  n. 另一种\n")
        .unwrap();
    succeeds(&site, &["import", "course", "own.txt"]);
    wait_for(&person, "zyzzyva", |status, _| status == 200);
    let place = |body: &str, text: &str| body.find(text).unwrap_or(usize::MAX);
    let is_first = |_, body: &str| place(body, ">另一种<") < place(body, "苹果");
    assert!(!is_first(200, &person.get("/word/apple").body));

    let list = succeeds(&site, &["books", "order", "own"]);
    assert_eq!(names(&list), ["own", "en-zh", "en-en"]);
    wait_for(&person, "apple", is_first);
    succeeds(&site, &["books", "rename", "own", "我的词典"]);
    wait_for(&person, "zyzzyva", |_, body| body.contains("我的词典"));
    assert!(succeeds(&site, &["books", "hide", "own"]).contains("hidden"));
    wait_for(&person, "zyzzyva", |status, _| status == 404);
    succeeds(&site, &["books", "show", "own"]);
    wait_for(&person, "zyzzyva", |status, _| status == 200);
    assert_eq!(names(&succeeds(&site, &["books", "remove", "own"])), ["en-zh", "en-en"]);
    wait_for(&person, "zyzzyva", |status, _| status == 404);
}

#[test]
fn a_missing_book_is_named_with_the_existing_ones() {
    let site = Site::start();
    for words in [
        &["books", "hide", "own"][..],
        &["books", "order", "en-en", "own"],
        &["books", "rename", "own", "x"],
        &["books", "remove", "own"],
    ] {
        let Ended { code, stdout, stderr } = run_command(&site, words, "");
        let expected = "dictapp: there is no dictionary \"own\"; there are: en-zh, en-en\n";
        assert_eq!((code, stdout.as_str(), stderr.as_str()), (Some(1), "", expected));
    }
    let Ended { code, stderr, .. } = run_command(&site, &["books", "order", "en-en", "en-en"], "");
    assert_eq!(
        (code, stderr.as_str()),
        (Some(1), "dictapp: the dictionary en-en is named twice\n")
    );
    let Ended { code, stderr, .. } = run_command(&site, &["books", "rename", "en-en", " "], "");
    assert_eq!(code, Some(1));
    assert!(stderr.contains("the title is empty"), "{stderr}");
    assert_eq!(names(&succeeds(&site, &["books"])), ["en-zh", "en-en"]);
}

#[test]
fn a_removed_shipped_book_does_not_return_at_the_next_start() {
    let site = Site::start();
    succeeds(&site, &["books", "remove", "en-en"]);
    let site = Site::start_in(site.kill(), &[]);
    assert_eq!(names(&succeeds(&site, &["books"])), ["en-zh"]);
}
