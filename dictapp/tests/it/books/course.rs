//! The course's text format, with every fault of real files.

use dictapp::books::{Book, BookKind, Encoding, Overrides, WarningKind, limits};

use super::{data, entry, explanation, lines, read, read_bytes, words};

fn course(text: &str) -> (Vec<dictapp::model::Entry>, Vec<(WarningKind, u64, String)>) {
    let (entries, warnings) = read_bytes(BookKind::Course, "a.txt", text.as_bytes()).unwrap();
    (entries, lines(&warnings))
}

#[test]
fn reads_a_file_with_every_fault_of_real_files() {
    let (entries, warnings) = read(BookKind::Course, &data("faults.txt")).unwrap();
    assert_eq!(
        words(&entries),
        [
            "zoo",
            "a",
            "abandon",
            "ability",
            "ice cream",
            "as soon as possible",
            "café",
            "vitamin a.",
            "communicational x",
            "o'clock",
            "and/or",
            "wrapped",
            "indented",
            "apple",
            "record"
        ]
    );
    assert_eq!(explanation(&entries, "abandon"), "v. 放弃；抛弃\nn. 放任");
    assert_eq!(explanation(&entries, "wrapped"), "adj. 一行写不下的 解释接在下一行");
    assert_eq!(explanation(&entries, "apple"), "n. 苹果\nn. 苹果树");
    assert_eq!(entry(&entries, "record").phonetic.as_deref(), Some("'rekɔ:d; ri'kɔ:d"));
    assert_eq!(
        lines(&warnings),
        [
            (WarningKind::NoExplanation, 15, "nothing".into()),
            (WarningKind::NoExplanation, 16, "only".into()),
            (WarningKind::Repeated, 18, "apple".into()),
            (WarningKind::Wrapped, 13, "解释接在下一行".into()),
            (WarningKind::Indented, 14, "indented         n. 前面有空格的词".into()),
        ]
    );
}

/// An indent that is greater than the column causes no panic.
#[test]
fn a_headword_indented_beyond_its_column_is_a_headword() {
    let (entries, warnings) = course("a  甲\nb  乙\nc  丙\n    d  丁\n");
    assert_eq!(words(&entries), ["a", "b", "c", "d"]);
    assert_eq!(warnings, [(WarningKind::Indented, 4, "d  丁".to_owned())]);
}

#[test]
fn takes_line_ends_and_a_bom_of_other_systems() {
    let (entries, warnings) = course("\u{FEFF}a  n. 一\r\nb  n. 二\r\n\r\nc  n. 三");
    assert_eq!(words(&entries), ["a", "b", "c"]);
    assert_eq!(explanation(&entries, "a"), "n. 一");
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn an_explanation_may_be_on_the_next_line() {
    let (entries, warnings) = course("apple\n    n. 苹果\npear\n");
    assert_eq!(explanation(&entries, "apple"), "n. 苹果");
    assert_eq!(
        warnings,
        [
            (WarningKind::NoExplanation, 3, "pear".into()),
            (WarningKind::Wrapped, 2, "n. 苹果".into())
        ]
    );
}

#[test]
fn a_file_indented_as_a_whole_has_no_wrapped_lines() {
    let (entries, warnings) = course("  a  n. 一\n  b  n. 二\n");
    assert_eq!(words(&entries), ["a", "b"]);
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn repeated_headwords_come_once_with_all_lines_even_far_apart() {
    let mut text = String::from("same  n. 一\n");
    for n in 0..1000 {
        text.push_str(&format!("word{n}  n. {n}\n"));
    }
    text.push_str("same  v. 二\nsame  n. 一\n");
    let (entries, warnings) = course(&text);
    assert_eq!(entries.len(), 1001);
    assert_eq!(explanation(&entries, "same"), "n. 一\nv. 二");
    assert_eq!(
        warnings,
        [
            (WarningKind::Repeated, 1002, "same".into()),
            (WarningKind::Repeated, 1003, "same".into())
        ]
    );
}

#[test]
fn entries_that_are_too_long_are_skipped_and_reported_by_line() {
    let long = "x".repeat(limits::EXPLANATION_BYTES_MAX + 1);
    let line = "y".repeat(limits::LINE_BYTES_MAX + 10);
    let word = "w".repeat(256);
    let text = format!("a  {long}\n{word}  n. 长\nb  {line}\n  joined to nothing\nc  n. 三\n");
    let (entries, warnings) = course(&text);
    assert_eq!(words(&entries), ["c"]);
    let told: Vec<(WarningKind, u64)> =
        warnings.iter().map(|(kind, line, _)| (*kind, *line)).collect();
    assert_eq!(
        told,
        [
            (WarningKind::BadHeadword, 2),
            (WarningKind::LongExplanation, 1),
            (WarningKind::LongLine, 3),
            (WarningKind::Wrapped, 4)
        ]
    );
}

#[test]
fn a_file_in_an_unknown_encoding_is_refused() {
    let latin = b"apple  n. pomme\ncoffee  n. caf\xe9 noir\n";
    let error = read_bytes(BookKind::Course, "latin.txt", latin).unwrap_err().to_string();
    assert!(error.contains("latin.txt, line 2: byte 30 is not UTF-8"), "{error}");
    assert!(error.ends_with("the encoding of the file is not recognised"), "{error}");
    let overrides = Overrides { encoding: Encoding::by_name("latin1"), ..Overrides::default() };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latin.txt");
    std::fs::write(&path, latin).unwrap();
    let mut book = Book::open_with(BookKind::Course, &path, &overrides, |_| {}).unwrap();
    let means =
        [book.next().unwrap().unwrap().explanation, book.next().unwrap().unwrap().explanation];
    assert_eq!(means, ["n. pomme", "n. café noir"]);
}

/// Such a file is not read as a single entry, which would replace the whole book.
#[test]
fn a_file_with_bare_carriage_returns_is_read() {
    let text = "# title: x\r\ra\r一\r\rb\r二\r";
    let (entries, _) = read_bytes(BookKind::Plain, "mac.book", text.as_bytes()).unwrap();
    assert_eq!((words(&entries), explanation(&entries, "b")), (vec!["a", "b"], "二"));
    let (entries, _) = course("a  n. 一\rb  n. 二\r");
    assert_eq!(words(&entries), ["a", "b"]);
    let (entries, _) = course("a  n. 一\r");
    assert_eq!(explanation(&entries, "a"), "n. 一");
}

#[test]
fn a_file_that_is_not_text_is_refused() {
    let error = read_bytes(BookKind::Course, "x", b"a  b\n\0\0\n").unwrap_err().to_string();
    assert!(error.ends_with("x, line 2: contains a zero byte: this is not a text file"), "{error}");
    let error = read_bytes(BookKind::Course, "x.zip", b"PK\x03\x04....").unwrap_err().to_string();
    assert!(error.ends_with("x.zip: is packed with zip, unpack it first"), "{error}");
    let error = read(BookKind::Course, &data("")).unwrap_err().to_string();
    assert!(error.ends_with("is not a file"), "{error}");
    let error = read(BookKind::Course, &data("absent.txt")).unwrap_err().to_string();
    assert!(error.contains("absent.txt: No such file"), "{error}");
}

#[test]
fn an_empty_file_is_an_empty_book() {
    assert_eq!(course(""), (vec![], vec![]));
    assert_eq!(course("\u{FEFF}\n\n"), (vec![], vec![]));
}
