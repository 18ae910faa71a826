//! The project's own format of books.

use dictapp::books::{Book, BookKind, WarningKind, limits};
use dictapp::model::Languages;

use super::{data, entry, explanation, lines, read, read_bytes, words};

#[test]
fn reads_records_and_the_description_of_the_book() {
    let (entries, warnings) = read(BookKind::Plain, &data("small.book")).unwrap();
    assert_eq!(words(&entries), ["apple", "go", "# sharp", "run into"]);
    assert_eq!(explanation(&entries, "apple"), "n. 苹果\n> I eat an apple. = 我吃苹果。");
    assert_eq!(entry(&entries, "apple").phonetic.as_deref(), Some("ˈæpəl"));
    assert_eq!(entry(&entries, "apple").rank, Some(812));
    assert_eq!((entry(&entries, "go").phonetic.as_ref(), entry(&entries, "go").rank), (None, None));
    assert_eq!(entry(&entries, "run into").rank, Some(9000));
    assert!(warnings.is_empty(), "{warnings}");

    let metadata = Book::open(BookKind::Plain, &data("small.book"), |_| {}).unwrap().metadata();
    assert_eq!(metadata.title.as_deref(), Some("A small book"));
    assert_eq!(metadata.languages, Languages::parse("en-zh"));
    assert_eq!(metadata.licence.as_deref(), Some("CC0-1.0"));
}

#[test]
fn lines_without_an_entry_are_reported() {
    let long = format!("long\n{}\n", "x\n".repeat(limits::EXPLANATION_BYTES_MAX));
    let text = format!("bare\n\n\tipa\nn. x\n\nodd\t\tsoon\nn. y\n\n{long}");
    let (entries, warnings) = read_bytes(BookKind::Plain, "x.book", text.as_bytes()).unwrap();
    assert_eq!(words(&entries), ["odd"]);
    assert_eq!(
        lines(&warnings),
        [
            (WarningKind::NoExplanation, 1, "bare".into()),
            (WarningKind::NoHeadword, 3, String::new()),
            (WarningKind::LongExplanation, 9, "long".into()),
            (WarningKind::BadDetail, 6, "odd\u{FFFD}\u{FFFD}soon".into()),
        ]
    );
}
