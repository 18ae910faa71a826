//! Words found despite a misspelling.

use super::*;

#[test]
fn the_likeliest_word_is_the_first() {
    let lexicon = lexicon(&[
        "receive|v.|500",
        "relieve|v.|2000",
        "recipe|n.|1500",
        "the|art.|1",
        "ten|num.|300",
    ]);
    assert_eq!(words(lexicon.did_you_mean("recieve", 3))[0], "receive");
    assert_eq!(words(lexicon.did_you_mean("Recieve", 1)), ["receive"]);
    assert_eq!(words(lexicon.did_you_mean("teh", 3))[0], "the");
}

#[test]
fn a_text_without_similar_words_has_no_suggestions() {
    let lexicon = lexicon(&["receive|v.|500", "the|art.|1", "a|art.|2"]);
    for query in ["", "x", "qwertyuiop", "zzz", "苹果", &"recieve".repeat(20)] {
        assert_eq!(words(lexicon.did_you_mean(query, 5)), [""; 0], "{query}");
    }
}
