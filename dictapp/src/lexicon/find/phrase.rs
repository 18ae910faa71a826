//! A sentence to what its phrases and words mean: the longest phrases that have an entry, and the
//! words between them.

use super::exact;
use crate::lexicon::{Hit, Lexicon, fold};

/// How much of a sentence is read, in words. Two lines of print.
const WORDS_MAX: usize = 48;

/// The longest phrase that is looked for inside a sentence, in words.
const PHRASE_WORDS_MAX: usize = 6;

/// A word or phrase of a sentence and its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// As it stands in the sentence.
    pub text: String,
    /// What was found for it; empty for a word that no book has.
    pub hits: Vec<Hit<'a>>,
}

/// A word of the sentence.
struct Token<'s> {
    text: &'s str,
    /// Whether a phrase may go on behind it: no comma, no full stop.
    goes_on: bool,
}

impl Lexicon {
    /// One piece for the whole where it has an entry; else the longest phrases that have one,
    /// inflected or not (`ran into`), and each other word. At most 48 words are read.
    pub fn phrase(&self, sentence: &str) -> Vec<Piece<'_>> {
        let whole = self.look_up(sentence);
        if !whole.is_empty() {
            return vec![Piece { text: sentence.trim().to_owned(), hits: whole }];
        }
        let tokens = tokens(sentence, |word| self.key(&fold(word)).is_some());
        let (mut pieces, mut rest) = (Vec::new(), &tokens[..]);
        while let [first, ..] = rest {
            let (piece, words) = self.longest_phrase(rest).unwrap_or_else(|| {
                let hits = self.look_up(first.text);
                (Piece { text: first.text.to_owned(), hits }, 1)
            });
            pieces.push(piece);
            rest = &rest[words..];
        }
        pieces
    }

    /// The longest phrase of several words that the sentence begins with, and of how many.
    fn longest_phrase(&self, tokens: &[Token<'_>]) -> Option<(Piece<'_>, usize)> {
        let linked = tokens.iter().take_while(|token| token.goes_on).count() + 1;
        let most = linked.min(tokens.len()).min(PHRASE_WORDS_MAX);
        let firsts = self.bases(tokens.first().filter(|_| most > 1)?.text);
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
                return Some((Piece { text, hits }, words));
            }
        }
        None
    }

    /// The key of a word and those of its lemmas.
    fn bases(&self, word: &str) -> Vec<String> {
        let key = fold(word);
        let lemmas = self.lemmas(&key);
        let lemmas = lemmas.into_iter().map(|key| self.columns.keys.get(key).to_owned());
        std::iter::once(key.clone()).chain(lemmas).collect()
    }
}

/// The words of a sentence, without the marks around them unless these belong to a headword (`etc.`,
/// `C++`, `.NET`).
fn tokens(sentence: &str, is_headword: impl Fn(&str) -> bool) -> Vec<Token<'_>> {
    let is_mark = |c: char| !c.is_alphanumeric();
    let words = sentence.split_whitespace().filter(|word| !word.chars().all(is_mark));
    words
        .take(WORDS_MAX)
        .map(|word| {
            if word.ends_with(is_mark) || word.starts_with(is_mark) {
                // A comma or a bracket belongs to no headword, but may stand behind its full stop.
                let text = word.trim_matches([',', ';', ':', '!', '?', '"', '(', ')', '“', '”']);
                if is_headword(text) {
                    return Token { text, goes_on: word.ends_with(text) };
                }
            }
            // An apostrophe at the end belongs to the word: boys'.
            let end = word.trim_end_matches(|c: char| is_mark(c) && !matches!(c, '\'' | '’'));
            let text = end.trim_start_matches(is_mark);
            Token { text, goes_on: end.len() == word.len() }
        })
        .collect()
}
