//! Recognises a header row, and the columns that it names: `单词,音标,释义` names headword,
//! pronunciation and explanation.

use csv::StringRecord;

use super::content;
use super::names::{self, CODES, LANGUAGES, Name, is_listed};
use crate::books::overrides::Column;
use crate::books::text::script::is_cjk;

/// A function that finds the meaning of a cell of a header row. `None`: the cell is not a name.
type NameLookup = fn(&str) -> Option<Name>;

/// Maximum number of rows before a header row: spreadsheets have titles and notes above it.
const ROWS_BEFORE_MAX: usize = 10;

/// Finds the header row among the first rows, from the row `first` on. Returns its index and the
/// columns that it names. A row that names headword and explanation is preferred to one that does
/// not, and whole names to parts of names.
pub(super) fn find(rows: &[StringRecord], first: usize) -> Option<(usize, Vec<Column>)> {
    let candidates = first..rows.len().min(first + ROWS_BEFORE_MAX);
    let below = |at: usize| &rows[at + 1..];
    let whole = candidates.clone().find_map(|at| {
        let columns = columns_of_full_header(&rows[at], below(at), by_whole_name)?;
        Some((at, columns_of_full_header(&rows[at], below(at), by_part_of_name).unwrap_or(columns)))
    });
    whole
        .or_else(|| {
            Some((first, columns_of_full_header(rows.get(first)?, below(first), by_part_of_name)?))
        })
        .or_else(|| {
            candidates.clone().find_map(|at| {
                let columns = columns_of_partial_header(&rows[at], below(at), by_whole_name)?;
                let more = columns_of_partial_header(&rows[at], below(at), by_part_of_name);
                Some((at, more.unwrap_or(columns)))
            })
        })
        .or_else(|| {
            // A row of two cells with names at their ends is more likely an entry.
            let row = rows.get(first).filter(|row| row.len() > 2)?;
            Some((first, columns_of_partial_header(row, below(first), by_part_of_name)?))
        })
}

/// The columns that a header of Anki lists: `#columns:word,meaning`.
pub(super) fn of_list(names: &StringRecord, rows: &[StringRecord]) -> Option<Vec<Column>> {
    columns_of_full_header(names, rows, by_part_of_name)
        .or_else(|| columns_of_partial_header(names, rows, by_part_of_name))
}

/// The columns of a row that has only names of columns, headword and explanation among them. At
/// least three names are needed: a row with fewer may be an entry.
pub(super) fn of_names_only(row: &StringRecord, below: &[StringRecord]) -> Option<Vec<Column>> {
    let mut cells = row.iter().map(str::trim).filter(|cell| !cell.is_empty());
    let is_whole = cells.clone().count() > 2 && cells.all(|cell| by_whole_name(cell).is_some());
    if is_whole { columns_of_full_header(row, below, by_whole_name) } else { None }
}

/// Whether a row numbers the columns: `Column 1,Column 2`.
pub(super) fn is_numbering(row: &StringRecord) -> bool {
    let is_number = |(at, name): (usize, &str)| {
        let name = name.trim().to_lowercase();
        let number =
            ["column", "field", "col", "列", "字段"].iter().find_map(|s| name.strip_prefix(*s));
        number.is_some_and(|number| number.trim() == (at + 1).to_string())
    };
    row.len() > 1 && row.iter().enumerate().all(is_number)
}

/// Whether a row repeats the names of a header in another language: `单词,音标` below
/// `word,phonetic`.
pub(super) fn is_translated(header: &StringRecord, row: &StringRecord) -> bool {
    let pairs = || header.iter().zip(row.iter()).filter(|(name, _)| !name.trim().is_empty());
    let is_same = |(name, other): (&str, &str)| {
        name.contains(is_cjk) != other.contains(is_cjk)
            && by_part_of_name(name).zip(by_part_of_name(other)).is_some_and(|(a, b)| a == b)
    };
    pairs().count() > 1 && pairs().filter(|(_, other)| !other.trim().is_empty()).all(is_same)
}

/// The number of columns of each table if a header names the columns of several tables side by
/// side: 2 for `单词,释义,单词,释义`. An empty column may be between the tables. `None`: there is one
/// table.
pub(super) fn table_width(header: &StringRecord) -> Option<usize> {
    let name =
        |name: &str| name.trim().trim_end_matches(|c: char| c.is_ascii_digit()).to_lowercase();
    let names: Vec<String> = header.iter().map(name).collect();
    let is_block = |&size: &usize| {
        let columns: Vec<Option<Column>> = names[..size].iter().map(|name| by_name(name)).collect();
        let position = |column: Column| columns.iter().position(|known| *known == Some(column));
        let Some(explanation) = position(Column::Explanation) else { return false };
        position(Column::Word).is_some()
            && names.len() > size + explanation
            && (size..names.len()).all(|at| names[at] == names[at % size])
    };
    (2..=names.len() / 2 + 1).filter(|size| *size < names.len()).find(is_block)
}

/// The column with this name. Notes in brackets and numbers are not part of the name: `单词（英文）`,
/// `释义2`.
pub(crate) fn by_name(name: &str) -> Option<Column> {
    by_whole_name(name).map(|name| match name {
        Name::Column(column) => column,
        Name::Region => Column::Phonetic,
        Name::Traditional | Name::Lemma => Column::Word,
    })
}

fn by_whole_name(name: &str) -> Option<Name> {
    let name = name.split(['(', '（', '[', '【']).next().unwrap_or_default();
    let name = name.trim().trim_end_matches([':', '：', '*', '#']).trim_start_matches('*');
    let name = name.replace(['_', '-'], " ").to_lowercase();
    let unnumbered = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
    names::find(&name).or_else(|| names::find(unnumbered)).or_else(|| {
        // `单词/Word`, or two lines
        let mut pieces = name.split(['/', '|', '\n', '／']).map(str::trim).map(names::find);
        let first = pieces.next()??;
        pieces.next().filter(|second| *second == Some(first))?
    })
}

/// Maximum number of words of a name that is recognised by its last part. A longer text is no name.
const NAME_WORDS_MAX: usize = 3;

/// Maximum number of characters of a Chinese name that is recognised by its end.
const NAME_CHARS_MAX: usize = 8;

/// The meaning of a name with a last part that is a known name: `Chinese meaning`, `单词音标`.
fn by_part_of_name(name: &str) -> Option<Name> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let known = by_whole_name(name).or_else(|| {
        let mut words = words.iter().rev().take(NAME_WORDS_MAX);
        words.find_map(|word| by_whole_name(word))
    });
    let by_ending = || {
        let name = name.trim();
        let mut endings = name.char_indices().skip(1).map(|(at, _)| &name[at..]);
        // An ending of one character is not enough: `动词` and `过去分词` end in `词`.
        let is_long = |ending: &&str| !ending.is_ascii() && ending.chars().nth(1).is_some();
        endings.by_ref().filter(is_long).find_map(by_whole_name)
    };
    let is_name = words.len() <= NAME_WORDS_MAX;
    let is_short = name.chars().count() <= NAME_CHARS_MAX;
    known.filter(|_| is_name).or_else(|| by_ending().filter(|_| is_short))
}

/// The columns of a header row that names both the headword and the explanation. `None`: the row
/// does not. The names of two languages count as names of both.
fn columns_of_full_header(
    row: &StringRecord,
    below: &[StringRecord],
    find: NameLookup,
) -> Option<Vec<Column>> {
    let names: Vec<Option<Name>> = row.iter().map(find).collect();
    let mut columns = columns_of_names(&names, below);
    let has = |columns: &[Column], column: Column| columns.contains(&column);
    let is_code = |name: &str| is_listed(CODES, &name.trim().to_lowercase());
    let are_codes = row.len() > 1 && row.iter().all(is_code);
    let is_language = |name: &str| are_codes || is_listed(LANGUAGES, &name.trim().to_lowercase());
    if !(has(&columns, Column::Word) && has(&columns, Column::Explanation)) {
        let mut languages = (0..columns.len()).filter(|&at| row.get(at).is_some_and(is_language));
        if let (Some(from), Some(to)) = (languages.next(), languages.next()) {
            (columns[from], columns[to]) = (Column::Word, Column::Explanation);
        }
    }
    correct_by_neighbours(row, &mut columns);
    find_examples(&names, below, &mut columns);
    // `word,单词` is an entry, not a header, but `word,english` names two columns.
    let known = names.iter().flatten().count();
    let filled = row.iter().filter(|cell| !cell.trim().is_empty()).count();
    let is_header = has(&columns, Column::Explanation)
        || filled > 2 && known * 2 > filled
        || filled == 2 && row.iter().any(is_language) && is_one_script(row);
    remove_repeated_columns(&mut columns);
    (is_header && has(&columns, Column::Word) && has(&columns, Column::Explanation))
        .then_some(columns)
}

/// Whether all cells or none have Chinese characters.
fn is_one_script(row: &StringRecord) -> bool {
    let mut cells = row.iter().filter(|cell| !cell.trim().is_empty());
    let first = cells.next().is_some_and(|cell| cell.contains(is_cjk));
    cells.all(|cell| cell.contains(is_cjk) == first)
}

/// The columns of a header row that does not name the headword or the explanation. At least half of
/// its cells must be names, and these must have different meanings. The content of the cells below
/// decides the columns that are not named. `None`: the row is not such a header row.
fn columns_of_partial_header(
    row: &StringRecord,
    below: &[StringRecord],
    find: NameLookup,
) -> Option<Vec<Column>> {
    let names: Vec<Option<Name>> = row.iter().map(find).collect();
    let filled = row.iter().filter(|cell| !cell.trim().is_empty()).count();
    let known: Vec<Name> = names.iter().copied().flatten().collect();
    let is_text = |name: &Name| match name {
        Name::Column(column) => {
            matches!(column, Column::Word | Column::Explanation | Column::Phrases)
        }
        Name::Region | Name::Traditional | Name::Lemma => true,
    };
    let is_mixed = known.iter().any(|name| *name != known[0]);
    let is_header = is_mixed || known.len() > 1 && known[0] == Name::Region;
    if !is_header || known.len() * 2 < filled || !known.iter().any(is_text) || below.is_empty() {
        return None;
    }
    let mut columns = columns_of_names(&names, below);
    correct_by_neighbours(row, &mut columns);
    let unknown: Vec<usize> = (0..names.len()).filter(|&at| names[at].is_none()).collect();
    let mut texts = content::texts(below, &unknown).into_iter();
    // A table of forms, lemmas and notes has no meanings. Each of its words is reported as an
    // entry without an explanation.
    let has_lemma_column = filled > 2 && known.contains(&Name::Lemma);
    let substitutes = [
        (Column::Word, [Column::Phrases, Column::Phonetic, Column::Example]),
        (Column::Explanation, [Column::Example, Column::Synonyms, Column::Translation]),
    ];
    for (wanted, others) in substitutes {
        if columns.contains(&wanted) {
            continue;
        }
        let other = |other: Column| columns.iter().position(|column| *column == other);
        // A column of phrases has the headwords. The word list of an e-book device has no meanings:
        // its sentences explain a word better than the title of a book does.
        let is_phrase = wanted == Column::Word && columns.contains(&Column::Phrases)
            || wanted == Column::Explanation && known.contains(&Name::Lemma);
        let text = texts.next().filter(|_| !is_phrase);
        match text.or_else(|| others.into_iter().find_map(other)) {
            Some(at) => columns[at] = wanted,
            None if wanted == Column::Explanation && has_lemma_column => {}
            None => return None,
        }
    }
    remove_repeated_columns(&mut columns);
    let has = |column: Column| columns.contains(&column);
    (has(Column::Word) && (has_lemma_column || has(Column::Explanation))).then_some(columns)
}

/// Whether a header row has a column of lemmas.
pub(crate) fn has_lemma_column(row: &StringRecord) -> bool {
    row.iter().any(|name| by_whole_name(name) == Some(Name::Lemma))
}

/// The columns that the names of a row mean together: in `word,stem` the first is a form, in `word`
/// alone it is the headword.
fn columns_of_names(names: &[Option<Name>], below: &[StringRecord]) -> Vec<Column> {
    let word_count = names.iter().filter(|name| **name == Some(Name::Column(Column::Word))).count();
    let has_word = word_count > 0;
    let has_mean = names.contains(&Some(Name::Column(Column::Explanation)));
    let has_lemma = names.contains(&Some(Name::Lemma));
    let mut words = usize::from(has_word || has_lemma);
    let mut lemmas = 0;
    // The first column of headwords is the headword, others are its spellings.
    let mut word_or_form = || {
        words += 1;
        if words == 1 { Column::Word } else { Column::Forms }
    };
    let column = |(at, name): (usize, &Option<Name>)| match name {
        // `word,stem`: the lemma is the headword, and `word` is the form that occurred in a text.
        Some(Name::Column(Column::Word)) if has_lemma => Column::Forms,
        Some(Name::Lemma) => {
            lemmas += 1;
            if lemmas == 1 { Column::Word } else { Column::Forms }
        }
        Some(Name::Column(column)) => *column,
        Some(Name::Traditional) if !has_mean && word_count == 1 => Column::Word,
        Some(Name::Traditional) => word_or_form(),
        Some(Name::Region) if content::has_pronunciations(below, at) => Column::Phonetic,
        Some(Name::Region) => word_or_form(),
        None => Column::Skip,
    };
    let mut columns: Vec<Column> = names.iter().enumerate().map(column).collect();
    for (at, name) in names.iter().enumerate() {
        if columns[at] == Column::Level && !content::has_levels(below, at) {
            columns[at] = Column::Skip;
        }
        // Pronunciations and parts of speech below a name that is not known.
        let column = content::column_by_format(below, at).filter(|_| name.is_none());
        if let Some(column) = column.filter(|column| !columns.contains(column)) {
            columns[at] = column;
        }
    }
    columns
}

/// Finds the column of examples among the columns without a known name.
fn find_examples(names: &[Option<Name>], below: &[StringRecord], columns: &mut [Column]) {
    let word = columns.iter().position(|column| *column == Column::Word);
    if let Some(word) = word.filter(|_| !columns.contains(&Column::Example)) {
        let mut unknown =
            (0..names.len()).filter(|&at| names[at].is_none() && columns[at] == Column::Skip);
        let example = unknown.find(|&at| content::is_example(below, word, at));
        example.into_iter().for_each(|at| columns[at] = Column::Example);
    }
}

/// Keeps only the first column of headwords and the first column of ranks. Another column of
/// headwords becomes an explanation: the second one of `word, english`. Other kinds may have
/// several columns, since the reader of tables uses the cells of all.
fn remove_repeated_columns(columns: &mut [Column]) {
    for (column, other) in [(Column::Word, Column::Explanation), (Column::Rank, Column::Skip)] {
        let repeated = columns.iter_mut().filter(|known| **known == column).skip(1);
        repeated.for_each(|repeated| *repeated = other);
    }
}

/// Corrects columns with the help of other columns. With a column of pinyin the headwords are
/// Chinese (`Chinese, Pinyin, English`). A translation beside an example is the translation of the
/// example, if an earlier column has the explanation.
fn correct_by_neighbours(row: &StringRecord, columns: &mut [Column]) {
    let name = |at: usize| row.get(at).unwrap_or_default().trim().to_lowercase();
    let names: Vec<String> = (0..columns.len()).map(name).collect();
    let has = |known: &[&str], at: usize| known.iter().any(|known| names[at].contains(known));
    let is_text = |column: Column| matches!(column, Column::Word | Column::Explanation);
    let has_pinyin = (0..names.len()).any(|at| has(PINYIN, at));
    let headword = (0..names.len()).find(|&at| is_text(columns[at]) && has(CHINESE, at));
    if let Some(headword) = headword.filter(|_| has_pinyin) {
        for column in columns.iter_mut().filter(|column| **column == Column::Word) {
            *column = Column::Explanation;
        }
        columns[headword] = Column::Word;
    }
    // `source` after a column of headwords is the book or the lesson of a word.
    if let Some(source) = names.iter().position(|name| name == "source") {
        let is_other = |column: Column| (0..source).any(|at| columns[at] == column);
        if is_other(Column::Word) && columns.contains(&Column::Explanation) {
            columns[source] = Column::Skip;
        }
    }
    for at in 1..columns.len() {
        let is_example = columns[at - 1] == Column::Example && has(TRANSLATION, at);
        if is_example
            && columns[at] == Column::Explanation
            && columns[..at].contains(&Column::Explanation)
        {
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
const TRANSLATION: &[&str] = &[
    "translation",
    "翻译",
    "翻譯",
    "译文",
    "譯文",
    "中文",
    "訳",
    "번역",
    "해석",
    "übersetzung",
    "traduc",
];
