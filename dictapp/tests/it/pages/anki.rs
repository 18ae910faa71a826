//! Tests of exporting the word book as an Anki package and importing packages, without JavaScript.
//! Anki 26.09 made both packages from the same four notes: `anki-old.apkg` for Anki 2.1, and
//! `anki-new.apkg` for newer versions.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::client::{Answer, Person};
use super::site::Site;

const OLD: &[u8] = include_bytes!("../../data/learning/anki-old.apkg");
const NEW: &[u8] = include_bytes!("../../data/learning/anki-new.apkg");

fn import(person: &Person<'_>, package: &[u8]) -> Answer {
    let token = person.get("/words").form_token();
    person.post_file("/words/import", ("cards.apkg", package), &[("form_token", &token)])
}

/// The table that a page carries for its first note type.
#[track_caller]
fn table(page: &Answer) -> String {
    let rest = page.body.split_once("<textarea name=\"table\" hidden>").expect("a table").1;
    let table = rest.split_once("</textarea>").expect("its end").0;
    htmlize::unescape(table).into_owned()
}

/// Sends the chosen roles of the fields, as a browser would.
fn choose(person: &Person<'_>, page: &Answer, fields: &[(&str, &str)]) -> Answer {
    let (token, table) = (page.form_token(), table(page));
    let fields = [&[("form_token", token.as_str()), ("table", &table)], fields].concat();
    let mut body = String::new();
    for (name, value) in fields {
        let head = format!("Content-Disposition: form-data; name=\"{name}\"");
        body.push_str(&format!("--x\r\n{head}\r\n\r\n{value}\r\n"));
    }
    body.push_str("--x--\r\n");
    person.post_multipart("/words/import", "x", body.as_bytes())
}

#[test]
fn a_package_of_old_and_of_new_anki_is_shown_and_imported_by_the_chosen_fields() {
    for (name, package) in [("Levi", OLD), ("Mia", NEW)] {
        let site = Site::start();
        let person = Person::registered(&site, name);
        let page = import(&person, package);
        let guessed = ["value=\"word\" selected", "value=\"note\" selected"];
        page.assert_has(200, &[&guessed[..], &["Basic", "Notes: 3", "Cloze", "Front"]].concat());
        page.assert_has(
            200,
            &["<li dir=\"auto\">ice cream</li>", "<li dir=\"auto\">冰淇淋 &#60;甜&#62;</li>"],
        );
        page.assert_has_not(&["sound:", "Please update"]);
        let choice = [("field0", "word"), ("field1", "note")];
        let saved = "/words?added=2&skipped=1";
        assert_eq!(choose(&person, &page, &choice).redirect_target(saved), saved);
        let words = person.get("/words?list=Unit%205");
        words.assert_has(200, &[">ice cream</a>", ">give up</a>", "food unit5", "冰淇淋"]);
        assert_eq!(
            choose(&person, &page, &choice).redirect_target(""),
            "/words?added=0&known=2&skipped=1"
        );
        let none = choose(&person, &page, &[("field0", ""), ("field1", "note")]);
        none.assert_has(422, &["Choose the field that has the word."]);
        let list = [("field0", "word"), ("list", "Mine")];
        choose(&person, &none, &list).redirect_target("/words");
    }
}

#[test]
fn an_exported_package_is_imported_whole_by_somebody_else() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    let texts = [("note", "a <b> & c"), ("sentence", "I ate [it]."), ("tags", "x y")];
    for (word, list) in [("apple", "Unit 5"), ("ice cream", ""), ("o'clock", "A::B")] {
        let form = [&[("action", "save"), ("word", word), ("list", list)], &texts[..]].concat();
        levi.submit("/words", &form).redirect_target("/words");
    }
    let package = levi.get("/words/export?as=apkg").bytes;
    let mia = Person::registered(&site, "Mia");
    let page = import(&mia, &package);
    let roles = [("field0", "word"), ("field4", "sentence"), ("field5", "note")];
    assert_eq!(choose(&mia, &page, &roles).redirect_target(""), "/words?added=3");
    let exported = |person: &Person<'_>| person.get("/words/export?as=csv").body;
    assert!(exported(&levi).contains("A::B"));
    assert_eq!(exported(&mia), exported(&levi));
}

#[test]
fn a_file_that_is_no_package_and_a_damaged_package_are_refused() {
    let site = Site::start();
    let levi = Person::registered(&site, "Levi");
    let packed = |name: &str, content: &[u8]| {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
        archive.finish().unwrap().into_inner()
    };
    let none = "This file is not an Anki package";
    import(&levi, b"PK is how a zip begins").assert_has(422, &[none]);
    import(&levi, &packed("a.txt", b"a")).assert_has(422, &[none]);
    let damaged = "it may be damaged";
    import(&levi, &packed("collection.anki2", b"a")).assert_has(422, &[damaged]);
    let frame = [0x28, 0xb5, 0x2f, 0xfd, 9, 9, 9];
    import(&levi, &packed("collection.anki21b", &frame)).assert_has(422, &[damaged]);
    import(&levi, &NEW[..NEW.len() / 2]).assert_has(422, &[none]);
    let large = "This package is too large (limit: 67108864 bytes in the collection).";
    import(&levi, &packed("collection.anki2", &vec![0; 70 << 20])).assert_has(422, &[large]);
    assert_eq!(levi.get("/words/import").redirect_target("/words"), "/words");
}
