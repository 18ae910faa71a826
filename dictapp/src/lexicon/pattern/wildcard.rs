//! Finds the words that match a pattern: `re?d` finds `read` and `reed`. A word matches by its key
//! (folded spelling) or by an inflected form. Returns one page of the words, within a limited time.

use std::collections::HashSet;
use std::ops::Range;
use std::time::{Duration, Instant};

use super::{Pattern, PatternKind};
use crate::lexicon::{End, Lexicon, MatchPage, MatchRange};

/// Number of keys that are searched between two readings of the clock: about four kilobytes, for
/// which the most costly pattern takes some milliseconds.
const KEYS_AT_ONCE: usize = 256;

/// Maximum number of inflected forms that are matched against a pattern. They take some
/// milliseconds.
const FORMS_SEEN_MAX: usize = 50_000;

impl Lexicon {
    /// The words with a matching key, in the order of keys, then words that only match by an
    /// inflected form. Each has the entry of its most frequent spelling. [`MatchPage::end`] reports
    /// whether there are more. A pattern without a literal prefix takes up to 24 ms for the largest
    /// known book. For a hostile pattern the result has the words found within `time_max` and some
    /// milliseconds.
    pub fn matching(
        &self,
        pattern: &Pattern,
        page: MatchRange,
        time_max: Duration,
    ) -> MatchPage<'_> {
        let began = Instant::now();
        self.matching_until(|| began.elapsed() > time_max, pattern, page)
    }

    /// Like [`matching`](Lexicon::matching), until `time_is_up` returns `true`.
    fn matching_until(
        &self,
        time_is_up: impl Fn() -> bool,
        pattern: &Pattern,
        page: MatchRange,
    ) -> MatchPage<'_> {
        let keys = self.columns.keys.starting_with(&pattern.prefix);
        let end = keys.end;
        let mut found = Vec::new();
        for from in keys.step_by(KEYS_AT_ONCE) {
            // Checked before each piece, not after it: a search that reached the end is complete.
            if time_is_up() {
                let entries = found.iter().filter_map(|&key| self.columns.representative(key));
                return MatchPage { end: End::OutOfTime, ..MatchPage::cut(entries, page) };
            }
            let some = from..end.min(from + KEYS_AT_ONCE);
            match &pattern.kind {
                PatternKind::Wildcard { needle: Some(needle), .. } => {
                    self.match_lines(pattern, some, &mut found, |text, from| {
                        needle.find(&text.as_bytes()[from..]).map(|at| from + at)
                    });
                }
                PatternKind::Lines(regex) => {
                    self.match_lines(pattern, some, &mut found, |text, from| {
                        regex.find_at(text, from).map(|found| found.start())
                    })
                }
                _ => found.extend(some.filter(|&key| self.is_match(pattern, key))),
            }
            if found.len() > page.end() {
                break;
            }
        }
        if found.len() <= page.end() {
            self.match_forms(pattern, page.end() + 1, &mut found);
        }
        MatchPage::cut(found.iter().filter_map(|&key| self.columns.representative(key)), page)
    }

    /// Adds the headwords that match by another spelling or an inflected form, until `found` has
    /// `count_max` words.
    fn match_forms(&self, pattern: &Pattern, count_max: usize, found: &mut Vec<usize>) {
        let known: HashSet<usize> = found.iter().copied().collect();
        let forms = self.columns.forms.starting_with(&pattern.prefix).take(FORMS_SEEN_MAX);
        let matching = forms.filter(|&i| pattern.is_match(self.columns.forms.get(i)));
        let lemmas = matching.filter_map(|i| self.columns.form_lemmas.get(i));
        let mut more: Vec<usize> = lemmas.map(|&key| key as usize).collect();
        more.sort_unstable();
        more.dedup();
        more.retain(|key| !known.contains(key));
        found.extend(more.into_iter().take(count_max - found.len().min(count_max)));
    }

    /// Whether the key with this number matches.
    fn is_match(&self, pattern: &Pattern, key: usize) -> bool {
        pattern.is_match(self.columns.keys.get(key))
    }

    /// Adds the matching keys of a range. Searches the text of all of them at once with
    /// `find_from`, which returns the offset of a possible match from an offset on: this is many
    /// times faster than matching each key. Then matches each found key separately, since a match
    /// might cross the end of a line.
    fn match_lines(
        &self,
        pattern: &Pattern,
        keys: Range<usize>,
        found: &mut Vec<usize>,
        find_from: impl Fn(&str, usize) -> Option<usize>,
    ) {
        let texts = &self.columns.keys;
        let start = |key: usize| texts.starts.get(key).map_or(0, |&start| start as usize);
        let base = start(keys.start);
        let text = texts.text.get(base..start(keys.end)).unwrap_or("");
        let mut key = keys.start;
        while key < keys.end && start(key) - base < text.len() {
            let Some(at) = find_from(text, start(key) - base) else { return };
            while key < keys.end && start(key + 1) <= base + at {
                key += 1;
            }
            if key < keys.end && self.is_match(pattern, key) {
                found.push(key);
            }
            key += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::BookIndex;
    use crate::model::{Entry, Word};

    /// A lexicon of `w00000`, `w00001` and so on.
    fn lexicon(words: usize) -> Lexicon {
        let mut builder = Lexicon::builder();
        for number in 0..words {
            let word = Word::parse(&format!("w{number:05}")).unwrap();
            let (explanation, phonetic, rank, forms) = ("x".to_owned(), None, None, Vec::new());
            builder.add(BookIndex(0), &Entry { word, phonetic, explanation, rank, forms });
        }
        builder.build().unwrap()
    }

    /// An empty page after the ten thousandth match does not claim that there is another one.
    #[test]
    fn pages_end_if_there_are_too_many_matches() {
        let (lexicon, pattern) = (lexicon(10_050), Pattern::regex("^w").unwrap());
        for (skip, entries, end) in
            [(9_960, 30, End::More), (9_990, 10, End::TooMany), (10_020, 0, End::TooMany)]
        {
            let page = lexicon.matching_until(|| false, &pattern, MatchRange { skip, take: 30 });
            assert_eq!((page.entries.len(), page.end), (entries, end), "{skip}");
        }
    }

    #[test]
    fn a_search_that_is_out_of_time_returns_partial_results_and_a_finished_one_is_complete() {
        let (lexicon, pattern) = (lexicon(2 * KEYS_AT_ONCE), Pattern::regex("1$").unwrap());
        let checks = std::cell::Cell::new(0);
        // The time is up at this check of the clock.
        let up_at = |check: usize| {
            checks.set(0);
            let time_is_up = || checks.replace(checks.get() + 1) == check;
            let page = lexicon.matching_until(time_is_up, &pattern, MatchRange::first(100));
            (page.entries.len(), page.end)
        };
        assert_eq!(up_at(0), (0, End::OutOfTime));
        assert_eq!(up_at(1), (26, End::OutOfTime));
        assert_eq!(up_at(2), (52, End::Complete));
    }
}
