//! Assigns roles to the columns of a table of words that a user imports: by the row of column names
//! if there is one, otherwise by the content of the cells. Then converts the rows.

use csv::StringRecord;

use super::import::Row;
use crate::books::{Column, column_by_name, recognise_columns};
use crate::store::SavedWordText;
use crate::texts::Language;

/// The role of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ColumnRole {
    Word,
    List,
    Tags,
    Note,
    /// An explanation. It becomes the note if the table has no column of notes.
    Meaning,
    Sentence,
    /// An example. It becomes the sentence if the table has no column of sentences.
    Example,
    Unused,
}

/// The separator between cells that are joined to one text.
const BETWEEN: &str = " · ";

/// Converts a table: each row after the column names becomes a word with the texts saved with it.
pub(super) fn words_of(rows: &[StringRecord]) -> Vec<Row> {
    let (rows_before, roles) = roles(rows);
    let rows = rows.get(rows_before..).unwrap_or_default().iter().filter(|row| !is_setting(row));
    rows.map(|row| word_of(row, &roles)).collect()
}

/// The number of rows before the first word, and the role of each column.
fn roles(rows: &[StringRecord]) -> (usize, Vec<ColumnRole>) {
    let first = rows.iter().position(|row| !is_setting(row)).unwrap_or_default();
    if let Some(roles) = rows.get(first).and_then(named) {
        return (first + 1, roles);
    }
    let layout = recognise_columns(rows);
    let names = layout.rows_before.checked_sub(1).and_then(|at| rows.get(at));
    let roles = layout.columns.into_iter().enumerate().map(|(at, column)| {
        let named = names.and_then(|names| word_book_role(names.get(at)?));
        named.unwrap_or_else(|| role_of(column))
    });
    (layout.rows_before, roles.collect())
}

/// The roles in a row of column names. `None`: the row does not name both a column of words and
/// another column. A single name is not enough, since it may be a word.
fn named(row: &StringRecord) -> Option<Vec<ColumnRole>> {
    let role = |name: &str| {
        word_book_role(name)
            .or_else(|| column_by_name(name).map(role_of))
            .unwrap_or(ColumnRole::Unused)
    };
    let roles: Vec<ColumnRole> = row.iter().map(role).collect();
    let is_name = |wanted: fn(ColumnRole) -> bool| roles.iter().any(|role| wanted(*role));
    let others = is_name(|role| !matches!(role, ColumnRole::Word | ColumnRole::Unused));
    (is_name(|role| role == ColumnRole::Word) && others).then_some(roles)
}

/// The role of a column that only a user's word book has, not a dictionary: list, tags, note or
/// sentence. `None`: another column. Knows the names of both languages, since a file may come from
/// a page in the other language.
fn word_book_role(name: &str) -> Option<ColumnRole> {
    let name = name.trim().to_lowercase();
    [Language::English, Language::Chinese].into_iter().find_map(|language| {
        let t = &language.texts().import;
        let names = [
            (ColumnRole::List, t.list_columns),
            (ColumnRole::Tags, t.tags_columns),
            (ColumnRole::Note, t.note_columns),
            (ColumnRole::Sentence, t.sentence_columns),
        ];
        let known = |names: &str| names.split_whitespace().any(|known| known == name);
        names.into_iter().find(|(_, names)| known(names)).map(|(role, _)| role)
    })
}

/// The role of a column of a dictionary.
fn role_of(column: Column) -> ColumnRole {
    match column {
        Column::Word => ColumnRole::Word,
        Column::Explanation => ColumnRole::Meaning,
        Column::Example => ColumnRole::Example,
        _ => ColumnRole::Unused,
    }
}

/// Whether a row is not data but a setting: `#..` of a flashcard program, or `sep=..` of a
/// spreadsheet.
fn is_setting(row: &StringRecord) -> bool {
    row.get(0).is_some_and(|cell| cell.starts_with('#') || cell.starts_with("sep="))
}

/// Converts a row.
fn word_of(row: &StringRecord, roles: &[ColumnRole]) -> Row {
    let cells = |wanted: ColumnRole| {
        let cells = row.iter().zip(roles).filter(move |(_, role)| **role == wanted);
        cells.map(|(cell, _)| plain(cell.trim())).filter(|cell| !cell.is_empty())
    };
    let either = |wanted: ColumnRole, instead: ColumnRole| {
        let role = if roles.contains(&wanted) { wanted } else { instead };
        cells(role).collect::<Vec<_>>().join(BETWEEN)
    };
    let one = |wanted: ColumnRole| cells(wanted).next().unwrap_or_default().to_owned();
    let texts = SavedWordText {
        list: one(ColumnRole::List),
        tags: one(ColumnRole::Tags),
        note: either(ColumnRole::Note, ColumnRole::Meaning),
        sentence: either(ColumnRole::Sentence, ColumnRole::Example),
    };
    (one(ColumnRole::Word), texts)
}

/// Removes the apostrophe that the export puts before a cell that looks like a formula.
fn plain(cell: &str) -> &str {
    let rest = cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@']));
    rest.unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::parse_rows;

    #[track_caller]
    fn reads(text: &str, expected: &[[&str; 5]]) {
        let rows = words_of(&parse_rows("a", text.to_owned(), 9).unwrap());
        let cells = |(word, texts): &Row| {
            let SavedWordText { list, tags, note, sentence } = texts;
            [word, list, tags, note, sentence].map(Clone::clone)
        };
        let found: Vec<_> = rows.iter().map(cells).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn tables_and_plain_lines_are_read() {
        let table = "word,pronunciation,list,note\nice cream,x,Unit 5,'=1+1\n";
        reads(table, &[["ice cream", "Unit 5", "", "=1+1", ""]]);
        let lines = "#separator:tab\nice cream\tcold\n\npear\n";
        reads(lines, &[["ice cream", "", "", "cold", ""], ["pear", "", "", "", ""]]);
        reads("word\nnote\n", &[["word", "", "", "", ""], ["note", "", "", "", ""]]);
        assert_eq!(plain("'tis"), "'tis");
    }

    #[test]
    fn a_meaning_is_the_note_of_a_table_without_notes() {
        reads("word,meaning\nblorf,一种东西\n", &[["blorf", "", "", "一种东西", ""]]);
        reads("blorf,一种东西\n", &[["blorf", "", "", "一种东西", ""]]);
        reads("英文,中文,标签\nblorf,东西,新\n", &[["blorf", "", "新", "东西", ""]]);
        reads("word,meaning,note\nblorf,东西,x\n", &[["blorf", "", "", "x", ""]]);
        reads("单词;解释;例句\nox;牛;An ox.\n", &[["ox", "", "", "牛", "An ox."]]);
        let own = "word,meaning,example,note,sentence\nox,牛,An ox.,,\n";
        reads(own, &[["ox", "", "", "", ""]]);
    }
}
