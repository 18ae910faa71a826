//! Sentences divided into the words and phrases of the book.

use super::*;

#[track_caller]
fn takes_apart(sentence: &str, expected: &[(&str, &[&str])]) {
    let lexicon = lexicon(&[
        "run into|phr. 偶遇",
        "run|v. 跑",
        "an|art. 一",
        "old|adj. 老的",
        "friend|n. 朋友",
        "old friend|n. 老朋友",
        "kick the bucket|phr. 死",
        "the|art.",
        "ice cream|n. 冰淇淋",
        "ice|n. 冰",
    ]);
    let pieces = lexicon.phrase(sentence);
    let found: Vec<(&str, Vec<&str>)> = pieces
        .iter()
        .map(|piece| (piece.text.as_str(), words(piece.hits.iter().map(|hit| hit.entry))))
        .collect();
    let expected: Vec<(&str, Vec<&str>)> =
        expected.iter().map(|(text, words)| (*text, words.to_vec())).collect();
    assert_eq!(found, expected, "{sentence}");
}

#[test]
fn the_whole_phrase_is_one_piece() {
    takes_apart("run into", &[("run into", &["run into"])]);
    takes_apart("Ran into", &[("Ran into", &["run into"])]);
    takes_apart("kick the bucket", &[("kick the bucket", &["kick the bucket"])]);
}

#[test]
fn a_sentence_is_its_longest_phrases_and_words() {
    takes_apart(
        "I ran into an old friend, the “ice”!",
        &[
            ("I", &[]),
            ("ran into", &["run into"]),
            ("an", &["an"]),
            ("old friend", &["old friend"]),
            ("the", &["the"]),
            ("ice", &["ice"]),
        ],
    );
}

#[test]
fn a_mark_ends_a_phrase() {
    takes_apart("ice, cream", &[("ice", &["ice"]), ("cream", &[])]);
    takes_apart(" , . ", &[]);
}

#[test]
fn a_page_of_text_is_read_up_to_a_limit() {
    let lexicon = lexicon(&["a"]);
    assert_eq!(lexicon.phrase(&"a ".repeat(10_000)).len(), 48);
}
