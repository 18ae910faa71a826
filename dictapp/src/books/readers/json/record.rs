//! Collects the parts of an entry from a JSON value: `{"word": "apple", "pos": "n", "trans": "苹果"}`
//! has the headword `apple` and the explanation `n. 苹果`. Fields are recognised by their names, as
//! the columns of a table are.

use super::node::Node;
use crate::books::overrides::Column;
use crate::books::readers::table::list_line;
use crate::books::text::markup::{self, LineEnds};
use crate::books::text::{columns, gloss, script};
use crate::model::Level;

/// The parts of an entry.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) word: String,
    pub(super) phonetics: Vec<String>,
    part: Option<String>,
    senses: Vec<String>,
    examples: Vec<String>,
    pub(super) rank: Option<u32>,
    pub(super) forms: Vec<String>,
    /// Lists of synonyms, antonyms and phrases, each with the marker of its line in the
    /// explanation.
    lists: Vec<(char, String)>,
    level: Option<Level>,
    /// Whether a rank or a level is invalid.
    pub(super) has_bad_detail: bool,
    /// The names of fields with text that are not read.
    pub(super) unread: Vec<String>,
}

/// Names of fields besides the names of columns.
const FIELD_NAMES: &[(&str, Column)] = &[
    ("headword", Column::Word),
    ("wordhead", Column::Word),
    ("name", Column::Word),
    ("key", Column::Word),
    ("en", Column::Word),
    ("trans", Column::Explanation),
    ("tran", Column::Explanation),
    ("trancn", Column::Explanation),
    ("def", Column::Explanation),
    ("defs", Column::Explanation),
    ("explain", Column::Explanation),
    ("explains", Column::Explanation),
    ("desc", Column::Explanation),
    ("value", Column::Explanation),
    ("zh", Column::Explanation),
    ("cn", Column::Explanation),
    ("usphone", Column::Phonetic),
    ("ukphone", Column::Phonetic),
    ("us", Column::Phonetic),
    ("uk", Column::Phonetic),
    ("pronunciations", Column::Phonetic),
    ("sents", Column::Example),
];

/// Maximum depth of nested values.
const DEPTH_MAX: usize = 5;

/// The column to which a field with this name belongs.
pub(super) fn column(name: &str) -> Option<Column> {
    let known = columns::by_name(name).or_else(|| {
        let name = name.to_lowercase().replace(['_', '-', ' '], "");
        FIELD_NAMES.iter().find(|(known, _)| *known == name).map(|(_, column)| *column)
    });
    known.or_else(|| columns::by_name(&split_camel_case(name)))
}

/// A camel-case name as words: `partOfSpeech` becomes `part of speech`.
fn split_camel_case(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        if c.is_uppercase() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    words
}

/// Whether this is the name of a field of a record.
pub(super) fn is_field(name: &str) -> bool {
    column(name).is_some()
}

/// Whether a name of headwords may name something else: `name` may be the name of a list.
pub(super) fn is_ambiguous(name: &str) -> bool {
    columns::by_name(name).is_none()
}

impl Record {
    /// The record of a value in an object of headwords: `key` is its headword.
    pub(super) fn of_key(key: &str, node: &Node) -> Record {
        let mut record = Record { word: key.to_owned(), ..Record::default() };
        // The object may repeat its key.
        let is_key = |(name, node): &(String, Node)| {
            column(name) == Some(Column::Word) && node.text() == Some(key)
        };
        match node {
            Node::Map(fields) if fields.iter().any(is_key) => {
                let mut fields = fields.clone();
                fields.retain(|field| !is_key(field));
                record.add_meaning(&Node::Map(fields), 0);
            }
            _ => record.add_meaning(node, 0),
        }
        record
    }

    /// The record of an object.
    pub(super) fn of_fields(fields: &[(String, Node)]) -> Record {
        let mut record = Record::default();
        record.add_fields(fields, 0);
        record
    }

    /// The record of a row with these columns. The names of the columns are `names`, if there is a
    /// header row.
    pub(super) fn of_row(cells: &[Node], columns: &[Column], names: &[String]) -> Record {
        let mut record = Record::default();
        for (at, cell) in cells.iter().enumerate() {
            let column = columns.get(at).copied().unwrap_or(Column::Skip);
            let name = names.get(at).filter(|name| !name.trim().is_empty());
            let name = name.map_or_else(|| format!("column {}", at + 1), String::to_owned);
            record.add(column, &name, cell, 0);
        }
        record
    }

    fn add_fields(&mut self, fields: &[(String, Node)], depth: usize) {
        for (name, node) in fields {
            match column(name) {
                Some(column) => self.add(column, name, node, depth),
                None if node.has_text() => self.unread.push(name.clone()),
                None => {}
            }
        }
    }

    fn add(&mut self, column: Column, name: &str, node: &Node, depth: usize) {
        match (column, node.text()) {
            (Column::Word, Some(word)) if self.word.is_empty() => word.clone_into(&mut self.word),
            (Column::Word | Column::Explanation, _) => self.add_meaning(node, depth),
            (Column::Phonetic, _) => collect_texts(node, &mut self.phonetics),
            (Column::Part, _) => {
                let part = Some(one_line_of(node)).filter(|part| !part.is_empty());
                self.part = part.or(self.part.take());
            }
            (Column::Example, _) => self.add_example(node),
            (Column::Translation, Some(text)) => {
                if let Some(example) = self.examples.last_mut().filter(|e| !e.contains(" = ")) {
                    example.push_str(&format!(" = {}", one_line(text)));
                }
            }
            (Column::Rank, _) => self.add_rank(&one_line_of(node)),
            (Column::Level, _) => self.add_level(&one_line_of(node)),
            (Column::Forms, _) => collect_texts(node, &mut self.forms),
            (Column::Synonyms, _) => self.lists.push(('=', one_line_of(node))),
            (Column::Antonyms, _) => self.lists.push(('!', one_line_of(node))),
            (Column::Phrases, _) => self.lists.push(('+', one_line_of(node))),
            (Column::Translation | Column::Skip, _) if node.has_text() => {
                self.unread.push(name.to_owned());
            }
            (Column::Translation | Column::Skip, _) => {}
        }
    }

    fn add_rank(&mut self, rank: &str) {
        // ECDICT writes 0 for a word without a rank.
        if !rank.is_empty() && rank != "0" {
            self.rank = rank.parse().ok();
            self.has_bad_detail |= self.rank.is_none();
        }
    }

    fn add_level(&mut self, level: &str) {
        if !level.is_empty() {
            self.level = Level::parse(level);
            self.has_bad_detail |= self.level.is_none();
        }
    }

    /// Adds a meaning: a text, a list of meanings, or an object with a part of speech.
    fn add_meaning(&mut self, node: &Node, depth: usize) {
        match node {
            Node::Text(text) | Node::Number(text) => self.senses.push(without_markup(text)),
            Node::List(nodes) if depth < DEPTH_MAX => {
                nodes.iter().for_each(|node| self.add_meaning(node, depth + 1));
            }
            Node::Map(fields) if depth < DEPTH_MAX => {
                // It has a headword already, so that a text in a field of headwords is a meaning.
                let mut inner = Record { word: "-".to_owned(), ..Record::default() };
                inner.add_fields(fields, depth + 1);
                self.unread.append(&mut inner.unread);
                self.phonetics.append(&mut inner.phonetics);
                self.forms.append(&mut inner.forms);
                self.lists.append(&mut inner.lists);
                self.has_bad_detail |= inner.has_bad_detail;
                self.rank = self.rank.or(inner.rank);
                self.level = self.level.or(inner.level);
                self.senses.push(inner.explanation());
            }
            Node::List(_) | Node::Map(_) | Node::Other(_) => {}
        }
    }

    /// Adds examples: a text, or an object with the text and its translation.
    fn add_example(&mut self, node: &Node) {
        match node {
            Node::Text(text) => self.examples.push(one_line(text)),
            Node::List(nodes) => nodes.iter().for_each(|node| self.add_example(node)),
            Node::Map(fields) => {
                let texts = fields.iter().filter_map(|(_, node)| node.text());
                let texts: Vec<String> = texts.take(2).map(one_line).collect();
                self.examples.push(texts.join(" = "));
            }
            Node::Number(_) | Node::Other(_) => {}
        }
    }

    /// The explanation in the format of [`Explanation`](crate::model::Explanation).
    pub(super) fn explanation(&self) -> String {
        let label = self.part.as_deref().filter(|part| !part.trim().is_empty());
        let label = label.map(|part| {
            script::labels_of_names(part).unwrap_or_else(|| format!("({})", part.trim()))
        });
        let senses = self.senses.iter().flat_map(|sense| sense.lines());
        let lines: Vec<String> = senses
            .filter(|line| !line.trim().is_empty())
            .map(|line| match line.strip_prefix("> ") {
                Some(_) => line.to_owned(),
                None => gloss::split_senses(line),
            })
            .collect();
        let lines = label.into_iter().chain(lines).collect::<Vec<_>>().join("\n");
        let examples = self.examples.iter().map(|example| format!("\n> {example}"));
        let mut explanation = gloss::normalise_labels_except_examples(&lines);
        if !explanation.is_empty() {
            explanation.extend(examples);
            explanation.extend(self.lists.iter().map(|(marker, list)| list_line(*marker, list)));
            let level = self.level.map(|level| format!("* {}\n", level.as_str()));
            explanation.insert_str(0, &level.unwrap_or_default());
        }
        explanation
    }
}

/// The texts of a value in one line: those of a list with semicolons between them, those of an
/// object with spaces.
fn one_line_of(node: &Node) -> String {
    let all = |nodes: &mut dyn Iterator<Item = &Node>, separator: &str| {
        let texts = nodes.map(one_line_of).filter(|text| !text.is_empty());
        texts.collect::<Vec<_>>().join(separator)
    };
    match node {
        Node::Text(text) | Node::Number(text) => one_line(text),
        Node::List(nodes) => all(&mut nodes.iter(), "; "),
        Node::Map(fields) => all(&mut fields.iter().map(|(_, node)| node), " "),
        Node::Other(_) => String::new(),
    }
}

/// Adds all texts of a value.
fn collect_texts(node: &Node, found: &mut Vec<String>) {
    match node {
        Node::Text(text) => found.extend(
            text.split([',', ';']).map(|text| text.trim().to_owned()).filter(|t| !t.is_empty()),
        ),
        Node::List(nodes) => nodes.iter().for_each(|node| collect_texts(node, found)),
        Node::Map(fields) => fields.iter().for_each(|(_, node)| collect_texts(node, found)),
        Node::Number(_) | Node::Other(_) => {}
    }
}

/// A text without markup.
fn without_markup(text: &str) -> String {
    if markup::is_markup(text) {
        return markup::to_text(text, LineEnds::Kept).lines;
    }
    text.to_owned()
}

fn one_line(text: impl AsRef<str>) -> String {
    let text = without_markup(text.as_ref());
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
