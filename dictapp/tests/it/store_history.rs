//! Tests of the history on both engines: look-ups that share a statement, the removal of old
//! look-ups, and long words.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{sync::Arc, thread};

use dictapp::{model::Word, store::*};

use crate::store::{Fresh, lookup, on_both_engines, register, time_at, word};

on_both_engines! {
    a_look_up_says_whether_its_user_saved_the_headword
    look_ups_at_once_say_each_what_their_user_saved
    many_words_are_saved_at_once_as_far_as_there_is_room
    an_import_fills_the_texts_that_a_saved_word_lacks_and_counts_those_that_it_leaves_out
    a_filter_finds_capital_letters_of_every_alphabet
    old_look_ups_are_removed_in_steps
    a_word_of_255_long_characters_is_stored_in_every_table
    a_database_that_took_255_bytes_takes_255_characters
}

fn look_up(store: &Store, user: UserId, text: &str, headword: &str, time: i64) -> Saved {
    let headword = Some(headword.to_owned());
    store.record_lookup(&Lookup { headword, ..lookup(user, text, time) }).unwrap()
}

fn save(store: &Store, user: UserId, text: &str) {
    store.save_word(user, &word(text), &SavedWordText::default(), time_at(1)).unwrap();
}

fn a_look_up_says_whether_its_user_saved_the_headword(fresh: &Fresh) {
    let store = fresh.open();
    let (levi, mia) = (register(&store, "Levi"), register(&store, "Mia"));
    save(&store, levi, "run");
    assert_eq!(look_up(&store, levi, "ran", "run", 1), Saved::Yes);
    assert_eq!(look_up(&store, levi, "Run", "Run", 2), Saved::No);
    assert_eq!(look_up(&store, mia, "run", "run", 3), Saved::No);
    assert_eq!(store.record_lookup(&lookup(levi, "run", 4)).unwrap(), Saved::No, "not asked");
    store.remove_saved_word(levi, "run").unwrap();
    assert_eq!(look_up(&store, levi, "run", "run", 5), Saved::No);
}

fn a_filter_finds_capital_letters_of_every_alphabet(fresh: &Fresh) {
    let store = fresh.open();
    let levi = register(&store, "Levi");
    let words = ["Ärger", "ÉTÉ", "Книга", "ΛΌΓΟΙ", "Apple"];
    for (time, text) in words.into_iter().enumerate() {
        store.record_lookup(&lookup(levi, text, time as i64)).unwrap();
    }
    for text in words {
        let filter = LookupFilter { text: text.to_lowercase(), ..LookupFilter::default() };
        let found = store.lookups_from(levi, time_at(0), &filter, 10).unwrap();
        assert_eq!(found.iter().map(|row| &row.word).collect::<Vec<_>>(), [text]);
    }
}

fn look_ups_at_once_say_each_what_their_user_saved(fresh: &Fresh) {
    let store = Arc::new(fresh.open());
    let users = ["Levi", "Mia", "Noor"].map(|name| register(&store, name));
    for user in users {
        save(&store, user, &format!("word{user}"));
    }
    let threads = users.map(|user| {
        let store = Arc::clone(&store);
        thread::spawn(move || {
            for time in 0..40 {
                let other = users[time as usize % 3];
                let headword = format!("word{other}");
                let saved = look_up(&store, user, &headword, &headword, time);
                assert_eq!(saved == Saved::Yes, user == other);
            }
        })
    });
    for thread in threads {
        thread.join().unwrap();
    }
}

fn old_look_ups_are_removed_in_steps(fresh: &Fresh) {
    let store = fresh.open();
    let (levi, mia) = (register(&store, "Levi"), register(&store, "Mia"));
    for time in 1..=5 {
        store.record_lookup(&lookup(levi, "old", time)).unwrap();
        store.record_lookup(&lookup(mia, "old", time + 2)).unwrap();
    }
    let counts = || [levi, mia].map(|user| store.count_lookups(user).unwrap());
    let remove = |after| store.delete_lookups_before(time_at(5), after, 3).unwrap();
    let mut after = remove(UserId::BEFORE_ALL);
    assert_eq!(
        (after, counts()),
        (Some(UserId::BEFORE_ALL), [2, 5]),
        "three rows, and levi has more"
    );
    let mut steps = 1;
    while let Some(user) = after {
        after = remove(user);
        steps += 1;
    }
    assert_eq!((counts(), steps), ([1, 3], 4));
}

fn many_words_are_saved_at_once_as_far_as_there_is_room(fresh: &Fresh) {
    let store = fresh.open();
    let (user, other) = (register(&store, "Levi"), register(&store, "Mia"));
    let rows = |words: &[String]| -> Vec<(Word, SavedWordText)> {
        words.iter().map(|text| (word(text), SavedWordText::default())).collect()
    };
    let kept = SavedWordText { note: "kept".to_owned(), ..SavedWordText::default() };
    store.save_word(user, &word("w7"), &kept, time_at(1)).unwrap();
    let names: Vec<String> = (0..250).chain([3]).map(|n| format!("w{n}")).collect();
    let saved = store.save_words(user, &rows(&names), 20_000, time_at(1_000_000)).unwrap();
    assert_eq!(saved, SavedMany { new: 249, ..SavedMany::default() }, "w3 twice, and w7 was known");
    assert_eq!(store.saved_word(user, "w7").unwrap().unwrap().text.note, "kept");
    let list = |start| store.saved_words(user, start, &SavedFilter::default(), 2).unwrap();
    let words = |start| list(start).into_iter().map(|saved| saved.word).collect::<Vec<_>>();
    assert_eq!(words(WordListStart::Newest), ["w0", "w1"]);
    let second = list(WordListStart::Newest)[1].created;
    assert_eq!(words(WordListStart::OlderThan(second)), ["w2", "w3"], "each has its own time");
    let more = ["v1", "w1", "v2", "v3"].map(str::to_owned);
    let saved = store.save_words(user, &rows(&more), 252, time_at(2_000_000)).unwrap();
    assert_eq!(saved, SavedMany { new: 2, refused: 1, ..SavedMany::default() });
    assert_eq!(store.saved_word_counts(user, time_at(3_000_000)).unwrap().words, 252);
    assert_eq!(store.saved_word_counts(other, time_at(3_000_000)).unwrap().words, 0);
    assert_eq!(store.save_words(user, &[], 252, time_at(4_000_000)).unwrap(), SavedMany::default());
}

/// A note in an import is stored for a saved word that has none, also if the import contains the
/// word twice.
fn an_import_fills_the_texts_that_a_saved_word_lacks_and_counts_those_that_it_leaves_out(
    fresh: &Fresh,
) {
    let store = fresh.open();
    let user = register(&store, "Levi");
    let text = |note: &str, sentence: &str| SavedWordText {
        note: note.to_owned(),
        sentence: sentence.to_owned(),
        ..SavedWordText::default()
    };
    for (name, note) in [("bare", ""), ("own", "mine"), ("same", "x"), ("half", "mine")] {
        store.save_word(user, &word(name), &text(note, ""), time_at(1)).unwrap();
    }
    let rows = [
        ("bare", text("from the file", "A sentence.")),
        ("own", text("from the file", "")),
        ("same", text("x", "")),
        ("half", text("from the file", "A sentence.")),
        ("new", text("", "")),
        ("new", text("second", "")),
        ("new", text("third", "")),
    ];
    let mut rows: Vec<_> = rows.into_iter().map(|(name, text)| (word(name), text)).collect();
    // In another statement than the others.
    rows.extend((0..150).map(|n| (word(&format!("w{n}")), text("", ""))));
    rows.push((word("w0"), text("", "At last.")));
    let saved = store.save_words(user, &rows, 999, time_at(1_000_000)).unwrap();
    assert_eq!(saved, SavedMany { new: 151, refused: 0, filled: 4, kept: 3 });
    let texts = ["bare", "own", "same", "half", "new", "w0", "w1"].map(|name| {
        let text = store.saved_word(user, name).unwrap().unwrap().text;
        (name, text.note, text.sentence)
    });
    let expected = [
        ("bare", "from the file", "A sentence."),
        ("own", "mine", ""),
        ("same", "x", ""),
        ("half", "mine", "A sentence."),
        ("new", "second", ""),
        ("w0", "", "At last."),
        ("w1", "", ""),
    ];
    assert_eq!(texts, expected.map(|(name, a, b)| (name, a.to_owned(), b.to_owned())));
}

/// 255 characters of three bytes.
fn longest() -> Word {
    word(&"果".repeat(255))
}

/// The limit counts characters, not bytes.
fn a_word_of_255_long_characters_is_stored_in_every_table(fresh: &Fresh) {
    let store = fresh.open();
    let levi = register(&store, "Levi");
    let long = longest();
    store.record_lookup(&lookup(levi, long.as_str(), 1)).unwrap();
    save(&store, levi, long.as_str());
    crate::store::import(&store, "one", "d", &[crate::store::entry(long.as_str(), "n. 果")]);
    let missed = MissingWord { word: long.as_str().to_owned(), lookups: 1, last: time_at(1) };
    store.add_lookup_counts(LookupHour::default(), &[missed]).unwrap();
    assert_eq!(store.most_missed_words(9).unwrap()[0].word, long.as_str());
    let report = format!(
        "insert into report (time, tie, word, text) values (1, 1, '{}', 'x')",
        long.as_str()
    );
    fresh.raw().run(&report);
    let class = format!(
        "insert into class_word (list, position, word) select id, 1, '{}' from class_list",
        long.as_str()
    );
    fresh.raw().run(&class);
}

/// The checks of the first versions are put back, and the next start changes them again.
fn a_database_that_took_255_bytes_takes_255_characters(fresh: &Fresh) {
    let levi = register(&fresh.open(), "Levi");
    let mut raw = fresh.raw();
    if let crate::store_migration::DirectConnection::Sqlite(_) = raw {
        raw.run("pragma writable_schema = on");
        raw.run("update sqlite_schema set sql = replace(sql, '1 and 1020', '1 and 255')");
        raw.run("pragma writable_schema = reset");
    }
    raw.run("delete from dictapp_migration where version = 8");
    let store = fresh.open();
    store.record_lookup(&lookup(levi, longest().as_str(), 1)).unwrap();
    assert_eq!(raw.count("select count(*) from dictapp_migration where version = 8"), 1);
}
