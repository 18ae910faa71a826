//! Real-life files, each in its folder in `tests/data/books/cases`, and the expected entries and
//! report in `expected.txt`. If `UPDATE_EXPECTED` is set, these files are written.

use std::fmt::Write as _;
use std::path::PathBuf;

use dictapp::books::{Book, BookKind};

use super::data;

/// Reads the book of a case as an import does.
fn read(folder: &str) -> String {
    let book = book(folder);
    let kind = BookKind::detect(&book).unwrap();
    let mut book = Book::open(kind, &book, |_| {}).unwrap();
    let mut text = format!("kind: {kind}\n");
    let recognised = book.recognised();
    if let Some(encoding) = recognised.encoding {
        writeln!(text, "encoding: {encoding}").unwrap();
    }
    if let Some(delimiter) = recognised.delimiter {
        let columns: Vec<&str> = recognised.columns.iter().map(|c| c.name()).collect();
        writeln!(text, "columns: {} by {delimiter:?}", columns.join(" ")).unwrap();
    }
    if let Some(languages) = book.metadata().languages {
        writeln!(text, "languages: {languages}").unwrap();
    }
    while let Some(entry) = book.next().unwrap() {
        write!(text, "\n{}", entry.word).unwrap();
        entry.phonetic.iter().for_each(|phonetic| write!(text, " /{phonetic}/").unwrap());
        entry.forms.iter().for_each(|form| write!(text, " ~{form}").unwrap());
        writeln!(text, "\n{}", entry.explanation).unwrap();
    }
    let warnings = book.warnings();
    if warnings.is_empty() { text } else { format!("{text}\n{warnings}") }
}

/// The file of a case that is passed to the import.
fn book(folder: &str) -> PathBuf {
    let files = std::fs::read_dir(data("cases").join(folder)).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.retain(|file| !file.ends_with("expected.txt"));
    let is_first =
        |file: &&PathBuf| file.extension().is_some_and(|it| it == "ifo" || it == "index");
    files.iter().find(is_first).unwrap_or(&files[0]).clone()
}

#[track_caller]
fn case(folder: &str) {
    let path = data("cases").join(folder).join("expected.txt");
    let found = read(folder);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{folder}");
}

#[test]
fn the_header_of_an_anki_file_names_its_separator() {
    case("csv-anki");
}

#[test]
fn a_backslash_may_escape_a_quote() {
    case("csv-backslash");
}

#[test]
fn a_dotted_abbreviation_is_not_a_part_of_speech() {
    case("csv-dotted-abbr");
}

#[test]
fn names_of_columns_may_be_chinese() {
    case("csv-header-cn");
}

#[test]
fn homographs_keep_both_pronunciations() {
    case("csv-homograph");
}

#[test]
fn html_in_a_cell_is_read() {
    case("csv-html");
}

#[test]
fn entities_in_a_cell_are_read() {
    case("csv-html-entities");
}

#[test]
fn columns_without_names_are_recognised_by_their_cells() {
    case("csv-no-header");
}

#[test]
fn a_quoted_cell_may_have_lines_and_quotes() {
    case("csv-quoted-lines");
}

#[test]
fn the_delimiter_that_rows_agree_on_wins() {
    case("csv-semicolon-comma");
}

#[test]
fn the_delimiter_line_of_a_spreadsheet_is_not_an_entry() {
    case("csv-sep-line");
}

#[test]
fn seven_columns_with_names_are_not_ecdict() {
    case("csv-seven-columns");
}

#[test]
fn a_headword_line_may_list_spellings() {
    case("dictd-cedict");
}

#[test]
fn a_comma_ends_the_headword_of_a_dictd_article() {
    case("dictd-comma-head");
}

#[test]
fn html_in_a_dictd_article_is_read() {
    case("dictd-html");
}

#[test]
fn a_part_of_speech_on_its_own_line_belongs_to_the_next_lines() {
    case("dictd-label-line");
}

#[test]
fn references_of_dictd_are_links() {
    case("dictd-links");
}

#[test]
fn one_bad_reference_loses_one_entry() {
    case("sd-badref");
}

#[test]
fn marks_of_fvdp_are_read() {
    case("sd-fvdp");
}

#[test]
fn block_elements_end_lines() {
    case("sd-html-blocks");
}

#[test]
fn all_entities_of_html_are_known() {
    case("sd-html-entities");
}

#[test]
fn a_label_in_html_belongs_to_the_lines_below() {
    case("sd-html-label-line");
}

#[test]
fn links_of_stardict_are_links() {
    case("sd-html-link");
}

#[test]
fn pictures_are_reported_and_cells_are_separated() {
    case("sd-image");
}

#[test]
fn long_plain_lines_are_not_joined_and_braces_are_kept() {
    case("sd-long-lines");
}

#[test]
fn an_article_may_be_a_link_alone() {
    case("sd-mdict-link");
}

#[test]
fn numbered_headwords_are_found_without_their_number() {
    case("sd-numbered");
}

#[test]
fn articles_of_powerword_are_read() {
    case("sd-powerword");
}

#[test]
fn many_headwords_may_share_a_spelling() {
    case("sd-syn-many");
}

#[test]
fn records_of_wiktionary_are_read() {
    case("kaikki");
}

#[test]
fn a_file_of_wiktionary_in_one_language_knows_it() {
    case("kaikki-zh");
}

#[test]
fn a_file_of_wiktionary_in_several_languages_has_none() {
    case("kaikki-mixed");
}

#[test]
fn word_lists_in_json_are_read() {
    case("json-objects");
    case("json-rows");
    case("json-map");
    case("json-lines");
}

#[test]
fn articles_of_dsl_are_read() {
    case("dsl");
}

#[test]
fn a_cell_of_markdown_may_have_bars_and_emphasis() {
    case("md-bars");
}

#[test]
fn names_of_columns_may_have_several_words() {
    case("csv-header-words");
}

#[test]
fn names_of_columns_may_have_notes() {
    case("csv-header-notes");
}

#[test]
fn a_column_may_spell_parts_of_speech_out() {
    case("csv-part-names");
}

#[test]
fn a_csv_file_with_chinese_commas_is_a_list() {
    case("csv-fullwidth-comma");
}

#[test]
fn an_arrow_may_stand_after_the_headword() {
    case("txt-arrow");
}

#[test]
fn a_semicolon_may_stand_after_the_headword() {
    case("txt-semicolon");
}

#[test]
fn bullets_are_no_part_of_headwords() {
    case("txt-bullets");
}

#[test]
fn a_hyphen_before_each_line_is_no_part_of_headwords() {
    case("txt-hyphens");
}

#[test]
fn numbers_without_a_mark_count_the_lines() {
    case("txt-bare-numbers");
}

#[test]
fn numbers_in_circles_are_no_part_of_headwords() {
    case("txt-circled-numbers");
}

#[test]
fn a_part_of_speech_may_be_in_brackets() {
    case("txt-label-brackets");
}

#[test]
fn a_part_of_speech_may_be_spelled_out() {
    case("txt-part-names");
}

#[test]
fn a_pronunciation_may_be_glued_or_in_round_brackets() {
    case("txt-said-brackets");
}

#[test]
fn the_head_of_an_article_of_webster_is_no_sense() {
    case("dictd-webster");
}

#[test]
fn a_headword_may_go_on_below_the_first_line() {
    case("dictd-long-heading");
}

#[test]
fn headwords_of_one_article_are_its_spellings() {
    case("dictd-spellings");
}

#[test]
fn examples_of_freedict_are_examples() {
    case("dictd-examples");
}

#[test]
fn articles_in_xdxf_are_read() {
    case("sd-xdxf");
}

#[test]
fn tab_files_have_escapes_and_other_headwords() {
    case("tab-escapes");
}

#[test]
fn blocks_between_empty_lines_are_entries() {
    case("txt-blocks");
}

#[test]
fn a_colon_may_follow_the_headword() {
    case("txt-colon");
}

#[test]
fn a_comma_may_follow_the_headword() {
    case("txt-comma");
}

#[test]
fn a_dash_may_follow_the_headword() {
    case("txt-dash");
}

#[test]
fn an_equals_sign_may_follow_the_headword() {
    case("txt-equals");
}

#[test]
fn signs_of_older_fonts_are_pronunciations() {
    case("txt-esh");
}

#[test]
fn gbk_is_recognised() {
    case("txt-gbk");
}

#[test]
fn a_part_of_speech_may_be_glued_to_the_gloss_before_it() {
    case("txt-glued-label");
}

#[test]
fn line_numbers_are_not_part_of_headwords() {
    case("txt-numbered");
}

#[test]
fn a_label_is_not_part_of_a_padded_headword() {
    case("txt-padded-label");
}

#[test]
fn a_star_before_a_headword_is_not_part_of_it() {
    case("txt-star");
}

#[test]
fn utf_16_is_recognised() {
    case("txt-utf16");
}

#[test]
fn every_case_has_a_test() {
    let source = include_str!("cases.rs");
    for folder in std::fs::read_dir(data("cases")).unwrap() {
        let name = folder.unwrap().file_name().into_string().unwrap();
        assert!(source.contains(&format!("case(\"{name}\")")), "{name}");
    }
}
