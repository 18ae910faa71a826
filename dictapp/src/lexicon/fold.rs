//! Folds a spelling to its *key*: `Café` to `cafe`. Two spellings with the same key match. The key
//! ignores case, accents, width, and kinds of hyphens, apostrophes and spaces. Traditional Chinese
//! characters become simplified ones, katakana become hiragana.
//!
//! The key of a key is itself. Folding must not depend on the locale.

use unicode_normalization::UnicodeNormalization;

use super::han::{hiragana, simplified};

/// The key of a spelling: `Café` to `cafe`, `ＩＣＥ　Cream` to `ice cream`, `o’clock` to `o'clock`.
pub fn fold(spelling: &str) -> String {
    let key = if spelling.is_ascii() { fold_ascii(spelling) } else { fold_unicode(spelling) };
    // A spelling of marks only (`¨`) is its own key: each headword must have a key.
    if key.is_empty() { spelling.trim().to_lowercase() } else { key }
}

/// Folds the letters of a regular expression that is matched against keys. Keeps the case of ASCII
/// letters, since `\W` is not `\w`; the expression is matched without regard to case.
pub(super) fn fold_expression(expression: &str) -> String {
    let characters =
        expression.chars().map(normalise_punctuation).nfkd().filter(|&c| !is_removed(c)).nfc();
    let mut characters = characters.peekable();
    let mut folded = String::with_capacity(expression.len());
    while let Some(c) = characters.next() {
        if c.is_ascii() {
            folded.push(c);
            continue;
        }
        let is_repeated = characters.peek().is_some_and(|next| "?*+{".contains(*next));
        c.to_lowercase().for_each(|c| match spelled_out(c) {
            // `ß?` becomes `(?:ss)?`, so that the whole `ss` is optional.
            Some(letters) if is_repeated && letters.chars().count() > 1 => {
                folded.push_str(&format!("(?:{letters})"));
            }
            Some(letters) => folded.push_str(letters),
            None => folded.push(hiragana(simplified(c))),
        });
    }
    folded
}

/// The key of a partly typed text. Keeps a space at the end, which means that a word is complete.
pub(super) fn fold_prefix(typed: &str) -> String {
    let mut key = fold(typed);
    if !key.is_empty() && typed.ends_with(char::is_whitespace) {
        key.push(' ');
    }
    key
}

fn fold_ascii(spelling: &str) -> String {
    let mut key = String::with_capacity(spelling.len());
    for c in spelling.chars() {
        push(&mut key, normalise_punctuation(c.to_ascii_lowercase()));
    }
    trimmed(key)
}

fn fold_unicode(spelling: &str) -> String {
    let mut key = String::with_capacity(spelling.len());
    // `normalise_punctuation` comes first: NFKD would decompose the acute accent, a common
    // apostrophe, into a space and a mark.
    for c in spelling.chars().map(normalise_punctuation).nfkd().filter(|&c| !is_removed(c)) {
        for c in c.to_lowercase() {
            match spelled_out(c) {
                Some(letters) => key.push_str(letters),
                None => push(&mut key, normalise_punctuation(c)),
            }
        }
    }
    // Composes again, so that the key of a Korean or Japanese word is as short as the word.
    trimmed(key).nfc().map(|c| hiragana(simplified(c))).collect()
}

/// Appends a character; white space becomes a single space between words.
fn push(key: &mut String, c: char) {
    if !c.is_whitespace() {
        key.push(c);
    } else if !key.is_empty() && !key.ends_with(' ') {
        key.push(' ');
    }
}

fn trimmed(mut key: String) -> String {
    key.truncate(key.trim_end().len());
    key
}

/// Normalises hyphens to `-`, apostrophes to `'`, quotation marks to `"`.
fn normalise_punctuation(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{02D7}' => '-',
        '`' | '\u{B4}' | '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{2032}' | '\u{02B9}'
        | '\u{02BB}' | '\u{02BC}' | '\u{02C8}' => '\'',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{201C}' | '\u{201D}' | '\u{201F}' | '\u{2033}' => '"',
        _ => c,
    }
}

/// Whether folding removes the character: accents, optional marks of a script, invisible
/// characters.
fn is_removed(c: char) -> bool {
    match c {
        // Dots between syllables: `a·ban·don`.
        '\u{B7}' | '\u{2027}' => true,
        '\u{0300}'..='\u{0344}' | '\u{0346}'..='\u{036F}' | '\u{AD}' => true,
        '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' => true,
        // Hebrew points and accents.
        '\u{0591}'..='\u{05BD}' | '\u{05BF}' | '\u{05C1}' | '\u{05C2}' => true,
        '\u{05C4}' | '\u{05C5}' | '\u{05C7}' => true,
        // Arabic vowel signs, and the line that stretches a word.
        '\u{0610}'..='\u{061A}' | '\u{0640}' | '\u{064B}'..='\u{065F}' | '\u{0670}' => true,
        '\u{06D6}'..='\u{06DC}' | '\u{06DF}'..='\u{06E8}' | '\u{06EA}'..='\u{06ED}' => true,
        // The Tibetan mark between syllables; variation selectors.
        '\u{0F0B}' | '\u{0F0C}' => true,
        '\u{180B}'..='\u{180D}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => true,
        _ => false,
    }
}

/// The spelling in keys of letters that Unicode does not decompose.
fn spelled_out(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ħ' => "h",
        'ı' => "i",
        'ς' => "σ",
        // Arabic letters that other languages write with other characters.
        'ك' => "ک",
        'ي' | 'ى' => "ی",
        // The iota below a Greek vowel, which may also be written after it.
        '\u{345}' => "ι",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ignores_case_accents_width_and_the_kind_of_punctuation() {
        for (spelling, key) in [
            ("Café", "cafe"),
            ("cafe\u{301}", "cafe"),
            ("ＩＣＥ　Cream", "ice cream"),
            ("o’clock", "o'clock"),
            ("o`clock", "o'clock"),
            ("o´clock", "o'clock"),
            ("mother‑in‑law", "mother-in-law"),
            ("  a\u{A0} b ", "a b"),
            ("Straße", "strasse"),
            ("œuvre", "oeuvre"),
            ("smørrebrød", "smorrebrod"),
            ("ﬁne", "fine"),
            ("co\u{AD}operate", "cooperate"),
            ("İstanbul", "istanbul"),
            ("and/or", "and/or"),
            ("苹果", "苹果"),
            ("ガラス", "がらす"),
            ("ｶﾞﾗｽ", "がらす"),
            ("學生", "学生"),
            ("½", "1/2"),
            ("a·ban·don", "abandon"),
            ("كِتَاب", "کتاب"),
            ("ایرانی", "ایرانی"),
            ("ايراني", "ایرانی"),
            ("שָׁלוֹם", "שלום"),
            ("བོད་ཡིག", "བོདཡིག"),
            ("葛\u{E0100}", "葛"),
            ("한국", "한국"),
            ("¨", "¨"),
        ] {
            assert_eq!(fold(spelling), key, "{spelling:?}");
        }
    }

    #[test]
    fn a_space_at_the_end_of_what_is_typed_counts() {
        assert_eq!(fold_prefix("Ice "), "ice ");
        assert_eq!(fold_prefix(" "), "");
    }

    proptest! {
        #[test]
        fn the_key_of_a_key_is_itself(spelling in "\\PC{0,12}") {
            let key = fold(&spelling);
            prop_assert_eq!(fold(&key), key);
        }

        #[test]
        fn upper_case_has_the_same_key(spelling in "[a-zA-Zà-žα-ωа-я'’ -]{1,12}") {
            prop_assert_eq!(fold(&spelling.to_uppercase()), fold(&spelling));
        }
    }
}
