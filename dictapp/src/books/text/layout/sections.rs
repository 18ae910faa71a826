//! The blocks of lines of a file, which empty lines separate. A block may begin with a heading: a
//! line that is not a row of the list, such as `Fruit` above the row `apple - 苹果`.

use super::boundary;

/// The blocks of the first lines of a file, without their empty lines.
#[derive(Debug)]
pub(super) struct Sections<'a> {
    pub(super) blocks: Vec<Vec<&'a str>>,
}

/// At least this number of every ten lines below the headings must be rows.
const ROWS_OF_TEN: usize = 8;

impl<'a> Sections<'a> {
    pub(super) fn new(lines: &[&'a str]) -> Sections<'a> {
        let blocks = lines.split(|line| line.trim().is_empty()).filter(|block| !block.is_empty());
        Sections { blocks: blocks.map(<[&str]>::to_vec).collect() }
    }

    /// All lines.
    pub(super) fn lines(&self) -> impl Iterator<Item = &'a str> {
        self.blocks.iter().flatten().copied()
    }

    /// The rows, if the file is a list of rows: nearly all lines are rows, or nearly all lines
    /// except the headings are. In the second case there must be more rows than headings, and most
    /// rows must begin differently, unlike the lines `Word: apple`, `Meaning: 苹果` of each block.
    pub(super) fn rows(&self, is_row: impl Fn(&str) -> bool) -> Option<Vec<&'a str>> {
        let (mut rows, mut others) = (Vec::new(), 0_usize);
        let headings = self.headings(&is_row);
        let count = headings.top + headings.inner;
        for (number, block) in self.blocks.iter().enumerate() {
            // An indented line continues the one above.
            let unindented =
                block.iter().enumerate().filter(|(_, line)| !line.starts_with([' ', '\t']));
            for (at, line) in unindented {
                if is_row(line) {
                    rows.push(*line);
                } else if !is_heading(number, block, at) {
                    others += 1;
                }
            }
        }
        let is_enough = |headings: usize, others: usize| {
            rows.len() * 10 >= (rows.len() + others + headings) * ROWS_OF_TEN
        };
        let has_headings = rows.len() > count && is_enough(0, others) && is_varied(&rows);
        (is_enough(count, others) || has_headings).then_some(rows)
    }

    /// The number of headings: of lines that are not rows, at the beginning of a block of rows.
    pub(super) fn headings(&self, is_row: impl Fn(&str) -> bool) -> Headings {
        let mut headings = Headings::default();
        for (number, block) in self.blocks.iter().enumerate() {
            if !is_row(block[0]) && is_heading(number, block, 0) {
                *if number == 0 { &mut headings.top } else { &mut headings.inner } += 1;
            }
        }
        headings
    }
}

/// The number of headings of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Headings {
    /// At the first line of the file: 0 or 1.
    pub(crate) top: usize,
    /// At the first lines of the other blocks.
    pub(crate) inner: usize,
}

/// Whether a line that is not a row may be the heading of its block: it is the first line, rows
/// follow, and it has no explanation. `number` is the index of the block, `at` the index of the
/// line in the block.
fn is_heading(number: usize, block: &[&str], at: usize) -> bool {
    let is_indented = |line: &&str| line.starts_with([' ', '\t']);
    let has_rows = block.get(1).map_or(number == 0, |next| !is_indented(next));
    at == 0 && has_rows && !is_indented(&block[0]) && !boundary::is_row(block[0])
}

/// Whether most rows begin differently: each beginning is the text before a colon or a TAB, but at
/// most two words.
fn is_varied(rows: &[&str]) -> bool {
    let beginning = |row: &str| {
        let text = row.split([':', '：', '\t']).next().unwrap_or_default();
        text.split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut beginnings: Vec<Vec<String>> = rows.iter().map(|row| beginning(row)).collect();
    beginnings.sort_unstable();
    beginnings.dedup();
    beginnings.len() * 10 >= rows.len() * VARIED_OF_TEN
}

/// Minimum number of different beginnings per ten rows.
const VARIED_OF_TEN: usize = 6;
