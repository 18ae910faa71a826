//! Splits a sentence into the longest phrases that have an entry, and the words between them:
//! `he ran into a wall` becomes `he`, `ran into`, `a`, `wall`. A key is a folded spelling.

use super::exact;
use crate::lexicon::{Hit, Lexicon, fold};

/// Maximum number of words of a sentence that are read: about two printed lines.
const WORDS_MAX: usize = 48;

/// Maximum number of words of a phrase within a sentence.
const PHRASE_WORDS_MAX: usize = 6;

/// Characters between the parts of a compound, or between alternatives.
const COMPOUND_SEPARATORS: [char; 9] = ['-', '/', '‐', '‑', '–', '—', '…', '&', '+'];

/// A word or phrase of a sentence and its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentencePiece<'a> {
    /// The text in the sentence.
    pub text: String,
    /// The entries found; empty if no book has the word.
    pub hits: Vec<Hit<'a>>,
}

/// A word of the sentence.
struct Token<'s> {
    text: &'s str,
    /// Whether a phrase may continue with the next word: no punctuation follows this one.
    may_continue: bool,
}

impl Lexicon {
    /// Returns one piece if the whole sentence has an entry. Otherwise returns the longest phrases
    /// with an entry, including inflected ones (`ran into`), and all other words. A compound
    /// without an entry is split into its parts (`blue-green`, `his/her`). Reads at most 48 words.
    pub fn phrase(&self, sentence: &str) -> Vec<SentencePiece<'_>> {
        let whole = self.look_up(sentence);
        if !whole.is_empty() {
            return vec![SentencePiece { text: sentence.trim().to_owned(), hits: whole }];
        }
        let tokens = tokens(sentence, |word| self.key(&fold(word)).is_some());
        let mut pieces = Vec::new();
        let mut rest = &tokens[..];
        while let [first, ..] = rest {
            let words = match self.longest_phrase(rest) {
                Some((piece, words)) => {
                    pieces.push(piece);
                    words
                }
                None => {
                    pieces.extend(self.word_or_parts(first.text));
                    1
                }
            };
            rest = &rest[words..];
        }
        pieces
    }

    /// A word with its entries. If it has none but is a compound, its parts, if some of them have.
    fn word_or_parts(&self, word: &str) -> Vec<SentencePiece<'_>> {
        let piece = |text: &str| SentencePiece { text: text.to_owned(), hits: self.look_up(text) };
        let whole = piece(word);
        let parts: Vec<&str> =
            word.split(COMPOUND_SEPARATORS).filter(|part| !part.is_empty()).collect();
        if !whole.hits.is_empty() || !(2..=PHRASE_WORDS_MAX).contains(&parts.len()) {
            return vec![whole];
        }
        let parts: Vec<SentencePiece<'_>> = parts.into_iter().map(piece).collect();
        if parts.iter().all(|part| part.hits.is_empty()) { vec![whole] } else { parts }
    }

    /// The longest phrase of several words at the beginning of the tokens, and its number of words.
    /// `None`: no phrase with an entry begins there.
    fn longest_phrase(&self, tokens: &[Token<'_>]) -> Option<(SentencePiece<'_>, usize)> {
        let linked = tokens.iter().take_while(|token| token.may_continue).count() + 1;
        let most = linked.min(tokens.len()).min(PHRASE_WORDS_MAX);
        let firsts = self.key_and_lemmas(tokens.first().filter(|_| most > 1)?.text);
        for words in (2..=most).rev() {
            let text: Vec<&str> = tokens[..words].iter().map(|token| token.text).collect();
            let rest = fold(&text[1..].join(" "));
            let has = |first: &String| self.key(&format!("{first} {rest}")).is_some();
            if let Some(base) = firsts.iter().find(|first| has(first)) {
                let text = text.join(" ");
                let mut hits = self.look_up(&text);
                if hits.is_empty() {
                    let query = exact::Query::parse(&format!("{base} {rest}"))?;
                    hits = self.key(&query.key).map_or_else(Vec::new, |key| self.lemma_hits(key));
                }
                return Some((SentencePiece { text, hits }, words));
            }
        }
        None
    }

    /// The key of a word and those of its lemmas.
    fn key_and_lemmas(&self, word: &str) -> Vec<String> {
        let key = fold(word);
        let lemmas = self.lemmas(&key);
        let lemmas = lemmas.into_iter().map(|key| self.columns.keys.get(key).to_owned());
        std::iter::once(key.clone()).chain(lemmas).collect()
    }
}

/// The words of a sentence without the punctuation around them, unless it belongs to a headword
/// (`etc.`, `C++`, `.NET`).
fn tokens(sentence: &str, is_headword: impl Fn(&str) -> bool) -> Vec<Token<'_>> {
    let is_punctuation = |c: char| !c.is_alphanumeric();
    let words = sentence.split_whitespace().filter(|word| !word.chars().all(is_punctuation));
    words
        .take(WORDS_MAX)
        .map(|word| {
            if word.ends_with(is_punctuation) || word.starts_with(is_punctuation) {
                let mut texts = std::iter::once(word).chain(exact::stripped_step_by_step(word));
                if let Some(text) = texts.find(|text| is_headword(text)) {
                    return Token { text, may_continue: word.ends_with(text) };
                }
            }
            // An apostrophe at the end belongs to the word: boys'.
            let end =
                word.trim_end_matches(|c: char| is_punctuation(c) && !matches!(c, '\'' | '’'));
            let text = end.trim_start_matches(is_punctuation);
            Token { text, may_continue: end.len() == word.len() }
        })
        .collect()
}
