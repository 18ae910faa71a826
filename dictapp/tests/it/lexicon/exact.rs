//! Words found by their spelling, folded or not.

use super::*;

#[test]
fn the_exact_spelling_comes_first() {
    let lexicon = lexicon(&["china|n. 瓷器|900", "China|n. 中国|300", "café|n. 咖啡馆", "cafe|n."]);
    finds(&lexicon, "china", &[("china", Spelling), ("China", Folding)]);
    finds(&lexicon, "China", &[("China", Spelling), ("china", Folding)]);
    finds(&lexicon, "CHINA", &[("China", Folding), ("china", Folding)]);
    finds(&lexicon, "café", &[("café", Spelling), ("cafe", Folding)]);
    finds(&lexicon, "cafe", &[("cafe", Spelling), ("café", Folding)]);
}

#[test]
fn case_width_and_marks_do_not_hide_a_word() {
    let words = ["ice cream", "o'clock", "and/or", "café", "mother-in-law", "TV"];
    let lexicon = lexicon(&words);
    for (query, word) in [
        ("ICE CREAM", "ice cream"),
        ("ｉｃｅ　ｃｒｅａｍ", "ice cream"),
        ("ice-cream", "ice cream"),
        ("icecream", "ice cream"),
        ("o’clock", "o'clock"),
        ("oclock", "o'clock"),
        ("AND/OR", "and/or"),
        ("cafe", "café"),
        ("mother in law", "mother-in-law"),
        ("mother‑in‑law", "mother-in-law"),
        ("tv", "TV"),
    ] {
        finds(&lexicon, query, &[(word, Folding)]);
    }
    finds(&lexicon, "  ice \t cream ", &[("ice cream", Spelling)]);
    for word in words {
        finds(&lexicon, word, &[(word, Spelling)]);
    }
}

#[test]
fn an_entry_has_everything_from_its_book() {
    let mut builder = Lexicon::builder();
    let full = Entry {
        phonetic: Some("ˈæpl".to_owned()),
        ..entry("apple|n. 苹果\n> An apple. = 一个苹果。|7|apples")
    };
    builder.add(BookIndex(3), &full).add(BookIndex(1), &entry("apple|n. fruit"));
    let lexicon = builder.build().unwrap();
    let hits = lexicon.look_up("apple");
    let expected = EntryRef {
        word: "apple",
        phonetic: Some("ˈæpl"),
        explanation: &full.explanation,
        book: BookIndex(3),
        rank: Some(7),
    };
    assert_eq!(hits[1].entry, expected);
    let books: Vec<BookIndex> = hits.iter().map(|hit| hit.entry.book).collect();
    assert_eq!(books, [BookIndex(1), BookIndex(3)], "in the order of the books");
    assert_eq!(hits[0].entry.phonetic, None);
}

#[test]
fn a_text_that_cannot_be_a_word_finds_nothing() {
    let lexicon = lexicon(&["a", "b"]);
    for query in ["", "  ", "a\u{0}", &"a".repeat(256), "\u{301}", "\u{200B}"] {
        finds(&lexicon, query, &[]);
    }
    finds(&Lexicon::empty(), "a", &[]);
}
