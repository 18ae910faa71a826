//! The cells of a row by column, and the explanation that is made of them.

use std::borrow::Cow;

use crate::books::text::{gloss, script, slashed};
use crate::model::Level;

use super::cell;

/// The cells of a row by column.
#[derive(Default)]
pub(super) struct Row<'a> {
    pub(super) word: &'a str,
    pub(super) phonetics: Vec<String>,
    /// Parts of speech, each with the number of explanations before it.
    pub(super) parts: Vec<(String, usize)>,
    pub(super) meanings: Vec<String>,
    pub(super) examples: Vec<String>,
    pub(super) translations: Vec<String>,
    pub(super) rank: Option<&'a str>,
    pub(super) forms: Vec<&'a str>,
    /// Cells of lists, each with the mark of its line in the notation.
    pub(super) lists: Vec<(char, String)>,
    pub(super) level: Option<&'a str>,
    /// Cells beyond the last column that are not read.
    pub(super) unread: Vec<&'a str>,
    /// Number of pictures that were left out.
    pub(super) pictures: usize,
}

impl Row<'_> {
    /// Takes the first form for the headword if the cell of the headword is empty.
    pub(super) fn take_form(&mut self) {
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

    /// The frequency rank; `Some(None)`: the cell contains another text.
    pub(super) fn rank(&self) -> Option<Option<u32>> {
        let rank = self.rank.filter(|text| !text.is_empty())?;
        // ECDICT writes 0 for a word without a rank.
        (rank != "0").then(|| rank.parse().ok())
    }

    /// The pronunciation, and the explanation with part of speech and example.
    pub(super) fn explanation(&self) -> (Option<String>, String) {
        let said = self.said();
        let mut found = None;
        let mut lines = Vec::new();
        for (part, meanings) in self.senses() {
            let text = meanings.join("\n");
            let text = self.split_glosses(&text);
            let (phonetic, mean) = gloss::take_phonetic(text.trim());
            found = found.or(phonetic);
            lines.push(gloss::labelled(&with_part(&part, mean)));
        }
        let mut mean = lines.join("\n");
        let line = |text: &String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !mean.is_empty() {
            let mut translations = self.translations.iter();
            for example in &self.examples {
                let translation = translations.next().map(|text| format!(" = {}", line(text)));
                mean.push_str(&format!("\n> {}{}", line(example), translation.unwrap_or_default()));
            }
            for (mark, list) in &self.lists {
                mean.push_str(&listed(*mark, list));
            }
            let level = self.level.and_then(Level::parse);
            level.iter().for_each(|level| mean.insert_str(0, &format!("* {}\n", level.as_str())));
        }
        (said.or(found), mean)
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
    fn said(&self) -> Option<String> {
        let is_chinese = self.word.contains(script::is_cjk);
        let mut said: Vec<String> = Vec::new();
        for text in &self.phonetics {
            // `英[ˈæpl] 美[ˈæpəl]`
            let read = gloss::take_phonetic(text);
            let bracketed = read.0.as_deref().filter(|_| read.1.trim().is_empty());
            let text = bracketed.unwrap_or(text).trim_matches(['[', ']', '/', ' ']);
            let text = if is_chinese { slashed::pinyin(text) } else { text.to_owned() };
            let is_same = |other: &String| other.replace(' ', "") == text.replace(' ', "");
            if !text.is_empty() && text != self.headword() && !said.iter().any(is_same) {
                said.push(text);
            }
        }
        (!said.is_empty()).then(|| said.join("; "))
    }

    /// The explanations with their parts of speech. Parts of speech without an explanation between
    /// them form a group, such as `noun` and `m`. A single group belongs to all explanations. Of
    /// several groups, each belongs to the explanations beside it.
    fn senses(&self) -> Vec<(Vec<&str>, Vec<&str>)> {
        let meanings = || self.meanings.iter().map(String::as_str);
        let places: Vec<&[(String, usize)]> = self.parts.chunk_by(|a, b| a.1 == b.1).collect();
        let parts = |place: &[(String, usize)]| -> Vec<&str> {
            self.parts.iter().filter(|part| part.1 == place[0].1).map(|part| &*part.0).collect()
        };
        if places.len() < 2 {
            let parts = places.first().map(|place| parts(place)).unwrap_or_default();
            return vec![(parts, meanings().collect())];
        }
        let is_ahead = places[0][0].1 == 0;
        let parts_of = |at: usize| {
            let ahead = || places.iter().rfind(|place| place[0].1 <= at);
            let behind = || places.iter().find(|place| place[0].1 > at);
            let place = if is_ahead { ahead() } else { behind() };
            place.map(|place| parts(place)).unwrap_or_default()
        };
        meanings().enumerate().map(|(at, meaning)| (parts_of(at), vec![meaning])).collect()
    }
}

/// A line of the notation with the words of a list.
pub(crate) fn listed(mark: char, cell: &str) -> String {
    let words: Vec<&str> =
        cell::items(cell).filter(|word| word.contains(char::is_alphanumeric)).collect();
    if words.is_empty() { String::new() } else { format!("\n{mark} {}", words.join("; ")) }
}

/// The lines of an explanation with its parts of speech. A part of speech that is not known, or a
/// gender, becomes a note.
fn with_part(parts: &[&str], mean: &str) -> String {
    let mut lines: Vec<String> = mean.lines().map(gloss::one_sense_a_line).collect();
    let is_gender = |part: &str| matches!(part.trim(), "m" | "f" | "n") && parts.len() > 1;
    let known = parts.iter().find_map(|part| Some((*part, script::part_named(part)?)));
    let known = known.filter(|(part, _)| !is_gender(part));
    let others = parts.iter().filter(|part| known.as_ref().is_none_or(|(known, _)| known != *part));
    let notes: String = others.map(|part| format!("({}) ", part.trim())).collect();
    lines.iter_mut().take(1).for_each(|line| line.insert_str(0, &notes));
    lines.splice(0..0, known.map(|(_, label)| label));
    lines.join("\n")
}
