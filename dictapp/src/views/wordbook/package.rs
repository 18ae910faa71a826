//! Imports an Anki package into a user's word book (the saved words) in two steps. The first shows
//! the fields of its notes, for which the user chooses roles; the second saves the words. The page
//! contains all notes and sends them back in the second step, so that the server does not have to
//! keep them.

use askama::Template;
use webframe::http::StatusCode;
use webframe::{Error, Response, Result};

use super::import::{ROWS_MAX, Row, save};
use crate::books::plain_text;
use crate::paths;
use crate::site::CurrentUser;
use crate::store::{AnkiFault, AnkiNoteType, AnkiPart, SavedWordText, read_anki};
use crate::texts::{Language, Texts, fill};
use crate::views::filters;
use crate::views::page::Page;

/// Maximum number of note types of a package that are shown: those with the most notes. A type says
/// which fields its notes have.
const TYPES_MAX: usize = 8;

/// Maximum number of fields of a note that are shown and sent back.
const FIELDS_MAX: usize = 30;

/// Maximum characters of a field that are sent back: as many as a note in the word book may have.
const FIELD_CHARS_MAX: usize = 1000;

/// Maximum characters of a field's HTML that are converted to text. HTML may be many times longer
/// than its text.
const FIELD_HTML_CHARS_MAX: usize = 16 * FIELD_CHARS_MAX;

/// Maximum bytes of a mark of Anki in a field: a sound `[sound:a.mp3]`, or a gap (cloze deletion)
/// `{{c1::word::hint}}`. Longer marks are kept as text.
const MARK_BYTES_MAX: usize = 4000;

/// Maximum size of the notes that a page sends back, in bytes. 20,000 notes of 400 bytes have 8 MB.
const TABLE_BYTES_MAX: usize = 12 << 20;

/// Maximum number of notes of a type that are shown as examples, and of characters of each field.
const SHOWN_NOTES: usize = 3;
const SHOWN_CHARS: usize = 80;

/// The names of the two columns after the fields of a note.
const TAGS: &str = "tags";
const LIST: &str = "list";

#[derive(Template)]
#[template(path = "import.html")]
struct ImportPage<'a> {
    page: &'a Page<'a>,
    t: &'static Texts,
    form_token: String,
    problem: Option<String>,
    types: Vec<NoteTypePreview>,
    /// The list that the user typed.
    list: &'a str,
}

/// A note type as the page shows it.
struct NoteTypePreview {
    name: String,
    count: usize,
    fields: Vec<FieldPreview>,
    /// All its notes as csv with a row of names, for the second step.
    table: String,
}

/// A field of a note type, its content in the first notes, and its role.
struct FieldPreview {
    name: String,
    examples: Vec<String>,
    role: FieldRole,
}

/// The role of a field: what it becomes in the word book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldRole {
    Word,
    Note,
    Sentence,
    Unused,
}

impl FieldRole {
    const ALL: [FieldRole; 4] =
        [FieldRole::Unused, FieldRole::Word, FieldRole::Note, FieldRole::Sentence];

    /// The value in the form.
    pub(crate) fn value(self) -> &'static str {
        match self {
            FieldRole::Word => "word",
            FieldRole::Note => "note",
            FieldRole::Sentence => "sentence",
            FieldRole::Unused => "",
        }
    }

    /// The name on the page.
    pub(crate) fn name(self, t: &Texts) -> &'static str {
        match self {
            FieldRole::Word => t.import.word,
            FieldRole::Note => t.words.note,
            FieldRole::Sentence => t.words.sentence,
            FieldRole::Unused => t.import.unused,
        }
    }

    /// The usual names of a field with this role, separated by spaces, the most certain first.
    fn field_names(self, t: &Texts) -> &'static str {
        match self {
            FieldRole::Word => t.import.word_names,
            FieldRole::Note => t.import.note_names,
            FieldRole::Sentence => t.import.sentence_names,
            FieldRole::Unused => "",
        }
    }

    fn from_value(value: &str) -> FieldRole {
        FieldRole::ALL.into_iter().find(|role| role.value() == value).unwrap_or(FieldRole::Unused)
    }
}

/// The notes of one type in plain text. The last two cells of a row are tags and list.
#[derive(Debug, Default, PartialEq, Eq)]
struct NoteTable {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// The first step: shows the content of a package.
pub(super) fn show(page: &Page<'_>, package: &[u8], list: &str) -> Result<Response> {
    let types = match read_anki(package) {
        Ok(types) => types,
        Err(AnkiFault::Server(error)) => return Err(Error::internal(error)),
        Err(fault) => return refuse(page, fault_text(&fault, page.texts())),
    };
    if types.is_empty() {
        return refuse(page, page.texts().import.empty.to_owned());
    }
    let tables: Vec<(String, NoteTable)> =
        types.into_iter().take(TYPES_MAX).map(|found| (found.name.clone(), table(found))).collect();
    let mut shown = Vec::new();
    for (name, table) in tables {
        let roles = guess(&table.columns);
        shown.push(shown_type(name, &table, &roles)?);
    }
    if shown.iter().map(|one| one.table.len()).sum::<usize>() > TABLE_BYTES_MAX {
        let fault = AnkiFault::TooLarge(AnkiPart::Text, TABLE_BYTES_MAX);
        return refuse(page, fault_text(&fault, page.texts()));
    }
    send(page, StatusCode::OK, None, shown, list)
}

/// The second step: saves the words of the notes. `table` is the csv that the page sent back.
/// `choices` are the fields of the form, with the roles that the user chose.
pub(super) fn add(
    page: &Page<'_>,
    user: &CurrentUser,
    table: &str,
    choices: &[(String, String)],
    list: &str,
) -> Result<Response> {
    let table = NoteTable::parse(table)?;
    let choice = |number: usize| {
        let name = format!("field{number}");
        choices.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.as_str())
    };
    let fields = table.columns.len().saturating_sub(2); // without tags and list
    let roles: Vec<FieldRole> =
        (0..fields).map(|number| FieldRole::from_value(choice(number))).collect();
    if !roles.contains(&FieldRole::Word) {
        let name = choices.iter().find(|(key, _)| key == "type");
        let name = name.map(|(_, name)| name.clone()).unwrap_or_default();
        let shown = shown_type(name, &table, &roles)?;
        let problem = Some(page.texts().import.no_word.to_owned());
        return send(page, StatusCode::UNPROCESSABLE_ENTITY, problem, vec![shown], list);
    }
    let rows = table.rows.iter().map(|row| row_by(row, &roles)).collect();
    save(page.site, user, rows, list)
}

/// The page with the reason why the package cannot be imported.
fn refuse(page: &Page<'_>, problem: String) -> Result<Response> {
    send(page, StatusCode::UNPROCESSABLE_ENTITY, Some(problem), Vec::new(), "")
}

fn send(
    page: &Page<'_>,
    status: StatusCode,
    problem: Option<String>,
    types: Vec<NoteTypePreview>,
    list: &str,
) -> Result<Response> {
    let form_token = page.form_token()?;
    page.send_as(status, &ImportPage { page, t: page.texts(), form_token, problem, types, list })
}

/// The text for a fault of a package.
fn fault_text(fault: &AnkiFault, t: &Texts) -> String {
    match fault {
        AnkiFault::NoPackage => t.import.no_package.to_owned(),
        AnkiFault::TooLarge(part, limit) => {
            fill(t.import.too_large, "limit", fill(limit_text(*part, t), "count", limit))
        }
        AnkiFault::Damaged(what) | AnkiFault::Server(what) => fill(t.import.damaged, "what", what),
    }
}

/// The text for a limit, with the part that it limits.
fn limit_text(part: AnkiPart, t: &Texts) -> &'static str {
    match part {
        AnkiPart::Files => t.import.limit_files,
        AnkiPart::Collection => t.import.limit_collection,
        AnkiPart::Types => t.import.limit_types,
        AnkiPart::Fields => t.import.limit_fields,
        AnkiPart::TypeFields => t.import.limit_type_fields,
        AnkiPart::Decks => t.import.limit_decks,
        AnkiPart::Cards => t.import.limit_cards,
        AnkiPart::Notes => t.import.limit_notes,
        AnkiPart::Text => t.import.limit_text,
    }
}

/// Converts a table to what the page shows of it: the first notes, and the role of each field.
fn shown_type(name: String, table: &NoteTable, roles: &[FieldRole]) -> Result<NoteTypePreview> {
    let first = table.rows.get(..SHOWN_NOTES.min(table.rows.len())).unwrap_or_default();
    let fields = table.columns.iter().zip(roles).enumerate().map(|(place, (name, role))| {
        let cells = first.iter().filter_map(|row| row.get(place)).filter(|cell| !cell.is_empty());
        let short = |cell: &String| cell.chars().take(SHOWN_CHARS).collect();
        FieldPreview { name: name.clone(), examples: cells.map(short).collect(), role: *role }
    });
    Ok(NoteTypePreview {
        name,
        count: table.rows.len(),
        fields: fields.collect(),
        table: table.to_csv().map_err(Error::internal)?,
    })
}

/// Converts the notes of one type to a table of plain text.
fn table(found: AnkiNoteType) -> NoteTable {
    let fields = found.fields.len().min(FIELDS_MAX);
    let mut columns = found.fields;
    columns.truncate(fields);
    columns.extend([TAGS, LIST].map(str::to_owned));
    let row = |note: crate::store::AnkiRow| {
        let mut row: Vec<String> = note.fields.iter().take(fields).map(|html| text(html)).collect();
        row.extend([note.tags, note.list]);
        row
    };
    NoteTable { columns, rows: found.notes.into_iter().map(row).collect() }
}

/// The probable role of each field, by its name. If no name fits, the first fields become the word
/// and the note.
fn guess(columns: &[String]) -> Vec<FieldRole> {
    let fields = &columns[..columns.len().saturating_sub(2)];
    let mut roles = vec![FieldRole::Unused; fields.len()];
    for role in [FieldRole::Word, FieldRole::Note, FieldRole::Sentence] {
        // The fields of a package may be named in either language.
        let names = [Language::English, Language::Chinese].map(|one| role.field_names(one.texts()));
        let mut names = names.into_iter().flat_map(str::split_whitespace);
        let place = names.find_map(|wanted| {
            let is_it = |(name, role): (&String, &FieldRole)| {
                *role == FieldRole::Unused && name.to_lowercase().contains(wanted)
            };
            fields.iter().zip(&roles).position(is_it)
        });
        let first_free = || roles.iter().position(|role| *role == FieldRole::Unused);
        let place = if role == FieldRole::Sentence { place } else { place.or_else(first_free) };
        if let Some(place) = place {
            roles[place] = role;
        }
    }
    roles
}

/// Converts a note to a word and the texts saved with it. Fields of one role are joined, but only
/// the first one with a text is the word.
fn row_by(row: &[String], roles: &[FieldRole]) -> Row {
    let of = |wanted: FieldRole| {
        let cells =
            row.iter().zip(roles).filter(|(cell, role)| **role == wanted && !cell.is_empty());
        cells.map(|(cell, _)| cell.as_str()).collect::<Vec<_>>()
    };
    // The cell at this place from the end: the last one is the list, the last but one the tags.
    let from_end = |count: usize| row.len().checked_sub(count).and_then(|at| row.get(at)).cloned();
    let word = of(FieldRole::Word).first().copied().unwrap_or_default().to_owned();
    let texts = SavedWordText {
        note: of(FieldRole::Note).join(" · "),
        sentence: of(FieldRole::Sentence).join(" "),
        tags: from_end(2).unwrap_or_default(),
        list: from_end(1).unwrap_or_default(),
    };
    (word, texts)
}

/// Converts a field of a note from HTML to plain text, cut to [`FIELD_CHARS_MAX`].
fn text(html: &str) -> String {
    let end = html.char_indices().nth(FIELD_HTML_CHARS_MAX).map_or(html.len(), |(end, _)| end);
    let text = plain_text(&without_marks(&html[..end]));
    text.chars().take(FIELD_CHARS_MAX).collect()
}

/// Removes the marks of Anki: `[sound:a.mp3]` is dropped, `{{c1::word::hint}}` becomes `word`.
fn without_marks(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['[', '{']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let sound = rest.strip_prefix("[sound:").and_then(|sound| split_mark(sound, "]"));
        let gap = rest.strip_prefix("{{c").and_then(|gap| split_mark(gap, "}}"));
        let gap = gap.and_then(|(gap, after)| Some((gap.split_once("::")?.1, after)));
        rest = if let Some((_, after)) = sound {
            after
        } else if let Some((gap, after)) = gap {
            text.push_str(gap.split("::").next().unwrap_or_default());
            after
        } else {
            text.push_str(&rest[..1]);
            &rest[1..]
        };
    }
    text.push_str(rest);
    text
}

/// Splits a text, which begins inside a mark, at the end of the mark. `None`: there is no end
/// within [`MARK_BYTES_MAX`]. Without this limit each mark without an end would cause a search of
/// the whole text after it.
fn split_mark<'a>(text: &'a str, end: &str) -> Option<(&'a str, &'a str)> {
    let bytes = text.as_bytes();
    let near = &bytes[..bytes.len().min(MARK_BYTES_MAX)];
    let at = memchr::memmem::find(near, end.as_bytes())?;
    Some((&text[..at], &text[at + end.len()..]))
}

impl NoteTable {
    fn to_csv(&self) -> std::result::Result<String, String> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let failed = |error: csv::Error| error.to_string();
        writer.write_record(&self.columns).map_err(failed)?;
        for row in &self.rows {
            writer.write_record(row).map_err(failed)?;
        }
        let bytes = writer.into_inner().map_err(|error| error.to_string())?;
        String::from_utf8(bytes).map_err(|error| error.to_string())
    }

    /// Parses the csv that the page sent back.
    fn parse(text: &str) -> Result<NoteTable> {
        let wrong = |error: csv::Error| Error::bad_request(error.to_string());
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
        let columns: Vec<String> = cells(reader.headers().map_err(wrong)?);
        // At least one field, and the columns of tags and list.
        if !(3..=FIELDS_MAX + 2).contains(&columns.len()) {
            return Err(Error::bad_request(format!("the table has {} columns", columns.len())));
        }
        let mut rows = Vec::new();
        for record in reader.records().take(ROWS_MAX + 1) {
            rows.push(cells(&record.map_err(wrong)?));
        }
        Ok(NoteTable { columns, rows })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &[&str]) -> Vec<String> {
        names.iter().chain(&[TAGS, LIST]).map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn fields_are_recognised_by_their_names_in_either_language() {
        use FieldRole::{Note, Sentence, Unused, Word};
        let own = ["Word", "Pronunciation", "Meaning", "Example", "Sentence", "Note"];
        assert_eq!(guess(&columns(&own)), [Word, Unused, Unused, Unused, Sentence, Note]);
        assert_eq!(guess(&columns(&["Front", "Back"])), [Word, Note]);
        assert_eq!(
            guess(&columns(&["序号", "单词", "释义", "例句"])),
            [Unused, Word, Note, Sentence]
        );
        assert_eq!(guess(&columns(&["a"])), [Word]);
        assert_eq!(guess(&columns(&["a", "b", "c"])), [Word, Note, Unused]);
    }

    #[test]
    fn a_field_is_plain_text() {
        let html = "<div>ice&nbsp;cream</div>[sound:a.mp3]<script>x</script>";
        assert_eq!(text(html), "ice cream");
        assert_eq!(text("I {{c1::ate::past of eat}} {{c2::it}} [up] {x}"), "I ate it [up] {x}");
        assert_eq!(text("{{c1::open [sound:x"), "{{c1::open [sound:x");
        assert_eq!(text(&"词".repeat(2000)).chars().count(), FIELD_CHARS_MAX);
    }

    #[test]
    fn marks_without_an_end_are_searched_once_within_their_limit() {
        let far = "词".repeat(MARK_BYTES_MAX);
        assert_eq!(split_mark("a.mp3] b", "]"), Some(("a.mp3", " b")));
        assert_eq!(split_mark(&format!("{far}]"), "]"), None);
        for mark in ["{{c1::", "[sound:"] {
            let marks = mark.repeat(1 << 20);
            assert_eq!(text(&marks), marks[..FIELD_CHARS_MAX]);
        }
    }

    #[test]
    fn a_limit_names_what_is_counted_in_either_language() {
        let fault = AnkiFault::TooLarge(AnkiPart::Notes, 20_000);
        let said = |one: Language| fault_text(&fault, one.texts());
        assert!(said(Language::English).contains("(limit: 20000 notes)"));
        assert!(said(Language::Chinese).contains("（上限：20000 条笔记）"));
    }

    #[test]
    fn a_row_is_saved_by_the_chosen_fields() {
        let row = ["apple", "苹果", "水果", "", "fruit", "Unit 5"].map(str::to_owned);
        let roles = [FieldRole::Word, FieldRole::Note, FieldRole::Note, FieldRole::Sentence];
        let (word, texts) = row_by(&row, &roles);
        let SavedWordText { note, sentence, tags, list } = texts;
        let found = [word, note, sentence, tags, list];
        assert_eq!(found, ["apple", "苹果 · 水果", "", "fruit", "Unit 5"]);
    }

    #[test]
    fn a_table_comes_back_as_it_was_carried() {
        let row = ["a \"b\", c", "词\n", "", ""].map(str::to_owned).to_vec();
        let table = NoteTable { columns: columns(&["x,y", "z"]), rows: vec![row] };
        assert_eq!(NoteTable::parse(&table.to_csv().unwrap()).unwrap(), table);
        assert!(NoteTable::parse("a,b\n").is_err());
        assert!(NoteTable::parse("a,b,c\nx\n").is_err());
    }
}
