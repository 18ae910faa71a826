//! StarDict files: intact, unusual, damaged and forged.

use dictapp::books::{Book, BookError, BookKind, WarningKind, limits};

use super::build::{Offsets, Stardict, dictzip, gzip};
use super::{entry, explanation, lines, read, words};

fn fails(book: &Stardict) -> String {
    let error: BookError = read(BookKind::Stardict, &book.path(".ifo")).unwrap_err();
    error.to_string()
}

fn two_words() -> Stardict {
    Stardict::new(
        "m",
        Offsets::Bits32,
        &[("apple", "n. 苹果".as_bytes()), ("ice cream", b"n. x\ny")],
    )
}

#[test]
fn reads_offsets_of_32_and_64_bits() {
    for offsets in [Offsets::Bits32, Offsets::Bits64] {
        let entries = [("apple", "n. 苹果".as_bytes()), ("ice cream", b"n. x\ny")];
        let book = Stardict::new("m", offsets, &entries);
        let (entries, warnings) = read(BookKind::Stardict, &book.path(".ifo")).unwrap();
        assert_eq!(words(&entries), ["apple", "ice cream"]);
        assert_eq!(explanation(&entries, "apple"), "n. 苹果");
        assert_eq!(explanation(&entries, "ice cream"), "n. x\ny");
        assert!(warnings.is_empty(), "{warnings}");
        let metadata =
            Book::open(BookKind::Stardict, &book.path(".idx"), |_| {}).unwrap().metadata();
        assert_eq!(metadata.title.as_deref(), Some("Test book"));
    }
}

#[test]
fn reads_packed_articles_and_a_packed_index() {
    let long: Vec<String> = (0..200).map(|n| format!("n. sense {n} of a word")).collect();
    let names: Vec<String> = (0..200).map(|n| format!("word{n}")).collect();
    let entries: Vec<(&str, &[u8])> =
        names.iter().zip(&long).map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    for pack in [gzip, |bytes: &[u8]| dictzip(bytes, 100)] {
        let book = Stardict::new("m", Offsets::Bits32, &entries);
        let articles = std::fs::read(book.path(".dict")).unwrap();
        book.remove(".dict");
        book.write(".dict.dz", &pack(&articles));
        let index = std::fs::read(book.path(".idx")).unwrap();
        book.remove(".idx");
        book.write(".idx.gz", &gzip(&index));
        let (found, _) = read(BookKind::Stardict, &book.path(".ifo")).unwrap();
        assert_eq!(found.len(), 200);
        assert_eq!(explanation(&found, "word199"), "n. sense 199 of a word");
    }
}

#[test]
fn other_spellings_become_forms() {
    let book = two_words();
    book.write(
        ".syn",
        b"apples\0\0\0\0\0ice creams\0\0\0\0\x01icecream\0\0\0\0\x01lost\0\0\0\x01\0",
    );
    let (entries, warnings) = read(BookKind::Stardict, &book.path(".ifo")).unwrap();
    assert_eq!(entry(&entries, "apple").forms, ["apples"]);
    assert_eq!(entry(&entries, "ice cream").forms, ["ice creams", "icecream"]);
    assert_eq!(lines(&warnings), [(WarningKind::LostSpelling, 39, "lost".into())]);
}

#[test]
fn spellings_for_which_an_entry_has_no_room_lead_to_it() {
    let book = two_words();
    let spelling = |number| format!("apple{number:03}x\0\0\0\0\0");
    book.write(".syn", (0..250).map(spelling).collect::<String>().as_bytes());
    let (entries, warnings) = read(BookKind::Stardict, &book.path(".ifo")).unwrap();
    assert_eq!((entries.len(), entry(&entries, "apple").forms.len()), (52, limits::FORMS_MAX));
    assert_eq!(explanation(&entries, "apple249x"), "[[apple]]");
    assert!(warnings.is_empty(), "{warnings}");
}

/// The explanations `arm; poor` and `hotel` stay whole: their first word is not removed as the
/// headword.
#[test]
fn an_article_that_begins_with_the_headword_as_its_explanation_keeps_it() {
    let book = Stardict::new(
        "m",
        Offsets::Bits32,
        &[
            ("arm", b"arm; poor"),
            ("Hotel", b"hotel"),
            ("a", b"a [ei]\n"),
            ("pear", b"pear\nn. fruit"),
            ("plum", b"plum /pl\xca\x8cm/ fruit"),
            ("fig", b"fig n. fruit"),
        ],
    );
    let (entries, warnings) = read(BookKind::Stardict, &book.path(".ifo")).unwrap();
    assert_eq!(explanation(&entries, "arm"), "arm; poor");
    assert_eq!(explanation(&entries, "Hotel"), "hotel");
    assert_eq!(explanation(&entries, "a"), "a [ei]");
    assert_eq!(explanation(&entries, "pear"), "n. fruit");
    let plum = entry(&entries, "plum");
    assert_eq!((plum.phonetic.as_deref(), plum.explanation.as_str()), (Some("plʌm"), "fruit"));
    assert_eq!(explanation(&entries, "fig"), "n. fruit");
    assert!(warnings.is_empty(), "{warnings}");
}

#[test]
fn articles_without_an_entry_are_reported_by_byte() {
    let long = vec![b'x'; 70_000];
    let huge = vec![b'x'; 1024 * 1024 + 1];
    let book = Stardict::new(
        "m",
        Offsets::Bits32,
        &[("none", b""), ("long", &long), ("huge", &huge), ("bad", b"\xff"), ("ok", b"x")],
    );
    let (entries, warnings) = read(BookKind::Stardict, &book.path(".ifo")).unwrap();
    assert_eq!(words(&entries), ["ok"]);
    assert_eq!(
        lines(&warnings),
        [
            (WarningKind::NoExplanation, 0, "none".into()),
            (WarningKind::LongExplanation, 13, "long".into()),
            (WarningKind::LongExplanation, 26, "huge".into()),
            (WarningKind::BadReference, 39, "bad".into()),
        ]
    );
}

#[test]
fn a_missing_file_of_a_book_is_reported() {
    for ending in [".ifo", ".idx", ".dict"] {
        let book = two_words();
        book.remove(ending);
        assert!(fails(&book).contains(" is missing: a StarDict book needs it"), "{ending}");
    }
}

#[test]
fn a_truncated_index_is_reported_by_byte() {
    let whole = std::fs::read(two_words().path(".idx")).unwrap();
    for length in 0..whole.len() {
        let book = two_words();
        book.write(".idx", &whole[..length]);
        // Cut between two entries it is a valid index, with fewer entries than the book declares.
        if length == 0 || length == 14 {
            let (entries, warnings) = read(BookKind::Stardict, &book.path(".ifo")).unwrap();
            assert_eq!((entries.len(), warnings.count(WarningKind::OtherCount)), (length / 14, 1));
            continue;
        }
        let error = fails(&book);
        let place = if length < 14 { "byte 0" } else { "byte 14" };
        assert!(error.contains(place) && error.contains("the index is cut off"), "{error}");
    }
}

#[test]
fn a_forged_index_reads_nothing_outside() {
    for (offset, length) in [(0, u32::MAX), (u32::MAX, 1), (u32::MAX, u32::MAX), (12, 100)] {
        let book = two_words();
        let mut index = b"apple\0".to_vec();
        index.extend_from_slice(&u32::to_be_bytes(offset));
        index.extend_from_slice(&u32::to_be_bytes(length));
        index.extend_from_slice(b"b\0\0\0\0\0\0\0\0\x09");
        book.write(".idx", &index);
        let (entries, warnings) = read(BookKind::Stardict, &book.path(".ifo")).unwrap();
        assert_eq!(words(&entries), ["b"]);
        assert_eq!(lines(&warnings), [(WarningKind::BadReference, 0, "apple".into())]);
    }
}

#[test]
fn damaged_compressed_articles_are_reported() {
    let book = two_words();
    let articles = std::fs::read(book.path(".dict")).unwrap();
    book.remove(".dict");
    let packed = dictzip(&articles, 8);
    for at in (0..packed.len()).filter(|at| ![4, 5, 6, 7, 8, 9].contains(at)) {
        let mut damaged = packed.clone();
        damaged[at] ^= 0x55;
        book.write(".dict.dz", &damaged);
        match read(BookKind::Stardict, &book.path(".ifo")) {
            // The change hit a file name or an ignored table: the articles are intact.
            Ok((entries, _)) => assert_eq!(explanation(&entries, "apple"), "n. 苹果", "byte {at}"),
            Err(error) => assert!(error.to_string().contains("x."), "{error}"),
        }
    }
    book.write(".dict.dz", &packed[..packed.len() - 9]);
    assert!(fails(&book).contains("x.dict.dz: is damaged"));
}

#[test]
fn a_file_that_unpacks_without_end_is_refused() {
    let book = two_words();
    book.remove(".dict");
    book.write(".dict.dz", &gzip(&vec![0; 80 * 1024 * 1024]));
    assert!(
        fails(&book).contains("unpacks to more than 67108864 bytes and is not packed by dictzip")
    );
}

#[test]
fn names_in_capital_letters_and_lines_that_end_in_carriage_returns_are_read() {
    let book = two_words();
    for ending in [".ifo", ".idx", ".dict"] {
        let bytes = std::fs::read(book.path(ending)).unwrap();
        book.remove(ending);
        book.write(&ending.to_uppercase(), &bytes);
    }
    book.write(
        ".IFO",
        b"StarDict's dict ifo file\rBookName=Old\rwordcount=2\rsametypesequence=m\r",
    );
    let (entries, warnings) = read(BookKind::Stardict, &book.path(".IFO")).unwrap();
    assert_eq!((words(&entries).len(), warnings.is_empty()), (2, true));
    assert_eq!(BookKind::detect(&book.path(".IDX")).unwrap(), BookKind::Stardict);
}

#[test]
fn a_wrong_ifo_file_is_reported_by_line() {
    let book = two_words();
    book.write(".ifo", b"StarDict's dict ifo file\nidxoffsetbits=48\n");
    assert!(
        fails(&book)
            .ends_with("x.ifo, line 2: idxoffsetbits is \"48\", which is not a valid number")
    );
    book.write(".ifo", b"something else\n");
    assert!(fails(&book).contains("x.ifo, line 1: does not begin with \"StarDict's"));
}
