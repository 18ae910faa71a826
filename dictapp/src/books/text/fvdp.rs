//! Converts articles of the Free Vietnamese Dictionary Project to explanations: `* ngoại động từ`
//! above `- bỏ` becomes `vt. bỏ`. Each line of such an article begins with a marker: `@` headword
//! and pronunciation, `*` part of speech, `-` sense, `=` example with its translation after `+`,
//! `!` idiom (its senses follow). In an [`Explanation`](crate::model::Explanation), some of these
//! markers have other meanings.

use super::gloss;
use super::script;

/// Names of parts of speech, and their labels in an explanation.
const PARTS: &[(&str, &str)] = &[
    ("danh từ", "n."),
    ("ngoại động từ", "vt."),
    ("nội động từ", "vi."),
    ("động từ", "v."),
    ("tính từ", "adj."),
    ("phó từ", "adv."),
    ("giới từ", "prep."),
    ("liên từ", "conj."),
    ("đại từ", "pron."),
    ("thán từ", "int."),
    ("mạo từ", "art."),
];

/// The parts of a converted article.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Article {
    pub(super) phonetic: Option<String>,
    pub(super) explanation: String,
}

/// Whether an article has these markers: a sense after `-`, and a headword after `@` at the
/// beginning or a part of speech after `*`.
fn has_markers(text: &str) -> bool {
    let begins = |marker: char| text.lines().any(|line| line.trim_start().starts_with(marker));
    begins('-') && (text.trim_start().starts_with('@') || begins('*'))
}

/// Converts an article. `None`: it does not have these markers.
pub(super) fn parse(text: &str) -> Option<Article> {
    if !has_markers(text) {
        return None;
    }
    let mut article = Article { phonetic: None, explanation: String::new() };
    let mut part = String::new();
    let mut idiom = None;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let rest = line.get(1..).unwrap_or_default().trim_start();
        match line.as_bytes()[0] {
            b'@' => article.phonetic = phonetic(rest),
            b'*' => (part, idiom) = (label(rest), None),
            b'!' => idiom = Some(rest),
            b'=' => article.push("> ", &example(rest)),
            b'-' => match idiom {
                Some(idiom) => article.push(&part, &format!("{idiom}: {rest}")),
                None => article.push(&part, rest),
            },
            // A line such as `> x` or `& x` must stay text.
            _ => article.push("", &gloss::escape_line_marker(line)),
        }
    }
    Some(article)
}

impl Article {
    /// Appends a line: a line marker or a label, if there is one, and a text.
    fn push(&mut self, front: &str, text: &str) {
        if !self.explanation.is_empty() {
            self.explanation.push('\n');
        }
        self.explanation.push_str(front);
        self.explanation.push_str(text);
    }
}

/// The pronunciation after the headword, between slashes or in brackets; `None` if there is none.
fn phonetic(line: &str) -> Option<String> {
    let at = line.find(['/', '['])?;
    script::leading_phonetic(&line[at..]).map(|(phonetic, _)| phonetic.to_owned())
}

/// Converts the name of a part of speech to its label and a space, an unknown name to the name in
/// brackets and a space. An empty name stays empty.
fn label(name: &str) -> String {
    let known = PARTS.iter().find(|(known, _)| name.starts_with(known)).map(|(_, label)| *label);
    match known.or_else(|| script::label(name)) {
        Some(label) => format!("{label} "),
        None if name.is_empty() => String::new(),
        None => format!("({name}) "),
    }
}

/// Converts `to abandon a hope+ từ bỏ hy vọng` to `to abandon a hope = từ bỏ hy vọng`.
fn example(line: &str) -> String {
    match line.split_once('+') {
        Some((text, translation)) => format!("{} = {}", text.trim(), translation.trim()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_senses_examples_and_idioms() {
        let text = "@abandon /əˈbændən/\n* ngoại động từ\n- bộm\n=to abandon a hope+ từ bỏ\n\
                    !to abandon ship\n- bỏ tàu";
        let article = parse(text).unwrap();
        assert_eq!(article.phonetic.as_deref(), Some("əˈbændən"));
        assert_eq!(
            article.explanation,
            "vt. bộm\n> to abandon a hope = từ bỏ\nvt. to abandon ship: bỏ tàu"
        );
        assert_eq!(parse("n. x\n- y"), None);
    }
}
