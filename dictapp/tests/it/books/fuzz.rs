//! Arbitrary and damaged bytes in every format: never a panic, and every entry within its limits.
//! Sizes declared by a file are covered by `stardict` and `dictd`.

use std::path::Path;

use dictapp::books::{Book, BookKind, limits};
use proptest::prelude::*;

use super::build;

/// Reads a book to its end, and checks the limits of its entries.
fn read_checked(kind: BookKind, path: &Path) -> Result<(), TestCaseError> {
    let Ok(mut book) = Book::open(kind, path, |_| {}) else { return Ok(()) };
    let mut seen = std::collections::HashSet::new();
    loop {
        match book.next() {
            Err(error) => {
                return Err(TestCaseError::fail(format!("read once, not twice: {error}")));
            }
            Ok(None) => return Ok(()),
            Ok(Some(entry)) => {
                prop_assert!(seen.insert(entry.word.clone()), "{} came twice", entry.word);
                prop_assert!(
                    !entry.explanation.trim().is_empty(),
                    "{} has no explanation",
                    entry.word
                );
                prop_assert!(entry.explanation.len() <= limits::EXPLANATION_BYTES_MAX);
                prop_assert!(entry.forms.len() <= limits::FORMS_MAX);
                prop_assert!(!entry.explanation.contains(|c: char| c.is_control() && c != '\n'));
            }
        }
    }
}

/// Text made of parts that the formats recognise.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("\n"),
        Just("\r\n"),
        Just("\t"),
        Just(" "),
        Just("   "),
        Just(","),
        Just("\""),
        Just("[医]"),
        Just("n."),
        Just("a."),
        Just("; "),
        Just("["),
        Just("]"),
        Just("/"),
        Just("(英"),
        Just("）"),
        Just("apple"),
        Just("苹果"),
        Just("é"),
        Just("\u{3000}"),
        Just("\\n"),
        Just("# title: "),
        Just("|"),
        Just("{"),
        Just("1: "),
        Just("n 1: x"),
        Just("[syn: "),
        Just("00000000"),
        Just("\u{FEFF}"),
    ];
    let text = prop::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat().into_bytes());
    prop_oneof![4 => text, 1 => prop::collection::vec(any::<u8>(), 0..300)]
}

/// Changes at some places of a file.
fn damage() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)
}

fn damaged(mut bytes: Vec<u8>, damage: &[(prop::sample::Index, u8)]) -> Vec<u8> {
    for (at, byte) in damage {
        let at = at.index(bytes.len());
        bytes[at] = *byte;
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in pieces()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.index");
        for name in ["x.ifo", "x.idx", "x.syn", "x.dict", "x.index"] {
            std::fs::write(folder.path().join(name), &bytes).unwrap();
        }
        for kind in [BookKind::Course, BookKind::Plain, BookKind::Ecdict, BookKind::Dictd, BookKind::Kaikki, BookKind::Json, BookKind::Dsl, BookKind::Csv, BookKind::Tsv] {
            read_checked(kind, &path)?;
        }
        let header = b"StarDict's dict ifo file\n";
        std::fs::write(folder.path().join("x.ifo"), [header, &bytes[..]].concat()).unwrap();
        read_checked(BookKind::Stardict, &folder.path().join("x.ifo"))?;
    }

    #[test]
    fn a_damaged_stardict_book_is_read_or_refused(
        file in prop::sample::select(&[".ifo", ".idx", ".syn", ".dict.dz"][..]),
        damage in damage(),
    ) {
        let entries: &[(&str, &[u8])] = &[("a", b"tx\0mn. a"), ("b", b"W\0\0\0\x01\x07hn. <b>b"), ("b", b"mx")];
        let book = build::Stardict::new("", build::Offsets::Bits32, entries);
        book.write(".syn", b"aa\0\0\0\0\0bb\0\0\0\0\x01");
        let articles = std::fs::read(book.path(".dict")).unwrap();
        book.remove(".dict");
        book.write(".dict.dz", &build::dictzip(&articles, 7));
        book.write(file, &damaged(std::fs::read(book.path(file)).unwrap(), &damage));
        read_checked(BookKind::Stardict, &book.path(".ifo"))?;
    }

    #[test]
    fn a_damaged_dictd_book_is_read_or_refused(
        file in prop::sample::select(&["d.index", "d.dict.dz"][..]),
        damage in damage(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = build::dictd(folder.path(), &[("a", "a\nn. x\n"), ("b", "B /b/\n  n 1: y\n"), ("b", "z")]);
        let file = folder.path().join(file);
        std::fs::write(&file, damaged(std::fs::read(&file).unwrap(), &damage)).unwrap();
        read_checked(BookKind::Dictd, &path)?;
    }

    #[test]
    fn a_damaged_wordnet_is_read_or_refused(
        file in prop::sample::select(&["data.noun", "index.noun", "noun.exc", "cntlist.rev"][..]),
        damage in damage(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        build::wordnet(folder.path());
        let file = folder.path().join(file);
        std::fs::write(&file, damaged(std::fs::read(&file).unwrap(), &damage)).unwrap();
        read_checked(BookKind::Wordnet, folder.path())?;
    }

    #[test]
    fn every_headword_of_a_padded_file_is_kept_as_it_is_spelled(
        mut headwords in prop::collection::btree_set("[a-zA-Z'./-]{1,12}( [a-z.]{1,10}){0,3}", 4..20),
    ) {
        // Enough lines to recognise the column.
        headwords.extend(["an apple", "pear", "o'clock", "zoo"].map(str::to_owned));
        let line = |word: &String| format!("{word:<17}n. 词\n").replace(&format!("{word}n."), &format!("{word}   n."));
        let text: String = headwords.iter().map(line).collect();
        let (entries, warnings) = super::read_bytes(BookKind::Course, "a.txt", text.as_bytes()).unwrap();
        let found: std::collections::BTreeSet<String> =
            entries.iter().map(|entry| entry.word.as_str().to_owned()).collect();
        prop_assert_eq!(found, headwords, "{}", warnings);
    }
}
