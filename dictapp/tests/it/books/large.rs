//! Books that the project does not hold: run with `DICTAPP_TEST_BOOK=file cargo test -- --ignored`.

use std::path::PathBuf;

use dictapp::books::Kind;

use super::read;

#[test]
#[ignore = "needs DICTAPP_TEST_BOOK, a padded course file"]
fn every_headword_of_a_padded_file_is_found_by_its_own_spelling() {
    let path = PathBuf::from(std::env::var_os("DICTAPP_TEST_BOOK").expect("DICTAPP_TEST_BOOK"));
    let text = std::fs::read_to_string(&path).unwrap();
    let (entries, oddities) = read(Kind::Course, &path).unwrap();
    let found: std::collections::HashSet<&str> = entries.iter().map(|e| e.word.as_str()).collect();
    let headword = |line: &'static str| line.split("  ").next().unwrap_or_default();
    let text: &'static str = text.leak();
    let lost: Vec<&str> = text.lines().map(headword).filter(|word| !found.contains(word)).collect();
    println!("{} entries\n{oddities}", entries.len());
    assert_eq!(lost, Vec::<&str>::new());
}

#[test]
#[ignore = "needs DICTAPP_TEST_BOOK, a book of any kind"]
fn a_book_of_any_kind_is_read_whole() {
    let path = PathBuf::from(std::env::var_os("DICTAPP_TEST_BOOK").expect("DICTAPP_TEST_BOOK"));
    let kind = Kind::detect(&path).unwrap();
    let (entries, oddities) = read(kind, &path).unwrap();
    let wanted = std::env::var("DICTAPP_TEST_WORDS").unwrap_or_default();
    for entry in entries.iter().filter(|e| wanted.split(',').any(|w| w == e.word.as_str())) {
        println!("{entry:#?}\n{}", entry.mean);
    }
    println!("{kind}: {} entries\n{oddities}", entries.len());
    assert!(!entries.is_empty());
}
