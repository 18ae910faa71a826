//! Formats an entry of a dictionary as plain text, for a client of the DICT protocol: the headword
//! (`run /rʌn/`), then its parts of speech, each with its numbered senses (`1. 跑`).

use std::fmt::Write as _;

use crate::model::{Explanation, Part, Sense};

/// The text of an entry: a line with the headword, its pronunciation and level, then a block for
/// each part of speech with its senses, then its family and phrases. The pronunciation of the
/// headword is left out if the parts of speech have their own.
pub(crate) fn plain(word: &str, phonetic: Option<&str>, explanation: &str) -> String {
    let explanation = Explanation::without_links(explanation);
    let mut text = word.to_owned();
    if let Some(phonetic) = phonetic.filter(|_| has_no_pronunciation(&explanation)) {
        push(&mut text, format_args!(" /{phonetic}/"));
    }
    if let Some(level) = explanation.level {
        push(&mut text, format_args!(" ({})", level.as_str()));
    }
    text.push('\n');
    for part in &explanation.parts {
        push_part(&mut text, part);
    }
    push_words(&mut text, "family", &explanation.family);
    push_words(&mut text, "phrases", &explanation.phrases);
    text
}

fn has_no_pronunciation(explanation: &Explanation) -> bool {
    explanation.parts.iter().all(|part| part.pronunciations.is_empty())
}

fn push_part(text: &mut String, part: &Part) {
    let mut heading = part.label.clone();
    for pronunciation in &part.pronunciations {
        let region = pronunciation.region.map_or("", |region| region.as_str());
        let weak = if pronunciation.is_weak { " weak" } else { "" };
        push(&mut heading, format_args!(" {region}{weak} /{}/", pronunciation.ipa));
    }
    let heading = heading.split_whitespace().collect::<Vec<_>>().join(" ");
    if !heading.is_empty() {
        push(text, format_args!("  {heading}\n"));
    }
    let several = part.senses.len() > 1;
    for (number, sense) in part.senses.iter().enumerate() {
        let number = if several { format!("{}. ", number + 1) } else { String::new() };
        push_sense(text, &number, sense);
    }
}

fn push_sense(text: &mut String, number: &str, sense: &Sense) {
    push(text, format_args!("    {number}"));
    if !sense.labels.is_empty() {
        push(text, format_args!("[{}] ", sense.labels.join(", ")));
    }
    text.push_str(&sense.gloss);
    if let Some(pattern) = &sense.pattern {
        push(text, format_args!(" — {pattern}")); // no braces: clients take them for links
    }
    text.push('\n');
    for example in &sense.examples {
        push(text, format_args!("       {}\n", example.text));
        if let Some(translation) = &example.translation {
            push(text, format_args!("       {translation}\n"));
        }
    }
    // `=` before synonyms, `!` before antonyms.
    push_words(text, "   =", &sense.synonyms);
    push_words(text, "   !", &sense.antonyms);
}

/// Writes a line with a title and words; nothing if there are no words.
fn push_words(text: &mut String, title: &str, words: &[String]) {
    if !words.is_empty() {
        push(text, format_args!("    {title}: {}\n", words.join("; ")));
    }
}

fn push(text: &mut String, part: std::fmt::Arguments<'_>) {
    text.write_fmt(part).expect("a String takes all text");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_blocks_of_numbered_senses() {
        let explanation = "v. 跑\n> I run. = 我跑。\nv. 经营\nn. 跑步\n= jog";
        let expected = "run /rʌn/\n  v.\n    1. 跑\n       I run.\n       我跑。\n    2. 经营\n  \
                        n.\n    跑步\n       =: jog\n";
        assert_eq!(plain("run", Some("rʌn"), explanation), expected);
        assert_eq!(plain("ran", None, "see [[run]], [[go|走]]"), "ran\n    see run, 走\n");
    }
}
