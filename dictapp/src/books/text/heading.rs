//! Takes the headword, its other spellings, its pronunciations and its part of speech from the
//! first line of an article (`résumé /ˈrezjumeɪ/`), or from the first paragraph of an article of
//! Webster's dictionaries (`Abet \A*bet"\, v. t.`). A headword in the article and a
//! headword of the index are the same if they have the same letters and digits.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::model::split_label;

use super::script;

/// Maximum number of words of a spelling in a list. A longer text is prose.
const LISTED_WORDS_MAX: usize = 4;

/// The parts of the first line of an article.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Heading<'a> {
    /// The headword as the article spells it.
    pub(super) spelling: &'a str,
    /// Other spellings, if the line is a list of spellings.
    pub(super) others: Vec<&'a str>,
    /// The pronunciation beside the headword in such a list.
    pub(super) phonetic: Option<String>,
    /// The rest of the line; empty if the line is a list.
    pub(super) after: &'a str,
    /// The note in brackets before the headword, without its brackets: `música` in `[música] re`.
    pub(super) note: &'a str,
}

/// Splits the first line of an article. `headword` is its headword in the index, `text_below` the
/// text below the line. `None`: the line does not begin with the headword.
pub(super) fn split<'a>(line: &'a str, text_below: &str, headword: &str) -> Option<Heading<'a>> {
    let whole = split_without_note(line, text_below, headword);
    whole.or_else(|| {
        let after = without_leading_note(line.trim())?;
        let note = line.trim()[1..line.trim().len() - after.len()].trim_end();
        let heading = split_without_note(after, text_below, headword)?;
        // `note` ends with the closing bracket.
        Some(Heading { note: &note[..note.len() - 1], ..heading })
    })
}

/// Like [`split`], for a line without a note before the headword.
fn split_without_note<'a>(line: &'a str, text_below: &str, headword: &str) -> Option<Heading<'a>> {
    split_list(line, text_below, headword).or_else(|| {
        let (mut spelling, mut after) = strip_headword(line, headword)?;
        // A note before or after the headword may repeat it: `(-breujoù) breujoù`.
        if bare_letters(after) == bare_letters(spelling) && !text_below.trim().is_empty() {
            spelling = if spelling.starts_with('(') { after } else { spelling };
            after = "";
        }
        Some(Heading { spelling, others: Vec::new(), phonetic: None, after, note: "" })
    })
}

/// Splits a text into its first line and the text below it. If the headword is wrapped, the lines
/// on which it continues belong to the first line.
pub(super) fn first_line<'a>(text: &'a str, headword: &str) -> (&'a str, &'a str) {
    let text = text.trim_start();
    let headword_letters = bare_letters(headword);
    let mut ends = text.match_indices('\n').map(|(at, _)| at).chain([text.len()]);
    let mut end = ends.next().unwrap_or_default();
    for next in ends.take(HEADWORD_LINES_MAX) {
        let letters_so_far = bare_letters(&text[..end]);
        let is_begun = letters_so_far.len() < headword_letters.len()
            && headword_letters.starts_with(&letters_so_far)
            && !letters_so_far.is_empty();
        if !is_begun || text[end..next].trim().is_empty() {
            break;
        }
        end = next;
    }
    // The lines do not have the whole headword, so only the first one is taken.
    if !bare_letters(&text[..end]).starts_with(&headword_letters) {
        end = text.find('\n').unwrap_or(text.len());
    }
    (text[..end].trim_end(), text.get(end + 1..).unwrap_or_default())
}

/// Maximum number of lines below the first one on which a wrapped headword may continue.
const HEADWORD_LINES_MAX: usize = 4;

/// Splits a line that is a list of spellings (`工業|工业`, `colour, color`), perhaps with
/// pronunciations (`五線 /x/, ごせん /y/`). `None`: it is not such a list, or lacks the headword.
fn split_list<'a>(line: &'a str, text_below: &str, headword: &str) -> Option<Heading<'a>> {
    let line = line.trim();
    let headword_letters = bare_letters(headword);
    // Without text below it, the line has the explanation (`apple, fruit`), so it is no list.
    if text_below.trim().is_empty() || headword_letters.is_empty() {
        return None;
    }
    [";;", "|", ", ", "; "].iter().find_map(|separator| {
        let items: Vec<ListItem<'a>> = items(line, separator).map(ListItem::parse).collect();
        let is_list = items.len() > 1
            && items.iter().all(|item| {
                item.spelling.split_whitespace().count() <= LISTED_WORDS_MAX
                    && script::label(item.spelling).is_none()
            });
        let at = items.iter().position(|item| bare_letters(item.spelling) == headword_letters);
        let at = at.filter(|_| is_list)?;
        let others = items.iter().map(|item| item.spelling);
        Some(Heading {
            spelling: items[at].spelling,
            others: others.filter(|other| *other != items[at].spelling).collect(),
            phonetic: items[at].phonetic.map(str::to_owned),
            after: "",
            note: "",
        })
    })
}

/// Splits a list at a separator. A separator between slashes is part of a pronunciation, so the
/// list is not split there.
fn items<'a>(line: &'a str, separator: &str) -> impl Iterator<Item = &'a str> {
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let text = rest?;
        let is_outside = |at: &usize| text[..*at].matches('/').count().is_multiple_of(2);
        let end = text.match_indices(separator).map(|(at, _)| at).find(is_outside);
        rest = end.map(|end| &text[end + separator.len()..]);
        Some(text[..end.unwrap_or(text.len())].trim())
    })
}

/// A spelling of a list, without the notes in brackets before it, and its pronunciation.
struct ListItem<'a> {
    spelling: &'a str,
    phonetic: Option<&'a str>,
}

impl<'a> ListItem<'a> {
    fn parse(text: &'a str) -> ListItem<'a> {
        let mut text = text;
        while let Some(rest) = without_leading_note(text) {
            text = rest;
        }
        let pronounced = text.strip_suffix('/').and_then(|text| text.split_once(" /"));
        match pronounced {
            Some((spelling, phonetic)) => {
                ListItem { spelling: spelling.trim(), phonetic: Some(phonetic) }
            }
            None => ListItem { spelling: text, phonetic: None },
        }
    }
}

/// The text after the note in brackets at its beginning. `None`: there is no such note, or no text
/// after it.
fn without_leading_note(text: &str) -> Option<&str> {
    let close = match text.chars().next()? {
        '[' => ']',
        '(' => ')',
        _ => return None,
    };
    text.split_once(close).map(|(_, rest)| rest.trim_start()).filter(|rest| !rest.is_empty())
}

/// Splits a first line into the headword and the text after it. Case, accents and punctuation may
/// differ from those of `headword`. `None`: the line does not begin with the headword.
pub(super) fn strip_headword<'a>(line: &'a str, headword: &str) -> Option<(&'a str, &'a str)> {
    let line = line.trim();
    let headword_letters = bare_letters(headword);
    if headword.trim().is_empty() {
        // dictd folds a headword without letters (`…`) to nothing.
        let end = line.find(" /").unwrap_or(line.len());
        return Some((&line[..end], &line[end..]));
    }
    let mut letters_so_far = String::new();
    // Find the shortest prefix of whole words with the same letters.
    for (at, c) in line.char_indices().chain([(line.len(), ' ')]) {
        if c.is_whitespace() && !headword_letters.is_empty() && letters_so_far == headword_letters {
            return Some((line[..at].trim(), line[at..].trim_start()));
        }
        if letters_so_far.len() > headword_letters.len() {
            return None;
        }
        letters_so_far.push_str(&bare_letters(c.encode_utf8(&mut [0; 4])));
    }
    (line == headword).then_some((line, ""))
}

/// Splits further headwords, each on a line of its own, from the text after them, which is indented
/// and follows an empty line, as in FOLDOC, a dictionary of computing. Returns no headwords and the
/// whole text if the text is not of this form.
pub(super) fn headwords_below(text: &str) -> (Vec<String>, &str) {
    let none = (Vec::new(), text);
    let Some((lines, after)) = text.split_once("\n\n") else { return none };
    let is_headword = |line: &str| {
        !line.is_empty()
            && !line.starts_with(char::is_whitespace)
            && line.split_whitespace().count() <= LISTED_WORDS_MAX
    };
    if !lines.lines().all(is_headword) || !after.trim_start_matches('\n').starts_with(' ') {
        return none;
    }
    (lines.lines().map(str::to_owned).collect(), after)
}

/// The letters and digits of a text, in lower case and without accents: two spellings with the same
/// letters are taken for the same headword.
pub(super) fn bare_letters(text: &str) -> String {
    let is_letter = |c: &char| c.is_alphanumeric() && !is_combining_mark(*c);
    text.nfd().filter(is_letter).flat_map(char::to_lowercase).collect()
}

/// The head of an article of Webster's dictionaries after the headword. A *respelling* is the
/// headword with marks for its syllables and stress, between backslashes: `\A*ban"don\`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct WebsterHead<'a> {
    /// The respelling, with the stress marks of pronunciations.
    pub(super) phonetic: String,
    /// Other headwords of the article.
    pub(super) others: Vec<&'a str>,
    /// The parts of speech, separated by ` & `.
    pub(super) label: String,
    /// The fields of knowledge in brackets: `(Law)`.
    pub(super) fields: String,
    /// Inflected forms and origin: `pl. {Abaci} [L. abacus]`.
    pub(super) notes: String,
    /// The text of the first sense, if it follows on the same line.
    pub(super) sense: &'a str,
}

/// Reads the head of an article of Webster's dictionaries:
/// `\A*ban"don\ ([.a]*b[a^]n"d[u^]n), v. t. [OF. abandoner]`. `None`: the article does not respell
/// the headword.
pub(super) fn parse_webster_head(text: &str) -> Option<WebsterHead<'_>> {
    let mut head = WebsterHead::default();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if let Some((word, after)) = rest.strip_prefix('\\').and_then(|text| text.split_once('\\'))
        {
            if head.phonetic.is_empty() {
                head.phonetic = stress_marks_of_respelling(word);
            }
            rest = after;
        } else if head.phonetic.is_empty() {
            return None;
        } else if let Some(after) = without_respelling(rest) {
            rest = after;
        } else if let Some((other, after)) = other_headword(rest) {
            head.others.push(other);
            rest = after;
        } else {
            break;
        }
    }
    rest = rest.trim_start_matches([',', ';', ' ', '.']);
    (head.label, rest) = labels(rest);
    (head.fields, head.notes, head.sense) = notes(rest);
    Some(head)
}

/// Converts the marks of a respelled word to those of pronunciations: `A*ban"don` becomes
/// `A·banˈdon`.
fn stress_marks_of_respelling(word: &str) -> String {
    let marked = word.trim().replace('*', "·").replace('"', "ˈ").replace('`', "ˌ");
    marked.replace("ˈ·", "ˈ").replace("ˌ·", "ˌ")
}

/// The text after the respelling in brackets at its beginning: `(-ment)`, `([=a]k)`, `(?; 277)`.
/// `None`: there is none.
fn without_respelling(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?;
    let (inner, after) = inner.split_once(')')?;
    let is_respelling = inner.starts_with('-') || inner.contains(['[', '"', '`', '*', '?']);
    is_respelling.then_some(after)
}

/// Another headword before its own respelling, and the text from the respelling on:
/// `, Anchorite \An"cho*rite\`.
fn other_headword(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix([',', ';']).unwrap_or(text);
    let end = inner.find('\\')?;
    let word = inner[..end].trim().trim_start_matches("or ");
    let is_word = !word.is_empty()
        && word.split_whitespace().count() <= LISTED_WORDS_MAX
        && !word.contains(['.', '[', '(', '{', ',', ';']);
    is_word.then_some((word, &inner[end..]))
}

/// Webster's abbreviations of parts of speech that differ from the labels of an
/// [`Explanation`](crate::model::Explanation), each with its label.
const SPACED_LABELS: &[(&str, &str)] = &[
    ("v. t.", "vt."),
    ("v. i.", "vi."),
    ("prop. n.", "n."),
    ("n. pl.", "n."),
    ("n. sing.", "n."),
    ("p. a.", "adj."),
    ("p. adj.", "adj."),
    ("interj.", "int."),
    ("t.", "vt."),
    ("i.", "vi."),
];

/// Takes the parts of speech from the beginning of a text. Returns their labels, separated by
/// ` & `, and the text after them.
fn labels(text: &str) -> (String, &str) {
    let mut found = String::new();
    let mut rest = text;
    loop {
        let next = if found.is_empty() {
            rest
        } else {
            let Some(next) =
                ["& ", "or ", ", "].iter().find_map(|joint| rest.trim_start().strip_prefix(joint))
            else {
                break;
            };
            next
        };
        // `t.` and `i.` are labels only after another one.
        let spaced = SPACED_LABELS.iter().find(|(spelling, _)| {
            next.starts_with(spelling) && (spelling.len() > 2 || !found.is_empty())
        });
        let plain = script::label(next).or_else(|| {
            // A plural may follow: `n.; pl. {Abaci}`.
            let (label, _) = split_label(next);
            (!label.is_empty() && next[label.len()..].starts_with(';')).then_some(label)
        });
        let (label, length) = match (spaced, plain) {
            (Some((spelling, label)), _) => (*label, spelling.len()),
            (None, Some(label)) => (label, label.len()),
            (None, None) => break,
        };
        if !found.is_empty() {
            found.push_str(" & ");
        }
        found.push_str(label);
        rest = &next[length..];
    }
    (found, rest.trim_start())
}

/// Splits the text after the part of speech into fields of knowledge in round brackets, notes of
/// forms and origin, and the text of the first sense.
fn notes(text: &str) -> (String, String, &str) {
    let (mut fields, mut notes) = (String::new(), String::new());
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', ',', '.']);
        let end = match rest.as_bytes() {
            [b'[' | b'(' | b'{', ..] => bracket_end(rest),
            // The plural: `; pl. {Abaci}.`
            [b';', ..] => {
                let form = rest.find('}').map(|at| at + 1);
                form.or_else(|| rest.find(['[', '('])).or(Some(rest.len()))
            }
            _ => None,
        };
        let Some(end) = end else { break };
        let (group, after) = rest.split_at(end);
        let is_field = group.starts_with('(') && without_respelling(group).is_none();
        let target = if is_field { &mut fields } else { &mut notes };
        if !target.is_empty() {
            target.push(' ');
        }
        target.push_str(group.trim_matches([';', ' ']));
        rest = after;
    }
    (fields, notes, rest)
}

/// Whether round brackets enclose the whole text.
pub(super) fn is_in_round_brackets(text: &str) -> bool {
    text.starts_with('(') && bracket_end(text) == Some(text.len())
}

/// Whether the text is the beginning of the head of an article of Webster's dictionaries that
/// continues on the next line.
pub(super) fn is_cut_off(text: &str) -> bool {
    let open = |opening: char, closing: char| {
        text.matches(opening).count() > text.matches(closing).count()
    };
    let ends_in_word = !text.matches('\\').count().is_multiple_of(2) || text.ends_with('\\');
    text.starts_with('\\') && (ends_in_word || open('(', ')') || open('[', ']'))
}

/// The offset after the brackets at the beginning of a text. They may contain other brackets.
/// `None`: they are not closed.
fn bracket_end(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return Some(at + c.len_utf8());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_spellings_may_have_notes_and_pronunciations() {
        let line = "[news2]  [nf37]  五線 /tʃˈa, lˈe/,  [news2]  [nf37] ごせん /ɡˈo/";
        let heading = split(line, "(noun)", "ごせん").unwrap();
        assert_eq!((heading.spelling, &heading.others[..]), ("ごせん", &["五線"][..]));
        assert_eq!(heading.phonetic.as_deref(), Some("ɡˈo"));
        assert_eq!(split_list("apple, n. a fruit", "x", "apple"), None);
    }

    #[test]
    fn a_headword_may_have_marks_and_a_note_that_the_index_lacks() {
        assert_eq!(split("अथवा", "oder", "अथव").map(|heading| heading.spelling), Some("अथवा"));
        let heading = split("[música] re /rˈe/ <n, m>", "D", "re").unwrap();
        assert_eq!((heading.spelling, heading.note), ("re", "música"));
        assert_eq!(heading.after, "/rˈe/ <n, m>");
    }

    #[test]
    fn the_head_of_webster_is_read() {
        let head = parse_webster_head(
            "\\A*ban\"don\\ ([.a]*b[a^]n\"d[u^]n), v. t. & i. [imp. {Abandoned} (-d[u^]nd)] (Law)",
        )
        .unwrap();
        assert_eq!((head.phonetic.as_str(), head.label.as_str()), ("A·banˈdon", "vt. & vi."));
        assert_eq!(head.notes, "[imp. {Abandoned} (-d[u^]nd)]");
        assert_eq!((head.fields.as_str(), head.sense), ("(Law)", ""));
        let head =
            parse_webster_head("\\An\"cho*ret\\, Anchorite \\An\"cho*rite\\, n. [F.] A hermit")
                .unwrap();
        assert_eq!((&head.others[..], head.sense), (&["Anchorite"][..], "A hermit"));
        let head = parse_webster_head("\\Ab\"a*cus\\, n.; pl. {Abaci}. [L. abacus] x").unwrap();
        assert_eq!((head.notes.as_str(), head.sense), ("pl. {Abaci} [L. abacus]", "x"));
        let head = parse_webster_head("\\pink\\ pinkify \\pinkify\\ v. x").unwrap();
        assert_eq!((head.label.as_str(), head.sense), ("v.", "x"));
        assert_eq!(parse_webster_head("n. a fruit"), None);
    }
}
