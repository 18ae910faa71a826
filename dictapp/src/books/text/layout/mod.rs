//! Splits a line of a plain text book into headword and explanation: `ice cream  冰淇淋` into
//! `ice cream` and `冰淇淋`. Spaces separate the words of a phrase, but also the headword from its
//! explanation. So the layout of the whole file, which is recognised from its first lines, is
//! applied first, and the content of the line (`boundary`) second.

mod boundary;
pub(crate) mod headword;
mod multiline;
mod sections;
mod separator;

use super::cedict;
use super::script::{self, is_cjk};
pub(crate) use boundary::is_row;
use boundary::{WIDE_GAP, explanation_start, first_gap, is_inside_explanation};
pub(crate) use multiline::{is_explanation_line, named_field, unknown_field_name};
pub(crate) use sections::Headings;
use sections::Sections;
pub(crate) use separator::{Separator, without_trailing_separator};

/// How a file separates headwords from explanations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Headwords are padded with spaces; explanations begin after this number of characters.
    Padded(usize),
    /// A TAB follows each headword.
    Tabbed,
    /// A separator follows each headword: `word: meaning`.
    Separated(Separator),
    /// The headword is alone on a line, its explanation is below, and an empty line follows.
    Blocks,
    /// The headword is on a line, its explanation on the next one.
    LinePairs,
    /// The headword is on a line, its explanation on the lines below. These lines cannot be
    /// headwords.
    HeadwordLines,
    /// A line for each part of an entry, with its name: `Word: apple`, `Meaning: 苹果`.
    NamedFields,
    /// Lines of CC-CEDICT or EDICT, see `cedict`.
    Cedict,
    /// No layout was recognised: each line is split by its content.
    Spaced,
}

/// Minimum number of lines with a TAB, or with an explanation at the same column, to recognise
/// [`Layout::Tabbed`] or [`Layout::Padded`].
const AGREEING_LINES_MIN: usize = 3;

impl Layout {
    /// Recognises the layout from the first lines of a file.
    pub(crate) fn sniff<'a>(lines: impl Iterator<Item = &'a str>) -> Layout {
        let lines: Vec<&str> = lines.collect();
        let filled = lines.iter().filter(|line| !line.trim().is_empty()).count();
        let cedict_lines = lines.iter().filter(|line| cedict::parse(line).is_some()).count();
        if cedict_lines > 0 && cedict_lines * 10 >= filled * 8 {
            return Layout::Cedict;
        }
        let sections = Sections::new(&lines);
        if multiline::has_named_fields(&sections) {
            return Layout::NamedFields;
        }
        if sections.rows(boundary::is_tabbed_row).is_some_and(|rows| rows.len() > 1) {
            return Layout::Tabbed;
        }
        let known = separator::recognise(&sections).map(Layout::Separated);
        if let Some(layout) = known.or_else(|| multiline::recognise(&sections)) {
            return layout;
        }
        let mut all = 0_usize;
        let mut tabbed = 0_usize;
        // The number of explanations that begin at each column; the last element counts all
        // columns from 63 on.
        let mut columns = [0_usize; 64];
        let is_unindented =
            |line: &&str| !line.is_empty() && !line.starts_with(char::is_whitespace);
        for line in lines.into_iter().filter(is_unindented) {
            all += 1;
            if line.contains('\t') {
                tabbed += 1;
            } else if let Some(gap) = first_gap(line) {
                let column = line[..gap.end].chars().count();
                columns[column.min(columns.len() - 1)] += 1;
            }
        }
        if tabbed >= AGREEING_LINES_MIN && tabbed * 2 > all {
            return Layout::Tabbed;
        }
        // A headword longer than the column moves its explanation to the right, never to the left.
        let (column, agree) = (1..columns.len() - 1)
            .map(|column| (column, columns[column]))
            .max_by_key(|&(_, count)| count)
            .unwrap_or_default();
        let left: usize = columns[..column].iter().sum();
        let padded: usize = columns[column..].iter().sum();
        if agree >= AGREEING_LINES_MIN && left * 4 <= padded && padded * 2 > all {
            return Layout::Padded(column);
        }
        separator::recognise_in_partial_list(&sections).map_or(Layout::Spaced, Layout::Separated)
    }

    /// Splits a line without leading white space into headword and explanation. The explanation may
    /// be empty.
    pub(crate) fn split<'a>(&self, line: &'a str) -> (&'a str, &'a str) {
        if let Layout::Separated(separator) = self {
            let other =
                || Separator::Mixed.split_headword(line).filter(|_| *separator != Separator::Mixed);
            let by_content = || {
                let (at, _) = explanation_start(line)?;
                Some((line[..at].trim_end(), line[at..].trim()))
            };
            let split = separator.split(line).or_else(other).or_else(by_content);
            return split.unwrap_or((separator.headword_alone(line), ""));
        }
        let at = self.headword_end(line).unwrap_or(line.len());
        let (headword, rest) = line.split_at(at);
        let rest = rest.trim();
        let text =
            if *self == Layout::Spaced { separator::without_leading_separator(rest) } else { rest };
        (headword.trim_end(), text)
    }

    /// The number of headings above blocks of the file, such as `Fruit`. None are counted if the
    /// lines are not mostly rows with a headword and an explanation.
    pub(crate) fn headings(&self, lines: &[&str]) -> Headings {
        let sections = Sections::new(lines);
        let is_row = |line: &str| self.is_row(line);
        if self.has_rows() && sections.rows(is_row).is_some() {
            sections.headings(is_row)
        } else {
            Headings::default()
        }
    }

    /// Whether each line may be an entry.
    fn has_rows(&self) -> bool {
        matches!(self, Layout::Tabbed | Layout::Separated(_) | Layout::Spaced)
    }

    /// Whether a line is a row of the list: a headword and an explanation.
    pub(crate) fn is_row(&self, line: &str) -> bool {
        let is_separated = |separator: &Separator| separator.split_headword(line).is_some();
        let is_own = match self {
            Layout::Separated(separator) => {
                is_separated(separator) || is_separated(&Separator::Mixed)
            }
            Layout::Tabbed => line.contains('\t'),
            _ => false,
        };
        is_own || is_row(line)
    }

    /// The offset at which the headword of a line ends. `None`: the line has only a headword.
    fn headword_end(&self, line: &str) -> Option<usize> {
        if let Layout::Tabbed = self
            && let Some(tab) = line.find('\t')
        {
            return Some(tab);
        }
        let gap = first_gap(line);
        if let (Layout::Padded(column), Some(gap)) = (self, gap) {
            let end = line[..gap.end].chars().count();
            if end == *column {
                return Some(gap.start);
            }
            let filled = self.filled_column(line).filter(|_| gap.width < WIDE_GAP);
            if end > *column && (filled.is_some() || !is_inside_explanation(gap, line)) {
                return filled.or(Some(gap.start));
            }
        }
        self.filled_column(line)
            .or_else(|| boundary::headword_end(line, gap, explanation_start(line)))
            .or_else(|| self.single_space(line))
            .or_else(|| glued_gloss(line))
    }

    /// In a padded file: the end of a headword that fills its column except for one space. `None`:
    /// no explanation clearly begins at the column.
    fn filled_column(&self, line: &str) -> Option<usize> {
        let Layout::Padded(column) = *self else { return None };
        let (at, c) = line.char_indices().nth(column - 1)?;
        let headword = &line[..at];
        let rest = &line[at + c.len_utf8()..];
        let begins = rest.starts_with(is_cjk)
            || script::label(rest).is_some()
            || rest.starts_with('[')
            || script::begins_with_brackets(rest);
        let whole = !headword.contains(is_cjk) && first_gap(headword).is_none();
        (c == ' ' && begins && whole).then_some(at)
    }

    /// The end of a headword with a single space between it and its explanation. In a padded file,
    /// such a headword fills its column.
    fn single_space(&self, line: &str) -> Option<usize> {
        let first = line.find(char::is_whitespace)?;
        let Layout::Padded(column) = *self else { return Some(first) };
        if line[..first].chars().count() + 1 >= column {
            return Some(first);
        }
        // The line begins with a phrase. If the phrase fills its column, the column ends with the
        // space after it. Several spaces would follow a shorter phrase, so a line without them is
        // a phrase without an explanation.
        let (at, c) = line.char_indices().nth(column - 1)?;
        (c == ' ').then_some(at)
    }
}

/// The end of a Latin headword before Chinese text without a space: `apple苹果`.
fn glued_gloss(line: &str) -> Option<usize> {
    let at = line.find(is_cjk)?;
    (at > 1 && line[..at].bytes().all(|byte| byte.is_ascii_lowercase())).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks lines with their headwords and explanations.
    #[track_caller]
    fn splits(layout: Layout, lines: &[(&str, &str, &str)]) {
        for &(line, headword, explanation) in lines {
            assert_eq!(layout.split(line), (headword, explanation), "{layout:?} {line:?}");
        }
    }

    #[test]
    fn a_gap_ends_a_phrase() {
        splits(
            Layout::Spaced,
            &[
                ("as soon as possible   尽快", "as soon as possible", "尽快"),
                ("ice cream  a frozen food", "ice cream", "a frozen food"),
                ("ice cream\tn. 冰淇淋", "ice cream", "n. 冰淇淋"),
            ],
        );
    }

    #[test]
    fn a_label_ends_a_phrase() {
        splits(
            Layout::Spaced,
            &[
                ("ice cream n. 冰淇淋", "ice cream", "n. 冰淇淋"),
                ("abandon v.  to give up", "abandon", "v.  to give up"),
                ("abandon v.放弃", "abandon", "v.放弃"),
                ("lead vt. & vi. 引导", "lead", "vt. & vi. 引导"),
                ("a art. 一（个）", "a", "art. 一（个）"),
            ],
        );
    }

    #[test]
    fn a_label_inside_a_headword_does_not_end_it() {
        splits(
            Layout::Spaced,
            &[
                ("a.m. adv. 上午", "a.m.", "adv. 上午"),
                ("at 5 a.m. 上午五点", "at 5 a.m.", "上午五点"),
                ("vitamin a.       维生素甲", "vitamin a.", "维生素甲"),
            ],
        );
        splits(
            Layout::Padded(17),
            &[
                ("vitamin a.       维生素甲", "vitamin a.", "维生素甲"),
                ("abcdefgh n. ijkl 某物", "abcdefgh n. ijkl", "某物"),
                ("o. n.            每夜", "o. n.", "每夜"),
            ],
        );
    }

    #[test]
    fn chinese_ends_a_latin_headword_and_latin_a_chinese_one() {
        splits(
            Layout::Spaced,
            &[
                ("ice cream 冰淇淋 甜", "ice cream", "冰淇淋 甜"),
                ("café au lait 牛奶咖啡", "café au lait", "牛奶咖啡"),
                ("冰淇淋 ice cream", "冰淇淋", "ice cream"),
                ("goes (go 的第三人称)", "goes", "(go 的第三人称)"),
                ("abandon v 放弃", "abandon", "v 放弃"),
            ],
        );
    }

    #[test]
    fn a_pronunciation_ends_a_headword() {
        splits(
            Layout::Spaced,
            &[
                ("ice cream [ais kri:m] 冰淇淋", "ice cream", "[ais kri:m] 冰淇淋"),
                ("cat /kæt/ an animal", "cat", "/kæt/ an animal"),
                ("and/or conj. 和/或", "and/or", "conj. 和/或"),
            ],
        );
    }

    #[test]
    fn a_single_space_ends_a_headword_except_in_padded_files() {
        splits(Layout::Spaced, &[("apple a round fruit", "apple", "a round fruit")]);
        splits(
            Layout::Padded(17),
            &[
                ("ice cream", "ice cream", ""),
                ("misunderstanding failing to see", "misunderstanding", "failing to see"),
                ("a stitch in time saves nine", "a stitch in time", "saves nine"),
            ],
        );
    }

    #[test]
    fn a_label_after_a_headword_that_fills_its_column_is_not_part_of_it() {
        splits(
            Layout::Padded(17),
            &[
                ("misunderstanding n.  failing to see", "misunderstanding", "n.  failing to see"),
                (
                    "electrolytically [ electrolytic: ] (Physics) a  of",
                    "electrolytically",
                    "[ electrolytic: ] (Physics) a  of",
                ),
            ],
        );
        splits(Layout::Spaced, &[("manager[ ˈmænidʒə] n.经理", "manager", "[ ˈmænidʒə] n.经理")]);
    }

    #[test]
    fn recognises_separators_and_blocks() {
        let colons = ["apple：苹果", "pear: 梨", "col fig: 无花果"];
        let layout = Layout::sniff(colons.into_iter());
        assert_eq!(layout, Layout::Separated(Separator::Colon));
        splits(layout, &[("col fig: 无花果", "col fig", "无花果")]);
        for (line, separator) in [
            ("a - b c", Separator::Dash),
            ("a=b", Separator::Equals),
            ("a,b, c", Separator::Comma),
            ("a|b", Separator::Pipe),
        ] {
            assert_eq!(
                Layout::sniff([line, line].into_iter()),
                Layout::Separated(separator),
                "{line}"
            );
        }
        let blocks = ["apple", "n. 苹果", "", "pear", "n. 梨"];
        assert_eq!(Layout::sniff(blocks.into_iter()), Layout::Blocks);
        let pairs = ["apple", "苹果", "", "pear", "", "n. 梨"];
        assert_eq!(Layout::sniff(pairs.into_iter()), Layout::LinePairs);
        let prose = ["apple a fruit: red, round", "pear a fruit: yellow, long"];
        assert_eq!(Layout::sniff(prose.into_iter()), Layout::Spaced);
        let glossed = ["apple a red, round fruit 苹果", "pear a ripe, sweet fruit 梨"];
        assert_eq!(Layout::sniff(glossed.into_iter()), Layout::Spaced);
    }

    #[test]
    fn recognises_the_layout_by_its_lines() {
        let padded = [
            "a                n. x",
            "abandon          v. x",
            "a very long phrase that goes on   x",
            "ability          n. y",
            "café            n. z",
        ];
        assert_eq!(Layout::sniff(padded.into_iter()), Layout::Padded(17));
        assert_eq!(Layout::sniff(["a\tx", "b\tx", "c d\tx", "e x"].into_iter()), Layout::Tabbed);
        assert_eq!(Layout::sniff(["a x", "b  x", "c d   x", "e x"].into_iter()), Layout::Spaced);
    }
}
