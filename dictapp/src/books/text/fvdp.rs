//! Converts articles with the marks of the Free Vietnamese Dictionary Project to the notation: `@`
//! headword, `*` part of speech, `-` sense, `=` example with its translation after `+`, `!` idiom.

use super::gloss;
use super::script;

/// Names of parts of speech and their labels in the notation.
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

/// The parts of an article.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Article {
    pub(super) phonetic: Option<String>,
    pub(super) mean: String,
}

/// Whether an article has these marks: a headword after `@`, or parts of speech and senses.
fn has_marks(text: &str) -> bool {
    let begins = |mark: char| text.lines().any(|line| line.trim_start().starts_with(mark));
    begins('-') && (text.trim_start().starts_with('@') || begins('*'))
}

/// Reads an article. `None`: it does not have these marks.
pub(super) fn read(text: &str) -> Option<Article> {
    if !has_marks(text) {
        return None;
    }
    let mut article = Article { phonetic: None, mean: String::new() };
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
            _ => article.push("", &gloss::guarded(line)),
        }
    }
    Some(article)
}

impl Article {
    fn push(&mut self, front: &str, text: &str) {
        if !self.mean.is_empty() {
            self.mean.push('\n');
        }
        self.mean.push_str(front);
        self.mean.push_str(text);
    }
}

/// The pronunciation after the headword, between slashes or in brackets.
fn phonetic(line: &str) -> Option<String> {
    let at = line.find(['/', '['])?;
    script::leading_phonetic(&line[at..]).map(|(phonetic, _)| phonetic.to_owned())
}

/// The label of a part of speech, or its name in brackets, followed by a space.
fn label(name: &str) -> String {
    let known = PARTS.iter().find(|(known, _)| name.starts_with(known)).map(|(_, label)| *label);
    match known.or_else(|| script::label(name)) {
        Some(label) => format!("{label} "),
        None if name.is_empty() => String::new(),
        None => format!("({name}) "),
    }
}

/// Converts `to abandon a hope+ từ bỏ hy vọng` to an example in the notation.
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
        let article = read(text).unwrap();
        assert_eq!(article.phonetic.as_deref(), Some("əˈbændən"));
        assert_eq!(
            article.mean,
            "vt. bộm\n> to abandon a hope = từ bỏ\nvt. to abandon ship: bỏ tàu"
        );
        assert_eq!(read("n. x\n- y"), None);
    }
}
