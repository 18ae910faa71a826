//! Files of dictd and WordNet, intact and damaged.

use dictapp::books::{Book, BookKind, WarningKind};

use super::build;
use super::{entry, explanation, lines, read, words};

const ENTRIES: &[(&str, &str)] = &[
    ("00-database-info", "00-database-info\nabout\n"),
    ("00-database-short", "00-database-short\n     A test book\n"),
    ("abend", "ABEND\n /a´bend/, n.\n\n    Abnormal {end}.\n"),
    ("and co", "… and co. /and kˈəʊ/\n… und Konsorten\n"),
    ("bare", "bare\n\n"),
    (
        "zoo",
        "zoo\n    n 1: a place where beasts are kept for everybody to look at and\n         to admire [syn: {zoo},\n         {menagerie}]\n    2: chaos\n",
    ),
];

#[test]
fn reads_articles_with_headword_and_pronunciation() {
    let folder = tempfile::tempdir().unwrap();
    let path = build::dictd(folder.path(), ENTRIES);
    let (entries, warnings) = read(BookKind::Dictd, &path).unwrap();
    assert_eq!(words(&entries), ["ABEND", "… and co.", "zoo"]);
    assert_eq!(entry(&entries, "ABEND").phonetic.as_deref(), Some("a´bend"));
    assert_eq!(explanation(&entries, "ABEND"), "n. Abnormal [[end]].");
    assert_eq!(entry(&entries, "… and co.").forms, ["and co"]);
    assert_eq!(
        explanation(&entries, "zoo"),
        "n. a place where beasts are kept for everybody to look at and to admire\n= zoo; menagerie\nn. chaos"
    );
    assert_eq!(lines(&warnings), [(WarningKind::NoExplanation, 5, "bare".into())]);
    let metadata = Book::open(BookKind::Dictd, &path, |_| {}).unwrap().metadata();
    assert_eq!(metadata.title.as_deref(), Some("A test book"));
}

#[test]
fn a_damaged_index_is_reported_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = build::dictd(folder.path(), ENTRIES);
    for (index, reason) in [
        ("zoo\tA\tC\nb\t////////////\tB\n", "line 2: \"////////////\" is not a number in base 64"),
        ("zoo\tA\t-\n", "line 1: \"-\" is not a number in base 64"),
        ("zoo\t\tA\n", "line 1: \"\" is not a number in base 64"),
        ("zoo A A\n", "line 1: has fewer than three columns"),
    ] {
        std::fs::write(&path, index).unwrap();
        let error = read(BookKind::Dictd, &path).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
    std::fs::remove_file(folder.path().join("d.dict.dz")).unwrap();
    let error = read(BookKind::Dictd, &path).unwrap_err().to_string();
    assert!(error.contains("d.dict.dz: is missing"), "{error}");
}

#[test]
fn a_reference_outside_its_file_loses_one_entry() {
    let folder = tempfile::tempdir().unwrap();
    let path = build::dictd(folder.path(), ENTRIES);
    let index = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, index + "lost\t9999\tB\nlong\tA\t//////////\n").unwrap();
    let (entries, warnings) = read(BookKind::Dictd, &path).unwrap();
    assert_eq!(words(&entries), ["ABEND", "… and co.", "zoo"]);
    let lost = lines(&warnings).into_iter().filter(|(kind, ..)| *kind == WarningKind::BadReference);
    assert_eq!(lost.map(|(.., word)| word).collect::<Vec<_>>(), ["lost", "long"]);
}

#[test]
fn reads_wordnet_by_spelling_and_frequency() {
    let folder = tempfile::tempdir().unwrap();
    build::wordnet(folder.path());
    let (entries, warnings) = read(BookKind::Wordnet, folder.path()).unwrap();
    assert_eq!(
        words(&entries),
        ["China", "china", "chinaware", "galore", "in a way", "mouse", "PRC"]
    );
    assert_eq!(explanation(&entries, "China"), "n. a nation in Asia\n> made in China\n= PRC");
    assert_eq!(explanation(&entries, "china"), "n. dishware; of porcelain\n= chinaware");
    assert_eq!(
        explanation(&entries, "galore"),
        "adj. in great numbers\n> daffodils galore\n> whiskey galore"
    );
    let mouse = entry(&entries, "mouse");
    assert_eq!(mouse.explanation, "v. move stealthily\nn. a small rodent");
    assert_eq!((mouse.rank, mouse.forms.as_slice()), (Some(1), &["mice".to_owned()][..]));
    assert_eq!(entry(&entries, "china").rank, Some(2));
    assert!(warnings.is_empty(), "{warnings}");
}

#[test]
fn a_damaged_wordnet_is_reported_by_file_and_place() {
    let folder = tempfile::tempdir().unwrap();
    for (index, reason) in [
        ("cat n 1 0 1 0 00000003\n", "data.noun, byte 3: not the beginning of a sense"),
        ("cat n 1 0 1 0 99999999\n", "data.noun, byte 99999999: the offset is outside of the file"),
        (
            "cat n 1 0 1 0 00000025\n",
            "index.noun, line 1: sense 00000025 of data.noun is of other words",
        ),
        ("cat n 2 0 1 0 00000025\n", "index.noun, line 1: is not a line of a WordNet index"),
        ("cat n 9999999999999999 999999999999999 1\n", "line 1: is not a line of a WordNet index"),
        ("cat n 1 0 1 0 x\n", "line 1: has an offset that is not a number"),
    ] {
        build::wordnet(folder.path());
        std::fs::write(folder.path().join("index.noun"), index).unwrap();
        let error = read(BookKind::Wordnet, folder.path()).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
    std::fs::remove_file(folder.path().join("data.adv")).unwrap();
    let error = read(BookKind::Wordnet, folder.path()).unwrap_err().to_string();
    assert!(error.contains("data.adv: is missing"), "{error}");
}
