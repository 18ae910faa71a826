//! Converts a record of Wiktextract (one headword of Wiktionary with one part of speech) to an
//! explanation in the format of [`Explanation`](crate::model::Explanation), and takes its
//! pronunciation and its forms:
//! `{"word": "apple", "pos": "noun", "senses": [{"glosses": ["A fruit."]}]}` becomes `n. A fruit.`

use super::record::{Example, Form, Linked, Record, Sense, Sound};
use crate::books::limits::FORMS_MAX;
use crate::books::text::gloss;
use crate::model::{FormKind, link};

/// Parts of speech and their labels. Others are named in brackets.
const PART_LABELS: &[(&str, &str)] = &[
    ("noun", "n."),
    ("name", "n."),
    ("verb", "v."),
    ("adj", "adj."),
    ("adv", "adv."),
    ("prep", "prep."),
    ("conj", "conj."),
    ("pron", "pron."),
    ("num", "num."),
    ("article", "art."),
    ("det", "det."),
    ("intj", "int."),
    ("abbrev", "abbr."),
    ("phrase", "phr."),
    ("prep_phrase", "phr."),
    ("adv_phrase", "phr."),
    ("proverb", "phr."),
    ("prefix", "prefix."),
    ("suffix", "suffix."),
];

/// Tags and topics with their labels in an explanation.
const LABELS: &[(&str, &str)] = &[
    ("countable", "C"),
    ("uncountable", "U"),
    ("transitive", "transitive"),
    ("intransitive", "intransitive"),
    ("formal", "formal"),
    ("informal", "informal"),
    ("colloquial", "informal"),
    ("literary", "literary"),
    ("poetic", "literary"),
    ("slang", "slang"),
    ("humorous", "humorous"),
    ("derogatory", "disapproving"),
    ("UK", "British"),
    ("British", "British"),
    ("US", "American"),
    ("dated", "dated"),
    ("vulgar", "taboo"),
    ("offensive", "offensive"),
    ("computing", "computing"),
    ("law", "law"),
    ("medicine", "medicine"),
    ("biology", "biology"),
    ("chemistry", "chemistry"),
    ("physics", "physics"),
    ("mathematics", "mathematics"),
    ("grammar", "grammar"),
    ("business", "business"),
    ("politics", "politics"),
    ("military", "military"),
    ("religion", "religion"),
    ("music", "music"),
    ("sports", "sport"),
];

/// Tags that become a note before the gloss.
const NOTES: &[&str] =
    &["archaic", "obsolete", "historical", "rare", "dialectal", "figuratively", "misspelling"];

/// Tags of `forms` items that describe the inflection table and are no spellings.
const TABLE_TAGS: &[&str] = &[
    "table-tags",
    "inflection-template",
    "class",
    "error-unrecognized-form",
    "multiword-construction",
];

/// Maximum number of labels of a sense. More distract from the gloss.
const LABELS_MAX: usize = 3;

/// Maximum number of examples of a sense. Wiktionary has dozens of quotations of common words.
const EXAMPLES_MAX: usize = 3;

/// Maximum number of synonyms or antonyms of a sense that are read. Each is compared with the
/// earlier ones. The synonyms of `drunk` are about 300.
const WORDS_MAX: usize = 500;

/// Maximum number of headwords of a sense (`form_of`, `alt_of`) that are searched for in its gloss.
/// Real senses have one or two.
const TARGETS_MAX: usize = 10;

/// The explanation of a record; empty if no sense has a gloss.
pub(super) fn explanation(record: &Record) -> String {
    let label = PART_LABELS.iter().find(|(name, _)| *name == record.pos).map_or("", |part| part.1);
    let mut lines: Vec<String> = part_of_speech_line(record, label).into_iter().collect();
    let has_gloss = |sense: &&Sense| sense.glosses.iter().any(|gloss| !gloss.trim().is_empty());
    let is_single_sense = record.senses.iter().filter(has_gloss).count() == 1;
    let before = lines.len();
    for sense in record.senses.iter().filter(has_gloss) {
        lines.push(sense_line(record, sense, label));
        lines.extend(examples(&sense.examples));
        // Synonyms of the whole record belong to a sense only if there is no other sense.
        let of_record = |words| is_single_sense.then_some(words).into_iter().flatten();
        lines.extend(related_words_line(
            '=',
            sense.synonyms.iter().chain(of_record(&record.synonyms)),
        ));
        lines.extend(related_words_line(
            '!',
            sense.antonyms.iter().chain(of_record(&record.antonyms)),
        ));
    }
    if lines.len() == before { String::new() } else { lines.join("\n") }
}

/// The line that opens a part of speech: `@ n. UK ˈæpl | plural apples`. `None`: there are neither
/// pronunciations nor inflected forms, or the part of speech is unknown.
fn part_of_speech_line(record: &Record, label: &str) -> Option<String> {
    let pronunciations: Vec<String> = regional_pronunciations(&record.sounds)
        .map(|(region, ipa)| if region.is_empty() { ipa } else { format!("{region} {ipa}") })
        .collect();
    let forms_of_kind = |kind: FormKind| {
        let mut found: Vec<&str> = Vec::new();
        for form in spellings(record).filter(|form| form_kind(form) == Some(kind)).take(FORMS_MAX) {
            let text = form.form.trim();
            if !found.contains(&text) && !text.contains([',', ';', '|']) {
                found.push(text);
            }
        }
        (!found.is_empty()).then(|| format!("{} {}", kind.as_str(), found.join(", ")))
    };
    let forms: Vec<String> = FormKind::ALL.into_iter().filter_map(forms_of_kind).collect();
    if label.is_empty() || pronunciations.is_empty() && forms.is_empty() {
        return None;
    }
    let pronunciations = pronunciations.join("; ");
    Some(match forms.as_slice() {
        [] => format!("@ {label} {pronunciations}"),
        forms => format!("@ {label} {pronunciations} | {}", forms.join("; ")),
    })
}

/// The British and the American pronunciation, each with the name of its region. If both are equal,
/// one without a region; if both are missing, the first of all.
fn regional_pronunciations(sounds: &[Sound]) -> impl Iterator<Item = (&'static str, String)> {
    let of = |tags: &'static [&'static str]| {
        let mut tagged = sounds.iter().filter(move |s| s.tags.iter().any(|t| tags.contains(&&**t)));
        tagged.find_map(ipa)
    };
    let uk = of(&["UK", "British", "Received-Pronunciation"]);
    let us = of(&["US", "General-American"]);
    let any = if uk.is_none() && us.is_none() { sounds.iter().find_map(ipa) } else { None };
    let is_one = uk.is_some() && uk == us;
    let us = us.filter(|_| !is_one);
    let uk = uk.map(|ipa| (if is_one { "" } else { "UK" }, ipa));
    uk.into_iter().chain(us.map(|ipa| ("US", ipa))).chain(any.map(|ipa| ("", ipa)))
}

/// A pronunciation in the International Phonetic Alphabet, or in Pinyin, without its slashes.
/// `None`: it is missing, or contains a separator of the line that opens a part of speech.
fn ipa(sound: &Sound) -> Option<String> {
    let is_pinyin = || sound.tags.iter().any(|tag| tag == "Pinyin");
    let pinyin = || sound.zh_pron.as_ref().or(sound.old_zh_pron.as_ref()).filter(|_| is_pinyin());
    let text = sound.ipa.as_ref().or_else(pinyin)?;
    let text = text.trim().trim_matches(['/', '[', ']', '\\']).trim();
    (!text.is_empty() && !text.contains([';', '|', '\n'])).then(|| text.to_owned())
}

/// The pronunciation of the entry: the British one if there is one.
pub(super) fn phonetic(record: &Record) -> Option<String> {
    regional_pronunciations(&record.sounds).next().map(|(_, ipa)| ipa)
}

/// The inflected forms and other spellings by which the headword is found, too.
pub(super) fn forms(record: &Record) -> Vec<String> {
    spellings(record).map(|form| form.form.trim().to_owned()).collect()
}

/// The forms of a record that are spellings. A form with more words than the headword is a
/// construction (`more beautiful`, `j'ai aimé`), not a spelling.
fn spellings(record: &Record) -> impl Iterator<Item = &Form> {
    let count = |text: &str| text.split_whitespace().count();
    let words_max = count(&record.word);
    record.forms.iter().filter(move |form| {
        let is_table = form.tags.iter().any(|tag| TABLE_TAGS.contains(&tag.as_str()));
        !is_table && form.form.contains(char::is_alphanumeric) && count(&form.form) <= words_max
    })
}

/// The kind of an inflected form. `None`: an explanation has no such kind.
fn form_kind(form: &Form) -> Option<FormKind> {
    let mut tags: Vec<&str> = form.tags.iter().map(String::as_str).collect();
    tags.sort_unstable();
    match tags.as_slice() {
        ["plural"] => Some(FormKind::Plural),
        ["present", "singular", "third-person"] => Some(FormKind::Third),
        ["past"] => Some(FormKind::Past),
        ["participle", "past"] => Some(FormKind::Participle),
        ["participle", "present"] => Some(FormKind::Ing),
        ["comparative"] => Some(FormKind::Comparative),
        ["superlative"] => Some(FormKind::Superlative),
        _ => None,
    }
}

/// The line of a sense: part of speech, labels in brackets, notes, and the gloss, as in
/// `n. [C] (archaic) A fruit.`
fn sense_line(record: &Record, sense: &Sense, label: &str) -> String {
    let mut notes: Vec<&str> = Vec::new();
    let mut labels: Vec<&str> = Vec::new();
    if label.is_empty() && !record.pos.is_empty() {
        notes.push(&record.pos);
    }
    for tag in sense.tags.iter().chain(&sense.topics) {
        let known = LABELS.iter().find(|(name, _)| name == tag).map(|(_, label)| *label);
        let known = known.filter(|label| !labels.contains(label) && labels.len() < LABELS_MAX);
        labels.extend(known);
        notes.extend(NOTES.iter().find(|note| *note == tag));
    }
    let mut line = label.to_owned();
    let mut push = |text: &str| {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(text);
    };
    match (label, labels.join(", ")) {
        (_, labels) if labels.is_empty() => {}
        // Labels in square brackets follow a part of speech. Without one they are a note.
        ("", labels) => push(&format!("({labels})")),
        (_, labels) => push(&format!("[{labels}]")),
    }
    if !notes.is_empty() {
        push(&format!("({})", notes.join(", ")));
    }
    push(&gloss_with_link(sense));
    if label.is_empty() { gloss::escape_line_marker(&line).into_owned() } else { line }
}

/// The gloss of a sense, after the glosses of the wider senses that contain the sense. If the word
/// is a form or another spelling of a headword in this sense, the headword becomes a link.
fn gloss_with_link(sense: &Sense) -> String {
    let glosses = sense.glosses.iter().map(|gloss| one_line(gloss)).filter(|text| !text.is_empty());
    let glosses: Vec<String> = glosses.collect();
    let Some((last, above)) = glosses.split_last() else { return String::new() };
    let above = above.iter().map(|text| format!("{}: ", text.trim_end_matches(['.', ':'])));
    let text = above.collect::<String>() + last;
    let target = sense.form_of.iter().chain(&sense.alt_of).map(|linked| linked.word.trim());
    match target.take(TARGETS_MAX).find(|word| !word.is_empty() && text.contains(word)) {
        Some(word) => {
            let (before, after) = text.rsplit_once(word).unwrap_or((&text, ""));
            format!("{before}{}{after}", link::encode(word, word))
        }
        None => text,
    }
}

/// The lines of the examples of a sense, at most [`EXAMPLES_MAX`]: those without a source first,
/// since they are short and current.
fn examples(examples: &[Example]) -> impl Iterator<Item = String> {
    let sorted = |has_source: bool| {
        examples.iter().filter(move |example| example.source.is_some() == has_source)
    };
    let filled = sorted(false).chain(sorted(true)).filter(|e| !e.text.trim().is_empty());
    filled.take(EXAMPLES_MAX).map(|example| {
        // An equals sign would begin the translation.
        let text = one_line(&example.text).replace(" = ", " =\u{A0}");
        let translation = example.translation.as_ref().or(example.english.as_ref());
        match translation.map(|text| one_line(text)).filter(|text| !text.is_empty()) {
            Some(translation) => format!("> {text} = {translation}"),
            None => format!("> {text}"),
        }
    })
}

/// A line of related words after a line marker: `= pome; pip`. `None`: there are no words.
fn related_words_line<'a>(
    marker: char,
    linked: impl Iterator<Item = &'a Linked>,
) -> Option<String> {
    let mut found: Vec<String> = Vec::new();
    for word in linked.take(WORDS_MAX).map(|linked| one_line(&linked.word)) {
        if !word.is_empty() && !word.contains(';') && !found.contains(&word) {
            found.push(word);
        }
    }
    (!found.is_empty()).then(|| format!("{marker} {}", found.join("; ")))
}

/// A text in one line with single spaces.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(fields: &str) -> String {
        let json = format!(r#"{{"word":"apple","pos":"noun","lang_code":"en",{fields}}}"#);
        explanation(&serde_json::from_str(&json).unwrap())
    }

    #[test]
    fn only_so_many_forms_and_synonyms_are_compared_with_each_other() {
        let many =
            |one: &dyn Fn(usize) -> String| (0..200_000).map(one).collect::<Vec<_>>().join(",");
        let forms = many(&|n| format!(r#"{{"form":"a{n}","tags":["plural"]}}"#));
        let synonyms = many(&|n| format!(r#"{{"word":"s{n}"}}"#));
        let found = line(&format!(
            r#""forms":[{forms}],"senses":[{{"glosses":["x"],"synonyms":[{synonyms}]}}]"#
        ));
        let lines: Vec<&str> = found.lines().collect();
        assert_eq!(lines[0].split(", ").count(), FORMS_MAX);
        assert_eq!(lines[2].split("; ").count(), WORDS_MAX);
    }
}
