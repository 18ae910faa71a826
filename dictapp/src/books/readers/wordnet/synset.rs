//! Parses a line of WordNet's `data.*` (wndb(5)): in
//! `00003553 03 n 02 whole 0 unit 0 000 | an assemblage; "how big is it?"`, the words are `whole`
//! and `unit`, and the definition and the example of their sense follow.

use std::fmt::Write;

use crate::books::limits::EXPLANATION_BYTES_MAX;

/// A synset: the words that share one meaning, its definition and its examples.
#[derive(Debug)]
pub(super) struct Synset<'a> {
    /// The words as in the file: `the_unit(p)`.
    words: Vec<&'a str>,
    definition: String,
    examples: Vec<&'a str>,
}

impl<'a> Synset<'a> {
    /// Parses `offset file type count word id [word id...] pointers... | gloss`. `None`: the line
    /// is different, or the offset in it is not `offset`, so `offset` is not the beginning of a
    /// line.
    pub(super) fn parse(line: &'a str, offset: usize) -> Option<Synset<'a>> {
        let (head, gloss) = line.split_once(" | ")?;
        let mut fields = head.split_whitespace();
        if fields.next()?.parse() != Ok(offset) {
            return None;
        }
        let count = usize::from_str_radix(fields.nth(2)?, 16).ok()?;
        let words: Vec<&str> = fields.step_by(2).take(count).collect();
        if words.len() != count {
            return None;
        }
        let (definition, examples) = split_gloss(gloss.trim());
        Some(Synset { words, definition, examples })
    }

    /// The words of this set that are spellings of a lemma: they differ from it only in case.
    pub(super) fn spellings<'b>(&'b self, lemma: &'b str) -> impl Iterator<Item = String> {
        let words = self.words.iter().map(|word| without_position(word));
        words.filter(|word| word.eq_ignore_ascii_case(lemma)).map(|word| word.replace('_', " "))
    }

    /// Appends the sense to the explanation of a headword with this spelling, in the format of
    /// [`Explanation`](crate::model::Explanation): definition, examples, and the other words as
    /// synonyms.
    pub(super) fn write(&self, label: &str, headword: &str, explanation: &mut String) {
        // The explanation is too long already, as `Draft::finish` will report.
        if explanation.len() > EXPLANATION_BYTES_MAX {
            return;
        }
        if !explanation.is_empty() {
            explanation.push('\n');
        }
        write!(explanation, "{label} {}", self.definition).expect("a string can be written to");
        for example in &self.examples {
            write!(explanation, "\n> {example}").expect("a string can be written to");
        }
        let words = self.words.iter().map(|word| without_position(word).replace('_', " "));
        let others: Vec<String> = words.filter(|word| word != headword).collect();
        if !others.is_empty() {
            write!(explanation, "\n= {}", others.join("; ")).expect("a string can be written to");
        }
    }
}

/// Removes the code for the position of an adjective: `galore(ip)`.
fn without_position(word: &str) -> &str {
    ["(a)", "(p)", "(ip)"].iter().find_map(|code| word.strip_suffix(code)).unwrap_or(word)
}

/// Splits `definition; "example"; "example"- author` into the definition and the examples without
/// their authors. A gloss without a definition is returned as it is.
fn split_gloss(gloss: &str) -> (String, Vec<&str>) {
    let mut definition = String::new();
    let mut examples = Vec::new();
    let mut rest = gloss;
    while !rest.is_empty() {
        let (part, after) = match rest.strip_prefix('"').and_then(|inner| inner.find('"')) {
            Some(end) if end > 0 => {
                examples.push(rest[1..=end].trim());
                let after = &rest[end + 2..];
                ("", after.split_once("; ").map_or("", |(_, after)| after))
            }
            _ => rest.split_once("; ").unwrap_or((rest, "")),
        };
        if !part.is_empty() {
            if !definition.is_empty() {
                definition.push_str("; ");
            }
            definition.push_str(part.trim_end_matches(';').trim());
        }
        rest = after.trim_start();
    }
    if definition.is_empty() {
        return (gloss.to_owned(), Vec::new());
    }
    (definition, examples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_line_of_the_data() {
        let line = "00003553 03 n 02 Whole 0 the_unit(p) 0 001 @ 00002684 n 0000 | an assemblage; all of it; \"how big is it?\"; \"the team; a unit\"- Author  ";
        let synset = Synset::parse(line, 3553).unwrap();
        assert_eq!(synset.spellings("whole").collect::<Vec<_>>(), ["Whole"]);
        assert_eq!(synset.spellings("the_unit").collect::<Vec<_>>(), ["the unit"]);
        let mut explanation = String::new();
        synset.write("n.", "Whole", &mut explanation);
        assert_eq!(
            explanation,
            "n. an assemblage; all of it\n> how big is it?\n> the team; a unit\n= the unit"
        );
    }

    #[test]
    fn refuses_other_lines() {
        for line in [
            "",
            "00000001 03 n 02 a 0 | x",
            "00000002 03 n 01 a 0 | x",
            "00000001 03 n zz a 0 | x",
            "00000001 03 n 01 a 0",
        ] {
            assert!(Synset::parse(line, 1).is_none(), "{line:?}");
        }
    }
}
