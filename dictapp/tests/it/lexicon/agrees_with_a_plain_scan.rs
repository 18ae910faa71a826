//! The lexicon gives the same answers as a plain scan of all headwords.

use std::time::Duration;

use super::*;

/// Headwords of few letters, so that they collide: cases, accents, phrases, compounds.
fn headwords() -> impl Strategy<Value = Vec<String>> {
    let word = "[abAé苹]{1,4}";
    let headword = prop_oneof![
        4 => word.prop_map(|word| word),
        2 => (word, word).prop_map(|(a, b)| format!("{a} {b}")),
        1 => (word, word).prop_map(|(a, b)| format!("{a}-{b}")),
    ];
    prop::collection::vec(headword, 1..80)
}

fn built(headwords: &[String]) -> Lexicon {
    let mut builder = Lexicon::builder();
    for (i, word) in headwords.iter().enumerate() {
        let rank = (i % 3 == 0).then_some(i as u32 + 1);
        builder.add(BookIndex((i % 2) as u16), &Entry { rank, ..entry(word) });
    }
    builder.build().expect("few words")
}

proptest! {
    #[test]
    fn every_headword_is_found_by_its_own_spelling_in_any_case(headwords in headwords()) {
        let lexicon = built(&headwords);
        prop_assert_eq!(lexicon.len(), headwords.len());
        for word in &headwords {
            let hits = lexicon.look_up(word);
            prop_assert_eq!((hits[0].entry.word, hits[0].by), (word.as_str(), Spelling));
            let same = headwords.iter().filter(|other| fold(other) == fold(word)).count();
            prop_assert_eq!(hits.iter().filter(|hit| hit.by != Inflection).count(), same);
            for other in [word.to_uppercase(), word.to_lowercase(), fold(word)] {
                let hits = lexicon.look_up(&other);
                prop_assert!(hits.iter().any(|hit| hit.entry.word == word), "{}", other);
            }
        }
    }

    #[test]
    fn any_text_may_be_a_headword(word in "\\PC{1,40}") {
        if let Ok(word) = Word::parse(&word) {
            let mut builder = Lexicon::builder();
            builder.add(BookIndex(1), &Entry { word: word.clone(), ..entry("a") });
            let lexicon = builder.build().expect("one word");
            let hits = lexicon.look_up(word.as_str());
            prop_assert_eq!(found(&hits), vec![(word.as_str(), Spelling)]);
        }
    }

    #[test]
    fn suggestions(headwords in headwords(), typed in "[abA苹]{1,3}", n in 1usize..12) {
        let lexicon = built(&headwords);
        let mut keys: Vec<(u32, u32, String)> = Vec::new();
        for word in &headwords {
            let key = fold(word);
            let begins = key.starts_with(&typed.to_lowercase());
            let inside = key.match_indices([' ', '-']).any(|(at, _)| {
                key[at + 1..].starts_with(&typed.to_lowercase())
            });
            let fellows = headwords.iter().enumerate().filter(|(_, other)| fold(other) == key);
            let rank = fellows.map(|(i, _)| if i % 3 == 0 { i as u32 + 1 } else { u32::MAX });
            let rank = rank.min().expect("itself");
            let class = match rank {
                _ if key == typed.to_lowercase() => 0,
                u32::MAX if begins => 2,
                u32::MAX => 3,
                _ => 1,
            };
            if begins || inside {
                keys.push((class, rank, key));
            }
        }
        keys.sort();
        keys.dedup();
        keys.truncate(n);
        let suggested: Vec<String> =
            lexicon.suggest(&typed, n).iter().map(|entry| fold(entry.word)).collect();
        prop_assert_eq!(suggested, keys.into_iter().map(|it| it.2).collect::<Vec<_>>());
    }

    #[test]
    fn patterns(headwords in headwords(), pattern in "[ab?*苹]{0,3}[?*][ab?* -]{0,3}") {
        let lexicon = built(&headwords);
        let mut expected: Vec<String> = headwords
            .iter()
            .map(|word| fold(word))
            .filter(|key| glob(&fold(&pattern).chars().collect::<Vec<_>>(), &key.chars().collect::<Vec<_>>()))
            .collect();
        expected.sort();
        expected.dedup();
        let pattern = Pattern::wildcard(&pattern).expect("short");
        let found = lexicon.matching(&pattern, MatchRange::first(100), Duration::MAX).entries;
        prop_assert_eq!(found.iter().map(|it| fold(it.word)).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn glosses(glosses in prop::collection::vec("[果苹树a；]{1,6}", 1..60), query in "[果苹树]{1,3}") {
        let lines: Vec<String> =
            glosses.iter().enumerate().map(|(i, gloss)| format!("w{i:02}|n. {gloss}")).collect();
        let lexicon = lexicon(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        let has = |gloss: &&String| gloss.contains(&query);
        // 0 if it is a whole gloss of the first sense, 2 if of a later one, 3 if of no sense.
        let closeness = |gloss: &String| match gloss.split('；').position(|part| part == query) {
            Some(0) => 0,
            Some(_) => 2,
            None => 3,
        };
        let mut expected: Vec<(usize, usize)> = glosses
            .iter()
            .enumerate()
            .filter(|(_, gloss)| has(gloss))
            .map(|(i, gloss)| (closeness(gloss), i))
            .collect();
        expected.sort_unstable();
        let expected: Vec<String> = expected.iter().map(|(_, i)| format!("w{i:02}")).collect();
        prop_assert_eq!(words(lexicon.reverse(&query, MatchRange::first(100)).entries), expected);
    }
}

/// A naive recursive matcher.
fn glob(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], _) => text.is_empty(),
        (['*', rest @ ..], _) => (0..=text.len()).any(|at| glob(rest, &text[at..])),
        (['?', rest @ ..], [_, text @ ..]) => glob(rest, text),
        ([c, rest @ ..], [d, text @ ..]) => c == d && glob(rest, text),
        _ => false,
    }
}
