//! Lists and tables whose marks and labels do not fit every line. Nothing of a mark or a label gets
//! into an entry, and a line that is not read is reported.

use dictapp::books::{Book, BookKind};

use super::variants::{TWO, entries};

/// Checks the entries of a file, and that each of these texts is in its report.
#[track_caller]
fn reads_and_reports(name: &str, text: &str, expected: &[&str], reported: &[&str]) {
    assert_eq!(entries(name, text.as_bytes()), expected, "{text:?}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let mut book = Book::open(BookKind::detect(&path).unwrap(), &path, |_| {}).unwrap();
    while book.next().unwrap().is_some() {}
    let report = book.oddities().to_string();
    for text in reported {
        assert!(report.contains(text), "{text:?} is missing: {report}");
    }
}

#[test]
fn a_mark_is_no_part_of_a_headword_if_some_lines_lack_an_explanation() {
    for mark in [" - ", " = ", " -> ", " – ", ", ", " | ", "：", " ~ ", "; "] {
        let rows = format!("apple{mark}苹果\npear{mark}梨\n");
        for last in ["https://example.org/list\n", "kiwi\n"] {
            let text = format!("{rows}{last}");
            reads_and_reports("a.txt", &text, TWO, &["no explanation", last.trim()]);
        }
        let text = format!("{rows}plum{}\n", mark.trim_end());
        reads_and_reports("a.txt", &text, TWO, &["no explanation", "line 3: plum\n"]);
        let text = format!("apple{mark}苹果\nplum{}\npear{mark}梨\nkiwi\n", mark.trim_end());
        reads_and_reports("a.txt", &text, TWO, &["2 x no explanation", "line 2: plum\n"]);
        let words: String = (b'a'..b'm').map(|c| format!("x{}{mark}苹果\n", c as char)).collect();
        let text = format!("{words}kiwi\nfig\nplum\nlook after\ndate\n");
        let expected: Vec<String> =
            (b'a'..b'm').map(|c| format!("x{} | 苹果", c as char)).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        reads_and_reports("a.txt", &text, &expected, &["5 x no explanation", "look after"]);
    }
    let text = "1. apple - 苹果\n2. pear - 梨\n3. plum - 李\n4. kiwi\n";
    let three = ["apple | 苹果", "pear | 梨", "plum | 李"];
    reads_and_reports("a.txt", text, &three, &["line 4: kiwi"]);
    let text = "apple, 苹果\npear,\nplum, 李\n";
    reads_and_reports("a.txt", text, &["apple | 苹果", "plum | 李"], &["line 2: pear\n"]);
    let text = "apple - a red fruit\npear - a fruit\nhttps://example.org/list\n";
    reads_and_reports("a.txt", text, &["apple | a red fruit", "pear | a fruit"], &["line 3"]);
    let text = "apple -\n苹果\n\npear -\n梨\n";
    reads_and_reports("a.txt", text, TWO, &[]);
}

#[test]
fn an_unknown_label_is_reported_and_does_not_change_the_layout() {
    let text = "Word: apple\nMeaning: 苹果\nNote: keep me\nOther: lost?\n\n\
                Word: pear\nMeaning: 梨\nOther: y\n";
    let expected = ["apple | 苹果 | keep me", "pear | 梨"];
    reads_and_reports("a.txt", text, &expected, &["line 4: Other: lost?", "line 8: Other: y"]);
    for stray in ["plum 李\n", "plum 李\n\n", "\nplum 李\n", "\nplum 李\n\n"] {
        let text = format!("Word: apple\nMeaning: 苹果\n{stray}Word: pear\nMeaning: 梨\n");
        let expected = ["apple | 苹果", "plum | 李", "pear | 梨"];
        reads_and_reports("a.txt", &text, &expected, &[]);
    }
    let text = "Word: apple\nMeaning: 苹果\n\nsome other text here\n\nWord: pear\nMeaning: 梨\n";
    reads_and_reports("a.txt", text, TWO, &["line 4: some other text here"]);
    let text = "Word: apple\nMeaning:\n苹果\n果\n\nWord: pear\nMeaning:\n梨\n";
    reads_and_reports("a.txt", text, &["apple | 苹果 | 果", "pear | 梨"], &[]);
}
