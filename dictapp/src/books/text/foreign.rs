//! Converts an article of a book of another program to the notation, this project's text form of an
//! [`Explanation`](crate::model::Explanation): takes the headword and the pronunciation from its
//! first line, joins lines that were wrapped for a terminal, and converts links and numbered
//! senses.

use std::borrow::Cow;

use crate::model::link;

use super::heading::{self, Heading};
use super::paragraphs::{self, Paragraph};
use super::{fvdp, gloss, script, slashed};

/// The parts of an article.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Text {
    /// The headword as spelled in the first line, if the spelling differs.
    pub(crate) spelling: Option<String>,
    pub(crate) phonetic: Option<String>,
    /// The explanation in the notation.
    pub(crate) mean: String,
    /// Other headwords of the article, beside the first or on lines below it.
    pub(crate) others: Vec<String>,
}

/// Whether the lines of a text may have been wrapped for a terminal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    Wrapped,
    Whole,
}

/// Reads an article of plain text in the form of dictd: its first line usually begins with the
/// headword, and `{word}` is a link.
pub(crate) fn headed_lines(text: &str, headword: &str) -> Text {
    let (first, rest) = heading::first_line(text, headword);
    let mut read = match heading::split(first, rest, headword) {
        Some(heading) => headed(heading, rest),
        None => body(text, Lines::Wrapped),
    };
    read.mean = rounded(&linked(&read.mean));
    read
}

/// Among the headwords that share an article, the one with which the article begins. `None`: it
/// begins with none of them.
pub(crate) fn owner<'a>(text: &str, headwords: &'a [String]) -> Option<&'a str> {
    let begins = headwords.iter().filter_map(|headword| {
        let (first, rest) = heading::first_line(text, headword);
        let spelling = heading::split(first, rest, headword)?.spelling;
        // Among `stub` and `stub end` the line `stub end, n.` begins with the longer one.
        Some((first.find(spelling)?, std::cmp::Reverse(spelling.len()), headword.as_str()))
    });
    begins.min().map(|(_, _, headword)| headword)
}

/// Reads an article whose first line was taken apart; `rest` is the text below that line.
fn headed(heading: Heading<'_>, rest: &str) -> Text {
    let Heading { spelling, others, phonetic, after, note } = heading;
    let note = if note.is_empty() { String::new() } else { format!("({note})\n") };
    let (below, rest) = if after.is_empty() { heading::below(rest) } else { (Vec::new(), rest) };
    let text = format!("{after}\n{note}{rest}");
    let (reading, text) =
        if spelling.contains(script::is_cjk) { slashed::take_reading(&text) } else { (None, text) };
    let read = body(&text, Lines::Wrapped);
    let spelling = spelling.split_whitespace().collect::<Vec<_>>().join(" ");
    let spelling = spelling.trim_end_matches([',', ';', ':']);
    let others = others.into_iter().map(str::to_owned).chain(below).chain(read.others);
    Text {
        spelling: Some(spelling.to_owned()),
        phonetic: phonetic.or(reading).or(read.phonetic),
        mean: read.mean,
        others: others.collect(),
    }
}

/// Reads an article of plain text that may begin with the headword or with its explanation. The
/// explanation may begin with the same word: in a German book, `arm; poor` may be the article of
/// `arm`. The headword is removed only if it is alone on the first of several lines, or if a
/// pronunciation or a part of speech follows it.
pub(crate) fn lines(text: &str, headword: &str) -> Text {
    if let Some(target) = text.trim().strip_prefix("@@@LINK=") {
        let mean = target.lines().map(|word| link::encode(word, word)).collect::<Vec<_>>();
        return Text { mean: mean.join("\n"), ..Text::default() };
    }
    if let Some(article) = fvdp::read(text) {
        return Text { phonetic: article.phonetic, mean: article.mean, ..Text::default() };
    }
    let text = &with_line_ends(text);
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
    let read = stripped.map(|(_, after)| body(&format!("{after}\n{rest}"), Lines::Whole));
    read.filter(|read| !read.mean.is_empty()).unwrap_or_else(|| body(text, Lines::Whole))
}

/// Replaces the characters `\n` in a text without line ends: some converters leave them. A part of
/// speech, a bracket or Chinese text follows each, unlike in a text about programs.
fn with_line_ends(text: &str) -> Cow<'_, str> {
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

fn first_line(text: &str) -> (&str, &str) {
    text.trim_start().split_once('\n').unwrap_or((text.trim(), ""))
}

/// Converts the text after the headword.
fn body(text: &str, lines: Lines) -> Text {
    let mut read = match lines {
        Lines::Wrapped => paragraphs::unwrapped(text),
        Lines::Whole => text.lines().flat_map(senses).collect(),
    };
    read.retain(|paragraph| !paragraph.text.is_empty());
    let mut found = take_head(&mut read);
    if lines == Lines::Wrapped {
        join_notes(&mut read);
    }
    name_labels(&mut read);
    remove_numbers(&mut read);
    let mut labels = gloss::Labels::default();
    for paragraph in &read {
        let text = &paragraph.text;
        let line = if paragraph.is_quotation && !found.mean.is_empty() {
            Some(quotation(text))
        } else {
            labels.line(text)
        };
        line.iter().for_each(|line| push(&mut found.mean, line));
    }
    if found.mean.lines().next().is_some_and(|line| first_of_numbered(line).is_some()) {
        found.mean = numbered(&found.mean);
    }
    found
}

/// The senses of a line. In Chinese, several parts of speech may be on it: `n. 苹果 v. 结果`.
fn senses(line: &str) -> Vec<Paragraph> {
    if !line.contains(script::is_cjk) {
        return vec![Paragraph::of(line)];
    }
    gloss::one_sense_a_line(line).lines().map(Paragraph::of).collect()
}

/// Takes the pronunciations and other headwords out of the first paragraph, and returns them. In an
/// article of Webster's dictionaries, the part of speech and the notes become separate paragraphs.
fn take_head(read: &mut Vec<Paragraph>) -> Text {
    let mut found = Text::default();
    if read.is_empty() {
        return found;
    }
    let first = read.remove(0).text;
    let Some(head) = heading::respelled(&first) else {
        let (phonetic, rest) = gloss::take_phonetic(&first);
        if !rest.trim().is_empty() {
            read.insert(0, Paragraph::of(rest));
        }
        return Text { phonetic, ..found };
    };
    found.phonetic = Some(head.phonetic);
    found.others = head.others.into_iter().map(str::to_owned).collect();
    if !head.sense.is_empty() {
        read.insert(0, Paragraph::of(head.sense));
    }
    match read.first_mut() {
        Some(first) if !head.fields.is_empty() => {
            let at = first.text.len() - sense_number(&first.text).unwrap_or(&first.text).len();
            first.text.insert_str(at, &format!("{} ", head.fields));
        }
        _ => read.extend(Some(head.fields).filter(|text| !text.is_empty()).map(Paragraph::from)),
    }
    read.extend(Some(head.notes).filter(|text| !text.is_empty()).map(Paragraph::from));
    if !head.label.is_empty() {
        read.insert(0, Paragraph::from(head.label));
    }
    found
}

/// The text after the number of a sense: `2. To go.` `None`: there is no number.
fn sense_number(text: &str) -> Option<&str> {
    numbered_by(". ", text).map(|(_, rest)| rest)
}

/// The number of a sense before this mark, and the text after it.
fn numbered_by<'a>(mark: &str, text: &'a str) -> Option<(u8, &'a str)> {
    let (number, rest) = text.split_once(mark)?;
    let is_number = (1..=2).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    Some((number.parse().ok().filter(|_| is_number)?, rest.trim_start()))
}

/// Removes the numbers of several senses. Numbers without a dot must count the senses.
fn remove_numbers(read: &mut [Paragraph]) {
    let mark = [". ", ") ", "、", " "].into_iter().find(|mark| {
        let numbers = || read.iter().filter_map(|p| numbered_by(mark, &p.text)).map(|(n, _)| n);
        let follows = |(last, next): (u8, u8)| next == last + 1 || next == 1;
        let counts = numbers().next() == Some(1) && numbers().zip(numbers().skip(1)).all(follows);
        numbers().count() > 1 && (*mark == ". " || counts)
    });
    let Some(mark) = mark else { return };
    for paragraph in read.iter_mut().filter(|paragraph| !paragraph.is_quotation) {
        if let Some((_, rest)) = numbered_by(mark, &paragraph.text) {
            paragraph.text = rest.to_owned();
        }
    }
}

/// Replaces the names of parts of speech alone on their lines by labels, if there are several or if
/// numbered senses follow: a single one may be a translation. `I n` is a label with its number.
fn name_labels(read: &mut [Paragraph]) {
    let is_numbered = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let named: Vec<usize> =
        (1..read.len()).filter(|&at| script::named_alone(&read[at - 1].text).is_some()).collect();
    if named.len() > 1 || named.iter().any(|&at| is_numbered(&read[at].text)) {
        for at in named {
            let text = &mut read[at - 1].text;
            *text = script::named_alone(text).unwrap_or_default().to_owned();
        }
    }
    for paragraph in read {
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
fn join_notes(read: &mut Vec<Paragraph>) {
    let mut notes = String::new();
    let is_note = |text: &str| heading::is_group(text) && script::labels_alone(text).is_none();
    let last = read.iter().rposition(|paragraph| !is_note(&paragraph.text)).unwrap_or_default();
    let mut at = 0;
    read.retain_mut(|paragraph| {
        at += 1;
        if at <= last && is_note(&paragraph.text) {
            notes.push_str(&paragraph.text);
            notes.push(' ');
            return false;
        }
        // `(went, gone)` before `v. to leave`
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
fn quotation(text: &str) -> String {
    let (text, author) = text.rsplit_once("--").unwrap_or((text, ""));
    format!("> {} —{}", gloss::equals_kept(text), author.trim())
}

/// Splits the first numbered sense of a part of speech in WordNet's dictd book into the part of
/// speech and the gloss: `n 1: fruit`. `None`: the line is different.
fn first_of_numbered(line: &str) -> Option<(&str, &str)> {
    let (part, rest) = line.split_once(" 1: ")?;
    script::is_bare_label(part).then_some((part, rest))
}

/// Converts the senses of WordNet's dictd book: puts the part of speech before each sense in place
/// of its number, and synonyms (`[syn: {china}]`) on separate lines.
fn numbered(mean: &str) -> String {
    let mut lines = String::with_capacity(mean.len());
    let mut part = "";
    for line in mean.lines() {
        let (sense, synonyms) = match line.strip_suffix(']').and_then(|l| l.split_once("[syn: ")) {
            Some((sense, synonyms)) => (sense.trim_end(), Some(synonyms)),
            None => (line, None),
        };
        if let Some((label, gloss)) = first_of_numbered(sense) {
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

fn push(mean: &mut String, line: &str) {
    if !mean.is_empty() {
        mean.push('\n');
    }
    mean.push_str(line);
}

/// Maximum length in bytes of a note in angle brackets. A longer text is no note.
const ANGLED_BYTES_MAX: usize = 40;

/// Puts notes in angle brackets (`<n, fem>`, `<hardware>`) into round brackets, since they would
/// look like tags of HTML.
fn rounded(mean: &str) -> String {
    let mut text = String::with_capacity(mean.len());
    let mut rest = mean;
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
fn linked(mean: &str) -> String {
    let mut text = String::with_capacity(mean.len());
    let mut rest = mean;
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
                // FreeDict adds a sign to a headword: `percent / % /`.
                let signed = word.strip_suffix(" /").and_then(|word| word.rsplit_once(" / "));
                let word = signed.map_or(word, |(word, _)| word);
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
        let text = headed_lines("ABEND\n /a´bend/, n.\n\n    [ABnormal END]\n", "abend");
        assert_eq!(text.spelling.as_deref(), Some("ABEND"));
        assert_eq!(text.phonetic.as_deref(), Some("a´bend"));
        assert_eq!(text.mean, "n. [ABnormal END]");
        let text = headed_lines("REASONQ, v.i.  To weight\n", "reasonq");
        assert_eq!(
            (text.spelling.as_deref(), text.mean.as_str()),
            (Some("REASONQ"), "vi. To weight")
        );
        let text = headed_lines("工業|工业\n  [gōng yè]\n  industry", "工业");
        assert_eq!(
            (text.spelling.as_deref(), text.phonetic.as_deref()),
            (Some("工业"), Some("gōng yè"))
        );
        assert_eq!(text.mean, "industry");
        assert_eq!(headed_lines("résumé\na summary", "resume").spelling.as_deref(), Some("résumé"));
        let text = headed_lines("… and co. /and kˈəʊ/\n… und Konsorten\n", "and co");
        assert_eq!(text.spelling.as_deref(), Some("… and co."));
        assert_eq!(text.mean, "… und Konsorten");
    }

    #[test]
    fn the_head_of_webster_is_no_sense() {
        let text = "Abet \\A*bet\"\\ ([.a]*b[e^]t\"), v. t. [imp. & p. p. {Abetted}.] [OF.\n   abeter; a + beter to bait.]\n   1. To instigate or encourage by aid or countenance; -- used\n      in a bad sense.\n      [1913 Webster]\n\n            Would not the fool abet the stealth?\n                                                  --Spenser.\n\n   2. (Law) To support. [Obs.]\n\n   Syn: To incite; instigate.\n";
        let text = headed_lines(text, "abet");
        assert_eq!(text.spelling.as_deref(), Some("Abet"));
        assert_eq!(text.phonetic.as_deref(), Some("A·betˈ"));
        assert_eq!(
            text.mean,
            "vt. To instigate or encourage by aid or countenance; -- used in a bad sense. [1913 Webster]\n\
             > Would not the fool abet the stealth? —Spenser.\n\
             vt. (Law) To support. [Obs.]\n\
             = To incite; instigate\n\
             vt. [imp. & p. p. [[Abetted]].] [OF. abeter; a + beter to bait.]"
        );
    }

    #[test]
    fn keeps_a_first_line_that_is_another_word() {
        let text = headed_lines("amp (A)\nAmpere", "a");
        assert_eq!((text.spelling, text.mean.as_str()), (None, "amp (A)\nAmpere"));
        assert_eq!(headed_lines("applesauce is made", "apple").mean, "applesauce is made");
    }

    #[test]
    fn lines_of_other_headwords_are_not_senses() {
        let text = headed_lines("X/Open\nXopen\n\n   <body> A group.\n", "x/open");
        assert_eq!(
            (text.mean.as_str(), &text.others[..]),
            ("(body) A group.", &["Xopen".to_owned()][..])
        );
        let text = headed_lines("elle /ɛl/ <pron>\n1. it\n2. her", "elle");
        assert_eq!(text.mean, "pron. it\npron. her");
    }

    #[test]
    fn references_become_links_and_other_braces_stay() {
        assert_eq!(headed_lines("x\nsee {ice cream} { a }", "x").mean, "see [[ice cream]] { a }");
        let text = headed_lines("per / % / /pɜː/\nsee {percent / % /}, {a / b}", "per");
        assert_eq!(
            (text.phonetic.as_deref(), text.mean.as_str()),
            (Some("pɜː"), "see [[percent]], [[a / b]]")
        );
        assert_eq!(lines("the set {x, y}", "x").mean, "the set {x, y}");
        assert_eq!(lines("n. 苹果 v. 结果", "x").mean, "n. 苹果\nv. 结果");
        assert_eq!(lines("n. 苹果\\nv. 结果", "x").mean, "n. 苹果\nv. 结果");
        assert_eq!(
            lines("write \"a\\n\" for a line end", "x").mean,
            "write \"a\\n\" for a line end"
        );
        assert_eq!(lines("@@@LINK=pear", "x").mean, "[[pear]]");
    }

    #[test]
    fn numbers_that_count_the_senses_are_removed() {
        for text in ["1 to go\n2 to leave", "1) to go\n2) to leave", "1. to go\n2. to leave"] {
            assert_eq!(lines(text, "x").mean, "to go\nto leave");
        }
        assert_eq!(lines("2 pears\n3 apples", "x").mean, "2 pears\n3 apples");
        assert_eq!(lines("I n\n1 group\n2 set\nII v\n1 put", "x").mean, "n. group\nn. set\nv. put");
    }

    #[test]
    fn a_part_of_speech_by_name_belongs_to_the_lines_below() {
        assert_eq!(lines("verb\nto go\nnoun\na game", "x").mean, "v. to go\nn. a game");
        assert_eq!(lines("noun\n1. a rod\n2. a pub", "x").mean, "n. a rod\nn. a pub");
        assert_eq!(lines("noun\nsubstantive", "x").mean, "noun\nsubstantive");
    }

    #[test]
    fn readings_and_glosses_of_chinese_words() {
        let text = headed_lines("中国\n  [Zhong1 guo2]\n  /China/Middle Kingdom/\n", "中国");
        assert_eq!(text.phonetic.as_deref(), Some("Zhōng guó"));
        assert_eq!(text.mean, "China\nMiddle Kingdom");
        let text = headed_lines("日本 [にほん]\n  Japan", "日本");
        assert_eq!((text.phonetic.as_deref(), text.mean.as_str()), (Some("にほん"), "Japan"));
        assert_eq!(headed_lines("膜\n [医] x", "膜").mean, "[医] x");
    }

    #[test]
    fn notes_stand_after_the_part_of_speech() {
        assert_eq!(headed_lines("go (went, gone)\n  v. 去", "go").mean, "v. (went, gone) 去");
    }

    #[test]
    fn a_reference_may_go_on_below() {
        assert_eq!(headed_lines("x\n see {ice\n cream}", "x").mean, "see [[ice cream]]");
    }

    #[test]
    fn long_unwrapped_lines_are_not_joined() {
        let long = "to give up completely and to leave something for good, never\nto yield";
        assert_eq!(lines(long, "x").mean, long);
    }

    #[test]
    fn joins_lines_that_were_wrapped_for_a_terminal() {
        let text = "china\n    n 1: a communist nation that covers a vast territory in eastern\n         Asia; the most populous\n    2: high quality [syn: {china},\n       {ware}]";
        assert_eq!(
            headed_lines(text, "china").mean,
            "n. a communist nation that covers a vast territory in eastern Asia; the most populous\nn. high quality\n= china; ware"
        );
    }
}
