//! Tests of dictionaries on both engines: importing (completely or not at all), ordering, hiding,
//! removing.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::ops::ControlFlow;

use dictapp::{model::Entry, store::*};

use crate::store::{Fresh, begin, entry, header, import, lookup, on_both_engines, register, word};

on_both_engines! {
    imports_entries_as_they_are
    an_import_of_the_same_digest_changes_nothing
    an_import_replaces_the_book_and_nothing_else
    a_dropped_import_changes_nothing
    an_import_names_the_headword_that_came_twice
    an_import_refuses_what_is_too_long
    readers_see_the_old_book_while_a_new_one_comes
    orders_and_hides_books
    renames_and_removes_books
    every_change_of_books_raises_the_version
    a_user_switches_books_off_for_themselves
}

#[track_caller]
fn all_words(store: &Store) -> Vec<String> {
    let mut words = Vec::new();
    store
        .each_entry(|book, entry| {
            words.push(format!("{}: {} = {}", book.name, entry.word, entry.explanation));
            ControlFlow::Continue(())
        })
        .unwrap();
    words
}

fn imports_entries_as_they_are(fresh: &Fresh) {
    let store = fresh.open();
    let go = Entry {
        phonetic: Some("gəʊ".to_owned()),
        rank: Some(u32::MAX),
        forms: vec!["went".to_owned(), "gone".to_owned()],
        ..entry("go", "v. 去\n> Go! = 去吧！\n😀\u{0}'\"\\%")
    };
    let long = entry(&"é".repeat(127), &"长".repeat(300_000));
    let entries: Vec<Entry> = ["café", "cafe", "Cafe", "CAFE", "and/or", "o'clock"]
        .map(|text| entry(text, text))
        .into_iter()
        .chain([go.clone(), long.clone(), entry("empty", "")])
        .collect();
    let book = import(&store, "one", "d1", &entries);
    assert_eq!((book.entries, book.title.as_str()), (9, "The book one"));

    for entry in &entries {
        let found = store.entries_of(&entry.word).unwrap();
        assert_eq!(found, [(book.id, entry.clone())]);
    }
    assert_eq!(store.entries_of(&word("GO")).unwrap(), []);
    let mut seen = Vec::new();
    store
        .each_entry(|_, entry| {
            seen.push(entry);
            ControlFlow::Continue(())
        })
        .unwrap();
    let mut sorted = entries;
    sorted.sort_by(|a, b| a.word.as_str().as_bytes().cmp(b.word.as_str().as_bytes()));
    assert_eq!(seen, sorted);
}

fn an_import_of_the_same_digest_changes_nothing(fresh: &Fresh) {
    let store = fresh.open();
    let book = import(&store, "one", "d1", &[entry("a", "1")]);
    let version = store.lexicon_version().unwrap();
    let again = store.begin_import(&header("one", "d1")).unwrap();
    assert!(matches!(again, ImportStart::Unchanged(same) if same == book));
    // Two instances that began at the same time: the second finds the work done.
    let (mut first, mut second) = (begin(&store, "two", "d2"), begin(&store, "two", "d2"));
    first.add(&entry("b", "first")).unwrap();
    second.add(&entry("b", "second")).unwrap();
    let two = first.commit().unwrap();
    assert_eq!(second.commit().unwrap(), two);
    assert_eq!(all_words(&store), ["one: a = 1", "two: b = first"]);
    assert_eq!(store.lexicon_version().unwrap(), version + 1);
}

fn an_import_replaces_the_book_and_nothing_else(fresh: &Fresh) {
    let store = fresh.open();
    let one = import(&store, "one", "d1", &[entry("a", "old"), entry("b", "old")]);
    import(&store, "two", "d2", &[entry("a", "two")]);
    let again = import(&store, "one", "d3", &[entry("b", "new"), entry("c", "new")]);
    assert_eq!((again.id, again.position, again.entries), (one.id, one.position, 2));
    assert_eq!(again.digest, "d3");
    assert_eq!(all_words(&store), ["one: b = new", "one: c = new", "two: a = two"]);
}

fn a_dropped_import_changes_nothing(fresh: &Fresh) {
    let store = fresh.open();
    import(&store, "one", "d1", &[entry("a", "old")]);
    let before = (store.books().unwrap(), store.lexicon_version().unwrap(), all_words(&store));
    for book in ["one", "new"] {
        let mut import = begin(&store, book, "d2");
        for n in 0..1_000 {
            import.add(&entry(&format!("word {n}"), "new")).unwrap();
        }
        drop(import);
    }
    let after = (store.books().unwrap(), store.lexicon_version().unwrap(), all_words(&store));
    assert_eq!(after, before);
}

fn an_import_names_the_headword_that_came_twice(fresh: &Fresh) {
    let store = fresh.open();
    let mut import = begin(&store, "one", "d1");
    for n in 0..250 {
        import.add(&entry(&format!("word {n}"), "x")).unwrap();
    }
    import.add(&entry("word 7", "y")).unwrap();
    let error = import.commit().unwrap_err();
    assert!(error.is_conflict());
    let text = "cannot import the dictionary one: the headword \"word 7\" is repeated";
    assert_eq!(error.to_string(), text);
    assert_eq!(store.books().unwrap(), []);
}

fn an_import_refuses_what_is_too_long(fresh: &Fresh) {
    let store = fresh.open();
    let long = "x".repeat((1 << 20) + 1);
    let error = begin(&store, "one", "d1").add(&entry("long", &long)).unwrap_err();
    let text = "cannot import the dictionary one: the explanation of long is 1048577 bytes, \
                longer than 1048576";
    assert_eq!(error.to_string(), text);
    for (book, why) in [("", "empty"), (&*"n".repeat(65), "longer than 64"), ("a\nb", "'\\n'")] {
        let error = store.begin_import(&header(book, "d")).unwrap_err();
        assert!(error.is_refused() && error.to_string().contains(why), "{error}");
    }
}

fn readers_see_the_old_book_while_a_new_one_comes(fresh: &Fresh) {
    let store = fresh.open();
    let user = register(&store, "Levi");
    import(&store, "one", "d1", &[entry("a", "old")]);
    let mut import = begin(&store, "one", "d2");
    for n in 0..500 {
        import.add(&entry(&format!("word {n}"), "new")).unwrap();
    }
    assert_eq!(all_words(&store), ["one: a = old"]);
    store.record_lookup(&lookup(user, "not kept waiting", 1)).unwrap();
    let book = import.commit().unwrap();
    assert_eq!(book.entries, 500);
    assert_eq!(all_words(&store).len(), 500);
}

/// The books `a`, `b` and `c` with one word each.
fn three_books(store: &Store) -> [BookId; 3] {
    ["a", "b", "c"].map(|book| import(store, book, "d", &[entry("word", book)]).id)
}

fn book_names(store: &Store) -> Vec<String> {
    store.books().unwrap().into_iter().map(|book| book.name).collect()
}

fn orders_and_hides_books(fresh: &Fresh) {
    let store = fresh.open();
    let [a, b, c] = three_books(&store);
    assert_eq!(book_names(&store), ["a", "b", "c"]);
    assert!(store.order_books(&[c, a]).unwrap());
    assert_eq!(book_names(&store), ["c", "a", "b"]);
    assert!(!store.order_books(&[b, BookId::new(99)]).unwrap());
    assert_eq!(book_names(&store), ["c", "a", "b"]);
    assert_eq!(all_words(&store), ["c: word = c", "a: word = a", "b: word = b"]);

    assert!(store.set_book_visibility(a, Visibility::Hidden).unwrap());
    assert_eq!(all_words(&store), ["c: word = c", "b: word = b"]);
    let found = store.entries_of(&word("word")).unwrap();
    assert_eq!(found.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [c, b]);
    assert!(store.books().unwrap()[1].hidden);
    assert!(store.set_book_visibility(a, Visibility::Shown).unwrap());
    assert_eq!(all_words(&store).len(), 3);
}

fn renames_and_removes_books(fresh: &Fresh) {
    let store = fresh.open();
    let [a, b, c] = three_books(&store);
    assert!(store.rename_book(b, "Another title 书").unwrap());
    assert_eq!(store.books().unwrap()[1].title, "Another title 书");
    assert!(store.rename_book(b, " ").unwrap_err().is_refused());

    assert!(store.remove_book(c).unwrap());
    for gone in [
        store.remove_book(c),
        store.set_book_visibility(c, Visibility::Hidden),
        store.rename_book(c, "x"),
    ] {
        assert_eq!(gone, Ok(false));
    }
    assert_eq!(all_words(&store), ["a: word = a", "b: word = b"]);
    let again = import(&store, "c", "d", &[entry("word", "again")]);
    assert!(again.id != a && again.id != b);
    assert_eq!(book_names(&store), ["a", "b", "c"]);
}

fn every_change_of_books_raises_the_version(fresh: &Fresh) {
    let store = fresh.open();
    let mut last = store.lexicon_version().unwrap();
    let mut rises = |what: &str| {
        let version = store.lexicon_version().unwrap();
        assert!(version > last, "{what}");
        last = version;
    };
    let book = import(&store, "a", "d", &[entry("word", "a")]).id;
    rises("import");
    store.order_books(&[book]).unwrap();
    rises("order");
    store.set_book_visibility(book, Visibility::Hidden).unwrap();
    rises("hide");
    store.rename_book(book, "b").unwrap();
    rises("rename");
    store.remove_book(book).unwrap();
    rises("remove");
    let seen = store.each_entry(|_, _| ControlFlow::Continue(())).unwrap();
    assert_eq!(seen, store.lexicon_version().unwrap());
}

fn a_user_switches_books_off_for_themselves(fresh: &Fresh) {
    let store = fresh.open();
    let (levi, anna) = (register(&store, "Levi"), register(&store, "Anna"));
    let [a, b] = ["a", "b"].map(|name| import(&store, name, "d", &[entry("x", name)]).id);
    let version = store.lexicon_version().unwrap();
    store.switch_books(levi, &[], &[b, a, BookId::new(99)]).unwrap();
    store.switch_books(levi, &[], &[b]).unwrap();
    assert_eq!(store.books_off(levi).unwrap(), [a, b]);
    assert_eq!(store.books_off(anna).unwrap(), []);
    store.switch_books(levi, &[a, BookId::new(99)], &[]).unwrap();
    assert_eq!(store.books_off(levi).unwrap(), [b]);
    assert_eq!(store.lexicon_version().unwrap(), version, "it is nobody else's business");
    // A book that is imported again keeps its number. A removed book loses it.
    import(&store, "b", "d2", &[entry("y", "b")]);
    assert_eq!(store.books_off(levi).unwrap(), [b]);
    store.remove_book(b).unwrap();
    assert_eq!(store.books_off(levi).unwrap(), []);
}
