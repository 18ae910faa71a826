//! Suggests words for a misspelled one, the most likely first: `recieve` gives `receive`.
//!
//! Candidates are the keys (folded spellings) within an OSA (optimal string alignment) distance: an
//! edit inserts, deletes or changes a letter, or swaps two neighbours. They are found by walking
//! the `fst` with one row of the distance table for each letter. They are sorted by the cost of the
//! misspelling, in which common mistakes cost less, and by frequency. Unlikely candidates are
//! omitted.

use fst::raw::{Fst, Node};

use crate::lexicon::{EntryRef, Lexicon, fold};

/// Maximum length of a query in bytes: a longer one is not a word.
const QUERY_BYTES_MAX: usize = 48;

/// Maximum number of bytes by which an edit of one letter may change a key. A letter outside of
/// ASCII may have more bytes, but a larger number would slow down the search.
const LETTER_BYTES_MAX: usize = 2;

/// Maximum number of suggestions.
const SUGGESTIONS_MAX: usize = 20;

/// The cost of a plain edit. All costs are in hundredths of it.
const EDIT: u32 = 100;

/// Words are omitted if they cost more than the most likely one plus this.
const SLACK: u32 = 160;

/// A word that may be meant. The order of the fields is the order of the suggestions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    cost: u32,
    /// The number of the key in the order of frequency.
    place: u32,
    key: usize,
}

impl Lexicon {
    /// At most `limit` likely words for a misspelled query: within one edit for up to four letters,
    /// two for five or more. The same first letter and a high frequency make a word more likely.
    pub fn did_you_mean(&self, query: &str, limit: usize) -> Vec<EntryRef<'_>> {
        let key = fold(query);
        let mut candidates: Vec<Candidate> = near_keys(self.keys.as_fst(), &key)
            .into_iter()
            .filter_map(|near| {
                let place = self.columns.place(near.key);
                let cost = self.cost(&key, self.columns.keys.get(near.key), place)?;
                Some(Candidate { cost, place, key: near.key })
            })
            .collect();
        candidates.sort_unstable();
        let cost_max = candidates.first().map_or(0, |first| first.cost + SLACK);
        let likely = candidates.into_iter().take_while(|candidate| candidate.cost <= cost_max);
        likely
            .take(limit.min(SUGGESTIONS_MAX))
            .filter_map(|candidate| self.columns.representative(candidate.key))
            .collect()
    }

    /// The cost of `query` as a misspelling of `key`, which has this place (number in the order of
    /// frequency). `None`: it is too unlikely.
    fn cost(&self, query: &str, key: &str, place: u32) -> Option<u32> {
        let spelling = if query.is_ascii() {
            misspelling_cost(query.as_bytes(), key.as_bytes())
        } else {
            plain_cost(query, key)?
        };
        let ranked = place < self.columns.ranked;
        if !ranked && (spelling > 3 * EDIT / 2 || key.len() < 4 || key.contains(' ')) {
            return None;
        }
        let first = if query.bytes().next() == key.bytes().next() { 0 } else { EDIT * 7 / 10 };
        // Doubling the place costs a tenth of an edit. A word without a rank costs three edits.
        let rare = if ranked { 10 * (u32::BITS - place.leading_zeros()) } else { 3 * EDIT };
        Some(spelling + first + rare)
    }
}

/// The distance of two words in characters, in hundredths of an edit, for queries that are not
/// ASCII. `None`: it is too large for the length of the query.
fn plain_cost(query: &str, key: &str) -> Option<u32> {
    let (query, key): (Vec<char>, Vec<char>) = (query.chars().collect(), key.chars().collect());
    let width = key.len() + 1;
    let mut rows: Vec<usize> = (0..width).collect();
    rows.resize(width * (query.len() + 1), 0);
    for i in 1..=query.len() {
        rows[i * width] = i;
        for j in 1..width {
            let at = |i: usize, j: usize| rows[i * width + j];
            let wrong = usize::from(query[i - 1] != key[j - 1]);
            let mut cell = (at(i - 1, j - 1) + wrong).min(at(i - 1, j) + 1).min(at(i, j - 1) + 1);
            if i > 1 && j > 1 && query[i - 1] == key[j - 2] && query[i - 2] == key[j - 1] {
                cell = cell.min(at(i - 2, j - 2) + 1);
            }
            rows[i * width + j] = cell;
        }
    }
    let distance = rows.last().copied().unwrap_or_default();
    let is_near = distance <= edits_max(query.len());
    is_near.then(|| u32::try_from(distance).unwrap_or(u32::MAX).saturating_mul(EDIT))
}

/// Maximum number of edits for a query of this length.
fn edits_max(chars: usize) -> usize {
    match chars {
        0..=1 => 0,
        2..=4 => 1,
        _ => 2,
    }
}

/// A key near a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct NearKey {
    /// The number of the key.
    key: usize,
    distance: u8,
}

/// The keys within the maximum distance of `query`, without `query` itself.
fn near_keys(fst: &Fst<Vec<u8>>, query: &str) -> Vec<NearKey> {
    let edits_max = edits_max(query.chars().count());
    if edits_max == 0 || query.len() > QUERY_BYTES_MAX {
        return Vec::new();
    }
    // The walk counts bytes, and a letter outside of ASCII has several. Later `plain_cost` counts
    // characters.
    let widest = query.chars().map(char::len_utf8).max().unwrap_or(1);
    let edits_max = edits_max * widest.min(LETTER_BYTES_MAX);
    let query = query.as_bytes();
    let width = query.len() + 1;
    let mut rows = vec![u8::MAX / 2; width * (width + edits_max + 1)];
    for (j, cell) in rows.iter_mut().take(width).enumerate() {
        *cell = j as u8;
    }
    let mut walk = Walk { fst, query, rows, found: Vec::new() };
    walk.visit(fst.root(), 0, Step { depth: 0, letter: 0, edits_max });
    walk.found
}

/// A walk through the keys. `rows[depth]` has the distance of the current path from each prefix of
/// the query. It is exact within `edits_max` of the diagonal and large elsewhere.
struct Walk<'a> {
    fst: &'a Fst<Vec<u8>>,
    query: &'a [u8],
    rows: Vec<u8>,
    found: Vec<NearKey>,
}

/// The position of a walk.
#[derive(Clone, Copy)]
struct Step {
    /// The number of letters on the path.
    depth: usize,
    /// The last of them.
    letter: u8,
    /// The maximum distance on this path.
    edits_max: usize,
}

impl Walk<'_> {
    /// Visits a node and all keys below it. `output` is the sum of the outputs on the path, which
    /// the `fst` adds up to the number of a key.
    fn visit(&mut self, node: Node<'_>, output: u64, step: Step) {
        let width = self.query.len() + 1;
        let distance = usize::from(self.rows[step.depth * width + width - 1]);
        if node.is_final() && distance <= step.edits_max && distance > 0 {
            let key = (output + node.final_output().value()) as usize;
            self.found.push(NearKey { key, distance: distance as u8 });
        }
        if step.depth + 1 >= self.rows.len() / width {
            return;
        }
        for transition in node.transitions() {
            let edits_max = match step.depth {
                0 if !sounds_alike(transition.inp, self.query) => step.edits_max.min(1),
                _ => step.edits_max,
            };
            if self.fill_row(step, transition.inp, edits_max) <= edits_max {
                let next = Step { depth: step.depth + 1, letter: transition.inp, edits_max };
                let child = self.fst.node(transition.addr);
                self.visit(child, output + transition.out.value(), next);
            }
        }
    }

    /// Fills the row for the path of `step` and one more letter, and returns its minimum. A minimum
    /// above `edits_max` means that no key below can be near.
    fn fill_row(&mut self, step: Step, letter: u8, edits_max: usize) -> usize {
        let width = self.query.len() + 1;
        let above = step.depth * width;
        let row = (step.depth + 1) * width;
        let depth = step.depth + 1;
        let from = depth.saturating_sub(edits_max).max(1);
        let to = (depth + edits_max).min(width - 1);
        self.rows[row + from - 1] = if from == 1 { depth as u8 } else { u8::MAX / 2 };
        let mut least = self.rows[row + from - 1];
        for j in from..=to {
            let wrong = u8::from(self.query[j - 1] != letter);
            let mut cell = (self.rows[above + j - 1] + wrong)
                .min(self.rows[above + j] + 1)
                .min(self.rows[row + j - 1] + 1);
            let swapped = j > 1
                && step.depth > 0
                && self.query[j - 2] == letter
                && self.query[j - 1] == step.letter;
            if swapped {
                cell = cell.min(self.rows[above - width + j - 2] + 1);
            }
            self.rows[row + j] = cell;
            least = least.min(cell);
        }
        if to + 1 < width {
            self.rows[row + to + 1] = u8::MAX / 2;
        }
        usize::from(least)
    }
}

/// Whether this letter may be the first one of a word that sounds like the query, or of a word with
/// its first two letters swapped in the query. Only then are several edits allowed, which keeps the
/// walk short and avoids unlikely words.
fn sounds_alike(first: u8, query: &[u8]) -> bool {
    let swapped = query.get(1) == Some(&first);
    swapped
        || match query.first() {
            Some(b'f') => matches!(first, b'f' | b'p'),
            Some(b'n') => matches!(first, b'n' | b'k' | b'g' | b'p' | b'm'),
            Some(b'r') => matches!(first, b'r' | b'w'),
            Some(b's') => matches!(first, b's' | b'c' | b'p'),
            Some(b'c') => matches!(first, b'c' | b'k' | b's' | b'q'),
            Some(b'k') => matches!(first, b'k' | b'c' | b'q'),
            Some(b'j') => matches!(first, b'j' | b'g'),
            Some(b'g') => matches!(first, b'g' | b'j'),
            Some(b'z') => matches!(first, b'z' | b'x' | b's'),
            Some(b'w') => matches!(first, b'w' | b'o'),
            Some(b'a' | b'e' | b'i' | b'o' | b'u' | b'y') => {
                matches!(first, b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b'h')
            }
            Some(&letter) => letter == first,
            None => false,
        }
}

/// The OSA distance of a misspelling from a word, in hundredths of an edit, with lower costs for
/// common mistakes.
fn misspelling_cost(wrong: &[u8], right: &[u8]) -> u32 {
    let width = right.len() + 1;
    let mut rows = vec![0; width * (wrong.len() + 1)];
    for j in 1..width {
        rows[j] = rows[j - 1] + missing_letter_cost(right, j - 1);
    }
    for i in 1..=wrong.len() {
        let row = i * width;
        rows[row] = rows[row - width] + extra_letter_cost(wrong, i - 1);
        for j in 1..width {
            let w = wrong[i - 1];
            let r = right[j - 1];
            let mut cost = (rows[row - width + j - 1] + wrong_letter_cost(w, r))
                .min(rows[row - width + j] + extra_letter_cost(wrong, i - 1))
                .min(rows[row + j - 1] + missing_letter_cost(right, j - 1));
            if i > 1 && j > 1 && w == right[j - 2] && wrong[i - 2] == r {
                cost = cost.min(rows[row - 2 * width + j - 2] + swapped(w, r));
            }
            rows[row + j] = cost;
        }
    }
    rows[wrong.len() * width + width - 1]
}

/// The cost of leaving out letter `at` of the word: `accomodate`, `goverment`, `wich`.
fn missing_letter_cost(right: &[u8], at: usize) -> u32 {
    let letter = right[at];
    let doubled = at > 0 && right[at - 1] == letter;
    match letter {
        _ if doubled => EDIT / 2,
        b'\'' | b'-' => EDIT / 2,
        // Silent letters: `wich`, `enviroment`, `definitly`.
        b'e' if at + 1 == right.len() => EDIT * 7 / 10,
        b'h' | b'e' | b'u' | b'c' | b'n' | b't' if at > 0 => EDIT * 8 / 10,
        _ => EDIT,
    }
}

/// The cost of the extra letter `at` in a misspelling: `untill`, `truely`, `occassion`.
fn extra_letter_cost(wrong: &[u8], at: usize) -> u32 {
    let doubled = at > 0 && wrong[at - 1] == wrong[at];
    match wrong[at] {
        _ if doubled => EDIT / 2,
        b'e' => EDIT * 7 / 10,
        _ => EDIT,
    }
}

/// The cost of writing one letter for another; 0 if they are equal. Vowels, and consonants that
/// sound alike, cost less.
fn wrong_letter_cost(wrong: u8, right: u8) -> u32 {
    let is_vowel = |c: u8| matches!(c, b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
    match (wrong, right) {
        _ if wrong == right => 0,
        _ if is_vowel(wrong) && is_vowel(right) => EDIT / 2,
        (b'c', b's' | b'k') | (b's' | b'k', b'c') | (b's', b'z') | (b'z', b's') => EDIT / 2,
        (b'g', b'j') | (b'j', b'g') | (b'f', b'v') | (b'v', b'f') => EDIT * 6 / 10,
        (b't', b'd') | (b'd', b't') | (b't', b'c' | b's') | (b'c' | b's', b't') => EDIT * 7 / 10,
        (b'm', b'n') | (b'n', b'm') => EDIT * 7 / 10,
        _ => EDIT,
    }
}

/// The cost of two swapped neighbours: `recieve`, `teh`.
fn swapped(a: u8, b: u8) -> u32 {
    match (a, b) {
        (b'i', b'e') | (b'e', b'i') => EDIT / 2,
        _ => EDIT * 7 / 10,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The textbook algorithm with the complete table.
    fn osa(a: &[u8], b: &[u8]) -> usize {
        let mut d = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                d[i][j] = match (i, j) {
                    (0, _) => j,
                    (_, 0) => i,
                    _ => {
                        let wrong = usize::from(a[i - 1] != b[j - 1]);
                        let plain =
                            (d[i - 1][j] + 1).min(d[i][j - 1] + 1).min(d[i - 1][j - 1] + wrong);
                        let swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                        if swap { plain.min(d[i - 2][j - 2] + 1) } else { plain }
                    }
                };
            }
        }
        d[a.len()][b.len()]
    }

    proptest! {
        #[test]
        fn finds_the_same_as_the_full_table(
            words in prop::collection::btree_set("[a-d]{1,9}", 1..60),
            query in "[a-d]{1,9}",
        ) {
            let set: Vec<(String, u64)> =
                words.iter().cloned().enumerate().map(|(i, word)| (word, i as u64)).collect();
            let fst = Fst::from_iter_map(set.clone()).unwrap();
            let fst = Fst::new(fst.into_inner()).unwrap();
            let mut found = near_keys(&fst, &query);
            found.sort_unstable();
            let longest = if query.len() <= 4 { 1 } else { 2 };
            let expected: Vec<NearKey> = set
                .iter()
                .filter_map(|(word, i)| {
                    let first = word.as_bytes()[0];
                    let distance_max = if sounds_alike(first, query.as_bytes()) { longest } else { 1 };
                    let distance = osa(word.as_bytes(), query.as_bytes());
                    let counts = query.len() > 1 && (1..=distance_max).contains(&distance);
                    counts.then_some(NearKey { key: *i as usize, distance: distance as u8 })
                })
                .collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn common_mistakes_cost_less() {
        let cost = |wrong: &str, right: &str| misspelling_cost(wrong.as_bytes(), right.as_bytes());
        assert!(cost("recieve", "receive") < cost("recieve", "relieve"));
        assert!(cost("untill", "until") < cost("untill", "untidy"));
        assert_eq!(cost("same", "same"), 0);
    }
}
