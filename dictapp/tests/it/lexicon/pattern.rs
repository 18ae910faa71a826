//! Search by wildcard and by regular expression.

use std::time::Duration;

use super::*;

/// Longer than any search takes.
const LONG: Duration = Duration::from_secs(60);

fn matching<'a>(lexicon: &'a Lexicon, pattern: &str, page: MatchRange) -> MatchPage<'a> {
    let pattern = Pattern::parse(pattern).expect("a pattern").expect("a good one");
    lexicon.matching(&pattern, page, LONG)
}

#[track_caller]
fn matches(lexicon: &Lexicon, pattern: &str, expected: &[&str]) {
    let found = matching(lexicon, pattern, MatchRange::first(20));
    assert_eq!((words(found.entries), found.end), (expected.to_vec(), End::Complete), "{pattern}");
}

#[test]
fn a_question_mark_is_one_character_and_a_star_any_number() {
    let lexicon =
        lexicon(&["red", "reed", "read", "Café", "nation", "action", "ice cream", "tion", "苹果"]);
    matches(&lexicon, "re?d", &["read", "reed"]);
    matches(&lexicon, "*tion", &["action", "nation", "tion"]);
    matches(&lexicon, "?a*n", &["nation"]);
    matches(&lexicon, "CAF?", &["Café"]);
    matches(&lexicon, "ice*", &["ice cream"]);
    matches(&lexicon, "苹?", &["苹果"]);
    matches(&lexicon, "r.d*", &[]);
    matches(
        &lexicon,
        "**",
        &["action", "Café", "ice cream", "nation", "read", "red", "reed", "tion", "苹果"],
    );
}

#[test]
fn a_regular_expression_matches_each_word_separately() {
    let lexicon = lexicon(&["unwed", "undo", "used", "ed", "un", "a b"]);
    matches(&lexicon, "/^un.*ed$/", &["unwed"]);
    matches(&lexicon, "/^UN/", &["un", "undo", "unwed"]);
    matches(&lexicon, "/ed/", &["ed", "unwed", "used"]);
    matches(&lexicon, "/^[^x]{2}$/", &["ed", "un"]);
    matches(&lexicon, "/d\\su/", &[]);
    matches(&lexicon, "/\\Aun\\z/", &["un"]);
    matches(&lexicon, "/(?s)d.u/", &[]);
    matches(&lexicon, "/(?-m)^ed$/", &["ed"]);
    matches(&lexicon, "/\\bb\\b/", &["a b"]);
}

#[test]
fn pages_follow_one_another() {
    let all: Vec<String> = (0..25).map(|i| format!("w{i:02}")).collect();
    let lexicon = lexicon(&all.iter().map(String::as_str).collect::<Vec<_>>());
    let mut seen = Vec::new();
    for (skip, end) in [(0, End::More), (10, End::More), (20, End::Complete)] {
        let page = matching(&lexicon, "w*", MatchRange { skip, take: 10 });
        assert_eq!(page.end, end, "{skip}");
        seen.extend(words(page.entries));
    }
    assert_eq!(seen, all);
    assert_eq!(
        matching(&lexicon, "w*", MatchRange { skip: usize::MAX, take: usize::MAX }).entries,
        []
    );
}

#[test]
fn a_hostile_pattern_ends_soon() {
    let common = common();
    for pattern in [
        "/(a?){90}a{3}/",
        "/(.*)*(.*)*(.*)*x{9}y/",
        "/([a-z]+)+[^a-z]{8}q/",
        "/(?:\\w|\\d|.){5}\\A/",
        "/[^a]*[^b]*[^c]*[^d]*#/",
        "/(((((.?){9}).?){2}){2})#/",
    ] {
        let Some(Ok(pattern)) = Pattern::parse(pattern) else { continue };
        // The benchmark measures the exact time.
        let begin = std::time::Instant::now();
        let _ = common.matching(&pattern, MatchRange::first(10), Duration::from_millis(1));
        assert!(begin.elapsed() < LONG, "{pattern:?} {:?}", begin.elapsed());
    }
}

/// A regular expression finds words with an accent or a typographic apostrophe.
#[test]
fn a_regular_expression_ignores_the_same_differences_as_keys() {
    let lexicon = lexicon(&["Café", "o'clock", "ice cream", "한글"]);
    matches(&lexicon, "/^café$/", &["Café"]);
    matches(&lexicon, "/o’clock/", &["o'clock"]);
    matches(&lexicon, "/^ｉｃｅ/", &["ice cream"]);
    matches(&lexicon, "/^한/", &["한글"]);
    matches(&lexicon, "/o\\Wc/", &["o'clock"]);
}

#[test]
fn lists_show_the_entry_of_the_first_book() {
    let mut builder = Lexicon::builder();
    builder.add(BookIndex(1), &entry("apple|second"));
    builder.add(BookIndex(0), &entry("apple|first"));
    let lexicon = builder.build().expect("few words");
    let found = matching(&lexicon, "appl?", MatchRange::first(20));
    assert_eq!(found.entries.iter().map(|entry| entry.explanation).collect::<Vec<_>>(), ["first"]);
}
