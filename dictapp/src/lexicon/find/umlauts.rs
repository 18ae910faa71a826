//! Converts umlauts to two letters and back, since keyboards may lack them: `Käse` and `Kaese`,
//! `Århus` and `Aarhus`. A key (folded spelling) drops the marks of umlauts (`kase`, `kaese`), so
//! the two spellings have different keys.

use unicode_normalization::UnicodeNormalization;

/// The letters, the two letters that replace each, and its key.
const LETTERS: [(char, &str, &str); 5] =
    [('ä', "ae", "a"), ('ö', "oe", "o"), ('ü', "ue", "u"), ('ø', "oe", "o"), ('å', "aa", "a")];

/// Maximum number of pairs of letters in a key that are replaced, in all combinations.
const PAIRS_MAX: usize = 3;

/// Replaces each umlaut by two letters: `Käse` becomes `Kaese`.
pub(super) fn spelled_out(word: &str) -> String {
    let letters = |c: char| {
        let small = c.to_lowercase().next().unwrap_or(c);
        LETTERS.iter().find(|(letter, ..)| *letter == small).map(|(_, pair, _)| *pair)
    };
    word.nfc().fold(String::with_capacity(word.len()), |mut word, c| {
        match letters(c) {
            Some(pair) => word.push_str(pair),
            None => word.push(c),
        }
        word
    })
}

/// The keys of the words that may be meant by a key that has two letters for umlauts: `kaese` gives
/// `kase`. Not every such pair of letters stands for an umlaut, so these keys need not be words.
pub(super) fn folded(key: &str) -> Vec<String> {
    let pair_at = |at: usize| {
        let pair = LETTERS.iter().find(|(_, pair, _)| key[at..].starts_with(pair));
        pair.map(|(_, pair, letter)| (at, pair.len(), *letter))
    };
    let pairs: Vec<_> =
        key.char_indices().filter_map(|(at, _)| pair_at(at)).take(PAIRS_MAX).collect();
    (1..1_usize << pairs.len())
        .map(|chosen| {
            let mut folded = key.to_owned();
            for (number, &(at, length, letter)) in pairs.iter().enumerate().rev() {
                // `aae` has two overlapping pairs.
                if chosen >> number & 1 == 1 && folded.is_char_boundary(at + length) {
                    folded.replace_range(at..at + length, letter);
                }
            }
            folded
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn umlauts_have_two_letters() {
        assert_eq!(spelled_out("Käse"), "Kaese");
        assert_eq!(spelled_out("U\u{308}ber"), "ueber");
        assert_eq!(folded("kaese"), ["kase"]);
        assert_eq!(folded("ueberhoeren"), ["uberhoeren", "ueberhoren", "uberhoren"]);
        assert!(folded("apple").is_empty());
        for key in ["aae", "aaae", "苹aae", "uee"] {
            assert!(folded(key).iter().all(|folded| folded.len() < key.len()), "{key}");
        }
    }
}
