//! Tests: every text exists in both languages, and templates contain no texts of their own.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;

/// The path and the content of each file in a folder of the crate.
fn files_in(name: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut unread = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(name)];
    while let Some(path) = unread.pop() {
        if path.is_dir() {
            unread.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            files.push((path.display().to_string(), fs::read_to_string(path).unwrap()));
        }
    }
    files
}

/// The `{names}` in a text.
fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
}

#[test]
fn a_value_replaces_its_name_and_no_other() {
    assert_eq!(fill("{a} and {b}: {a}", "a", 5), "5 and {b}: 5");
    assert_eq!(fill("{ab} {a", "a", "x"), "{ab} {a");
    assert_eq!(fill("{{a}}", "a", "{a}"), "{{a}}");
    assert_eq!(fill("", "a", "x"), "");
}

/// A name that ends in U+202E would turn the rest of the sentence around.
#[test]
fn a_value_does_not_reorder_the_text_around_it() {
    for control in crate::bidi::BIDI_CONTROLS {
        let filled = fill("{a} (7)", "a", format!("Levi{control}"));
        assert_eq!(filled, "\u{2068}Levi\u{2069} (7)", "{control:?}");
    }
    assert_eq!(fill("{a}: {b}", "a", "שרה"), "\u{2068}שרה\u{2069}: {b}");
    assert_eq!(fill("{a} (7)", "a", "李雷"), "李雷 (7)");
}

#[test]
fn every_text_exists_in_both_languages_with_the_same_values() {
    for (group, rows) in GROUPS {
        for Row { name, chinese, english } in *rows {
            assert!(!chinese.trim().is_empty() && !english.trim().is_empty(), "{group}.{name}");
            assert_eq!(placeholders(chinese), placeholders(english), "{group}.{name}");
            let is_han = |c| ('\u{4e00}'..='\u{9fff}').contains(&c);
            assert!(!english.contains(is_han), "{group}.{name}: {english}");
        }
    }
}

/// Templates contain no letters outside of tags and expressions, and none in the attributes that
/// people read or hear.
#[test]
fn no_template_contains_a_text_of_its_own() {
    let templates = files_in("templates");
    assert!(templates.len() > 5);
    for (path, source) in templates {
        assert_eq!(own_words(&source), "", "{path}");
    }
    assert_eq!(own_words("<p title=\"x\">{{ a }}<b class=\"y\">word</b>{# no #}</p>"), "x word");
    assert_eq!(own_words("<p title=\"{{ x }}\">{% if a %}·{% endif %}</p>"), "");
}

/// The words of a template outside of tags and expressions, and in the attributes that people read.
fn own_words(source: &str) -> String {
    let mut text = source.to_owned();
    // `kind` is the class of the body, not a text.
    for (open, close) in [("{% block kind %}", "{% endblock %}"), ("{#", "#}")] {
        while let Some(start) = text.find(open) {
            let length =
                text[start..].find(close).map_or(text.len() - start, |at| at + close.len());
            text.replace_range(start..start + length, "");
        }
    }
    for (open, close) in [("{%", "%}"), ("{{", "}}")] {
        while let Some(start) = text.find(open) {
            let length = text[start..].find(close).map_or(text.len() - start, |at| at + 2);
            text.replace_range(start..start + length, "");
        }
    }
    let mut words = Vec::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find('<') {
        words.push(rest[..start].trim().to_owned());
        let length = rest[start..].find('>').map_or(rest.len() - start, |at| at + 1);
        let tag = &rest[start..start + length];
        for name in ["title=\"", "alt=\"", "placeholder=\"", "aria-label=\""] {
            let value = tag.split(name).nth(1).and_then(|value| value.split('"').next());
            words.extend(value.map(|value| value.trim().to_owned()));
        }
        rest = &rest[start + length..];
    }
    words.push(rest.trim().to_owned());
    words.retain(|word| word.contains(char::is_alphabetic));
    words.join(" ")
}

#[test]
fn the_language_is_chosen_by_its_weight() {
    assert_eq!(Language::best("zh-CN,zh;q=0.9,en;q=0.8"), Some(Language::Chinese));
    assert_eq!(Language::best("en-GB,en;q=0.9,zh;q=0.8"), Some(Language::English));
    assert_eq!(Language::best("fr"), None);
    assert_eq!(Language::parse("zh"), Some(Language::Chinese));
    assert_eq!(Language::parse("ZH"), None);
}
