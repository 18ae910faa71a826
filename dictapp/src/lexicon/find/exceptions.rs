//! Finds the lemmas (headwords) of irregular forms, `go` for `went`: in WordNet's exception lists,
//! and in a list of words that they lack.

/// Each line has a form and its lemmas; the lines are sorted by bytes. The first ones are the
/// licence notice and begin with `#`.
const WORDNET: &str = include_str!("data/exceptions.txt");

/// Forms of function words and contractions, which WordNet lacks. Sorted by bytes.
const FUNCTION_WORDS: &[(&str, &[&str])] = &[
    ("aren't", &["be"]),
    ("can't", &["can"]),
    ("could", &["can"]),
    ("couldn't", &["can"]),
    ("didn't", &["do"]),
    ("does", &["do"]),
    ("doesn't", &["do"]),
    ("don't", &["do"]),
    ("hadn't", &["have"]),
    ("hasn't", &["have"]),
    ("haven't", &["have"]),
    ("her", &["she"]),
    ("him", &["he"]),
    ("isn't", &["be"]),
    ("least", &["little"]),
    ("less", &["little"]),
    ("me", &["i"]),
    ("more", &["much", "many"]),
    ("most", &["much", "many"]),
    ("shan't", &["shall"]),
    ("should", &["shall"]),
    ("them", &["they"]),
    ("these", &["this"]),
    ("those", &["that"]),
    ("us", &["we"]),
    ("wasn't", &["be"]),
    ("weren't", &["be"]),
    ("won't", &["will"]),
    ("would", &["will"]),
];

/// The lemmas of an irregular form. `form` must be a key (a folded spelling).
pub(crate) fn lemmas_of(form: &str) -> impl Iterator<Item = String> + use<> {
    let function_words = FUNCTION_WORDS
        .binary_search_by_key(&form, |&(form, _)| form)
        .map_or(&[][..], |i| FUNCTION_WORDS[i].1);
    // A form with `#` would find a line of the licence.
    let lines = if form.starts_with('#') { "" } else { WORDNET };
    let wordnet = lemmas_in(lines, &form.replace(' ', "_"));
    wordnet.chain(function_words.iter().copied()).map(|lemma| lemma.replace('_', " "))
}

/// The lemmas of a form in sorted lines; none if it is not in them. The binary search is in the
/// text itself, so it needs no index in memory.
fn lemmas_in(mut lines: &'static str, form: &str) -> impl Iterator<Item = &'static str> + use<> {
    let mut found = "";
    while !lines.is_empty() {
        let bytes = lines.as_bytes();
        let middle = bytes.len() / 2;
        let from = bytes[..middle].iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
        let to = bytes[from..].iter().position(|&b| b == b'\n').map_or(bytes.len(), |at| from + at);
        let line = &lines[from..to];
        let (head, lemmas) = line.split_once(' ').unwrap_or((line, ""));
        match head.cmp(form) {
            std::cmp::Ordering::Less => lines = lines.get(to + 1..).unwrap_or(""),
            std::cmp::Ordering::Greater => lines = &lines[..from],
            std::cmp::Ordering::Equal => {
                found = lemmas;
                break;
            }
        }
    }
    found.split(' ').filter(|lemma| !lemma.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::fold;

    fn lines() -> impl Iterator<Item = &'static str> {
        WORDNET.lines().filter(|line| !line.starts_with('#'))
    }

    #[test]
    fn the_lists_are_in_order_and_folded() {
        assert!(FUNCTION_WORDS.is_sorted_by(|a, b| a.0 < b.0));
        let forms: Vec<&str> = lines().filter_map(|line| line.split(' ').next()).collect();
        assert!(forms.is_sorted_by(|a, b| a < b));
        for form in forms {
            assert_eq!(fold(form), form);
        }
    }

    #[test]
    fn each_form_is_found_in_the_list() {
        for line in lines() {
            let (form, lemmas) = line.split_once(' ').unwrap();
            let found: Vec<String> = lemmas_of(&form.replace('_', " ")).collect();
            for lemma in lemmas.split(' ') {
                assert!(found.contains(&lemma.replace('_', " ")), "{form}: {found:?}");
            }
        }
        assert_eq!(lemmas_of("nonsense").count(), 0);
        assert_eq!(lemmas_of("#").count(), 0, "the notice is not a form");
    }
}
