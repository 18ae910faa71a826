//! Tests of the reader of JSON: texts, their entries and their warnings.

use std::path::Path;

use super::*;
use crate::books::readers::found;

/// The entries of a text and its warnings, as [`found`] writes them.
fn read(text: &str) -> Vec<String> {
    let source = Source::of_text(Path::new("a.json"), text.to_owned()).unwrap();
    found(Json::new(source).unwrap())
}

fn error(text: &str) -> String {
    let source = Source::of_text(Path::new("a.json"), text.to_owned()).unwrap();
    let mut reader = match Json::new(source) {
        Ok(reader) => reader,
        Err(error) => return error.to_string(),
    };
    loop {
        match reader.next() {
            Ok(Some(_)) => {}
            Ok(None) => return String::new(),
            Err(error) => return error.to_string(),
        }
    }
}

#[test]
fn all_lists_of_an_object_are_read_and_its_other_members_are_reported() {
    let text = r#"{"title": "Fruit", "version": 2, "unit1": [{"word": "apple", "meaning": "苹果"}],
        "notes": ["x"], "unit2": [{"word": "pear", "meaning": "梨"}],
        "unit3": [["fig", "无花果"]], "empty": []}"#;
    let members = ["title", "version", "notes", "empty"];
    let lines = [1, 1, 2, 3];
    let mut expected = vec!["apple: 苹果".to_owned(), "pear: 梨".into(), "fig: 无花果".into()];
    expected.extend(
        lines.iter().zip(members).map(|(line, name)| format!("line {line} UnreadColumn: {name}")),
    );
    assert_eq!(read(text), expected);
}

#[test]
fn lists_in_nested_objects_and_lists_are_read() {
    let apple = r#"{"word": "apple", "meaning": "苹果"}"#;
    let pear = r#"{"word": "pear", "meaning": "梨"}"#;
    for text in [
        format!(
            r#"{{"units": [{{"name": "Unit 1", "words": [{apple}]}}, {{"words": [{pear}]}}]}}"#
        ),
        format!(r#"{{"data": {{"list": [{apple}]}}, "more": {{"list": [{pear}]}}}}"#),
        format!("[[{apple}], [{pear}]]"),
        format!(r#"[{{"name": "Unit 1", "cards": [{apple}, {pear}]}}]"#),
        r#"[[["apple", "苹果"]], [["pear", "梨"]]]"#.to_owned(),
    ] {
        let found = read(&text);
        assert_eq!(found[..2], ["apple: 苹果", "pear: 梨"], "{text}");
        let is_member = |warning: &String| warning == "line 1 UnreadColumn: name";
        assert!(found[2..].iter().all(is_member), "{text}: {found:?}");
    }
}

#[test]
fn a_record_may_have_lists_of_objects() {
    let text = r#"[{"word": "apple", "meaning": "苹果", "related": [{"word": "pear"}]},
        {"word": "run", "senses": [{"pos": "v", "meaning": "跑"}],
         "sentences": [["I run.", "我跑。"]]}]"#;
    let found = read(text);
    assert_eq!(found[0], "apple: 苹果");
    assert!(found[1].starts_with("run: v. 跑"), "{found:?}");
    assert_eq!(found[2], "line 1 UnreadColumn: related");
    assert_eq!(read(r#"{"word": "apple", "meaning": "苹果"}"#), ["apple: 苹果"]);
    let text = r#"{"apple": {"word": "apple", "mean": "苹果"}}"#;
    assert_eq!(read(text), ["apple: 苹果"]);
}

#[test]
fn several_values_one_after_another_are_all_read() {
    let expected = ["apple: 苹果", "pear: 梨"];
    for text in [
        "[[\"apple\", \"苹果\"]]\n[[\"pear\", \"梨\"]]",
        "[\"apple\", \"苹果\"]\n[\"pear\", \"梨\"]\n",
        "[{\"word\":\"apple\",\"meaning\":\"苹果\"}][{\"word\":\"pear\",\"meaning\":\"梨\"}]",
        "{\"apple\": \"苹果\"}\n{\"pear\": \"梨\"}\n",
        "{\"words\":[[\"apple\",\"苹果\"]]}\n{\"words\":[[\"pear\",\"梨\"]]}",
        "[{\"word\":\"apple\",\"meaning\":\"苹果\"}]\n{\"word\":\"pear\",\"meaning\":\"梨\"}\n",
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn other_text_after_the_values_is_an_error_with_its_line() {
    for text in [
        "[{\"word\":\"apple\",\"meaning\":\"苹果\"}]\n\nand more",
        "{\"apple\": \"苹果\"}\n\n]",
        "[[\"apple\", \"苹果\"]]\n\n{\"pear\"",
    ] {
        assert!(error(text).contains("line 3: is not valid JSON"), "{text}: {}", error(text));
    }
}

#[test]
fn fields_are_read_as_the_columns_of_a_table_are() {
    let text = r#"[{"word": "big", "pos": ["adj.", "noun"], "meaning": "大", "level": "A1",
        "rank": 12, "synonyms": ["large", "great"], "antonyms": "small",
        "phrases": [{"phrase": "big deal", "translation": "大事"}, "think big"],
        "forms": ["bigger", "biggest"], "example": "A big one."}]"#;
    let lists = "= large; great\n! small\n+ big deal 大事; think big";
    assert_eq!(read(text), [format!("big: * A1\nadj. & n. 大\n> A big one.\n{lists}")]);
    let text = r#"[{"word": "big", "meaning": "大", "level": "high", "rank": "often"}]"#;
    assert_eq!(read(text), ["big: 大", "line 1 BadDetail: big"]);
}

#[test]
fn the_names_of_the_columns_may_be_above_each_list_of_rows() {
    let text = r#"{"one": [["word", "meaning", "note"], ["apple", "苹果", "x"]],
        "two": [["word", "meaning", "note"], ["pear", "梨", ""]]}"#;
    assert_eq!(read(text), ["apple: 苹果", "pear: 梨", "line 1 UnreadColumn: note"]);
}

#[test]
fn every_warning_names_a_field_or_the_beginning_of_a_value() {
    let text = r#"[["apple", "苹果"], ["pear", "梨", "x", "y"], null, true, ["", ""],
        {"word": "", "meaning": "梨"}, {"word": null}, {}, [], [["", null]]]"#;
    let found = read(text);
    assert!(found.len() > 6, "{found:?}");
    assert!(found.iter().all(|line| !line.trim_end().ends_with(':')), "{found:?}");
}

#[test]
fn deeply_nested_lists_are_not_entered() {
    let apple = r#"[["apple", "苹果"]]"#;
    let nested = |depth| format!("[{apple}, {}{apple}{}]", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(read(&nested(3)), ["apple: 苹果", "apple: 苹果"]);
    assert_eq!(read(&nested(50)), ["apple: 苹果", "line 1 NoHeadword: [[..]]"]);
}
