//! Checks the shipped dictionaries against their own rules.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use dictapp::books::{Book, BookKind};
use dictapp::lexicon::{BookIndex, FoundBy, Lexicon, fold};
use dictapp::model::{Entry, Example, Explanation, Languages, Part, Region, Sense};

/// The parts of speech of the English-Chinese book, and of WordNet.
const PARTS: [&str; 18] = [
    "n.", "v.", "aux.", "adj.", "adv.", "prep.", "conj.", "pron.", "num.", "art.", "det.", "int.",
    "abbr.", "phr.", "pl.", "prefix.", "suffix.", "modal.",
];
const PARTS_OF_WORDNET: [&str; 4] = ["n.", "v.", "adj.", "adv."];

/// This many of the most common words have an example with a translation.
const SHOWN: u32 = 2000;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("books").join(name)
}

/// All entries; fails if anything is odd or a headword occurs twice.
#[track_caller]
fn entries(name: &str) -> Vec<Entry> {
    let mut book = Book::open(BookKind::Plain, &path(name), |_| {}).unwrap();
    let mut entries = Vec::new();
    while let Some(entry) = book.next().unwrap() {
        entries.push(entry);
    }
    assert_eq!(book.warnings().to_string(), "", "{name}");
    assert_eq!(entries.len() as u64, book.entries(), "{name} has a headword twice");
    entries
}

/// The senses, each with the label of its part of speech.
fn senses(entry: &Entry) -> Vec<(String, Sense)> {
    let explanation = Explanation::parse(&entry.explanation);
    explanation.senses().map(|(part, sense)| (part.to_owned(), sense.clone())).collect()
}

fn examples(entry: &Entry) -> Vec<Example> {
    senses(entry).into_iter().flat_map(|(_, sense)| sense.examples).collect()
}

fn lexicon(books: &[&[Entry]]) -> Lexicon {
    let mut builder = Lexicon::builder();
    for (book, number) in books.iter().zip(0..) {
        for entry in *book {
            builder.add(BookIndex(number), entry);
        }
    }
    builder.build().unwrap()
}

#[track_caller]
fn assert_none(what: &str, found: &[String]) {
    assert!(
        found.is_empty(),
        "{what}: {} of them, as {:?}",
        found.len(),
        &found[..8.min(found.len())]
    );
}

/// The headwords of the entries that have this fault.
fn faults<'e>(entries: &'e [Entry], is_faulty: impl Fn(&'e Entry) -> bool) -> Vec<String> {
    let faulty = entries.iter().filter(|entry| is_faulty(entry));
    faulty.map(|entry| entry.word.to_string()).collect()
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}')
}

/// Half-width punctuation beside a Chinese character, a space beside Chinese punctuation, half an
/// ellipsis, brackets that do not pair.
fn is_badly_punctuated(chinese: &str) -> bool {
    let chars: Vec<char> = chinese.chars().collect();
    let is_half = |c: char| ",;:!?()\"~".contains(c);
    let is_full = |c: char| "，；：！？（）。、".contains(c);
    let is_bad = |a: char, b: char| is_han(a) && is_half(b) || is_full(a) && b == ' ';
    let pairs = chars.windows(2).any(|pair| is_bad(pair[0], pair[1]) || is_bad(pair[1], pair[0]));
    let count = |c| chars.iter().filter(|&&other| other == c).count();
    pairs || count('…') % 2 > 0 || count('（') != count('）') || chinese.contains("...")
}

#[test]
fn each_book_has_a_description_and_a_licence() {
    for (name, languages, licence, notices) in [
        (
            "en-zh.book",
            "en-zh",
            "CC0-1.0",
            &["Carnegie Mellon University", "SPECIAL, EXEMPLARY"][..],
        ),
        (
            "en-en.book",
            "en-en",
            "WordNet 3.0",
            &["Princeton University", "TITLE TO COPYRIGHT", "Carnegie Mellon University"],
        ),
    ] {
        let metadata = Book::open(BookKind::Plain, &path(name), |_| {}).unwrap().metadata();
        assert!(metadata.title.is_some());
        assert_eq!(metadata.languages, Languages::parse(languages));
        assert!(metadata.licence.unwrap().starts_with(licence));
        let text = std::fs::read_to_string(path(name)).unwrap();
        let header: String = text.lines().take_while(|line| line.starts_with('#')).collect();
        for notice in notices {
            assert!(header.to_uppercase().contains(&notice.to_uppercase()), "{name}: {notice}");
        }
    }
}

#[test]
fn every_sense_has_one_of_the_parts_of_speech() {
    for (name, parts) in [("en-zh.book", &PARTS[..]), ("en-en.book", &PARTS_OF_WORDNET)] {
        let entries = entries(name);
        let faulty = |entry: &Entry| {
            let senses = senses(entry);
            senses.is_empty() || senses.iter().any(|(part, _)| !parts.contains(&part.as_str()))
        };
        assert_none(name, &faults(&entries, faulty));
    }
}

#[test]
fn no_gloss_of_a_part_of_speech_comes_twice() {
    let repeats = |entry: &Entry| {
        let mut seen = HashSet::new();
        let glosses = senses(entry).into_iter().flat_map(|(part, Sense { gloss, .. })| {
            gloss.split('；').map(|gloss| (part.clone(), gloss.to_owned())).collect::<Vec<_>>()
        });
        glosses.into_iter().any(|gloss| !seen.insert(gloss))
    };
    let twice =
        Entry { explanation: "n. 果；实\nn. 果".to_owned(), ..entries("en-zh.book").remove(0) };
    assert!(repeats(&twice));
    assert_none("en-zh.book", &faults(&entries("en-zh.book"), repeats));
}

#[test]
fn glosses_and_translations_are_chinese_with_chinese_punctuation() {
    for bad in ["苹果,果", "果； 实", "在…上", "（果", "果(实)", "果..."] {
        assert!(is_badly_punctuated(bad), "{bad}");
    }
    let faulty = |entry: &Entry| {
        senses(entry).iter().any(|(_, sense)| {
            let translations = sense.examples.iter().map(|e| e.translation.as_deref());
            let endings = ['。', '？', '！', '”', '…'];
            !sense.gloss.chars().any(is_han)
                || sense.gloss.ends_with(endings) && !sense.gloss.ends_with("……")
                || is_badly_punctuated(&sense.gloss)
                || translations.into_iter().any(|text| {
                    text.is_none_or(|text| is_badly_punctuated(text) || !text.ends_with(endings))
                })
        })
    };
    assert_none("en-zh.book", &faults(&entries("en-zh.book"), faulty));
}

#[test]
fn the_commonest_words_are_shown_in_a_sentence() {
    let entries = entries("en-zh.book");
    assert!(entries.len() >= 8000, "{}", entries.len());
    let shown = |entry: &Entry| examples(entry).iter().any(|example| example.translation.is_some());
    let lacking = |entry: &Entry| entry.rank.is_none_or(|rank| rank <= SHOWN) && !shown(entry);
    assert_none("no example", &faults(&entries, lacking));
    let ranks: HashSet<_> = entries.iter().map(|entry| entry.rank).collect();
    assert_eq!(ranks.len(), entries.len(), "two words are equally common");
    let mut texts: BTreeMap<String, u32> = BTreeMap::new();
    for example in entries.iter().flat_map(examples) {
        *texts.entry(example.text).or_default() += 1;
    }
    let twice: Vec<String> =
        texts.into_iter().filter(|(_, times)| *times > 1).map(|(text, _)| text).collect();
    assert_none("the same example twice", &twice);
}

#[test]
fn the_words_of_the_first_edition_are_in_the_book() {
    let entries = entries("en-zh.book");
    let words: HashSet<&str> = entries.iter().map(|entry| entry.word.as_str()).collect();
    let starter = std::fs::read_to_string(crate::books::data("starter-words.txt")).unwrap();
    let missing: Vec<String> =
        starter.lines().filter(|word| !words.contains(word)).map(str::to_owned).collect();
    assert_eq!(starter.lines().count(), 629);
    assert_none("missing", &missing);
}

#[test]
fn every_headword_is_found_first_by_its_own_spelling() {
    let books = [entries("en-zh.book"), entries("en-en.book")];
    let lexicon = lexicon(&[&books[0], &books[1]]);
    for (book, number) in books.iter().zip(0..) {
        for entry in book {
            let hits = lexicon.look_up(entry.word.as_str());
            let by_spelling = hits.iter().filter(|hit| hit.by == FoundBy::Spelling);
            let by_spelling: Vec<_> =
                by_spelling.map(|hit| (hit.entry.book, hit.entry.word)).collect();
            assert!(
                by_spelling.contains(&(BookIndex(number), entry.word.as_str())),
                "{}",
                entry.word
            );
            assert_eq!(hits[0].by, FoundBy::Spelling, "{}", entry.word);
        }
    }
}

#[test]
fn every_irregular_form_finds_its_headword() {
    let entries = entries("en-zh.book");
    let lexicon = lexicon(&[&entries]);
    let words: HashSet<&str> = entries.iter().map(|entry| entry.word.as_str()).collect();
    let list = concat!(env!("CARGO_MANIFEST_DIR"), "/src/lexicon/find/data/exceptions.txt");
    let list = std::fs::read_to_string(list).unwrap();
    let (mut tried, mut lost) = (0, Vec::new());
    for line in list.lines().filter(|line| !line.starts_with('#')) {
        let mut names = line.split(' ').map(|name| name.replace('_', " "));
        let form = names.next().unwrap();
        for lemma in names.filter(|lemma| words.contains(lemma.as_str())) {
            tried += 1;
            if !lexicon.look_up(&form).iter().any(|hit| hit.entry.word == lemma) {
                lost.push(format!("{form} to {lemma}"));
            }
        }
    }
    assert!(tried > 900, "{tried}");
    assert_none("forms that lead nowhere", &lost);
}

#[test]
fn every_listed_form_finds_its_headword() {
    let entries = entries("en-zh.book");
    let lexicon = lexicon(&[&entries]);
    let leads = |form: &str, word: &str| {
        lexicon.look_up(form).iter().any(|hit| fold(hit.entry.word) == fold(word))
    };
    let forms = entries.iter().flat_map(|entry| entry.forms.iter().map(move |form| (entry, form)));
    let lost: Vec<String> = forms
        .filter(|(entry, form)| !leads(form, entry.word.as_str()))
        .map(|(entry, form)| format!("{form} to {}", entry.word))
        .collect();
    assert!(entries.iter().map(|entry| entry.forms.len()).sum::<usize>() > 9_000);
    assert_none("forms that lead nowhere", &lost);
}

#[test]
fn every_single_word_has_a_british_and_an_american_pronunciation() {
    let lacks = |entry: &Entry| {
        let explanation = Explanation::parse(&entry.explanation);
        let regions = [Region::Uk, Region::Us];
        let has = |part: &Part, region| {
            part.pronunciations.iter().any(|said| said.region == Some(region) && !said.is_weak)
        };
        let is_whole = |part: &Part| regions.iter().all(|&region| has(part, region));
        !entry.word.as_str().contains(' ') && !explanation.parts.iter().all(is_whole)
    };
    assert_none("no pronunciation", &faults(&entries("en-zh.book"), lacks));
    let record = Explanation::parse(
        &entries("en-zh.book").iter().find(|e| e.word.as_str() == "record").unwrap().explanation,
    );
    let first = |part: &Part| part.pronunciations[0].ipa.clone();
    let of = |label: &str| record.parts.iter().find(|part| part.label == label).map(first);
    assert_eq!(of("n.").as_deref(), Some("ˈrekɔːd"));
    assert_eq!(of("v.").as_deref(), Some("rɪˈkɔːd"));
}

#[test]
fn common_queries_of_learners_find_the_meant_word() {
    let books = [entries("en-zh.book"), entries("en-en.book")];
    let lexicon = lexicon(&[&books[0], &books[1]]);
    let first = |query: &str| lexicon.look_up(query).first().map(|hit| hit.entry.word);
    for (query, word) in [
        ("went", "go"),
        ("cafe", "café"),
        ("ICE CREAM", "ice cream"),
        ("run into", "run into"),
        ("mice", "mouse"),
        ("children's", "children"),
        ("o’clock", "o'clock"),
    ] {
        let words: Vec<&str> = lexicon.look_up(query).iter().map(|hit| hit.entry.word).collect();
        assert!(words.contains(&word), "{query}: {words:?}");
    }
    for query in ["she'll", "could've", "email", "online", "classroom", "panda", "etc."] {
        assert_eq!(first(query), Some(query));
    }
    assert_eq!(first("recieve"), None);
    assert_eq!(lexicon.did_you_mean("recieve", 5)[0].word, "receive");
    for (chinese, words) in [
        ("苹果", &["apple"][..]),
        ("学习", &["learn", "study"]),
        ("高兴", &["happy", "glad", "joy"]),
        ("计算机", &["computer"]),
        ("漂亮", &["beautiful", "pretty"]),
        ("机会", &["chance", "opportunity"]),
        ("微信", &["WeChat"]),
    ] {
        let found = lexicon.reverse(chinese, dictapp::lexicon::MatchRange::first(3)).entries;
        let found: Vec<&str> = found.iter().map(|entry| entry.word).collect();
        assert!(words.contains(&found[0]), "{chinese}: {found:?}");
    }
    let left: Vec<_> = lexicon.look_up("left").iter().map(|hit| hit.entry.word).collect();
    assert!(left.contains(&"left") && left.contains(&"leave"), "{left:?}");
}
