//! Words found as they are typed.

use super::*;

#[test]
fn the_commonest_come_first_from_the_first_letter() {
    let lexicon =
        lexicon(&["cat|n.|50", "car|n.|20", "can|v.|5", "cab|n.", "dog|n.|1", "Café|n.|30"]);
    assert_eq!(words(lexicon.suggest("c", 10)), ["can", "car", "Café", "cat", "cab"]);
    assert_eq!(words(lexicon.suggest("CA", 2)), ["can", "car"]);
    assert_eq!(words(lexicon.suggest("caf", 10)), ["Café"]);
    assert_eq!(words(lexicon.suggest("", 10)), [""; 0]);
    assert_eq!(words(lexicon.suggest("x", 10)), [""; 0]);
}

#[test]
fn the_word_that_was_typed_is_the_first() {
    let lexicon = lexicon(&["cat|n.|50", "category|n.|20"]);
    assert_eq!(words(lexicon.suggest("cat", 10)), ["cat", "category"]);
}

#[test]
fn later_words_of_phrases_count() {
    let lexicon =
        lexicon(&["ice cream|n.", "cream|n.|900", "creamy|adj.", "mother-in-law|n.", "law|n.|90"]);
    assert_eq!(words(lexicon.suggest("cre", 10)), ["cream", "creamy", "ice cream"]);
    assert_eq!(words(lexicon.suggest("law", 10)), ["law", "mother-in-law"]);
    assert_eq!(words(lexicon.suggest("ice ", 10)), ["ice cream"]);
}

#[test]
fn the_first_book_provides_the_gloss_even_if_a_later_one_ranks_the_word_higher() {
    let mut builder = Lexicon::builder();
    builder
        .add(BookIndex(1), &entry("apple|n. 苹果|900"))
        .add(BookIndex(2), &entry("apple|n. fruit|20"));
    let lexicon = builder.build().expect("few words");
    let books: Vec<BookIndex> = lexicon.suggest("app", 10).iter().map(|entry| entry.book).collect();
    assert_eq!(books, [BookIndex(1)]);
}
