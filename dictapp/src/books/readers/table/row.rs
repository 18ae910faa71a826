//! The cells of a row of a table by column, and the explanation that is made of them: the part of
//! speech `noun`, the meaning `苹果` and the example `I eat it.` become `n. 苹果` and `> I eat it.`

use std::borrow::Cow;
use std::num::ParseIntError;

use crate::books::text::{cedict, gloss, script};
use crate::model::Level;

use super::cell;

/// The cells of a row by column.
#[derive(Default)]
pub(super) struct Row<'a> {
    pub(super) word: &'a str,
    pub(super) phonetics: Vec<String>,
    pub(super) parts: Vec<PartCell>,
    pub(super) meanings: Vec<String>,
    pub(super) examples: Vec<String>,
    pub(super) translations: Vec<String>,
    pub(super) rank: Option<&'a str>,
    pub(super) forms: Vec<&'a str>,
    /// Cells of lists, each with the marker of its line in the explanation.
    pub(super) lists: Vec<(char, String)>,
    pub(super) level: Option<&'a str>,
    /// Cells beyond the last column that are not read.
    pub(super) unread: Vec<&'a str>,
    /// Number of pictures that were left out.
    pub(super) pictures: usize,
}

/// Meanings, and the parts of speech that belong to them.
struct Sense<'a> {
    parts: Vec<&'a str>,
    meanings: Vec<&'a str>,
}

/// A cell with a part of speech.
pub(super) struct PartCell {
    /// The part of speech.
    pub(super) name: String,
    /// The number of cells with a meaning to its left.
    pub(super) meanings_before: usize,
}

impl Row<'_> {
    /// Takes the first form for the headword if the cell of the headword is empty.
    pub(super) fn use_first_form_if_empty(&mut self) {
        if self.word.is_empty() && !self.forms.is_empty() {
            self.word = self.forms.remove(0);
        }
    }

    /// The headword. If its cell is empty, it is the reading: lists of Japanese words have no kanji
    /// for a word that is written in kana.
    pub(super) fn headword(&self) -> &str {
        let is_kana = |text: &&String| text.chars().all(|c| ('\u{3041}'..='\u{30FF}').contains(&c));
        let reading = self.phonetics.first().filter(is_kana);
        reading.filter(|_| self.word.is_empty()).map_or(self.word, String::as_str)
    }

    /// The frequency rank. `None`: there is none. An error: the cell contains other text.
    pub(super) fn rank(&self) -> Option<Result<u32, ParseIntError>> {
        let rank = self.rank.filter(|text| !text.is_empty())?;
        // ECDICT writes 0 for a word without a rank.
        (rank != "0").then(|| rank.parse())
    }

    /// The pronunciation, and the explanation with part of speech and example.
    pub(super) fn explanation(&self) -> (Option<String>, String) {
        let pronunciation = self.pronunciation();
        let mut phonetic_in_gloss = None;
        let mut lines = Vec::new();
        for Sense { parts, meanings } in self.senses() {
            let text = meanings.join("\n");
            let text = self.split_glosses(&text);
            let (phonetic, explanation) = gloss::take_phonetic(text.trim());
            phonetic_in_gloss = phonetic_in_gloss.or(phonetic);
            lines.push(gloss::normalise_labels(&with_part_of_speech(&parts, explanation)));
        }
        let mut explanation = lines.join("\n");
        let line = |text: &String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !explanation.is_empty() {
            let mut translations = self.translations.iter();
            for example in &self.examples {
                let translation = translations.next().map(|text| format!(" = {}", line(text)));
                explanation.push_str(&format!(
                    "\n> {}{}",
                    line(example),
                    translation.unwrap_or_default()
                ));
            }
            for (marker, list) in &self.lists {
                explanation.push_str(&list_line(*marker, list));
            }
            let level = self.level.and_then(Level::parse);
            level
                .iter()
                .for_each(|level| explanation.insert_str(0, &format!("* {}\n", level.as_str())));
        }
        (pronunciation.or(phonetic_in_gloss), explanation)
    }

    /// The glosses of a Chinese word, which may have slashes around them as in CC-CEDICT:
    /// `/student/schoolchild/`.
    fn split_glosses<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let inner = text.trim().strip_prefix('/').and_then(|text| text.strip_suffix('/'));
        match inner.filter(|_| self.word.contains(script::is_cjk)) {
            Some(inner) => inner.replace('/', "\n").into(),
            None => text.into(),
        }
    }

    /// The pronunciations of all columns. Pinyin with tone numbers gets tone marks.
    fn pronunciation(&self) -> Option<String> {
        let is_chinese = self.word.contains(script::is_cjk);
        let mut pronunciation: Vec<String> = Vec::new();
        for text in &self.phonetics {
            // `英[ˈæpl] 美[ˈæpəl]`
            let read = gloss::take_phonetic(text);
            let bracketed = read.0.as_deref().filter(|_| read.1.trim().is_empty());
            let text = bracketed.unwrap_or(text).trim_matches(['[', ']', '/', ' ']);
            let text = if is_chinese { cedict::with_tone_marks(text) } else { text.to_owned() };
            let is_same = |other: &String| other.replace(' ', "") == text.replace(' ', "");
            if !text.is_empty() && text != self.headword() && !pronunciation.iter().any(is_same) {
                pronunciation.push(text);
            }
        }
        (!pronunciation.is_empty()).then(|| pronunciation.join("; "))
    }

    /// The explanations with their parts of speech. Parts of speech without an explanation between
    /// them form a group, such as `noun` and `m`. A single group belongs to all explanations. Of
    /// several groups, each belongs to the explanations beside it.
    fn senses(&self) -> Vec<Sense<'_>> {
        let meanings = || self.meanings.iter().map(String::as_str);
        let groups: Vec<&[PartCell]> =
            self.parts.chunk_by(|a, b| a.meanings_before == b.meanings_before).collect();
        if groups.len() < 2 {
            let parts = groups.first().map(|group| names(group)).unwrap_or_default();
            return vec![Sense { parts, meanings: meanings().collect() }];
        }
        let is_before_meanings = groups[0][0].meanings_before == 0;
        let parts_of = |at: usize| {
            let group = if is_before_meanings {
                groups.iter().rfind(|group| group[0].meanings_before <= at)
            } else {
                groups.iter().find(|group| group[0].meanings_before > at)
            };
            group.map(|group| names(group)).unwrap_or_default()
        };
        let sense = |(at, meaning)| Sense { parts: parts_of(at), meanings: vec![meaning] };
        meanings().enumerate().map(sense).collect()
    }
}

/// The parts of speech of a group of cells.
fn names(group: &[PartCell]) -> Vec<&str> {
    group.iter().map(|part| part.name.as_str()).collect()
}

/// A line of an explanation with the words of a list, after a line end: `= pome; pip`. Empty if
/// there are no words.
pub(crate) fn list_line(marker: char, cell: &str) -> String {
    let words: Vec<&str> =
        cell::list_items(cell).filter(|word| word.contains(char::is_alphanumeric)).collect();
    if words.is_empty() { String::new() } else { format!("\n{marker} {}", words.join("; ")) }
}

/// The lines of an explanation with its parts of speech. A part of speech that is not known, or a
/// gender, becomes a note.
fn with_part_of_speech(parts: &[&str], explanation: &str) -> String {
    let mut lines: Vec<String> = explanation.lines().map(gloss::split_senses).collect();
    let is_gender = |part: &str| matches!(part.trim(), "m" | "f" | "n") && parts.len() > 1;
    let known = parts.iter().find_map(|part| Some((*part, script::labels_of_names(part)?)));
    let known = known.filter(|(part, _)| !is_gender(part));
    let others = parts.iter().filter(|part| known.as_ref().is_none_or(|(known, _)| known != *part));
    let notes: String = others.map(|part| format!("({}) ", part.trim())).collect();
    lines.iter_mut().take(1).for_each(|line| line.insert_str(0, &notes));
    lines.splice(0..0, known.map(|(_, label)| label));
    lines.join("\n")
}
