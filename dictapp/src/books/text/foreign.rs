//! Converts an article of another program to the notation of
//! [`Explanation`](crate::model::Explanation): takes the headword and the pronunciation from its
//! first line, and joins lines that were wrapped for a terminal.

use unicode_normalization::UnicodeNormalization;

use crate::model::link;

use super::{fvdp, gloss, script};

/// The parts of an article.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Text {
    /// The headword as spelled in the first line, if the spelling differs.
    pub(crate) spelling: Option<String>,
    pub(crate) phonetic: Option<String>,
    pub(crate) mean: String,
    /// Other headwords of the article, on separate lines below the first.
    pub(crate) others: Vec<String>,
}

/// Whether the lines of a text may have been wrapped for a terminal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    Wrapped,
    Whole,
}

/// A line of at least this number of characters may have been wrapped. Programs wrap at 70 to 80.
const WRAPPED_CHARS_MIN: usize = 56;
const WRAPPED_CHARS_MAX: usize = 80;

/// Reads an article of plain text in the form of dictd: its first line usually begins with the
/// headword, and `{word}` is a link.
pub(crate) fn headed_lines(text: &str, headword: &str) -> Text {
    let (first, rest) = first_line(text);
    let headed = listed(first, rest, headword).or_else(|| strip_headword(first, headword));
    let mut read = match headed {
        Some((spelling, behind)) => {
            let (others, rest) = if behind.is_empty() { headwords(rest) } else { (vec![], rest) };
            let body = body(&format!("{behind}\n{rest}"), Lines::Wrapped);
            let spelling = spelling.trim_end_matches([',', ';', ':']);
            Text { spelling: Some(spelling.to_owned()), others, ..body }
        }
        None => body(text, Lines::Wrapped),
    };
    read.mean = linked(&read.mean);
    read
}

/// Reads an article of plain text that may begin with the headword or with its explanation. Both
/// may be the same word (`arm; poor` of `arm` in a book of another language). The headword is
/// removed only if it is alone on the first of several lines, or if a pronunciation or a part of
/// speech follows it.
pub(crate) fn lines(text: &str, headword: &str) -> Text {
    if let Some(target) = text.trim().strip_prefix("@@@LINK=") {
        let mean = target.lines().map(|word| link::encode(word, word)).collect::<Vec<_>>();
        return Text { mean: mean.join("\n"), ..Text::default() };
    }
    if let Some(article) = fvdp::read(text) {
        return Text { phonetic: article.phonetic, mean: article.mean, ..Text::default() };
    }
    let (first, rest) = first_line(text);
    let stripped = strip_headword(first, headword).filter(|(_, behind)| match *behind {
        "" => !rest.trim().is_empty(),
        behind => script::leading_phonetic(behind).is_some() || script::label(behind).is_some(),
    });
    let read = stripped.map(|(_, behind)| body(&format!("{behind}\n{rest}"), Lines::Whole));
    read.filter(|read| !read.mean.is_empty()).unwrap_or_else(|| body(text, Lines::Whole))
}

/// Splits headwords on separate lines from the text after them, which is indented and follows an
/// empty line (FOLDOC).
fn headwords(text: &str) -> (Vec<String>, &str) {
    let none = (Vec::new(), text);
    let Some((lines, behind)) = text.split_once("\n\n") else { return none };
    let is_headword = |line: &str| {
        !line.is_empty()
            && !line.starts_with(char::is_whitespace)
            && line.split_whitespace().count() <= LISTED_WORDS_MAX
    };
    if !lines.lines().all(is_headword) || !behind.trim_start_matches('\n').starts_with(' ') {
        return none;
    }
    (lines.lines().map(str::to_owned).collect(), behind)
}

fn first_line(text: &str) -> (&str, &str) {
    text.trim_start().split_once('\n').unwrap_or((text.trim(), ""))
}

/// Reads the text after the headword.
fn body(text: &str, lines: Lines) -> Text {
    let mut found = Text::default();
    let (phonetic, body) = gloss::take_phonetic(text.trim_start());
    found.phonetic = phonetic;
    let mut wrapped = false;
    for line in body.lines() {
        let width = line.chars().count();
        let line = line.trim();
        if !line.is_empty() {
            let joins = lines == Lines::Wrapped && wrapped && !begins_anew(line);
            push(&mut found.mean, line, joins);
        }
        let full = (WRAPPED_CHARS_MIN..=WRAPPED_CHARS_MAX).contains(&width);
        wrapped = !line.is_empty() && (full || line.ends_with(','));
    }
    found.mean = gloss::labelled(&found.mean);
    if found.mean.lines().next().is_some_and(|line| first_of_numbered(line).is_some()) {
        found.mean = numbered(&found.mean);
    }
    found
}

/// Splits the first numbered sense of a part of speech in WordNet's dictd book: `n 1: fruit`.
fn first_of_numbered(line: &str) -> Option<(&str, &str)> {
    let (part, rest) = line.split_once(" 1: ")?;
    script::is_bare_label(part).then_some((part, rest))
}

/// Puts the part of speech before each numbered sense, and synonyms on separate lines.
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
            push(&mut lines, &format!("{part}. {gloss}"), false);
        } else if let Some((number, gloss)) = sense.split_once(": ")
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            push(&mut lines, &format!("{part}. {gloss}"), false);
        } else if !sense.is_empty() {
            push(&mut lines, sense, false);
        }
        if let Some(synonyms) = synonyms {
            let words = synonyms.replace(['{', '}'], "").replace(", ", "; ");
            push(&mut lines, &format!("= {words}"), false);
        }
    }
    lines
}

fn push(mean: &mut String, line: &str, joins: bool) {
    if !mean.is_empty() {
        mean.push(if joins { ' ' } else { '\n' });
    }
    mean.push_str(line);
}

/// Maximum length of a reference to another headword, in bytes.
const REFERENCE_BYTES_MAX: usize = 100;

/// Replaces each `{word}` by a link.
fn linked(mean: &str) -> String {
    let mut text = String::with_capacity(mean.len());
    let mut rest = mean;
    while let Some((before, behind)) = rest.split_once('{') {
        text.push_str(before);
        let inner = behind.split_once('}').filter(|(word, _)| {
            word.len() <= REFERENCE_BYTES_MAX
                && word.trim() == *word
                && word.contains(char::is_alphanumeric)
                && !word.contains(['{', '\n'])
        });
        match inner {
            Some((word, after)) => {
                text.push_str(&link::encode(word, word));
                rest = after;
            }
            None => {
                text.push('{');
                rest = behind;
            }
        }
    }
    text + rest
}

/// If the first line is a list of spellings (`工業|工业`, `colour, color`), returns the one that is the
/// headword.
fn listed<'a>(line: &'a str, rest: &str, headword: &str) -> Option<(&'a str, &'a str)> {
    let line = line.trim();
    let wanted = letters(headword);
    if rest.trim().is_empty() || wanted.is_empty() {
        return None;
    }
    [";;", "|", ", ", "; "].iter().find_map(|separator| {
        let mut pieces = line.split(separator).map(str::trim);
        let is_list = pieces.clone().count() > 1
            && pieces.clone().all(|piece| piece.split_whitespace().count() <= LISTED_WORDS_MAX)
            && !pieces.clone().any(|piece| script::label(piece).is_some());
        let spelling = pieces.find(|piece| letters(piece) == wanted);
        spelling.filter(|_| is_list).map(|spelling| (spelling, ""))
    })
}

/// Maximum number of words of a spelling in a list.
const LISTED_WORDS_MAX: usize = 4;

/// Whether a line begins a sense, an example or an item of a list.
fn begins_anew(line: &str) -> bool {
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = number.len() < line.len() && number.starts_with(['.', ':', ')']);
    let word = line.split_whitespace().next().unwrap_or_default();
    numbered
        || script::label(line).is_some()
        || script::is_bare_label(word)
        || line.starts_with(['-', '*', '•', '"', '[', '=', '>'])
}

/// Splits a first line after the headword, ignoring case, accents and punctuation.
fn strip_headword<'a>(line: &'a str, headword: &str) -> Option<(&'a str, &'a str)> {
    let line = line.trim();
    let wanted = letters(headword);
    if headword.trim().is_empty() {
        // dictd folds a headword without letters (`…`) to nothing.
        let end = line.find(" /").unwrap_or(line.len());
        return Some((&line[..end], &line[end..]));
    }
    let mut seen = String::new();
    // Find the shortest prefix of whole words with the same letters.
    for (at, c) in line.char_indices().chain([(line.len(), ' ')]) {
        if c.is_whitespace() && !wanted.is_empty() && seen == wanted {
            return Some((line[..at].trim(), line[at..].trim_start()));
        }
        if seen.len() > wanted.len() {
            return None;
        }
        seen.push_str(&letters(c.encode_utf8(&mut [0; 4])));
    }
    (line == headword).then_some((line, ""))
}

fn letters(text: &str) -> String {
    text.nfd().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
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
            ("<body> A group.", &["Xopen".to_owned()][..])
        );
        let text = headed_lines("elle /ɛl/ <pron>\n1. it\n2. her", "elle");
        assert_eq!(text.mean, "pron. 1. it\npron. 2. her");
    }

    #[test]
    fn references_become_links_and_other_braces_stay() {
        assert_eq!(headed_lines("x\nsee {ice cream} { a }", "x").mean, "see [[ice cream]] { a }");
        assert_eq!(lines("the set {x, y}", "x").mean, "the set {x, y}");
        assert_eq!(lines("@@@LINK=pear", "x").mean, "[[pear]]");
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
