//! Converts what the program recognised in the file of a dictionary to texts in the language of the
//! page: its properties, its first entries, its warnings and the result of its import.

use crate::books::{BookKind, Column, Place, WarningKind, Warnings};
use crate::site::{ImportOutcome, ImportReport, Preview};
use crate::texts::{Texts, fill};

/// The warnings of one kind.
pub(super) struct WarningList {
    pub(super) text: &'static str,
    pub(super) count: u64,
    /// The place and the word of each of the first warnings.
    pub(super) first: Vec<String>,
    /// The number of warnings that are not listed.
    pub(super) more: u64,
}

/// The title that an upload will have, and the recognised properties of its file, with their names.
pub(super) fn properties(
    title: String,
    preview: &Preview,
    t: &Texts,
) -> Vec<(&'static str, String)> {
    let names = &t.book_file;
    let recognised = &preview.recognised;
    let mut rows = vec![(t.admin_books.name, title)];
    rows.push((names.kind, kind_name(preview.kind, t).to_owned()));
    rows.extend(recognised.encoding.map(|encoding| (names.encoding, encoding.to_string())));
    rows.extend(recognised.delimiter.map(|one| (names.delimiter, delimiter_name(one, t))));
    let columns: Vec<&str> = recognised.columns.iter().map(|one| column_name(*one, t)).collect();
    if !columns.is_empty() {
        rows.push((names.columns, columns.join(names.comma)));
    }
    rows.extend(preview.title.clone().map(|title| (names.title, title)));
    rows.extend(preview.languages.map(|languages| (names.languages, languages.to_string())));
    rows
}

/// The first entries, as lines of text.
pub(super) fn entries(preview: &Preview) -> String {
    let mut lines = Vec::new();
    for entry in &preview.entries {
        let phonetic = entry.phonetic.as_ref().map(|phonetic| format!(" /{phonetic}/"));
        lines.push(format!("{}{}", entry.word, phonetic.unwrap_or_default()));
        lines.extend(entry.explanation.lines().map(|line| format!("  {line}")));
        lines.push(String::new());
    }
    lines.join("\n")
}

/// The warnings of a file. Those about lost content come first.
pub(super) fn warnings(warnings: &Warnings, t: &Texts) -> Vec<WarningList> {
    let warning = |(kind, group): (WarningKind, &crate::books::WarningGroup)| {
        let first = group.first.iter().map(|warning| {
            let place = place_name(warning.place, t);
            match warning.detail.trim() {
                "" => place, // for instance if all columns of the record are empty
                detail => fill(&fill(t.book_warning.at, "place", place), "detail", detail),
            }
        });
        let first: Vec<String> = first.collect();
        let more = group.count - first.len() as u64;
        WarningList { text: warning_text(kind, t), count: group.count, first, more }
    };
    warnings.by_kind().map(warning).collect()
}

/// The result of an import.
pub(super) fn result(report: &ImportReport, t: &Texts) -> String {
    let text = match report.outcome {
        ImportOutcome::Imported => t.admin_books.succeeded.to_owned(),
        ImportOutcome::Replaced(before) => fill(t.admin_books.replaced, "before", before),
        ImportOutcome::Unchanged | ImportOutcome::Renamed => t.admin_books.unchanged.to_owned(),
    };
    // The title is filled in last, since it may contain text such as `{count}`.
    fill(&fill(&text, "count", report.entries), "title", &report.title)
}

/// The name of a kind of book.
pub(super) fn kind_name(kind: BookKind, t: &Texts) -> &'static str {
    let names = &t.book_file;
    match kind {
        BookKind::Course => names.course,
        BookKind::Plain => names.plain,
        BookKind::Ecdict => names.ecdict,
        BookKind::Stardict => names.stardict,
        BookKind::Dictd => names.dictd,
        BookKind::Wordnet => names.wordnet,
        BookKind::Kaikki => names.kaikki,
        BookKind::Json => names.json,
        BookKind::Dsl => names.dsl,
        BookKind::Csv => names.csv,
        BookKind::Tsv => names.tsv,
    }
}

fn column_name(column: Column, t: &Texts) -> &'static str {
    let names = &t.book_file;
    match column {
        Column::Word => names.word,
        Column::Phonetic => names.phonetic,
        Column::Part => names.part,
        Column::Explanation => names.explanation,
        Column::Example => names.example,
        Column::Translation => names.translation,
        Column::Rank => names.rank,
        Column::Forms => names.forms,
        Column::Synonyms => names.synonyms,
        Column::Antonyms => names.antonyms,
        Column::Phrases => names.phrases,
        Column::Level => names.level,
        Column::Skip => names.skip,
    }
}

fn delimiter_name(delimiter: char, t: &Texts) -> String {
    if delimiter == '\t' { t.book_file.tab.to_owned() } else { delimiter.to_string() }
}

fn place_name(place: Place, t: &Texts) -> String {
    let names = &t.book_warning;
    let of_file =
        |file: &str, place: String| fill(&fill(names.of_file, "file", file), "place", place);
    match place {
        Place::Line(line) => fill(names.line, "line", line),
        Place::Byte(byte) => fill(names.byte, "byte", byte),
        Place::LineOf(file, line) => of_file(file, fill(names.line, "line", line)),
        Place::ByteOf(file, byte) => of_file(file, fill(names.byte, "byte", byte)),
        Place::RowOf(table, row) => of_file(table, fill(names.row, "row", row)),
    }
}

fn warning_text(kind: WarningKind, t: &Texts) -> &'static str {
    let texts = &t.book_warning;
    match kind {
        WarningKind::NoExplanation => texts.no_explanation,
        WarningKind::NoHeadword => texts.no_headword,
        WarningKind::BadHeadword => texts.bad_headword,
        WarningKind::LongExplanation => texts.long_explanation,
        WarningKind::LongLine => texts.long_line,
        WarningKind::Comment => texts.comment,
        WarningKind::WrongColumns => texts.wrong_columns,
        WarningKind::UnreadColumn => texts.unread_column,
        WarningKind::BadRecord => texts.bad_record,
        WarningKind::LongRecord => texts.long_record,
        WarningKind::BadReference => texts.bad_reference,
        WarningKind::Unjoined => texts.unjoined,
        WarningKind::BadDetail => texts.bad_detail,
        WarningKind::Picture => texts.picture,
        WarningKind::Sound => texts.sound,
        WarningKind::Video => texts.video,
        WarningKind::LostSpelling => texts.lost_spelling,
        WarningKind::ExtraForms => texts.extra_forms,
        WarningKind::OtherCount => texts.other_count,
        WarningKind::Repeated => texts.repeated,
        WarningKind::Wrapped => texts.wrapped,
        WarningKind::Indented => texts.indented,
    }
}
