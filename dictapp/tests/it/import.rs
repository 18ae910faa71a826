//! The command `dictapp import`.

#![allow(clippy::unwrap_used, reason = "a test ends where something is wrong")]

use std::path::{Path, PathBuf};

use dictapp::books::{Book, BookKind, Column, Overrides, WarningKind};
use dictapp::commands::export::{self, Export, Format};
use dictapp::model::{Entry, Languages, Word};
use dictapp::settings::Settings;
use dictapp::site::{
    ImportOutcome, ImportReport, ImportRequest, ImportStep, Selection, Site, import_book,
    preview_book,
};
use dictapp::store::{Store, Visibility};

use crate::store::{Fresh, on_both_engines};

on_both_engines! {
    a_book_is_found_word_by_word_after_its_import
    importing_the_same_file_again_changes_nothing
    the_title_given_with_an_unchanged_file_is_taken
    a_changed_file_keeps_the_title_that_the_book_was_given
    a_damaged_file_leaves_the_book_as_it_was
    an_exported_book_is_imported_again_with_all_it_had
    an_exported_book_keeps_headwords_with_marks_and_its_languages
    an_exported_book_keeps_headwords_that_look_like_a_header
    a_book_knows_its_languages
    a_hidden_book_is_skipped_before_the_words_are_loaded_again
}

fn request(file: &Path) -> ImportRequest {
    ImportRequest { file: file.to_owned(), ..ImportRequest::default() }
}

fn write(fresh: &Fresh, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = fresh.folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn run(store: &Store, file: &Path) -> anyhow::Result<ImportReport> {
    import_book(store, &request(file), |_| {})
}

#[track_caller]
fn means(store: &Store, word: &str) -> Vec<String> {
    let entries = store.entries_of(&Word::parse(word).unwrap()).unwrap();
    entries.into_iter().map(|(_, entry)| entry.explanation).collect()
}

fn a_book_is_found_word_by_word_after_its_import(fresh: &Fresh) {
    let store = fresh.open();
    let mut steps = Vec::new();
    let faults = crate::books::data("faults.txt");
    let report = import_book(&store, &request(&faults), |step| steps.push(step)).unwrap();
    assert_eq!((report.name.as_str(), report.kind), ("faults", BookKind::Course));
    assert_eq!((report.entries, report.outcome), (15, ImportOutcome::Imported));
    assert_eq!(report.warnings.count(WarningKind::NoExplanation), 2);
    assert_eq!(report.to_string(), "faults: 15 entries imported (course), 5 warnings");
    assert_eq!(means(&store, "ice cream"), ["n. 冰淇淋"]);
    assert_eq!(means(&store, "apple"), ["n. 苹果\nn. 苹果树"]);
    assert!(
        matches!(steps[0], ImportStep::Checking(_))
            && steps.last() == Some(&ImportStep::Committing)
    );
    let book = &store.books().unwrap()[0];
    assert_eq!((book.title.as_str(), book.kind.as_str()), ("faults", "course"));
}

fn importing_the_same_file_again_changes_nothing(fresh: &Fresh) {
    let store = fresh.open();
    let file = write(fresh, "mine.book", "# title: My book\n\na\nn. 一\n");
    assert_eq!(run(&store, &file).unwrap().outcome, ImportOutcome::Imported);
    let before = store.books().unwrap();
    assert_eq!(before[0].title, "My book");
    let again = run(&store, &file).unwrap();
    assert_eq!(again.to_string(), "mine: unchanged, imported before (1 entry)");
    assert_eq!(store.books().unwrap(), before);

    write(fresh, "mine.book", "b\nn. 二\n");
    let replaced = run(&store, &file).unwrap();
    assert_eq!(replaced.outcome, ImportOutcome::Replaced(1));
    assert_eq!(replaced.to_string(), "mine: 1 entry imported (book) in place of 1");
    assert_eq!((means(&store, "a").len(), means(&store, "b").len()), (0, 1));
    assert_eq!(store.books().unwrap().len(), 1);
}

fn the_title_given_with_an_unchanged_file_is_taken(fresh: &Fresh) {
    let store = fresh.open();
    let file = write(fresh, "words.txt", "a  n. 一\n");
    run(&store, &file).unwrap();
    let titled = ImportRequest { title: Some("Unit 5".to_owned()), ..request(&file) };
    let said = import_book(&store, &titled, |_| {}).unwrap().to_string();
    assert_eq!(said, "words: unchanged, imported before (1 entry), now called \"Unit 5\"");
    assert_eq!(store.books().unwrap()[0].title, "Unit 5");
    let said = import_book(&store, &titled, |_| {}).unwrap().to_string();
    assert_eq!(said, "words: unchanged, imported before (1 entry)");
    let empty = ImportRequest { title: Some(" ".to_owned()), ..request(&file) };
    let error = import_book(&store, &empty, |_| {}).unwrap_err();
    assert!(format!("{error:#}").contains("the title is empty"), "{error:#}");
}

/// The title is that of `dictapp books rename`.
fn a_changed_file_keeps_the_title_that_the_book_was_given(fresh: &Fresh) {
    let store = fresh.open();
    let file = write(fresh, "words.book", "# title: Words\n\na\nn. 一\n");
    run(&store, &file).unwrap();
    let book = store.books().unwrap().remove(0);
    assert!(store.rename_book(book.id, "Unit 5").unwrap());
    write(fresh, "words.book", "# title: Words\n\nb\nn. 二\n");
    assert_eq!(run(&store, &file).unwrap().outcome, ImportOutcome::Replaced(1));
    assert_eq!(store.books().unwrap()[0].title, "Unit 5");
    write(fresh, "words.book", "c\nn. 三\n");
    let titled = ImportRequest { title: Some("Unit 6".to_owned()), ..request(&file) };
    import_book(&store, &titled, |_| {}).unwrap();
    assert_eq!(store.books().unwrap()[0].title, "Unit 6");
}

fn a_damaged_file_leaves_the_book_as_it_was(fresh: &Fresh) {
    let store = fresh.open();
    let file = write(fresh, "a.txt", "a  n. 一\n");
    run(&store, &file).unwrap();
    let before = store.books().unwrap();
    for (damaged, reason) in [
        (&b"b  n. caf\xe9 noir\n"[..], "a.txt, line 1: byte 9 is not UTF-8"),
        (b"b  n. x\n\0", "a.txt, line 2: contains a zero byte"),
        (b"b\n", "a.txt has no entries: line 1: no explanation"),
        (b"", "a.txt has no entries"),
    ] {
        write(fresh, "a.txt", damaged);
        let error = format!("{:#}", run(&store, &file).unwrap_err());
        assert!(error.contains(reason), "{error}");
        assert_eq!(store.books().unwrap(), before);
        assert_eq!(means(&store, "a"), ["n. 一"]);
    }
}

/// The formats of an export, each with the name of a file that is recognised as such.
const FORMATS: [(Format, &str); 4] = [
    (Format::Csv, "out.csv"),
    (Format::Tsv, "out.tab"),
    (Format::Anki, "out.txt"),
    (Format::Stardict, "out"),
];

/// Exports a book and opens the file as an import does.
fn exported(fresh: &Fresh, store: &Store, format: Format, name: &str) -> Book {
    let output = fresh.folder.path().join(name);
    let export = Export { name: "a".to_owned(), format, output: Some(output.clone()) };
    export::run(store, &export).unwrap();
    let file = if format == Format::Stardict { output.with_extension("ifo") } else { output };
    Book::open(BookKind::detect(&file).unwrap(), &file, |_| {}).unwrap()
}

/// Entries with everything that the notation has, and with texts that look like something else.
const RICH: &str = "apple\tˈæpəl\t812\tA1\nn. [C] 苹果, 果 {apple of sth}\n> an apple = 一个苹果\n\
    > 1 apple\n= pome; pip\n! pear\n& appley\n+ apple pie\n\n\
    go\t\t35\n@ v. UK ɡəʊ; US ɡoʊ | third goes; past went; participle gone | A1\nv. 去 v. 走; n. 围棋\n\n\
    odd; forms\nn. a\n\n\
    marks|\"b\"\n<i>甲</i> &amp; \\n \\t\n[x]\n“quoted”\nSynonyms: x\nRank: 5\nn. : x\n\n\
    link\n参见 [[apple]], [[go|走]]\n\n\
    <br>\na tag\n";

/// The entries of a book, sorted, and with sorted forms.
fn sorted(mut book: Book) -> Vec<Entry> {
    let mut entries = Vec::new();
    while let Some(mut entry) = book.next().unwrap() {
        entry.forms.sort();
        entries.push(entry);
    }
    entries.sort_by(|a, b| a.word.cmp(&b.word));
    entries
}

fn an_exported_book_is_imported_again_with_all_it_had(fresh: &Fresh) {
    let store = fresh.open();
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/books/en-zh.book");
    let shipped = std::fs::read_to_string(shipped).unwrap();
    let some: Vec<&str> = shipped.split("\n\n").skip(1).step_by(29).collect();
    let file = write(fresh, "a.book", format!("{RICH}\n{}\n", some.join("\n\n")));
    run(&store, &file).unwrap();
    let expected = sorted(Book::open(BookKind::Plain, &file, |_| {}).unwrap());
    assert!(expected.len() > 250, "{}", expected.len());
    for (format, name) in FORMATS {
        let found = sorted(exported(fresh, &store, format, name));
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "{format:?}");
        }
        assert_eq!(found.len(), expected.len(), "{format:?}");
    }
}

/// The formats for Anki and tab files have a header.
fn an_exported_book_keeps_headwords_that_look_like_a_header(fresh: &Fresh) {
    let store = fresh.open();
    let words =
        ["#", "##", "# a: b", "#tags column:3", "word", "sep=;", "a\\", "a|b", "\"", "--", "-"];
    let text: String = words.iter().map(|word| format!("{word}\nn. {word}\nn. x\n\n")).collect();
    let text = format!("# title: x\n\n{text}");
    let file = write(fresh, "a.book", text);
    run(&store, &file).unwrap();
    let expected = sorted(Book::open(BookKind::Plain, &file, |_| {}).unwrap());
    assert!(expected.len() > 8, "{expected:?}");
    for (format, name) in FORMATS {
        assert_eq!(sorted(exported(fresh, &store, format, name)), expected, "{format:?}");
    }
}

fn an_exported_book_keeps_headwords_with_marks_and_its_languages(fresh: &Fresh) {
    let store = fresh.open();
    let text = "# title: x\n# languages: en-zh\n\na|\"b\"\nn. <i>甲</i> \\n\n";
    run(&store, &write(fresh, "a.book", text)).unwrap();
    for (format, name) in FORMATS {
        let mut book = exported(fresh, &store, format, name);
        let entry = book.next().unwrap().unwrap();
        assert_eq!((entry.word.as_str(), entry.forms.len()), ("a|\"b\"", 0), "{format:?}");
        assert_eq!(entry.explanation, "n. <i>甲</i> \\n", "{format:?}");
        if matches!(format, Format::Tsv | Format::Stardict) {
            let languages = book.metadata().languages.map(|languages| languages.to_string());
            assert_eq!(languages.as_deref(), Some("en-zh"), "{format:?}");
            assert_eq!(book.metadata().title.as_deref(), Some("x"), "{format:?}");
        }
    }
}

#[test]
fn a_preview_shows_the_recognised_properties_and_the_first_entries() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.csv");
    std::fs::write(&file, "序号;单词;释义\n1;apple;n. 苹果, 果\n2;pear;n. 梨\n").unwrap();
    assert_eq!(
        preview_book(&request(&file)).unwrap().to_string(),
        "kind: csv\nencoding: UTF-8\ndelimiter: ';'\ncolumns: -,word,meaning\n\n\
         apple\n  n. 苹果, 果\n\npear\n  n. 梨"
    );
    let with = |columns: &[Column]| {
        let overrides = Overrides { columns: Some(columns.to_vec()), ..Overrides::default() };
        let shown = preview_book(&ImportRequest { overrides, ..request(&file) });
        shown.map(|preview| preview.to_string())
    };
    let shown = with(&[Column::Rank, Column::Explanation, Column::Word]).unwrap();
    assert!(shown.contains("\nn. 梨\n  pear"), "{shown}");
    for (columns, reason) in [
        (&[Column::Word][..], "the given columns lack \"meaning\""),
        (&[Column::Skip, Column::Explanation], "the given columns lack \"word\""),
        (
            &[Column::Word, Column::Word, Column::Explanation],
            "the given columns name \"word\" twice",
        ),
        (
            &[Column::Skip, Column::Word, Column::Explanation, Column::Example],
            "4 columns are given, but a row has at most 3",
        ),
    ] {
        let error = format!("{:#}", with(columns).unwrap_err());
        assert!(error.ends_with(reason), "{error}");
    }
}

#[test]
fn a_property_of_tables_makes_a_text_a_table_and_no_other_book() {
    let folder = tempfile::tempdir().unwrap();
    let overrides = || Overrides { delimiter: Some(b'~'), ..Overrides::default() };
    let file = folder.path().join("a.txt");
    std::fs::write(&file, "apple~苹果\npear~梨\n").unwrap();
    let shown = preview_book(&ImportRequest { overrides: overrides(), ..request(&file) });
    let shown = shown.unwrap().to_string();
    assert!(shown.starts_with("kind: csv\n") && shown.contains("pear\n  梨"), "{shown}");
    let kind = Some(BookKind::Course);
    let error = preview_book(&ImportRequest { overrides: overrides(), kind, ..request(&file) })
        .unwrap_err();
    assert!(format!("{error:#}").contains("a delimiter is given"), "{error:#}");
}

fn a_book_knows_its_languages(fresh: &Fresh) {
    let store = fresh.open();
    let file = write(fresh, "own.csv", "# languages: ara-fas\nword,meaning\nتفاح,سیب\n");
    let languages = |store: &Store| store.books().unwrap()[0].languages.map(|l| l.to_string());
    run(&store, &file).unwrap();
    assert_eq!(languages(&store).as_deref(), Some("ar-fa"));
    let overrides = Overrides { languages: Languages::parse("ar-ur"), ..Overrides::default() };
    let other = ImportRequest { overrides, ..request(&file) };
    assert_eq!(import_book(&store, &other, |_| {}).unwrap().outcome, ImportOutcome::Replaced(1));
    assert_eq!(languages(&store).as_deref(), Some("ar-ur"));
}

/// The words are loaded again in a thread, which takes many seconds for large books.
fn a_hidden_book_is_skipped_before_the_words_are_loaded_again(fresh: &Fresh) {
    let store = fresh.open();
    run(&store, &write(fresh, "a.txt", "apple  n. 苹果\n")).unwrap();
    run(&store, &write(fresh, "b.txt", "apple  n. 另一个\npear  n. 梨\n")).unwrap();
    let hidden = store.books().unwrap()[1].id;
    let mut settings = Settings::default();
    settings.database.url = fresh.config.url.clone();
    let site = Site::new(settings, store).unwrap();
    let shelf = site.shelf();
    let means = |query: &str| -> Vec<String> {
        let found = Selection::new(&shelf, &[]).look_up(query);
        found
            .iter()
            .flat_map(|found| &found.entries)
            .map(|entry| entry.explanation.to_owned())
            .collect()
    };
    assert_eq!(means("apple").len(), 2);
    for (visibility, count) in [(Visibility::Hidden, 0), (Visibility::Shown, 1)] {
        assert!(fresh.open().set_book_visibility(hidden, visibility).unwrap());
        site.skip_hidden_or_removed_books().unwrap();
        assert_eq!((means("apple").len(), means("pear").len()), (count + 1, count));
    }
}
