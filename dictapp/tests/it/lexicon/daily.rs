//! The word of the day and the random word.

use super::*;

#[test]
fn the_word_of_the_day_is_common_and_the_same_all_day() {
    let (one, other) = (common(), common());
    let mut seen = std::collections::BTreeSet::new();
    for day in 1..=28 {
        let date = jiff::civil::date(2026, 2, day);
        let word = one.word_of_the_day(date).expect("a word");
        assert_eq!(Some(word), other.word_of_the_day(date));
        assert!(word.rank.is_some_and(|rank| rank <= 5_000), "{word:?}");
        seen.insert(word.word);
    }
    assert!(seen.len() > 24, "days differ: {seen:?}");
    // A remembered word is only for its own day.
    for day in (1..=28).rev() {
        let date = jiff::civil::date(2026, 2, day);
        assert_eq!(one.word_of_the_day(date), common().word_of_the_day(date), "{date}");
        assert_eq!(one.word_of_the_day(date), other.word_of_the_day(date), "{date}");
    }
}

#[test]
fn another_book_does_not_change_the_day() {
    let date = jiff::civil::date(2026, 2, 1);
    let small = lexicon(&["tree|n.|1", "house|n.|2", "river|n.|3"]);
    let word = small.word_of_the_day(date).expect("a word").word;
    let others = ["tree|n.|1", "house|n.|2", "river|n.|3", "xylem|n.", "ox|n.|4"];
    assert_eq!(lexicon(&others).word_of_the_day(date).expect("a word").word, word);
}

#[test]
fn a_random_word_is_any_common_one() {
    let lexicon = lexicon(&["tree|n.|1", "house|n.|2", "the|art.|3", "xylem|n."]);
    let drawn: std::collections::BTreeSet<&str> =
        (0..9).filter_map(|i| lexicon.random(i)).map(|entry| entry.word).collect();
    assert_eq!(drawn.into_iter().collect::<Vec<_>>(), ["house", "tree"]);
    assert_eq!(Lexicon::empty().random(7), None);
}
