//! Recognises files in which an entry has several lines: the headword `apple` on a line of its own
//! and `n. 苹果` below it, or lines with named fields, such as `Word: apple` and `Meaning: 苹果`.

use super::Layout;
use super::boundary::{explanation_start, first_gap, is_row};
use super::headword;
use super::sections::Sections;
use crate::books::overrides::Column;
use crate::books::text::columns;
use crate::books::text::script::{self, is_cjk};

/// Maximum number of words of a headword alone on its line.
const HEADWORD_WORDS_MAX: usize = 4;

/// Minimum number of blocks, or of headwords with lines below them, to recognise the layout.
const HEADWORDS_MIN: usize = 2;

/// Minimum number of lines for a layout of pairs.
const PAIRED_LINES_MIN: usize = 4;

/// Recognises the layout. `None`: headwords and explanations are on the same lines.
pub(super) fn recognise(sections: &Sections<'_>) -> Option<Layout> {
    if is_blocks(sections) {
        return Some(Layout::Blocks);
    }
    let lines: Vec<&str> = sections.lines().map(str::trim).collect();
    if is_pairs(&lines) {
        return Some(Layout::LinePairs);
    }
    has_headword_lines(&lines).then_some(Layout::HeadwordLines)
}

/// Whether a line is only a headword, perhaps with its pronunciation or part of speech.
fn is_headword_only(line: &str) -> bool {
    let (word, _) = headword::split_annotations(line.trim());
    word.split_whitespace().count() <= HEADWORD_WORDS_MAX
        && first_gap(word).is_none()
        && explanation_start(word).is_none()
        && !cannot_begin_entry(word)
}

/// Whether a line cannot begin an entry: it is a pronunciation, or begins with a part of speech.
fn cannot_begin_entry(line: &str) -> bool {
    script::leading_phonetic(line).is_some()
        || script::label(line).is_some()
        || script::bracketed_label(line).is_some()
        || script::label_with_inner_dots(line).is_some()
        || line.contains(' ') && script::labels_alone(line).is_some()
}

/// Whether the file has blocks of several lines, separated by empty lines, that begin with a
/// headword. If the lines below are rows of a list, the first line is a heading instead.
fn is_blocks(sections: &Sections<'_>) -> bool {
    let blocks = &sections.blocks;
    let is_block = |block: &&Vec<&str>| block.len() > 1 && is_headword_only(block[0]);
    let whole = blocks.iter().filter(is_block).count();
    let below = blocks.iter().flat_map(|block| &block[1..]).map(|line| line.trim());
    whole >= HEADWORDS_MIN && whole * 10 >= blocks.len() * 8 && !are_rows(below, blocks.len())
}

/// Whether the lines below the first ones of blocks are rows of a list below headings.
fn are_rows<'a>(below: impl Iterator<Item = &'a str>, headings: usize) -> bool {
    let (mut all, mut rows) = (0, 0);
    for line in below {
        all += 1;
        rows += usize::from(is_row(line));
    }
    rows > headings && rows * 10 >= all * 8
}

/// Whether headwords in one script have their explanations in another one on the next lines.
fn is_pairs(lines: &[&str]) -> bool {
    let is_latin = |line: &str| !line.contains(is_cjk);
    let is_pair = |pair: &[&str]| match pair {
        [headword, gloss] => is_headword_only(headword) && is_latin(headword) && !is_latin(gloss),
        // The last line of a sample may be a headword.
        _ => true,
    };
    let is_reverse = |pair: &[&str]| match pair {
        [headword, gloss] => is_headword_only(headword) && !is_latin(headword) && is_latin(gloss),
        _ => true,
    };
    lines.len() >= PAIRED_LINES_MIN
        && (lines.chunks(2).all(is_pair) || lines.chunks(2).all(is_reverse))
}

/// Whether a line is part of the explanation of the Latin headword above: it has Chinese text,
/// begins with a part of speech, or is a sentence.
pub(crate) fn is_explanation_line(line: &str) -> bool {
    let line = line.trim();
    line.contains(is_cjk)
        || cannot_begin_entry(line)
        || line.split_whitespace().count() > HEADWORD_WORDS_MAX && line.ends_with(['.', '!', '?'])
}

/// Whether Latin headwords are on lines of their own, with lines below that cannot be headwords.
fn has_headword_lines(lines: &[&str]) -> bool {
    let is_headword = |line: &str| is_headword_only(line) && !is_explanation_line(line);
    if !lines.first().is_some_and(|line| is_headword(line)) {
        return false;
    }
    let is_known = |line: &&&str| is_headword(line) || is_explanation_line(line);
    let pairs = lines.windows(2);
    let headwords =
        pairs.filter(|pair| is_headword(pair[0]) && is_explanation_line(pair[1])).count();
    let alone = lines.iter().filter(|line| is_headword(line)).count();
    let is_glossed = lines.iter().any(|line| line.contains(is_cjk) || cannot_begin_entry(line));
    let below = lines.iter().copied().filter(|line| !is_headword(line));
    headwords >= HEADWORDS_MIN
        && !are_rows(below, alone)
        && is_glossed
        && headwords * 10 >= alone.saturating_sub(1) * 9
        && lines.iter().filter(is_known).count() * 10 >= lines.len() * 9
}

/// The column and the text of a line with a named field: `Word: apple` is the column of headwords
/// and `apple`.
pub(crate) fn named_field(line: &str) -> Option<(Column, &str)> {
    let (name, value) = line.split_once([':', '：'])?;
    let column = columns::by_name(name.trim().trim_start_matches(['-', '*', ' ']))?;
    Some((column, value.trim().trim_start_matches('*').trim_start()))
}

/// The name in a line with a field that has an unknown name: `Other: x`.
pub(crate) fn unknown_field_name(line: &str) -> Option<&str> {
    let (name, value) = line.split_once([':', '：'])?;
    let name = name.trim().trim_start_matches(['-', '*', ' ']);
    let is_name = name.starts_with(char::is_alphabetic)
        && name.split_whitespace().count() <= FIELD_WORDS_MAX
        && name.chars().all(|c| c.is_alphanumeric() || " -_.()".contains(c));
    (is_name && !value.starts_with("//") && columns::by_name(name).is_none()).then_some(name)
}

/// Maximum number of words of the name of a field.
const FIELD_WORDS_MAX: usize = 3;

/// Whether nearly all lines are named fields, and several entries have a headword and an
/// explanation. If the names of these two are the same in all entries, half of the lines are
/// enough: the others have unknown names.
pub(super) fn has_named_fields(sections: &Sections<'_>) -> bool {
    let fields: Vec<Option<Column>> =
        sections.lines().map(|line| named_field(line).map(|(column, _)| column)).collect();
    let count = |column: Column| fields.iter().filter(|field| **field == Some(column)).count();
    let known = fields.iter().flatten().count();
    let words = count(Column::Word);
    let is_same = |column: Column| {
        let such =
            sections.lines().filter(|line| named_field(line).is_some_and(|(c, _)| c == column));
        let mut names: Vec<&str> = such.filter_map(|line| line.split([':', '：']).next()).collect();
        names.sort_unstable();
        names.dedup();
        names.len() == 1
    };
    let most = known * 10 >= fields.len() * 8;
    let half =
        || known * 2 >= fields.len() && is_same(Column::Word) && is_same(Column::Explanation);
    words >= HEADWORDS_MIN
        && count(Column::Explanation) * 10 >= words * 8
        && words * 2 <= known
        && (most || half())
}
