//! Finds words by the pinyin of their meaning or headword: `pingguo` is `苹果`, which means `apple`.
//!
//! The text is divided into syllables, mostly in several ways. A syllable stands for many possible
//! characters. Characters are combined from left to right if some gloss or Chinese headword has
//! them next to each other. A combination has a weight, which is larger if more glosses have it;
//! those with the largest weights are kept.

use std::collections::HashMap;
use std::sync::LazyLock;

use pinyin::ToPinyinMulti;
use unicode_normalization::UnicodeNormalization;

use super::reverse;
use crate::lexicon::han::simplified;
use crate::lexicon::{EntryRef, Lexicon, MatchRange, fold};

/// Maximum length of the text in letters. A longer one finds nothing.
const LETTERS_MAX: usize = 40;

/// Maximum number of syllables of a word.
const SYLLABLES_MAX: usize = 8;

/// Maximum number of divisions of a text into syllables that are tried.
const DIVISIONS_MAX: usize = 12;

/// Maximum number of partial words that are kept after each syllable (beam search).
const BEAM: usize = 32;

/// Maximum number of Chinese words that are looked up, and of entries for each.
const WORDS_MAX: usize = 6;
const ENTRIES_OF_WORD_MAX: usize = 5;

/// Maximum length of a syllable in letters: `zhuang`.
const SYLLABLE_LETTERS_MAX: usize = 6;

/// The lengths, in letters and in syllables, of texts in which a misspelling is searched for: in
/// shorter ones nearly every misspelling is another word, longer ones take too long.
const MISSPELT_LETTERS: std::ops::RangeInclusive<usize> = 5..=16;
const MISSPELT_SYLLABLES: std::ops::RangeInclusive<usize> = 2..=4;

/// Maximum number of corrections of a misspelling that are tried.
const MISSPELT_DIVISIONS_MAX: usize = 48;

/// Simplified characters by their syllable without tone; `v` is `ü`.
static CHARACTERS: LazyLock<HashMap<String, Vec<char>>> = LazyLock::new(|| {
    let mut characters: HashMap<String, Vec<char>> = HashMap::new();
    for c in ('\u{4E00}'..='\u{9FFF}').filter(|&c| simplified(c) == c) {
        for reading in c.to_pinyin_multi().into_iter().flatten() {
            let syllable = reading.plain().replace('ü', "v");
            // Interjections (`n`, `hm`) would allow too many divisions.
            if !syllable.is_ascii() || !syllable.contains(['a', 'e', 'i', 'o', 'u', 'v']) {
                continue;
            }
            // Some input methods have `lue` for `lüe`.
            let other = syllable.strip_suffix("ve").map(|initial| format!("{initial}ue"));
            for syllable in [Some(syllable), other].into_iter().flatten() {
                let known = characters.entry(syllable).or_default();
                if known.last() != Some(&c) {
                    known.push(c);
                }
            }
        }
    }
    characters
});

impl Lexicon {
    /// At most `limit` entries with this pinyin as their meaning or headword. Tones, spaces and
    /// apostrophes are optional. If there are none, entries with confusable pinyin (`pinguo`,
    /// `sanghai`).
    pub fn by_pinyin(&self, text: &str, limit: usize) -> Vec<EntryRef<'_>> {
        let divisions = divisions(text);
        let mut words = Vec::new();
        for sounds in [Sounds::Exact, Sounds::Confusable] {
            for syllables in &divisions {
                words.extend(self.words_with_syllables(syllables, sounds));
            }
            if !words.is_empty() {
                break;
            }
        }
        self.entries_of(words, limit)
    }

    /// At most `limit` entries with pinyin from which the text differs by one letter, which is
    /// missing, extra, wrong, or swapped with the next one (`pingguuo`, `pnigguo`).
    pub fn by_misspelt_pinyin(&self, text: &str, limit: usize) -> Vec<EntryRef<'_>> {
        let letters = fold(text);
        let is_plain = letters.bytes().all(|byte| byte.is_ascii_lowercase());
        if !is_plain || !MISSPELT_LETTERS.contains(&letters.len()) {
            return Vec::new();
        }
        let divisions = edits(&letters).filter_map(|text| {
            let fewest = divisions_of(&text).into_iter().next()?;
            let is_word = MISSPELT_SYLLABLES.contains(&fewest.len())
                && fewest.iter().all(|syllable| syllable.len() > 1);
            is_word.then_some(fewest)
        });
        let words = divisions
            .take(MISSPELT_DIVISIONS_MAX)
            .flat_map(|syllables| self.words_with_syllables(&syllables, Sounds::Exact));
        self.entries_of(words.collect(), limit)
    }

    /// At most `limit` entries for Chinese words: of the words with the largest weights the word
    /// itself, and the words that mean it.
    fn entries_of(&self, mut words: Vec<WeightedWord>, limit: usize) -> Vec<EntryRef<'_>> {
        words.sort_by(WeightedWord::heaviest_first);
        words.dedup_by(|a, b| a.word == b.word);
        let mut found: Vec<EntryRef<'_>> = Vec::new();
        for WeightedWord { word, .. } in words.into_iter().take(WORDS_MAX) {
            let headword = self.key(&fold(&word)).and_then(|key| self.columns.representative(key));
            let meant = self.reverse_whole(&word).into_iter().take(ENTRIES_OF_WORD_MAX);
            for entry in headword.into_iter().chain(meant) {
                if found.len() < limit && !found.iter().any(|known| known.word == entry.word) {
                    found.push(entry);
                }
            }
        }
        found
    }

    /// The words that have `chinese` as a whole gloss, then others that contain it; none if no
    /// word has it as a whole gloss.
    fn reverse_whole(&self, chinese: &str) -> Vec<EntryRef<'_>> {
        if self.is_whole_gloss(chinese) {
            self.reverse(chinese, MatchRange::first(ENTRIES_OF_WORD_MAX)).entries
        } else {
            Vec::new()
        }
    }

    /// The Chinese words with these syllables that are headwords or whole glosses.
    fn words_with_syllables(&self, syllables: &[String], sounds: Sounds) -> Vec<WeightedWord> {
        let mut beam = vec![WeightedWord { weight: usize::MAX, word: String::new() }];
        for syllable in syllables {
            let characters = characters(syllable, sounds);
            let mut next: Vec<WeightedWord> = Vec::new();
            for WeightedWord { weight, word: prefix } in &beam {
                let last = prefix.chars().next_back().unwrap_or(reverse::EDGE);
                for &c in &characters {
                    let word = format!("{prefix}{c}");
                    let glossed = self.pair_weight((last, c));
                    let begins = !self.columns.keys.starting_with(&word).is_empty();
                    let weight = (*weight).min(glossed.max(usize::from(begins)));
                    next.extend((weight > 0).then_some(WeightedWord { weight, word }));
                }
            }
            next.sort_by(WeightedWord::heaviest_first);
            next.truncate(BEAM);
            beam = next;
        }
        beam.retain_mut(|WeightedWord { weight, word }| {
            let last = word.chars().next_back().unwrap_or(reverse::EDGE);
            let ends = self.pair_weight((last, reverse::EDGE));
            let is_headword = self.key(&fold(word)).is_some();
            *weight = (*weight).min(ends.max(usize::from(is_headword)));
            *weight > 0 && (is_headword || self.is_whole_gloss(word))
        });
        beam
    }
}

/// A Chinese word, or the beginning of one. Its weight is the least weight of its pairs of
/// neighbouring characters.
struct WeightedWord {
    weight: usize,
    word: String,
}

impl WeightedWord {
    /// The order by weight, the largest first, then by the characters.
    fn heaviest_first(&self, other: &WeightedWord) -> std::cmp::Ordering {
        other.weight.cmp(&self.weight).then_with(|| self.word.cmp(&other.word))
    }
}

/// The characters that a syllable may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sounds {
    /// Those with this pinyin.
    Exact,
    /// Also those with sounds that are often confused, such as `n` and `ng`, `s` and `sh`.
    Confusable,
}

/// The characters with this syllable as their pinyin.
fn characters(syllable: &str, sounds: Sounds) -> Vec<char> {
    let of = |syllable: &str| CHARACTERS.get(syllable).cloned().unwrap_or_default();
    let mut found = of(syllable);
    if sounds == Sounds::Confusable {
        confusable(syllable).iter().for_each(|other| found.extend(of(other)));
    }
    found
}

/// The syllables that are often confused with this one.
fn confusable(syllable: &str) -> Vec<String> {
    let mut initials = vec![syllable.to_owned()];
    for (a, b) in [("zh", "z"), ("ch", "c"), ("sh", "s"), ("l", "n"), ("f", "h")] {
        let swap =
            |from: &str, to: &str| syllable.strip_prefix(from).map(|rest| to.to_owned() + rest);
        initials.extend(swap(a, b).or_else(|| swap(b, a)));
    }
    let ending = |syllable: &String| match syllable.strip_suffix('g') {
        Some(rest) if rest.ends_with('n') => Some(rest.to_owned()),
        None if syllable.ends_with('n') => Some(format!("{syllable}g")),
        _ => None,
    };
    let endings: Vec<String> = initials.iter().filter_map(ending).collect();
    initials.into_iter().chain(endings).filter(|other| other != syllable).collect()
}

/// The divisions of a text into syllables, the fewest syllables first. Spaces, apostrophes and tone
/// numbers end a syllable.
fn divisions(text: &str) -> Vec<Vec<String>> {
    let composed: String = text.to_lowercase().nfc().collect();
    let umlaut = composed.replace("u:", "v").replace(['ü', 'ǖ', 'ǘ', 'ǚ', 'ǜ'], "v");
    // After these letters, pinyin writes `ü` as `u`.
    let plain = ["j", "q", "x", "y"].iter().fold(fold(&umlaut), |key, initial| {
        key.replace(&format!("{initial}v"), &format!("{initial}u"))
    });
    let key = plain.replace(['.', ',', '_', '/'], " ");
    let ends = |c: char| c == ' ' || c == '\'' || c == '-' || matches!(c, '0'..='5');
    let pieces: Vec<&str> = key.split(ends).filter(|piece| !piece.is_empty()).collect();
    let letters: usize = pieces.iter().map(|piece| piece.len()).sum();
    let is_plain = pieces.iter().all(|piece| piece.bytes().all(|byte| byte.is_ascii_lowercase()));
    if pieces.is_empty() || letters > LETTERS_MAX || !is_plain {
        return Vec::new();
    }
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    for piece in pieces {
        let ways = divisions_of(piece);
        all = all
            .iter()
            .flat_map(|prefix| ways.iter().map(move |way| [&prefix[..], &way[..]].concat()))
            .filter(|way| way.len() <= SYLLABLES_MAX)
            .collect();
        all.sort_by_key(Vec::len);
        all.truncate(DIVISIONS_MAX);
    }
    all
}

/// The texts that differ by one letter from this ASCII text. Corrections of swapped and of extra
/// letters come first, since these are the most frequent mistakes.
fn edits(letters: &str) -> impl Iterator<Item = String> {
    let swapped = (1..letters.len()).map(move |at| {
        let (before, after) = letters.split_at(at - 1);
        format!("{before}{}{}{}", &after[1..2], &after[..1], &after[2..])
    });
    let shorter =
        (0..letters.len()).map(move |at| format!("{}{}", &letters[..at], &letters[at + 1..]));
    let longer = (1..=letters.len()).flat_map(move |at| {
        ('a'..='z').map(move |c| format!("{}{c}{}", &letters[..at], &letters[at..]))
    });
    let other = (0..letters.len()).flat_map(move |at| {
        ('a'..='z').map(move |c| format!("{}{c}{}", &letters[..at], &letters[at + 1..]))
    });
    swapped.chain(shorter).chain(longer).chain(other)
}

/// The divisions of letters without a space into syllables. Of each prefix, only the divisions with
/// the fewest syllables are kept.
fn divisions_of(letters: &str) -> Vec<Vec<String>> {
    let mut ways: Vec<Vec<Vec<String>>> = vec![Vec::new(); letters.len() + 1];
    ways[0].push(Vec::new());
    for end in 1..=letters.len() {
        let mut here = Vec::new();
        for start in end.saturating_sub(SYLLABLE_LETTERS_MAX)..end {
            let syllable = &letters[start..end];
            if !CHARACTERS.contains_key(syllable) {
                continue;
            }
            here.extend(ways[start].iter().map(|way| [&way[..], &[syllable.to_owned()]].concat()));
        }
        here.sort_by_key(Vec::len);
        here.truncate(DIVISIONS_MAX);
        ways[end] = here;
    }
    ways.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divides_letters_into_syllables() {
        let shown = |text: &str| -> Vec<String> {
            divisions(text).iter().map(|way| way.join(" ")).collect()
        };
        assert_eq!(shown("píng guǒ").first().map(String::as_str), Some("ping guo"));
        assert_eq!(shown("pingguo").first().map(String::as_str), Some("ping guo"));
        assert_eq!(shown("xian")[..2], ["xian", "xi an"]);
        assert_eq!(shown("xi'an").first().map(String::as_str), Some("xi an"));
        assert_eq!(shown("nü3"), ["nv"]);
        for (text, syllables) in [
            ("nu:3", "nv"),
            ("nu\u{308}\u{30C}", "nv"),
            ("NǙ3", "nv"),
            ("lüè", "lve"),
            ("lue", "lue"),
            ("qù", "qu"),
            ("qv", "qu"),
            ("jǘ", "ju"),
            ("ma0", "ma"),
            ("ping2guo3", "ping guo"),
            ("píng-guǒ", "ping guo"),
        ] {
            assert_eq!(shown(text).first().map(String::as_str), Some(syllables), "{text}");
        }
        assert!(divisions("apple").is_empty());
    }

    #[test]
    fn knows_which_sounds_are_confused() {
        assert!(confusable("pin").contains(&"ping".to_owned()));
        assert!(confusable("sang").contains(&"shan".to_owned()));
    }
}
