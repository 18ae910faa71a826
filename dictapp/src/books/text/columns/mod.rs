//! Recognises the columns of a table from its first rows: by a header row (`word,meaning`), by a
//! header of Anki that lists them (`#columns:word`), or by the content of the cells. Also reads the
//! title and the languages from comments above the table (`# languages: en-zh`).

mod cells;
mod content;
mod header;
mod names;

use csv::StringRecord;

use crate::books::overrides::Column;
use crate::model::{LanguageTag, Languages};

pub(crate) use header::{by_name, has_lemma_column};

/// The recognised layout of a table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Number of rows before the first entry.
    pub(crate) rows_before: usize,
    pub(crate) columns: Vec<Column>,
    /// The header row.
    pub(crate) names: Option<StringRecord>,
    /// Number of columns of each table if several are side by side. `None`: there is one table.
    pub(crate) table_width: Option<usize>,
    pub(crate) title: Option<String>,
    pub(crate) languages: Option<Languages>,
}

/// More than this number of every ten rows must have cells beyond the last column.
const WIDE_OF_TEN: usize = 8;

impl Layout {
    /// Whether most rows have more cells than there are recognised columns. Then the cells beyond
    /// the last column are cells of further columns, not parts of a text that contains the
    /// delimiter.
    pub(crate) fn is_wide(&self, rows: &[StringRecord]) -> bool {
        let rows = rows.get(self.rows_before..).unwrap_or_default();
        let wide = rows.iter().filter(|row| row.len() > self.columns.len()).count();
        self.table_width.is_some() || wide * 10 > rows.len() * WIDE_OF_TEN
    }
}

/// Recognises the columns, the title and the languages from the first rows of a table.
pub(crate) fn recognise(rows: &[StringRecord]) -> Layout {
    let first = rows.iter().position(|row| !is_comment_or_header(row)).unwrap_or(0);
    let languages = rows[..first].iter().find_map(languages).or_else(|| {
        let code = |key: &str| LanguageTag::parse(tab_file_header(&rows[..first], key)?);
        code("sourceLang").zip(code("targetLang")).map(|(from, to)| Languages { from, to })
    });
    let title = tab_file_header(&rows[..first], "name").map(str::to_owned);
    // Properties of the notes of Anki, such as deck and tags, are no part of an entry.
    let properties: Vec<usize> = rows[..first].iter().filter_map(property_column).collect();
    let layout = |rows_before, columns, names| Layout {
        rows_before,
        columns,
        names,
        table_width: None,
        title,
        languages,
    };
    let listed = rows[..first]
        .iter()
        .find_map(|row| header::of_list(&names_listed_by_anki(row)?, &rows[first..]));
    if let Some(columns) = listed {
        return layout(first, columns, None);
    }
    if let Some((at, mut columns)) = header::find(rows, first) {
        let is_double = rows.get(at + 1).is_some_and(|row| header::is_translated(&rows[at], row));
        let table_width = header::table_width(&rows[at]);
        columns.truncate(table_width.unwrap_or(columns.len()));
        let names = Some(rows[at].clone());
        return Layout { table_width, ..layout(at + 1 + usize::from(is_double), columns, names) };
    }
    let first = first + usize::from(rows.get(first).is_some_and(header::is_numbering));
    let rows = &rows[first.min(rows.len())..];
    match content::table_width(rows).filter(|_| properties.is_empty()) {
        Some(width) => Layout {
            table_width: Some(width),
            ..layout(first, vec![Column::Word, Column::Explanation], None)
        },
        None => layout(first, content::columns(rows, &properties), None),
    }
}

/// Whether the rows of a text are certainly a table. One of two things shows it. Each cell of the
/// first row is the name of a column, headword and explanation among them. Or all rows have the
/// same number of cells (at least three, the first three of them filled), and a column has parts of
/// speech or pronunciations.
pub(crate) fn is_table(rows: &[StringRecord]) -> bool {
    let rows: Vec<StringRecord> = rows
        .iter()
        .skip_while(|row| is_comment_or_header(row))
        .filter(|row| !is_group(row))
        .cloned()
        .collect();
    let Some(first) = rows.first().filter(|_| rows.len() > 1) else { return false };
    let names: Vec<Column> = first.iter().filter_map(by_name).collect();
    if names.len() == first.len()
        && [Column::Word, Column::Explanation].iter().all(|c| names.contains(c))
    {
        return true;
    }
    let is_even = |row: &StringRecord| {
        row.len() == first.len() && row.iter().take(3).all(|cell| !cell.trim().is_empty())
    };
    let columns = content::columns(&rows, &[]);
    first.len() > 2
        && rows.iter().all(is_even)
        && [Column::Part, Column::Phonetic].iter().any(|column| columns.contains(column))
}

/// Whether a row is the name of a group of flashcards: `//HSK/Level 1`.
fn is_group(row: &StringRecord) -> bool {
    row.len() == 1 && row[0].starts_with("//")
}

/// Whether a row before the entries is a comment, a header (`#columns:`), or names the delimiter
/// (`sep=;`).
pub(crate) fn is_comment_or_header(row: &StringRecord) -> bool {
    let first = row.get(0).unwrap_or_default().trim();
    let is_header = first
        .strip_prefix('#')
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '#']) || rest.contains(':'));
    is_header || first.starts_with("sep=")
}

/// Whether a row has the same names as a header row.
pub(crate) fn has_same_names(names: &StringRecord, row: &StringRecord) -> bool {
    let is_empty =
        |row: &StringRecord, from: usize| row.iter().skip(from).all(|cell| cell.trim().is_empty());
    let mut pairs = names.iter().zip(row);
    pairs.all(|(name, cell)| cell.trim().eq_ignore_ascii_case(name.trim()))
        && is_empty(names, row.len())
        && is_empty(row, names.len())
}

/// The columns of a further header row, as in files that were joined: it has the names of the first
/// header row in another order, or only names of columns. `None`: the row is not a header row.
pub(crate) fn of_repeated_header(names: &StringRecord, row: &StringRecord) -> Option<Vec<Column>> {
    // Nearly all rows are entries, so this must be fast.
    if row.iter().any(|cell| !cell.trim().is_empty() && by_name(cell).is_none()) {
        return None;
    }
    let sorted = |row: &StringRecord| {
        let mut names: Vec<String> = row.iter().map(|cell| cell.trim().to_lowercase()).collect();
        names.sort_unstable();
        names
    };
    if sorted(names) == sorted(row) {
        return of_header(row);
    }
    header::of_names_only(row, &[])
}

/// The columns that a header row names. `None`: the row is not a header row.
pub(crate) fn of_header(row: &StringRecord) -> Option<Vec<Column>> {
    header::find(std::slice::from_ref(row), 0).map(|(_, columns)| columns)
}

/// Whether a row is the row of dashes below the names of a table in Markdown: `| --- | :---: |`.
pub(crate) fn is_dash_row(row: &StringRecord) -> bool {
    let is_line = |cell: &str| cell.contains('-') && cell.bytes().all(|b| b"-: ".contains(&b));
    row.len() > 1
        && row.iter().any(is_line)
        && row.iter().all(|c| c.trim().is_empty() || is_line(c))
}

/// The languages that a comment names: `# languages: en-zh`.
fn languages(row: &StringRecord) -> Option<Languages> {
    let comment = row.get(0)?.trim().strip_prefix('#')?.trim();
    Languages::parse(comment.strip_prefix("languages:")?)
}

/// The names of columns in a header of Anki, which are the cells of `#columns:word`, TAB,
/// `meaning`.
fn names_listed_by_anki(row: &StringRecord) -> Option<StringRecord> {
    let first = row.get(0)?.strip_prefix("#columns:")?;
    Some(std::iter::once(first).chain(row.iter().skip(1)).collect())
}

/// The value of a header of a tab file: `##name`, TAB, the title.
fn tab_file_header<'a>(rows: &'a [StringRecord], key: &str) -> Option<&'a str> {
    let row = rows.iter().find(|row| row.get(0).and_then(|c| c.strip_prefix("##")) == Some(key))?;
    row.get(1).map(str::trim).filter(|value| !value.is_empty())
}

/// The column to which a header of Anki assigns a property of the notes: `#tags column:3`.
fn property_column(row: &StringRecord) -> Option<usize> {
    let (name, number) = row.get(0)?.strip_prefix('#')?.split_once(" column:")?;
    let is_property = ["guid", "notetype", "deck", "tags"].contains(&name);
    number.trim().parse::<usize>().ok().filter(|_| is_property)?.checked_sub(1)
}

/// The names of the columns that are not read although they have text. Numbers, such as row
/// numbers, are not text.
pub(crate) fn unread_names(rows: &[StringRecord], layout: &Layout) -> Vec<String> {
    let (before, entries) = rows.split_at(layout.rows_before.min(rows.len()));
    let width = if layout.is_wide(rows) {
        entries.iter().map(StringRecord::len).max().unwrap_or_default()
    } else {
        layout.columns.len()
    };
    let is_read = |at: usize| layout.columns.get(at).is_some_and(|column| *column != Column::Skip);
    let name = |at: usize| {
        let names = layout.names.as_ref().or(before.last()).filter(|names| names.len() > 1);
        let name = names.and_then(|names| names.get(at)).map(str::trim);
        let name = name.filter(|name| !name.is_empty());
        name.map_or_else(|| format!("column {}", at + 1), str::to_owned)
    };
    (0..width.min(layout.table_width.unwrap_or(width)))
        .filter(|&at| !is_read(at) && content::has_text(entries, at))
        .map(name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&[&str]]) -> Vec<StringRecord> {
        rows.iter().map(|row| StringRecord::from(row.to_vec())).collect()
    }

    #[test]
    fn a_row_of_names_decides_the_columns() {
        let found = recognise(&rows(&[&["# x: y"], &["序号", "英文", "音标", "中文释义"], &["1"]]));
        let columns = [Column::Skip, Column::Word, Column::Phonetic, Column::Explanation];
        assert_eq!((found.rows_before, &found.columns[..]), (2, &columns[..]));
        let found = recognise(&rows(&[
            &["No.", "Vocabulary", "Part", "Chinese Meaning", "Example Sentence"],
            &["1"],
        ]));
        let columns =
            [Column::Skip, Column::Word, Column::Part, Column::Explanation, Column::Example];
        assert_eq!((found.rows_before, &found.columns[..]), (1, &columns[..]));
        let found = recognise(&rows(&[&["编号", "英语单词", "单词音标", "释义（中文）"], &["1"]]));
        let columns = [Column::Skip, Column::Word, Column::Phonetic, Column::Explanation];
        assert_eq!((found.rows_before, &found.columns[..]), (1, &columns[..]));
        let found =
            recognise(&rows(&[&["My words"], &["id", "word", "translation", "definition"]]));
        let columns = [Column::Skip, Column::Word, Column::Explanation, Column::Explanation];
        assert_eq!((found.rows_before, &found.columns[..]), (2, &columns[..]));
    }

    #[test]
    fn names_of_languages_are_names_of_columns() {
        let columns = |row: &[&str]| recognise(&rows(&[row, &["a", "b"]])).columns;
        assert_eq!(columns(&["German", "English"]), [Column::Word, Column::Explanation]);
        assert_eq!(columns(&["English", "Deutsch"]), [Column::Word, Column::Explanation]);
        assert_eq!(columns(&["Wort*", "Bedeutung"]), [Column::Word, Column::Explanation]);
        assert_eq!(columns(&["單字", "詞性", "中文解釋"])[2], Column::Explanation);
    }

    #[test]
    fn a_table_is_known_by_its_names_or_by_its_cells() {
        assert!(is_table(&rows(&[&["word", "meaning"], &["apple", "苹果"]])));
        assert!(is_table(&rows(&[&["apple", "ˈæpl", "苹果"], &["pear", "peə", "梨"]])));
        assert!(!is_table(&rows(&[&["word", "词"], &["apple", "苹果"]])));
        assert!(!is_table(&rows(&[&["apple", "苹果", "果"], &["pear", "梨", "果"]])));
        assert!(!is_table(&rows(&[&["apple", "n.", "苹果"], &["pear", "梨"]])));
    }

    #[test]
    fn without_names_the_cells_decide() {
        let found = recognise(&rows(&[
            &["1", "apple", "[ˈæpl]", "n.", "苹果", "I eat an apple a day."],
            &["2", "pear", "[peə]", "n.", "梨", "She eats a ripe pear."],
        ]));
        let columns = [
            Column::Skip,
            Column::Word,
            Column::Phonetic,
            Column::Part,
            Column::Explanation,
            Column::Example,
        ];
        assert_eq!((found.rows_before, &found.columns[..]), (0, &columns[..]));
        let found = recognise(&rows(&[&["apple", "", "苹果"], &["pear", "", "梨"]]));
        assert_eq!(found.columns, [Column::Word, Column::Skip, Column::Explanation]);
        let found = recognise(&rows(&[&["#columns:Back", "Front"], &["苹果", "apple"]]));
        assert_eq!(
            (found.rows_before, &found.columns[..]),
            (1, &[Column::Explanation, Column::Word][..])
        );
    }
}
