//! Saving a lexicon and opening it again.

use std::{sync::LazyLock, time::Duration};

use sha2::{Digest, Sha256};

use super::*;

const STAMP: Stamp = [7; 32];

/// A valid saved lexicon.
static SOUND: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lexicon.index");
    small().save(&path, &STAMP).expect("written");
    std::fs::read(&path).expect("bytes")
});

fn small() -> Lexicon {
    lexicon(&[
        "apple|n. 苹果|3|apples",
        "Apple|n. 苹果公司|9",
        "ice cream|n. 冰淇淋|8",
        "go|v. 去|1|went",
        "café|n. 咖啡馆",
        "pine-apple|n. 菠萝",
    ])
}

/// The results of all kinds of queries, with words and noise.
fn ask_everything(lexicon: &Lexicon) -> String {
    let mut answers = String::new();
    for query in ["apple", "went", "APPLES", "cafe", "icecream", "aple", "i", "苹果", "果", ""] {
        answers += &format!("{:?}\n", lexicon.look_up(query));
        answers += &format!("{:?}\n", words(lexicon.suggest(query, 10)));
        answers += &format!("{:?}\n", words(lexicon.did_you_mean(query, 10)));
        answers += &format!("{:?}\n", lexicon.reverse(query, MatchRange::first(10)));
        answers += &format!("{:?}\n", lexicon.phrase(query));
    }
    for pattern in ["*p*", "/e$/", "/\\Ai/"] {
        let pattern = Pattern::parse(pattern).expect("a pattern").expect("a good one");
        answers +=
            &format!("{:?}\n", lexicon.matching(&pattern, MatchRange::first(10), Duration::MAX));
    }
    answers += &format!("{:?}", lexicon.word_of_the_day(jiff::civil::date(2026, 1, 1)));
    answers += &format!("{:?} {:?}", lexicon.random(3), lexicon.entries().collect::<Vec<_>>());
    answers
}

#[test]
fn a_saved_lexicon_is_unchanged() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lexicon.index");
    small().save(&path, &STAMP).expect("written");
    small().save(&path, &STAMP).expect("written over");
    let opened = Lexicon::open_saved(&path, &STAMP).expect("sound");
    assert_eq!(ask_everything(&opened), ask_everything(&small()));
    let files = std::fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(files, 1, "nothing is left beside it");
}

#[cfg(unix)]
#[test]
fn a_link_in_place_of_the_new_file_is_not_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lexicon.index");
    let new = folder.path().join(format!("lexicon.index.{}.new", std::process::id()));
    let other = folder.path().join("other");
    std::fs::write(&other, "precious").expect("written");
    std::os::unix::fs::symlink(&other, new).expect("a link");
    small().save(&path, &STAMP).expect("written");
    assert_eq!(std::fs::read_to_string(&other).expect("text"), "precious");
    Lexicon::open_saved(&path, &STAMP).expect("sound");
}

#[test]
fn an_empty_lexicon_can_be_saved() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lexicon.index");
    Lexicon::empty().save(&path, &STAMP).expect("written");
    assert!(Lexicon::open_saved(&path, &STAMP).expect("sound").is_empty());
    let none = Lexicon::builder().build().expect("nothing is not too large");
    none.save(&path, &STAMP).expect("written");
    assert!(Lexicon::open_saved(&path, &STAMP).expect("sound").is_empty());
}

#[test]
fn missing_stale_and_damaged_files_are_distinguished() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lexicon.index");
    let error = || Lexicon::open_saved(&path, &STAMP).expect_err("an error");
    assert!(error().is_absent());
    small().save(&path, &[8; 32]).expect("written");
    assert!(error().is_stale());
    assert!(error().to_string().ends_with("lexicon.index: made from other dictionaries"));
    small().save(&path, &STAMP).expect("written");
    let sound = std::fs::read(&path).expect("bytes");
    for at in 0..sound.len() {
        let mut damaged = sound.clone();
        damaged[at] ^= 0x10;
        std::fs::write(&path, damaged).expect("written");
        Lexicon::open_saved(&path, &STAMP).expect_err("a changed byte");
        std::fs::write(&path, &sound[..at]).expect("written");
        Lexicon::open_saved(&path, &STAMP).expect_err("a cut file");
    }
    std::fs::write(&path, [&sound[..], b"x"].concat()).expect("written");
    assert!(error().to_string().contains("end"));
}

#[test]
fn saving_into_a_missing_folder_names_the_file() {
    let error = small().save(std::path::Path::new("/nowhere/x"), &STAMP).expect_err("no folder");
    assert!(error.to_string().starts_with("saved lexicon /nowhere/x: "), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Someone who can compute a digest still cannot make the program fail.
    #[test]
    fn a_forged_file_is_refused_or_harmless(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lexicon.index");
        let mut forged = SOUND.clone();
        for (at, byte) in changes {
            let at = 72 + at.index(forged.len() - 72);
            forged[at] = byte;
        }
        let digest = Sha256::digest(&forged[40..]);
        forged[8..40].copy_from_slice(&digest);
        std::fs::write(&path, forged).expect("written");
        if let Ok(lexicon) = Lexicon::open_saved(&path, &STAMP) {
            ask_everything(&lexicon);
        }
    }
}
