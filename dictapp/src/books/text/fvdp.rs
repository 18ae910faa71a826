//! Converts articles of the Free Vietnamese Dictionary Project to the notation (this project's text
//! form of an explanation). Each line of such an article begins with a mark: `@` headword and
//! pronunciation, `*` part of speech, `-` sense, `=` example with its translation after `+`, `!`
//! idiom, whose senses follow. The notation gives some of these marks other meanings.

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

/// The parts of a converted article; `mean` is the explanation in the notation.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Article {
    pub(super) phonetic: Option<String>,
    pub(super) mean: String,
}

/// Whether an article has these marks: a sense after `-`, and a headword after `@` at the beginning
/// or a part of speech after `*`.
fn has_marks(text: &str) -> bool {
    let begins = |mark: char| text.lines().any(|line| line.trim_start().starts_with(mark));
    begins('-') && (text.trim_start().starts_with('@') || begins('*'))
}

/// Converts an article. `None`: it does not have these marks.
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
            // `guarded`, since `> x` or `& x` would be lines with a mark of the notation.
            _ => article.push("", &gloss::guarded(line)),
        }
    }
    Some(article)
}

impl Article {
    /// Appends a line: a mark or a label of the notation, if there is one, and a text.
    fn push(&mut self, front: &str, text: &str) {
        if !self.mean.is_empty() {
            self.mean.push('\n');
        }
        self.mean.push_str(front);
        self.mean.push_str(text);
    }
}

/// The pronunciation after the headword, between slashes or in brackets; `None` if there is none.
fn phonetic(line: &str) -> Option<String> {
    let at = line.find(['/', '['])?;
    script::leading_phonetic(&line[at..]).map(|(phonetic, _)| phonetic.to_owned())
}

/// Converts the name of a part of speech to its label in the notation, or to the name in brackets
/// if it is unknown. A space follows; an empty name stays empty.
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
