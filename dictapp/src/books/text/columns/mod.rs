//! Recognises the columns of a table from its first rows: by a row of names, by a header of Anki
//! that lists them, or by the content of the cells. Also reads the title and the languages from
//! comments above the table.

use csv::StringRecord;

use crate::books::overrides::Column;
use crate::model::{LanguageTag, Languages};

use super::column_names::{LANGUAGES, NAMES};
use super::script::{self, is_cjk};

/// The recognised layout of a table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Number of rows before the first entry.
    pub(crate) rows_before: usize,
    pub(crate) columns: Vec<Column>,
    pub(crate) title: Option<String>,
    pub(crate) languages: Option<Languages>,
    /// Columns with properties of a note of Anki, such as its deck and its tags. They are no
    /// part of an entry.
    properties: Vec<usize>,
}

/// Maximum number of rows before a row of names: spreadsheets have titles and notes above it.
const ROWS_BEFORE_MAX: usize = 10;

/// Recognises the columns, the title and the languages from the first rows of a table.
pub(crate) fn recognise(rows: &[StringRecord]) -> Layout {
    let first = rows.iter().position(|row| !is_preamble(row)).unwrap_or(0);
    let languages = rows[..first].iter().find_map(languages).or_else(|| {
        let code = |key: &str| LanguageTag::parse(tab_file_header(&rows[..first], key)?);
        code("sourceLang").zip(code("targetLang")).map(|(from, to)| Languages { from, to })
    });
    let title = tab_file_header(&rows[..first], "name").map(str::to_owned);
    let properties: Vec<usize> = rows[..first].iter().filter_map(property).collect();
    let layout = |rows_before, columns| {
        let properties = properties.clone();
        Layout { rows_before, columns, title, languages, properties }
    };
    let listed = rows[..first].iter().find_map(|row| named(&listed(row)?, by_part_of_name));
    if let Some(columns) = listed {
        return layout(first, columns);
    }
    let named = (first..rows.len().min(first + ROWS_BEFORE_MAX))
        .find_map(|at| {
            let columns = named(&rows[at], by_name)?;
            Some((at, named(&rows[at], by_part_of_name).unwrap_or(columns)))
        })
        .or_else(|| Some((first, named(rows.get(first)?, by_part_of_name)?)));
    if let Some((at, columns)) = named {
        return layout(at + 1, columns);
    }
    layout(first, by_content(&rows[first..], &properties))
}

/// Whether the rows of a text are certainly a table. Either each cell of the first row is the name
/// of a column, headword and explanation among them; or all rows have the same number of cells (at
/// least three, the first three of them filled), and a column has parts of speech or
/// pronunciations.
pub(crate) fn is_table(rows: &[StringRecord]) -> bool {
    let rows: Vec<StringRecord> = rows.iter().skip_while(|row| is_preamble(row)).cloned().collect();
    let Some(first) = rows.first().filter(|_| rows.len() > 1) else { return false };
    let names: Vec<Column> = first.iter().filter_map(by_name).collect();
    if names.len() == first.len() && [Column::Word, Column::Mean].iter().all(|c| names.contains(c))
    {
        return true;
    }
    let is_even = |row: &StringRecord| {
        row.len() == first.len() && row.iter().take(3).all(|cell| !cell.trim().is_empty())
    };
    let columns = by_content(&rows, &[]);
    first.len() > 2
        && rows.iter().all(is_even)
        && [Column::Part, Column::Phonetic].iter().any(|column| columns.contains(column))
}

/// Whether a row before the entries is a comment, a header (`#columns:`), or names the delimiter
/// (`sep=;`).
fn is_preamble(row: &StringRecord) -> bool {
    let first = row.get(0).unwrap_or_default().trim();
    let is_header = first
        .strip_prefix('#')
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '#']) || rest.contains(':'));
    is_header || first.starts_with("sep=")
}

/// Whether a row is the rule below the names of a table in Markdown: `| --- | :---: |`.
pub(crate) fn is_rule(row: &StringRecord) -> bool {
    let is_line = |cell: &str| cell.contains("--") && cell.bytes().all(|b| b"-: ".contains(&b));
    row.len() > 1
        && row.iter().any(is_line)
        && row.iter().all(|c| c.trim().is_empty() || is_line(c))
}

/// The languages that a comment names: `# languages: en-zh`.
fn languages(row: &StringRecord) -> Option<Languages> {
    let comment = row.get(0)?.trim().strip_prefix('#')?.trim();
    Languages::parse(comment.strip_prefix("languages:")?)
}

/// The column with this name. Notes in brackets and numbers are not part of the name: `单词（英文）`,
/// `释义2`.
pub(crate) fn by_name(name: &str) -> Option<Column> {
    let name = name.split(['(', '（', '[', '【']).next().unwrap_or_default();
    let name = name.trim().trim_end_matches([':', '：', '*', '#']);
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
    let name = name.replace(['_', '-'], " ").to_lowercase();
    let known = NAMES.iter().find(|(_, names)| names.contains(&name.as_str()));
    known.map(|(column, _)| *column)
}

/// Maximum number of words of a name that is recognised by its last part. A longer text is no name.
const NAME_WORDS_MAX: usize = 3;

/// Maximum number of characters of a Chinese name that is recognised by its end.
const NAME_CHARS_MAX: usize = 8;

/// The column if the last part of its name is known: `Chinese meaning`, `单词音标`.
fn by_part_of_name(name: &str) -> Option<Column> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let known = by_name(name).or_else(|| {
        let mut words = words.iter().rev().take(NAME_WORDS_MAX);
        words.find_map(|word| by_name(word))
    });
    let by_ending = || {
        let mut names = NAMES.iter().flat_map(|(column, names)| names.iter().map(|n| (n, *column)));
        let ends = |known: &str| !known.is_ascii() && name.trim().ends_with(known);
        names.find(|(known, _)| ends(known)).map(|(_, column)| column)
    };
    let is_name = words.len() <= NAME_WORDS_MAX;
    let is_short = name.chars().count() <= NAME_CHARS_MAX;
    known.filter(|_| is_name).or_else(|| by_ending().filter(|_| is_short))
}

/// The names of columns in a header of Anki: `#columns:word`, TAB, `meaning`.
fn listed(row: &StringRecord) -> Option<StringRecord> {
    let first = row.get(0)?.strip_prefix("#columns:")?;
    Some(std::iter::once(first).chain(row.iter().skip(1)).collect())
}

/// The value of a header of a tab file: `##name`, TAB, the title.
fn tab_file_header<'a>(rows: &'a [StringRecord], key: &str) -> Option<&'a str> {
    let row = rows.iter().find(|row| row.get(0).and_then(|c| c.strip_prefix("##")) == Some(key))?;
    row.get(1).map(str::trim).filter(|value| !value.is_empty())
}

/// The columns of a row of names, each found with the function `column`. `None`: the row does not
/// name both a headword and an explanation. The names of two languages count as these.
fn named(row: &StringRecord, column: fn(&str) -> Option<Column>) -> Option<Vec<Column>> {
    let mut columns: Vec<Column> =
        row.iter().map(|name| column(name).unwrap_or(Column::Skip)).collect();
    if !(columns.contains(&Column::Word) && columns.contains(&Column::Mean)) {
        let is_language = |name: &str| LANGUAGES.contains(&name.trim().to_lowercase().as_str());
        let mut languages = (0..columns.len()).filter(|&at| row.get(at).is_some_and(is_language));
        if let (Some(from), Some(to)) = (languages.next(), languages.next()) {
            (columns[from], columns[to]) = (Column::Word, Column::Mean);
        }
    }
    name_by_neighbours(row, &mut columns);
    // Only one column is the headword: of `word, english` the first, and the second becomes an
    // explanation. Only the first rank is read. Of the other kinds several columns may stay: the
    // reader of tables uses the cells of all.
    for (column, other) in [(Column::Word, Column::Mean), (Column::Rank, Column::Skip)] {
        let repeated = columns.iter_mut().filter(|known| **known == column).skip(1);
        repeated.for_each(|repeated| *repeated = other);
    }
    (columns.contains(&Column::Word) && columns.contains(&Column::Mean)).then_some(columns)
}

/// Corrects columns that other columns explain. With a column of pinyin the headwords are Chinese
/// (`Chinese, Pinyin, English`). A translation beside an example is the translation of the example,
/// if an earlier column has the explanation.
fn name_by_neighbours(row: &StringRecord, columns: &mut [Column]) {
    let name = |at: usize| row.get(at).unwrap_or_default().trim().to_lowercase();
    let names: Vec<String> = (0..columns.len()).map(name).collect();
    let has = |known: &[&str], at: usize| known.iter().any(|known| names[at].contains(known));
    let is_text = |column: Column| matches!(column, Column::Word | Column::Mean);
    let has_pinyin = (0..names.len()).any(|at| has(PINYIN, at));
    let headword = (0..names.len()).find(|&at| is_text(columns[at]) && has(CHINESE, at));
    if let Some(headword) = headword.filter(|_| has_pinyin) {
        for column in columns.iter_mut().filter(|column| **column == Column::Word) {
            *column = Column::Mean;
        }
        columns[headword] = Column::Word;
    }
    for at in 1..columns.len() {
        let is_example = columns[at - 1] == Column::Example && has(TRANSLATION, at);
        if is_example && columns[at] == Column::Mean && columns[..at].contains(&Column::Mean) {
            columns[at] = Column::Translation;
        }
    }
}

/// Parts of the names of columns with the pronunciation of Chinese.
const PINYIN: &[&str] = &["pinyin", "拼音", "注音", "zhuyin", "bopomofo"];

/// Parts of the names of columns with Chinese words.
const CHINESE: &[&str] =
    &["simplified", "简体", "chinese", "hanzi", "character", "汉字", "漢字", "中文", "汉语"];

/// Parts of the names of columns with translations.
const TRANSLATION: &[&str] = &["translation", "翻译", "翻譯", "译文", "譯文", "中文"];

/// Counts of the cells of a column by their content.
#[derive(Default)]
struct Look {
    filled: usize,
    numbers: usize,
    phonetics: usize,
    parts: usize,
}

impl Look {
    /// Whether `count` is at least 80 % of the filled cells.
    fn is_mostly(&self, count: usize) -> bool {
        self.filled > 0 && count * 10 >= self.filled * 8
    }
}

/// The column that, by a header of Anki, has a property of the notes: `#tags column:3`.
fn property(row: &StringRecord) -> Option<usize> {
    let (name, number) = row.get(0)?.strip_prefix('#')?.split_once(" column:")?;
    let is_property = ["guid", "notetype", "deck", "tags"].contains(&name);
    number.trim().parse::<usize>().ok().filter(|_| is_property)?.checked_sub(1)
}

/// The columns by the content of their cells, without those of properties.
fn by_content(rows: &[StringRecord], properties: &[usize]) -> Vec<Column> {
    let width = rows.iter().map(StringRecord::len).max().unwrap_or(0);
    let mut columns = vec![Column::Skip; width];
    let looks: Vec<Look> = (0..width).map(|column| look(rows, column)).collect();
    let mut texts = Vec::new();
    for (at, look) in looks.iter().enumerate().filter(|(at, _)| !properties.contains(at)) {
        if look.is_mostly(look.parts) && at > 0 {
            columns[at] = Column::Part;
        } else if look.is_mostly(look.phonetics) && at > 0 {
            columns[at] = Column::Phonetic;
        } else if look.filled > 0 && !look.is_mostly(look.numbers) {
            texts.push(at);
        }
    }
    // Pinyin or kana beside Chinese or Japanese headwords.
    if let [headword, said, _, ..] = texts[..]
        && is_reading(rows, headword, said)
    {
        columns[said] = Column::Phonetic;
        texts.remove(1);
    }
    // Without two columns of text, assume the usual order.
    if texts.len() < 2 {
        return [Column::Word, Column::Mean, Column::Phonetic]
            .into_iter()
            .take(width.max(2))
            .collect();
    }
    columns[texts[0]] = Column::Word;
    columns[texts[1]] = Column::Mean;
    if let Some(&third) = texts.get(2) {
        columns[third] = third_text(rows, third);
    }
    columns
}

fn look(rows: &[StringRecord], column: usize) -> Look {
    let cells = rows.iter().filter_map(|row| row.get(column)).map(str::trim);
    let mut look = Look::default();
    for cell in cells.filter(|cell| !cell.is_empty()) {
        look.filled += 1;
        look.numbers += usize::from(cell.bytes().all(|byte| byte.is_ascii_digit()));
        look.parts += usize::from(script::part_named(cell).is_some());
        look.phonetics += usize::from(is_phonetic(cell));
    }
    look
}

/// Whether a cell is a pronunciation, with or without brackets.
fn is_phonetic(cell: &str) -> bool {
    let bracketed = script::leading_phonetic(cell).is_some_and(|(_, length)| length == cell.len());
    let signs = |c: char| "ˈˌːəɪʊɔæʌθðʃʒŋɑɛɜɡ".contains(c);
    bracketed || cell.contains(signs) && !cell.contains(is_cjk)
}

/// The names of the columns that are not read although they have text. A column of numbers, such as
/// those of the rows, has none.
pub(crate) fn unread(rows: &[StringRecord], layout: &Layout) -> Vec<String> {
    let (before, entries) = rows.split_at(layout.rows_before.min(rows.len()));
    let width = entries.iter().map(StringRecord::len).max().unwrap_or_default();
    let is_read = |at: usize| {
        layout.properties.contains(&at)
            || layout.columns.get(at).is_some_and(|column| *column != Column::Skip)
    };
    let has_text = |at: usize| {
        let look = look(entries, at);
        look.filled > 0 && !look.is_mostly(look.numbers)
    };
    let name = |at: usize| {
        let name = before.last().and_then(|names| names.get(at)).map(str::trim);
        let name =
            name.filter(|name| !name.is_empty() && before.last().is_some_and(|r| r.len() > 1));
        name.map_or_else(|| format!("column {}", at + 1), str::to_owned)
    };
    (0..width).filter(|&at| !is_read(at) && has_text(at)).map(name).collect()
}

/// Whether a column has the readings of headwords in another column, as pinyin or kana.
fn is_reading(rows: &[StringRecord], headword: usize, said: usize) -> bool {
    let is_kana = |c: char| matches!(c, '\u{3041}'..='\u{30FF}' | ' ');
    let is_number = |c: char| ('1'..='5').contains(&c);
    let is_pinyin = |text: &str| {
        let is_toned = |c: char| "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ".contains(c);
        let is_numbered = |c: char| c.is_ascii_lowercase() || c == ' ' || c == ':' || is_number(c);
        text.chars().any(is_toned) && !text.contains(is_cjk)
            || text.ends_with(is_number)
                && !text.starts_with(is_number)
                && text.chars().all(is_numbered)
    };
    let cell = |row: &StringRecord, at: usize| row.get(at).unwrap_or_default().trim().to_owned();
    let pairs = || rows.iter().map(|row| (cell(row, headword), cell(row, said)));
    let filled = pairs().filter(|(word, said)| !word.is_empty() && !said.is_empty()).count();
    let readings = pairs().filter(|(word, said)| {
        let is_read = is_pinyin(said) || !said.is_empty() && said.chars().all(is_kana);
        word.contains(is_cjk) && is_read
    });
    filled > 0 && readings.count() * 10 >= filled * 8
}

/// The kind of the third column of text: examples, pronunciations in ASCII, or unknown.
fn third_text(rows: &[StringRecord], column: usize) -> Column {
    let cells =
        || rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.trim().is_empty());
    let count = cells().count();
    let long = cells().filter(|cell| cell.split_whitespace().count() > 3).count();
    let said = cells().filter(|cell| cell.contains(['\'', ':', '[', '/', 'ˈ'])).count();
    if long * 2 > count {
        Column::Example
    } else if said * 2 > count {
        Column::Phonetic
    } else {
        Column::Skip
    }
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
        let columns = [Column::Skip, Column::Word, Column::Phonetic, Column::Mean];
        assert_eq!((found.rows_before, &found.columns[..]), (2, &columns[..]));
        let found = recognise(&rows(&[
            &["No.", "Vocabulary", "Part", "Chinese Meaning", "Example Sentence"],
            &["1"],
        ]));
        let columns = [Column::Skip, Column::Word, Column::Part, Column::Mean, Column::Example];
        assert_eq!((found.rows_before, &found.columns[..]), (1, &columns[..]));
        let found = recognise(&rows(&[&["编号", "英语单词", "单词音标", "释义（中文）"], &["1"]]));
        let columns = [Column::Skip, Column::Word, Column::Phonetic, Column::Mean];
        assert_eq!((found.rows_before, &found.columns[..]), (1, &columns[..]));
        let found =
            recognise(&rows(&[&["My words"], &["id", "word", "translation", "definition"]]));
        let columns = [Column::Skip, Column::Word, Column::Mean, Column::Mean];
        assert_eq!((found.rows_before, &found.columns[..]), (2, &columns[..]));
    }

    #[test]
    fn names_of_languages_are_names_of_columns() {
        let columns = |row: &[&str]| recognise(&rows(&[row, &["a", "b"]])).columns;
        assert_eq!(columns(&["German", "English"]), [Column::Word, Column::Mean]);
        assert_eq!(columns(&["English", "Deutsch"]), [Column::Word, Column::Mean]);
        assert_eq!(columns(&["Wort*", "Bedeutung"]), [Column::Word, Column::Mean]);
        assert_eq!(columns(&["單字", "詞性", "中文解釋"])[2], Column::Mean);
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
            Column::Mean,
            Column::Example,
        ];
        assert_eq!((found.rows_before, &found.columns[..]), (0, &columns[..]));
        let found = recognise(&rows(&[&["apple", "", "苹果"], &["pear", "", "梨"]]));
        assert_eq!(found.columns, [Column::Word, Column::Skip, Column::Mean]);
        let found = recognise(&rows(&[&["#columns:Back", "Front"], &["苹果", "apple"]]));
        assert_eq!((found.rows_before, &found.columns[..]), (1, &[Column::Mean, Column::Word][..]));
    }
}
