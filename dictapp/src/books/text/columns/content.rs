//! Recognises the columns of a table without a header row by the content of their cells: in the
//! rows `apple,[ˈæpl],苹果` and `pear,[peə],梨`, the columns are headword, pronunciation and
//! explanation.

use csv::StringRecord;

use super::cells::{self, Content};
use crate::books::overrides::Column;
use crate::books::text::script::is_cjk;

/// A column has a content if at least this number of every ten cells that are not empty have it.
const MOST_OF_TEN: usize = 8;

/// Recognises the columns by the content of their cells. Columns in `ignored` are skipped.
pub(super) fn columns(rows: &[StringRecord], ignored: &[usize]) -> Vec<Column> {
    let width = width(rows);
    let all: Vec<usize> = (0..width).filter(|at| !ignored.contains(at)).collect();
    let mut columns = vec![Column::Skip; width];
    for &at in &all {
        columns[at] = column_by_format(rows, at).unwrap_or(Column::Skip);
    }
    let mut texts = texts(rows, &all);
    // A first column of labels or numbers has the headwords if no other column can have them.
    if texts.len() < 2 && columns.first().is_some_and(|first| *first != Column::Skip) {
        columns[0] = Column::Skip;
        texts.insert(0, 0);
    }
    if let [word] = texts[..]
        && let Some(part) = columns.iter().position(|column| *column == Column::Part)
    {
        (columns[word], columns[part]) = (Column::Word, Column::Explanation);
        return columns;
    }
    // Without two columns of text, assume the usual order.
    if texts.len() < 2 {
        let usual = [Column::Word, Column::Explanation, Column::Phonetic];
        return usual.into_iter().take(width.max(2)).collect();
    }
    TextColumns { rows, texts }.assign(&mut columns);
    columns
}

/// The number of columns of each table if several tables of words and meanings are side by side, as
/// in `apple,苹果,pear,梨`: 2. `None`: there is one table.
pub(super) fn table_width(rows: &[StringRecord]) -> Option<usize> {
    let width = width(rows);
    let texts = TextColumns { rows, texts: texts(rows, &(0..width).collect::<Vec<_>>()) };
    let is_pair = |at: usize| {
        !texts.is_script_of(at, is_cjk) && texts.is_script_of(at + 1, is_cjk) && texts.words(at) < 3
    };
    let mut starts = (0..width).step_by(2);
    let is_own = |at: usize| {
        at == 0
            || texts.similar_of_ten(0, at) < SIMILAR_OF_TEN
                && !texts.is_example(0, at)
                && !texts.is_category(at)
    };
    let is_block = width > 3
        && width.is_multiple_of(2)
        && rows.len() > 1
        && texts.texts.len() == width
        && starts.all(|at| is_pair(at) && is_own(at));
    is_block.then_some(2)
}

/// The number of columns of most rows. Longer rows have a delimiter in their last cell.
fn width(rows: &[StringRecord]) -> usize {
    let widest = rows.iter().map(StringRecord::len).max().unwrap_or(0);
    let count = |width: usize| rows.iter().filter(|row| row.len() == width).count();
    let is_usual = |width: &usize| count(*width) * 10 >= rows.len() * MOST_OF_TEN;
    (2..widest).find(is_usual).unwrap_or(widest)
}

/// The columns of text among these columns, in their order.
pub(super) fn texts(rows: &[StringRecord], columns: &[usize]) -> Vec<usize> {
    let is_text = |at: &usize| content(rows, *at) == Some(Content::Text);
    columns.iter().copied().filter(is_text).collect()
}

/// Whether a column has content other than numbers. If such a column is not read, entries lose
/// text.
pub(super) fn has_text(rows: &[StringRecord], column: usize) -> bool {
    content(rows, column).is_some_and(|content| content != Content::Number)
}

/// Whether a column has pronunciations.
pub(super) fn has_pronunciations(rows: &[StringRecord], column: usize) -> bool {
    is_mostly(rows, column, |cell| {
        cells::content(cell) == Content::Phonetic || cell.starts_with(['/', '['])
    })
}

/// Whether a column has levels of the Common European Framework.
pub(super) fn has_levels(rows: &[StringRecord], column: usize) -> bool {
    content(rows, column) == Some(Content::Level)
}

/// The kind of a column that its own cells show, without a comparison with other columns: parts of
/// speech, pronunciations, levels.
pub(super) fn column_by_format(rows: &[StringRecord], column: usize) -> Option<Column> {
    match content(rows, column)? {
        Content::Part | Content::Gender => Some(Column::Part),
        Content::Phonetic => Some(Column::Phonetic),
        Content::Level => Some(Column::Level),
        _ => None,
    }
}

/// Whether a column has sentences with the headwords of another one.
pub(super) fn is_example(rows: &[StringRecord], word: usize, column: usize) -> bool {
    let texts = TextColumns { rows, texts: Vec::new() };
    content(rows, column) == Some(Content::Text) && texts.is_example(word, column)
}

/// The content of most cells of a column. `None`: its cells are empty.
fn content(rows: &[StringRecord], column: usize) -> Option<Content> {
    let contents: Vec<Content> = cells(rows, column).map(cells::content).collect();
    let count = |content: Content| contents.iter().filter(|one| **one == content).count();
    let is_most = |count: usize| count * 10 >= contents.len() * MOST_OF_TEN;
    // `n` is neuter beside `m` and `f`.
    let labels = count(Content::Gender) + count(Content::Part);
    if is_most(labels) && count(Content::Gender) > 0 {
        return Some(Content::Gender);
    }
    let first = *contents.first()?;
    // A gloss in slashes (`/student/`) looks like a pronunciation.
    if count(Content::Phonetic) > 0 && cells(rows, column).any(cells::has_glosses) {
        return Some(Content::Text);
    }
    let most = contents.iter().copied().find(|content| is_most(count(*content)));
    let is_text = contents.len() == 1 && first == Content::Flag;
    Some(if is_text { Content::Text } else { most.unwrap_or(Content::Text) })
}

/// The cells of a column that are not empty.
fn cells(rows: &[StringRecord], column: usize) -> impl Iterator<Item = &str> {
    let cells = rows.iter().filter_map(move |row| row.get(column));
    cells.map(str::trim).filter(|cell| !cell.is_empty())
}

fn is_mostly(rows: &[StringRecord], column: usize, is: impl Fn(&str) -> bool) -> bool {
    let filled = cells(rows, column).count();
    filled > 0 && cells(rows, column).filter(|cell| is(cell)).count() * 10 >= filled * MOST_OF_TEN
}

/// The columns of text of a table. Their kinds are found by comparing the columns.
struct TextColumns<'a> {
    rows: &'a [StringRecord],
    texts: Vec<usize>,
}

impl TextColumns<'_> {
    /// Finds the headword, then the columns that belong to it, then the explanations.
    fn assign(mut self, columns: &mut [Column]) {
        let pair = self.headwords_with_readings();
        let word = pair.map_or_else(|| self.headword(), |(word, _)| word);
        self.take(columns, word, Column::Word);
        if pair.is_some() {
            self.take_where(columns, Column::Phonetic, |texts, at| texts.is_reading(word, at));
            self.take_where(columns, Column::Skip, TextColumns::is_reading_of_example);
        }
        for at in self.forms(word) {
            self.take(columns, at, Column::Forms);
        }
        self.take_where(columns, Column::Skip, TextColumns::is_category);
        self.take_where(columns, Column::Example, |texts, at| texts.is_example(word, at));
        self.take_where(columns, Column::Phonetic, |texts, at| {
            texts.is_single(at) && texts.has_phonetic_characters(at)
        });
        if let Some(&explanation) = self.texts.first() {
            self.take(columns, explanation, Column::Explanation);
        }
        for &at in &self.texts {
            columns[at] = self.column_of_further_text(word, at, columns);
        }
    }

    /// The kind of a further column of text beside the headword and its explanation.
    fn column_of_further_text(&self, word: usize, at: usize, columns: &[Column]) -> Column {
        let is_read = |column: &Column| !matches!(column, Column::Skip | Column::Phonetic);
        let before = columns[..at].iter().rposition(is_read).unwrap_or_default();
        if columns[before] == Column::Example && self.is_other_script(before, at) {
            Column::Translation
        } else if self.is_other_script(word, at) || self.words(at) > 2 {
            Column::Explanation
        } else if columns.contains(&Column::Phonetic) || !self.has_phonetic_characters(at) {
            Column::Skip
        } else {
            Column::Phonetic
        }
    }

    fn take(&mut self, columns: &mut [Column], at: usize, column: Column) {
        columns[at] = column;
        self.texts.retain(|text| *text != at);
    }

    /// Assigns `column` to the columns for which `is` holds. The last column of text stays for the
    /// explanation.
    fn take_where(
        &mut self,
        columns: &mut [Column],
        column: Column,
        is: impl Fn(&Self, usize) -> bool,
    ) {
        for at in self.texts.clone() {
            if self.texts.len() > 1 && is(self, at) {
                self.take(columns, at, column);
            }
        }
    }

    /// Whether a column has the readings of examples.
    fn is_reading_of_example(&self, at: usize) -> bool {
        self.texts.iter().any(|&other| other != at && self.is_reading(other, at))
    }

    /// The column of Chinese or Japanese headwords, and the column of their readings.
    fn headwords_with_readings(&self) -> Option<(usize, usize)> {
        let pairs =
            self.texts.iter().flat_map(|&word| self.texts.iter().map(move |&at| (word, at)));
        let mut pairs = pairs.filter(|(word, at)| word != at);
        pairs.find(|&(word, at)| self.texts.len() > 2 && self.is_reading(word, at))
    }

    /// The first column of text that has neither example sentences for the next column nor group
    /// names.
    fn headword(&self) -> usize {
        let is_headword = |&at: &usize| {
            let next = self.texts.iter().find(|text| **text > at);
            let is_sentence = next.is_some_and(|&next| self.is_example(next, at));
            !is_sentence && !self.is_category(at)
        };
        if self.texts.len() < 3 {
            return self.texts[0];
        }
        self.texts.iter().copied().find(is_headword).unwrap_or(self.texts[0])
    }

    /// The columns after the headword that have its inflected forms or its spelling in traditional
    /// characters. One column of text stays for the explanation.
    fn forms(&self, word: usize) -> Vec<usize> {
        let after = self.texts.iter().copied().filter(|at| *at > word);
        let mut forms: Vec<usize> = after
            .take_while(|&at| {
                self.is_single(at) && self.has_similar_cells(word, at) && !self.has_colons(at)
            })
            .collect();
        forms.truncate(self.texts.len() - 1);
        let is_inflected = |at: &usize| self.similar_of_ten(word, *at) >= INFLECTED_OF_TEN;
        let many = forms.iter().filter(|at| is_inflected(at)).count();
        if many * 2 < forms.len() || !self.is_script_of(word, is_cjk) && !self.is_single(word) {
            forms.clear();
        }
        forms
    }

    /// Whether cells of a column may be forms of the headwords: enough of them have the first
    /// letter of the headword. In Chinese they must have the same number of characters, and share
    /// one of them if there are several.
    fn has_similar_cells(&self, word: usize, other: usize) -> bool {
        self.is_script_of(word, is_cjk) == self.is_script_of(other, is_cjk)
            && self.similar_of_ten(word, other) >= SIMILAR_OF_TEN
    }

    /// The number of cells, of every ten, that are similar to the headword.
    fn similar_of_ten(&self, word: usize, other: usize) -> usize {
        let has_similar_cells = |word: &str, other: &str| {
            if word.contains(is_cjk) {
                let shared = word.chars().any(|c| other.contains(c));
                let is_one = word.chars().count() == 1;
                word.chars().count() == other.chars().count() && (shared || is_one)
            } else {
                // `ge` before a German participle does not count: `machen`, `gemacht`.
                let first = |word: &str| word.chars().next().map(|c| c.to_lowercase().to_string());
                first(word) == first(other)
                    || other.strip_prefix("ge").is_some_and(|rest| first(rest) == first(word))
                    || SUPPLETIVE_FORMS
                        .contains(&(word, other.split('/').next().unwrap_or_default()))
            }
        };
        self.of_ten(word, other, has_similar_cells)
    }

    /// The number of pairs of filled cells, of every ten, for which `is` holds.
    fn of_ten(&self, one: usize, other: usize, is: impl Fn(&str, &str) -> bool) -> usize {
        let cell =
            |row: &StringRecord, at: usize| row.get(at).unwrap_or_default().trim().to_owned();
        let pairs = self.rows.iter().map(|row| (cell(row, one), cell(row, other)));
        let pairs: Vec<_> = pairs.filter(|(a, b)| !a.is_empty() && !b.is_empty()).collect();
        pairs.iter().filter(|(a, b)| is(a, b)).count() * 10 / pairs.len().max(1)
    }

    /// Whether cells have the readings of headwords in another column, as pinyin or kana.
    fn is_reading(&self, word: usize, reading: usize) -> bool {
        let is_kana = |c: char| matches!(c, '\u{3041}'..='\u{30FF}' | ' ');
        let characters = |word: &str| word.chars().filter(|c| is_cjk(*c)).count();
        let is_read = |word: &str, reading: &str| {
            let count = characters(word);
            let is_kana_word = word.chars().all(is_kana);
            count > 0
                && (cells::is_pinyin_of(reading, count)
                    || !is_kana_word && reading.chars().all(is_kana))
        };
        // Short English words may look like pinyin: `pen`, `long`.
        let is_sure = |cell: &str| {
            !cell.is_ascii() || cell.contains(' ') || cell.len() > 6 || cells::is_toned(cell)
        };
        self.of_ten(word, reading, is_read) >= MOST_OF_TEN && cells(self.rows, reading).any(is_sure)
    }

    /// Whether cells are sentences in which the headword occurs.
    fn is_example(&self, word: usize, at: usize) -> bool {
        let is_longer = |word: &str, text: &str| {
            let stem: String = word.chars().take(STEM_CHARS_MAX).collect::<String>().to_lowercase();
            let more = text.chars().count() > word.chars().count() + 2;
            more && !stem.is_empty() && text.to_lowercase().contains(&stem)
        };
        let is_cjk_text = self.is_script_of(at, is_cjk);
        self.of_ten(word, at, is_longer) >= INFLECTED_OF_TEN && (is_cjk_text || self.words(at) > 2)
    }

    /// Whether cells are the names of groups: the same few texts occur again and again.
    fn is_category(&self, at: usize) -> bool {
        let mut texts: Vec<&str> = cells(self.rows, at).collect();
        let filled = texts.len();
        texts.sort_unstable();
        texts.dedup();
        filled > 3 && texts.len() * 2 <= filled
    }

    fn is_other_script(&self, one: usize, other: usize) -> bool {
        self.is_script_of(one, is_cjk) != self.is_script_of(other, is_cjk)
    }

    fn is_script_of(&self, at: usize, is: fn(char) -> bool) -> bool {
        let has = cells(self.rows, at).filter(|cell| cell.contains(is)).count();
        has * 2 > cells(self.rows, at).count()
    }

    /// Whether most cells have no spaces: they are single words, or spellings with pipes between
    /// them.
    fn is_single(&self, at: usize) -> bool {
        is_mostly(self.rows, at, |cell| !cell.contains(char::is_whitespace))
    }

    /// The median number of words of the cells.
    fn words(&self, at: usize) -> usize {
        let mut counts: Vec<usize> =
            cells(self.rows, at).map(|cell| cell.split_whitespace().count()).collect();
        counts.sort_unstable();
        counts.get(counts.len() / 2).copied().unwrap_or_default()
    }

    /// Whether cells have colons, as pronunciations in ASCII have after long vowels: `ka:`.
    fn has_colons(&self, at: usize) -> bool {
        cells(self.rows, at).any(|cell| cell.contains(':'))
    }

    /// Whether most cells have characters of pronunciations in ASCII: `'æpl`, `[aepl]`.
    fn has_phonetic_characters(&self, at: usize) -> bool {
        let phonetic =
            cells(self.rows, at).filter(|cell| cell.contains(['\'', ':', '[', '/', 'ˈ']));
        phonetic.count() * 2 > cells(self.rows, at).count()
    }
}

/// At least this number of every ten cells in each column of forms must resemble the headword. In
/// half of these columns, at least [`INFLECTED_OF_TEN`] must.
const SIMILAR_OF_TEN: usize = 4;
/// See [`SIMILAR_OF_TEN`]. Also the number of examples in ten that must contain the headword.
const INFLECTED_OF_TEN: usize = 6;

/// An example must contain this number of first letters of its headword. The other letters may
/// differ, since the headword may be inflected.
const STEM_CHARS_MAX: usize = 4;

/// Common verbs with forms that begin with other letters.
const SUPPLETIVE_FORMS: &[(&str, &str)] = &[
    ("go", "went"),
    ("be", "was"),
    ("be", "were"),
    ("be", "is"),
    ("be", "am"),
    ("am", "was"),
    ("sein", "war"),
    ("sein", "gewesen"),
];
