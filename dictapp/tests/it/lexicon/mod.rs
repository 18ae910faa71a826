//! The public interface of the lexicon: each way to find a word, on small books and on random ones.

mod asking;
mod exact;
mod lemma;
mod suggest;
mod did_you_mean;
mod pattern;
mod reverse;
mod phrase;
mod daily;
mod saved;
mod agrees_with_a_plain_scan;

use dictapp::lexicon::{
    BookIndex, End, EntryRef, FoundBy, Hit, Lexicon, MatchPage, MatchRange, Pattern, Stamp, fold,
};
use dictapp::model::{Entry, Word};
use proptest::prelude::*;

/// An entry as a test writes it: `word | explanation | rank | form, form`.
fn entry(line: &str) -> Entry {
    let mut fields = line.split('|').map(str::trim);
    let mut next = || fields.next().unwrap_or("");
    let (word, explanation, rank, forms) = (next(), next(), next(), next());
    Entry {
        word: Word::parse(word).expect("a headword"),
        phonetic: None,
        explanation: explanation.to_owned(),
        rank: rank.parse().ok(),
        forms: forms.split(", ").filter(|form| !form.is_empty()).map(str::to_owned).collect(),
    }
}

fn lexicon(lines: &[&str]) -> Lexicon {
    let mut builder = Lexicon::builder();
    for line in lines {
        builder.add(BookIndex(1), &entry(line));
    }
    builder.build().expect("few words")
}

fn words<'a>(entries: impl IntoIterator<Item = EntryRef<'a>>) -> Vec<&'a str> {
    entries.into_iter().map(|entry| entry.word).collect()
}

fn found<'a>(hits: &[Hit<'a>]) -> Vec<(&'a str, FoundBy)> {
    hits.iter().map(|hit| (hit.entry.word, hit.by)).collect()
}

#[track_caller]
fn finds(lexicon: &Lexicon, query: &str, expected: &[(&str, FoundBy)]) {
    assert_eq!(found(&lexicon.look_up(query)), expected, "{query:?}");
}

use FoundBy::{Folding, Inflection, Spelling};

#[test]
fn irregular_forms_of_wordnet_find_their_lemmas() {
    let list = include_str!("../../../src/lexicon/find/data/exceptions.txt");
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    let pairs: Vec<(String, String)> = lines
        .flat_map(|line| {
            let (form, lemmas) = line.split_once(' ').expect("a form and its lemmas");
            lemmas.split(' ').map(|lemma| (form.replace('_', " "), lemma.replace('_', " ")))
        })
        .collect();
    assert!(pairs.len() > 5_500);
    let mut builder = Lexicon::builder();
    for (_, lemma) in &pairs {
        builder.add(BookIndex(1), &entry(lemma));
    }
    let lexicon = builder.build().expect("few words");
    let has =
        |form: &str, lemma: &str| lexicon.look_up(form).iter().any(|it| it.entry.word == lemma);
    let missed: Vec<_> = pairs.iter().filter(|(form, lemma)| !has(form, lemma)).collect();
    assert!(
        missed.len() * 1000 <= pairs.len() * 2,
        "{} of {}: {missed:?}",
        missed.len(),
        pairs.len()
    );
}

/// The pairs of a list of common misspellings.
fn misspellings() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = include_str!("../../data/lexicon/misspellings.txt").lines();
    lines.filter(|line| !line.starts_with('#')).map(|line| line.split_once(' ').expect("a pair"))
}

/// The headwords of the books that ship, with ranks.
fn common() -> Lexicon {
    let lines = include_str!("../../data/lexicon/words.txt").lines();
    let mut builder = Lexicon::builder();
    for (i, word) in lines.filter(|line| !line.starts_with('#')).enumerate() {
        builder.add(BookIndex(1), &Entry { rank: Some(i as u32 + 1), ..entry(word) });
    }
    builder.build().expect("few words")
}

#[test]
fn the_word_that_is_meant_comes_first_for_most_common_misspellings() {
    let common = common();
    let first = |wrong: &str| {
        let hit = common.look_up(wrong).first().map(|hit| hit.entry);
        hit.or_else(|| common.did_you_mean(wrong, 3).first().copied()).map_or("", |it| it.word)
    };
    let is_right = |wrong: &str, right: &str| {
        let meant = common.look_up(right);
        meant.iter().any(|hit| hit.entry.word == first(wrong))
    };
    let (mut all, mut failed) = (0, Vec::new());
    for (wrong, right) in misspellings() {
        all += 1;
        if !is_right(wrong, right) {
            failed.push(format!("{wrong}: {:?}, not {right}", first(wrong)));
        }
    }
    println!("{}", failed.join("\n"));
    assert!(all >= 300);
    assert!(failed.len() * 100 <= all * 15, "{} of {all}:\n{}", failed.len(), failed.join("\n"));
}
