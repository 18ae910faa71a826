//! Splits Chinese text, which has no spaces, into words: `我吃苹果` into `我`, `吃`, `苹果`. At each
//! position it takes the longest part that is a headword or a whole gloss.

use super::phrase::SentencePiece;
use super::reverse::is_han;
use crate::lexicon::{FoundBy, Hit, Lexicon, MatchRange, fold};

/// Maximum number of characters that are read.
const CHARS_MAX: usize = 100;

/// Maximum length of a part in characters.
const PART_CHARS_MAX: usize = 8;

/// Maximum number of entries of a part.
const ENTRIES_MAX: usize = 3;

impl Lexicon {
    /// The parts of a Chinese text that are a headword or a gloss, and the words in other scripts
    /// that have an entry, each with its entries, in order. Other text is skipped. Reads at most
    /// 100 characters.
    pub fn segments(&self, text: &str) -> Vec<SentencePiece<'_>> {
        let chars: Vec<char> = text.chars().take(CHARS_MAX).collect();
        let mut pieces = Vec::new();
        let mut at = 0;
        while at < chars.len() {
            let run = chars[at..].iter().take_while(|&&c| is_han(c)).count().min(PART_CHARS_MAX);
            let longest = (1..=run).rev().find_map(|length| {
                let part: String = chars[at..at + length].iter().collect();
                let hits = self.hits_of_part(&part);
                (!hits.is_empty()).then_some((SentencePiece { text: part, hits }, length))
            });
            let longest = longest.or_else(|| self.word_at(&chars[at..]));
            at += longest.as_ref().map_or(1, |(_, length)| *length);
            pieces.extend(longest.map(|(piece, _)| piece).filter(|piece| !piece.hits.is_empty()));
        }
        pieces
    }

    /// The word in another script at the beginning of a text, and its length in characters. It has
    /// no entries if no book has the word. `None`: the text does not begin with such a word.
    fn word_at(&self, text: &[char]) -> Option<(SentencePiece<'_>, usize)> {
        let is_letter = |c: &&char| !is_han(**c) && (c.is_alphanumeric() || "'’-".contains(**c));
        let length = text.iter().take_while(is_letter).count();
        let word: String = text[..length].iter().collect();
        let hits = self.look_up(&word);
        (length > 0).then_some((SentencePiece { text: word, hits }, length))
    }

    /// The entries for a Chinese part: of the headword, and of words with it as a whole gloss.
    fn hits_of_part(&self, part: &str) -> Vec<Hit<'_>> {
        let headword = self.key(&fold(part)).and_then(|key| self.columns.representative(key));
        let meant = if self.is_whole_gloss(part) {
            self.reverse(part, MatchRange::first(ENTRIES_MAX)).entries
        } else {
            Vec::new()
        };
        let entries = headword.into_iter().chain(meant);
        entries.map(|entry| Hit { entry, by: FoundBy::Folding }).collect()
    }
}
