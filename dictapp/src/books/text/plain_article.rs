//! Converts an article in plain text, as in books of dictd and StarDict, to the parts of an entry:
//! `elle /ɛl/ <pron>` above `1. it` and `2. her` becomes headword `elle`, pronunciation `ɛl`, and
//! the senses `pron. it` and `pron. her`. Takes the headword and the pronunciation from the first
//! line, joins lines that were wrapped for a terminal, and converts links and numbered senses.

use std::borrow::Cow;

use crate::model::link;

use super::heading::{self, Heading};
use super::paragraphs::{self, Paragraph};
use super::{cedict, fvdp, gloss, script};

/// The parts of an article.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    /// The headword as spelled in the first line, if the spelling differs.
    pub(crate) spelling: Option<String>,
    pub(crate) phonetic: Option<String>,
    /// The explanation in the format of [`Explanation`](crate::model::Explanation).
    pub(crate) explanation: String,
    /// Other headwords of the article, beside the first or on lines below it.
    pub(crate) others: Vec<String>,
}

/// Whether the lines of a text may be wrapped for a terminal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wrapping {
    /// They may be wrapped.
    Possible,
    /// Each line is a paragraph.
    None,
}

/// Reads an article of plain text in the form of dictd: its first line usually begins with the
/// headword, and `{word}` is a link.
pub(crate) fn parse_dictd(text: &str, headword: &str) -> Parts {
    let (first, rest) = heading::first_line(text, headword);
    let mut parts = match heading::split(first, rest, headword) {
        Some(heading) => parse_headed(heading, rest),
        None => parse_body(text, Wrapping::Possible),
    };
    parts.explanation = with_round_brackets(&with_links(&parts.explanation));
    parts
}

/// The headword at the beginning of an article that several headwords share. `None`: the article
/// begins with none of them.
pub(crate) fn first_headword<'a>(text: &str, headwords: &'a [String]) -> Option<&'a str> {
    let begins = headwords.iter().filter_map(|headword| {
        let (first, rest) = heading::first_line(text, headword);
        let spelling = heading::split(first, rest, headword)?.spelling;
        // Among `stub` and `stub end` the line `stub end, n.` begins with the longer one.
        Some((first.find(spelling)?, std::cmp::Reverse(spelling.len()), headword.as_str()))
    });
    begins.min().map(|(_, _, headword)| headword)
}

/// Reads an article. `heading` has the parts of its first line, `rest` is the text below that line.
fn parse_headed(heading: Heading<'_>, rest: &str) -> Parts {
    let Heading { spelling, others, phonetic, after, note } = heading;
    let note = if note.is_empty() { String::new() } else { format!("({note})\n") };
    let (below, rest) =
        if after.is_empty() { heading::headwords_below(rest) } else { (Vec::new(), rest) };
    let text = format!("{after}\n{note}{rest}");
    let (reading, text) =
        if spelling.contains(script::is_cjk) { cedict::take_reading(&text) } else { (None, text) };
    let body = parse_body(&text, Wrapping::Possible);
    let spelling = spelling.split_whitespace().collect::<Vec<_>>().join(" ");
    let spelling = spelling.trim_end_matches([',', ';', ':']);
    let others = others.into_iter().map(str::to_owned).chain(below).chain(body.others);
    Parts {
        spelling: Some(spelling.to_owned()),
        phonetic: phonetic.or(reading).or(body.phonetic),
        explanation: body.explanation,
        others: others.collect(),
    }
}

/// Reads an article of plain text that may begin with the headword or with its explanation. The
/// explanation may begin with the same word: in a German book, `arm; poor` may be the article of
/// `arm`. The headword is removed only if it is alone on the first of several lines, or if a
/// pronunciation or a part of speech follows it.
pub(crate) fn parse(text: &str, headword: &str) -> Parts {
    if let Some(target) = text.trim().strip_prefix("@@@LINK=") {
        let explanation = target.lines().map(|word| link::encode(word, word)).collect::<Vec<_>>();
        return Parts { explanation: explanation.join("\n"), ..Parts::default() };
    }
    if let Some(article) = fvdp::parse(text) {
        let (phonetic, explanation) = (article.phonetic, article.explanation);
        return Parts { phonetic, explanation, ..Parts::default() };
    }
    let text = &decode_line_ends(text);
    let (first, rest) = first_line(text);
    let stripped = heading::strip_headword(first, headword).filter(|(_, after)| match *after {
        "" => !rest.trim().is_empty(),
        after => script::leading_phonetic(after).is_some() || script::label(after).is_some(),
    });
    let glued = || {
        let after = first.strip_prefix(headword).filter(|after| after.starts_with(['/', '[']))?;
        script::leading_phonetic(after).map(|_| (headword, after))
    };
    let stripped = stripped.or_else(glued);
    let parts = stripped.map(|(_, after)| parse_body(&format!("{after}\n{rest}"), Wrapping::None));
    let parts = parts.filter(|parts| !parts.explanation.is_empty());
    parts.unwrap_or_else(|| parse_body(text, Wrapping::None))
}

/// Decodes line ends that some converters write as the two characters `\n`. A part of speech, a
/// bracket or Chinese text must follow each, unlike in a text about programs.
fn decode_line_ends(text: &str) -> Cow<'_, str> {
    let is_end = |rest: &str| {
        let rest = rest.trim_start();
        rest.is_empty()
            || rest.starts_with(['[', '<', '【'])
            || rest.starts_with(script::is_cjk)
            || script::label(rest).is_some()
    };
    let mut rests = text.split("\\n").skip(1).peekable();
    if text.contains('\n') || rests.peek().is_none() || !rests.all(is_end) {
        return text.into();
    }
    text.replace("\\r\\n", "\n").replace("\\n", "\n").into()
}

/// Splits a text into its first line and the text below it.
fn first_line(text: &str) -> (&str, &str) {
    text.trim_start().split_once('\n').unwrap_or((text.trim(), ""))
}

/// Parses the text after the headword: its pronunciations, other headwords, and explanation.
fn parse_body(text: &str, wrapping: Wrapping) -> Parts {
    let mut paragraphs = match wrapping {
        Wrapping::Possible => paragraphs::join_wrapped_lines(text),
        Wrapping::None => text.lines().flat_map(senses).collect(),
    };
    paragraphs.retain(|paragraph| !paragraph.text.is_empty());
    let mut found = take_first_paragraph(&mut paragraphs);
    if wrapping == Wrapping::Possible {
        move_notes_to_next_paragraph(&mut paragraphs);
    }
    replace_names_by_labels(&mut paragraphs);
    remove_numbers(&mut paragraphs);
    let mut labels = gloss::LabelNormaliser::default();
    for paragraph in &paragraphs {
        let text = &paragraph.text;
        let line = if paragraph.is_quotation && !found.explanation.is_empty() {
            Some(quotation_to_example(text))
        } else {
            labels.convert_line(text)
        };
        line.iter().for_each(|line| push(&mut found.explanation, line));
    }
    if found.explanation.lines().next().is_some_and(|line| first_wordnet_sense(line).is_some()) {
        found.explanation = split_wordnet_senses(&found.explanation);
    }
    found
}

/// The senses of a line. In Chinese, several parts of speech may be on it: `n. 苹果 v. 结果`.
fn senses(line: &str) -> Vec<Paragraph> {
    if !line.contains(script::is_cjk) {
        return vec![Paragraph::from_line(line)];
    }
    gloss::split_senses(line).lines().map(Paragraph::from_line).collect()
}

/// Removes the pronunciations and other headwords from the first paragraph, and returns them. In an
/// article of Webster's dictionaries, the part of speech and the notes become separate paragraphs.
fn take_first_paragraph(paragraphs: &mut Vec<Paragraph>) -> Parts {
    let mut found = Parts::default();
    if paragraphs.is_empty() {
        return found;
    }
    let first = paragraphs.remove(0).text;
    let Some(head) = heading::parse_webster_head(&first) else {
        let (phonetic, rest) = gloss::take_phonetic(&first);
        if !rest.trim().is_empty() {
            paragraphs.insert(0, Paragraph::from_line(rest));
        }
        return Parts { phonetic, ..found };
    };
    found.phonetic = Some(head.phonetic);
    found.others = head.others.into_iter().map(str::to_owned).collect();
    if !head.sense.is_empty() {
        paragraphs.insert(0, Paragraph::from_line(head.sense));
    }
    match paragraphs.first_mut() {
        Some(first) if !head.fields.is_empty() => {
            let at = first.text.len() - after_number(&first.text).unwrap_or(&first.text).len();
            first.text.insert_str(at, &format!("{} ", head.fields));
        }
        _ => paragraphs
            .extend(Some(head.fields).filter(|text| !text.is_empty()).map(Paragraph::from)),
    }
    paragraphs.extend(Some(head.notes).filter(|text| !text.is_empty()).map(Paragraph::from));
    if !head.label.is_empty() {
        paragraphs.insert(0, Paragraph::from(head.label));
    }
    found
}

/// The text after the number of a sense: `To go.` in `2. To go.` `None`: there is no number.
fn after_number(text: &str) -> Option<&str> {
    split_sense_number(text, ". ").map(|(_, rest)| rest)
}

/// Splits a text into the number of a sense, which `punctuation` follows, and the text after it.
fn split_sense_number<'a>(text: &'a str, punctuation: &str) -> Option<(u8, &'a str)> {
    let (number, rest) = text.split_once(punctuation)?;
    let is_number = (1..=2).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    Some((number.parse().ok().filter(|_| is_number)?, rest.trim_start()))
}

/// Removes the numbers of several senses. Numbers without a dot must count the senses.
fn remove_numbers(paragraphs: &mut [Paragraph]) {
    let punctuation = [". ", ") ", "、", " "].into_iter().find(|punctuation| {
        let numbers = || {
            paragraphs
                .iter()
                .filter_map(|p| split_sense_number(&p.text, punctuation))
                .map(|(n, _)| n)
        };
        let follows = |(last, next): (u8, u8)| next == last + 1 || next == 1;
        let counts = numbers().next() == Some(1) && numbers().zip(numbers().skip(1)).all(follows);
        numbers().count() > 1 && (*punctuation == ". " || counts)
    });
    let Some(punctuation) = punctuation else { return };
    for paragraph in paragraphs.iter_mut().filter(|paragraph| !paragraph.is_quotation) {
        if let Some((_, rest)) = split_sense_number(&paragraph.text, punctuation) {
            paragraph.text = rest.to_owned();
        }
    }
}

/// Replaces the name of a part of speech (`noun`) alone on its line by its label (`n.`), if there
/// are several such lines or if numbered senses follow: a single one may be a translation. `I n` is
/// a label with its number.
fn replace_names_by_labels(paragraphs: &mut [Paragraph]) {
    let is_numbered = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let named: Vec<usize> = (1..paragraphs.len())
        .filter(|&at| script::label_of_name_line(&paragraphs[at - 1].text).is_some())
        .collect();
    if named.len() > 1 || named.iter().any(|&at| is_numbered(&paragraphs[at].text)) {
        for at in named {
            let text = &mut paragraphs[at - 1].text;
            *text = script::label_of_name_line(text).unwrap_or_default().to_owned();
        }
    }
    for paragraph in paragraphs {
        let text = paragraph.text.as_str();
        let label = text.split_once(' ').filter(|(number, label)| {
            ROMAN.contains(&number.trim_end_matches('.')) && script::labels_alone(label).is_some()
        });
        if let Some(label) = label.map(|(_, label)| label.to_owned()) {
            paragraph.text = label;
        }
    }
}

/// The numbers of parts of speech in an article.
const ROMAN: [&str; 6] = ["I", "II", "III", "IV", "V", "VI"];

/// Joins each paragraph that is only a note in round brackets to the beginning of the paragraph
/// below.
fn move_notes_to_next_paragraph(paragraphs: &mut Vec<Paragraph>) {
    let mut notes = String::new();
    let is_note =
        |text: &str| heading::is_in_round_brackets(text) && script::labels_alone(text).is_none();
    let last =
        paragraphs.iter().rposition(|paragraph| !is_note(&paragraph.text)).unwrap_or_default();
    let mut at = 0;
    paragraphs.retain_mut(|paragraph| {
        at += 1;
        if at <= last && is_note(&paragraph.text) {
            notes.push_str(&paragraph.text);
            notes.push(' ');
            return false;
        }
        // After a part of speech: `(went, gone)` above `v. to go` becomes `v. (went, gone) to go`.
        let label = script::label(&paragraph.text).map_or(0, str::len);
        let gap = if label > 0 && !notes.is_empty() { " " } else { "" };
        let notes = std::mem::take(&mut notes);
        let notes = if gap.is_empty() { notes.as_str() } else { notes.trim_end() };
        paragraph.text.insert_str(label, &format!("{gap}{notes}"));
        true
    });
}

/// Converts a quotation to an example with its author: `Hope was left. --Taylor.` becomes
/// `> Hope was left. —Taylor.`
fn quotation_to_example(text: &str) -> String {
    let (text, author) = text.rsplit_once("--").unwrap_or((text, ""));
    format!("> {} —{}", gloss::escape_equals(text), author.trim())
}

/// Splits the first sense of a part of speech in WordNet's dictd book, such as `n 1: fruit`, into
/// the part of speech and the gloss. `None`: the line is not of this form.
fn first_wordnet_sense(line: &str) -> Option<(&str, &str)> {
    let (part, rest) = line.split_once(" 1: ")?;
    script::is_bare_label(part).then_some((part, rest))
}

/// Converts the senses of WordNet's dictd book: puts the part of speech before each sense in place
/// of its number, and synonyms (`[syn: {china}]`) on separate lines.
fn split_wordnet_senses(explanation: &str) -> String {
    let mut lines = String::with_capacity(explanation.len());
    let mut part = "";
    for line in explanation.lines() {
        let (sense, synonyms) = match line.strip_suffix(']').and_then(|l| l.split_once("[syn: ")) {
            Some((sense, synonyms)) => (sense.trim_end(), Some(synonyms)),
            None => (line, None),
        };
        if let Some((label, gloss)) = first_wordnet_sense(sense) {
            part = label;
            push(&mut lines, &format!("{part}. {gloss}"));
        } else if let Some((number, gloss)) = sense.split_once(": ")
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            push(&mut lines, &format!("{part}. {gloss}"));
        } else if !sense.is_empty() {
            push(&mut lines, sense);
        }
        if let Some(synonyms) = synonyms {
            let words = synonyms.replace(['{', '}'], "").replace(", ", "; ");
            push(&mut lines, &format!("= {words}"));
        }
    }
    lines
}

fn push(explanation: &mut String, line: &str) {
    if !explanation.is_empty() {
        explanation.push('\n');
    }
    explanation.push_str(line);
}

/// Maximum length in bytes of a note in angle brackets. A longer text is no note.
const ANGLED_BYTES_MAX: usize = 40;

/// Replaces the angle brackets of notes (`<n, fem>`, `<hardware>`), which look like tags of HTML,
/// by round brackets.
fn with_round_brackets(explanation: &str) -> String {
    let mut text = String::with_capacity(explanation.len());
    let mut rest = explanation;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let note = after.split_once('>').filter(|(note, _)| {
            note.len() <= ANGLED_BYTES_MAX
                && note.starts_with(char::is_alphabetic)
                && note.chars().all(|c| c.is_alphanumeric() || " ,/&-".contains(c))
                && !before.ends_with(|c: char| !c.is_whitespace() && c != '(')
        });
        rest = match note {
            Some((note, after)) => {
                text.push_str(&format!("({note})"));
                after
            }
            None => {
                text.push('<');
                after
            }
        };
    }
    text + rest
}

/// Maximum length of a reference to another headword, in bytes.
const REFERENCE_BYTES_MAX: usize = 100;

/// Replaces each `{word}` by a link to that headword.
fn with_links(explanation: &str) -> String {
    let mut text = String::with_capacity(explanation.len());
    let mut rest = explanation;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let inner = after.split_once('}').filter(|(word, _)| {
            word.len() <= REFERENCE_BYTES_MAX
                && word.trim() == *word
                && word.contains(char::is_alphanumeric)
                && !word.contains(['{', '\n'])
        });
        match inner {
            Some((word, after)) => {
                // FreeDict adds a symbol to a headword: `percent / % /`.
                let with_symbol = word.strip_suffix(" /").and_then(|word| word.rsplit_once(" / "));
                let word = with_symbol.map_or(word, |(word, _)| word);
                text.push_str(&link::encode(word, word));
                rest = after;
            }
            None => {
                text.push('{');
                rest = after;
            }
        }
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_headword_and_pronunciation_apart() {
        let text = parse_dictd("ABEND\n /a´bend/, n.\n\n    [ABnormal END]\n", "abend");
        assert_eq!(text.spelling.as_deref(), Some("ABEND"));
        assert_eq!(text.phonetic.as_deref(), Some("a´bend"));
        assert_eq!(text.explanation, "n. [ABnormal END]");
        let text = parse_dictd("REASONQ, v.i.  To weight\n", "reasonq");
        assert_eq!(
            (text.spelling.as_deref(), text.explanation.as_str()),
            (Some("REASONQ"), "vi. To weight")
        );
        let text = parse_dictd("工業|工业\n  [gōng yè]\n  industry", "工业");
        assert_eq!(
            (text.spelling.as_deref(), text.phonetic.as_deref()),
            (Some("工业"), Some("gōng yè"))
        );
        assert_eq!(text.explanation, "industry");
        assert_eq!(parse_dictd("résumé\na summary", "resume").spelling.as_deref(), Some("résumé"));
        let text = parse_dictd("… and co. /and kˈəʊ/\n… und Konsorten\n", "and co");
        assert_eq!(text.spelling.as_deref(), Some("… and co."));
        assert_eq!(text.explanation, "… und Konsorten");
    }

    #[test]
    fn the_head_of_an_article_of_webster_is_no_sense() {
        let text = "Abet \\A*bet\"\\ ([.a]*b[e^]t\"), v. t. [imp. & p. p. {Abetted}.] [OF.\n   abeter; a + beter to bait.]\n   1. To instigate or encourage by aid or countenance; -- used\n      in a bad sense.\n      [1913 Webster]\n\n            Would not the fool abet the stealth?\n                                                  --Spenser.\n\n   2. (Law) To support. [Obs.]\n\n   Syn: To incite; instigate.\n";
        let text = parse_dictd(text, "abet");
        assert_eq!(text.spelling.as_deref(), Some("Abet"));
        assert_eq!(text.phonetic.as_deref(), Some("A·betˈ"));
        assert_eq!(
            text.explanation,
            "vt. To instigate or encourage by aid or countenance; -- used in a bad sense. [1913 Webster]\n\
             > Would not the fool abet the stealth? —Spenser.\n\
             vt. (Law) To support. [Obs.]\n\
             = To incite; instigate\n\
             vt. [imp. & p. p. [[Abetted]].] [OF. abeter; a + beter to bait.]"
        );
    }

    #[test]
    fn keeps_a_first_line_that_is_another_word() {
        let text = parse_dictd("amp (A)\nAmpere", "a");
        assert_eq!((text.spelling, text.explanation.as_str()), (None, "amp (A)\nAmpere"));
        assert_eq!(parse_dictd("applesauce is made", "apple").explanation, "applesauce is made");
    }

    #[test]
    fn lines_of_other_headwords_are_not_senses() {
        let text = parse_dictd("X/Open\nXopen\n\n   <body> A group.\n", "x/open");
        assert_eq!(
            (text.explanation.as_str(), &text.others[..]),
            ("(body) A group.", &["Xopen".to_owned()][..])
        );
        let text = parse_dictd("elle /ɛl/ <pron>\n1. it\n2. her", "elle");
        assert_eq!(text.explanation, "pron. it\npron. her");
    }

    #[test]
    fn references_become_links_and_other_braces_stay() {
        assert_eq!(
            parse_dictd("x\nsee {ice cream} { a }", "x").explanation,
            "see [[ice cream]] { a }"
        );
        let text = parse_dictd("per / % / /pɜː/\nsee {percent / % /}, {a / b}", "per");
        assert_eq!(
            (text.phonetic.as_deref(), text.explanation.as_str()),
            (Some("pɜː"), "see [[percent]], [[a / b]]")
        );
        assert_eq!(parse("the set {x, y}", "x").explanation, "the set {x, y}");
        assert_eq!(parse("n. 苹果 v. 结果", "x").explanation, "n. 苹果\nv. 结果");
        assert_eq!(parse("n. 苹果\\nv. 结果", "x").explanation, "n. 苹果\nv. 结果");
        assert_eq!(
            parse("write \"a\\n\" for a line end", "x").explanation,
            "write \"a\\n\" for a line end"
        );
        assert_eq!(parse("@@@LINK=pear", "x").explanation, "[[pear]]");
    }

    #[test]
    fn numbers_that_count_the_senses_are_removed() {
        for text in ["1 to go\n2 to leave", "1) to go\n2) to leave", "1. to go\n2. to leave"] {
            assert_eq!(parse(text, "x").explanation, "to go\nto leave");
        }
        assert_eq!(parse("2 pears\n3 apples", "x").explanation, "2 pears\n3 apples");
        assert_eq!(
            parse("I n\n1 group\n2 set\nII v\n1 put", "x").explanation,
            "n. group\nn. set\nv. put"
        );
    }

    #[test]
    fn a_part_of_speech_by_name_belongs_to_the_lines_below() {
        assert_eq!(parse("verb\nto go\nnoun\na game", "x").explanation, "v. to go\nn. a game");
        assert_eq!(parse("noun\n1. a rod\n2. a pub", "x").explanation, "n. a rod\nn. a pub");
        assert_eq!(parse("noun\nsubstantive", "x").explanation, "noun\nsubstantive");
    }

    #[test]
    fn readings_and_glosses_of_chinese_words() {
        let text = parse_dictd("中国\n  [Zhong1 guo2]\n  /China/Middle Kingdom/\n", "中国");
        assert_eq!(text.phonetic.as_deref(), Some("Zhōng guó"));
        assert_eq!(text.explanation, "China\nMiddle Kingdom");
        let text = parse_dictd("日本 [にほん]\n  Japan", "日本");
        assert_eq!(
            (text.phonetic.as_deref(), text.explanation.as_str()),
            (Some("にほん"), "Japan")
        );
        assert_eq!(parse_dictd("膜\n [医] x", "膜").explanation, "[医] x");
    }

    #[test]
    fn notes_follow_the_part_of_speech() {
        assert_eq!(parse_dictd("go (went, gone)\n  v. 去", "go").explanation, "v. (went, gone) 去");
    }

    #[test]
    fn a_reference_may_continue_on_the_next_line() {
        assert_eq!(parse_dictd("x\n see {ice\n cream}", "x").explanation, "see [[ice cream]]");
    }

    #[test]
    fn long_unwrapped_lines_are_not_joined() {
        let long = "to give up completely and to leave something for good, never\nto yield";
        assert_eq!(parse(long, "x").explanation, long);
    }

    #[test]
    fn joins_lines_that_were_wrapped_for_a_terminal() {
        let text = "china\n    n 1: a communist nation that covers a vast territory in eastern\n         Asia; the most populous\n    2: high quality [syn: {china},\n       {ware}]";
        assert_eq!(
            parse_dictd(text, "china").explanation,
            "n. a communist nation that covers a vast territory in eastern Asia; the most populous\nn. high quality\n= china; ware"
        );
    }
}
