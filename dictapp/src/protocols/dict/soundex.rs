//! Converts a word to the regular expression of all words that sound like it, such as `Rupert` for
//! `Robert`: those with the same Soundex code (Knuth, The Art of Computer Programming 3, §6). The
//! code is the first letter and the classes of the next three consonants; neighbours of one class
//! count once. The code itself is never computed.

use crate::lexicon::fold;

/// The classes of consonants that sound alike, as regular expressions.
const CLASSES: [&str; 6] = ["[bfpv]", "[cgjkqsxz]", "[dt]", "l", "[mn]", "r"];

/// A character of no class: a vowel, h, w, y, or not a letter. Between two consonants of one class
/// it makes them count twice.
const SILENT: &str = "[^b-dfgj-np-tvxz]";

/// Maximum number of consonants in a code.
const CODE_LENGTH: usize = 3;

/// The regular expression of the words that sound like this one. `None`: the word does not begin
/// with a Latin letter.
pub(super) fn expression(word: &str) -> Option<String> {
    let word = fold(word);
    let mut letters = word.chars();
    let first = letters.next().filter(char::is_ascii_lowercase)?;
    // The class of the previous letter, and the class of the latest consonant in the code.
    let mut last = class(first);
    let mut latest = last;
    let mut expression = format!("^{first}");
    if let Some(class) = last {
        expression.extend([class, "*"]);
    }
    let mut count = 0;
    for letter in letters {
        let here = class(letter);
        if let Some(class) = here.filter(|_| here != last) {
            let between = if latest == here { "+" } else { "*" };
            expression.extend([SILENT, between, class, "+"]);
            latest = here;
            count += 1;
        }
        if count == CODE_LENGTH {
            return Some(expression);
        }
        last = here;
    }
    expression.extend([SILENT, "*$"]);
    Some(expression)
}

/// The class of a letter; `None`: it has no class.
fn class(letter: char) -> Option<&'static str> {
    CLASSES.into_iter().find(|class| letter.is_ascii_lowercase() && class.contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::Pattern;

    fn sound_alike(one: &str, other: &str) -> bool {
        let expression = expression(one).expect("a Latin word");
        Pattern::regex(&expression).expect("a short pattern").matches(other)
    }

    #[test]
    fn words_with_the_same_code_sound_alike() {
        for (one, other) in [
            ("Robert", "Rupert"),
            ("apple", "appl"),
            ("Euler", "Ellery"),
            ("Gauss", "Ghosh"),
            ("Knuth", "Kant"),
            ("recieve", "receive"),
            ("sausages", "success is"),
            ("Pfister", "pester"),
            ("ice cream", "ice-cream"),
            ("bus stop", "bus stop"),
            ("Lloyd", "Ladd"),
            ("a", "aye"),
            ("café", "cave"),
        ] {
            assert!(sound_alike(one, one) && sound_alike(other, other), "{one} {other}");
            assert!(sound_alike(one, other) && sound_alike(other, one), "{one} {other}");
        }
    }

    #[test]
    fn words_with_other_codes_do_not() {
        for (one, other) in [
            ("Robert", "Ruben"),
            ("apple", "table"),
            ("apple", "application"),
            ("Gauss", "Gaussian"),
            ("sis", "ss"),
            ("a", "at"),
        ] {
            assert!(!sound_alike(one, other) && !sound_alike(other, one), "{one} {other}");
        }
        assert_eq!(expression("苹果"), None);
        assert_eq!(expression("3d"), None);
        assert_eq!(expression(""), None);
    }
}
