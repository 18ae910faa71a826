//! Reads the notes of an Anki package (`.apkg`, `.colpkg`). A package is a zip archive with an
//! SQLite file: `collection.anki21b`, compressed with zstd (since Anki 2.1.50), or
//! `collection.anki21` or `collection.anki2` (schema 11). Newer packages also have a
//! `collection.anki2` with a single note that asks for an update.
//!
//! Packages are not trusted. Sizes are limited before anything is unpacked. The work of SQLite is
//! limited too, since a file may define tables that compute their rows.

use std::cell::Cell;
use std::collections::HashMap;
use std::fs::File;
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::rc::Rc;

use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, Row};
use serde::Deserialize;
use zip::ZipArchive;

use super::fault::{AnkiFault, AnkiPart};
use super::{DECK_SEPARATOR, FIELDS, SEPARATOR};

/// Maximum size of a package in bytes. The package is in memory while it is read. Media are usually
/// the largest part.
pub const ANKI_PACKAGE_BYTES_MAX: u64 = 32 << 20;

/// Maximum number of notes of a package: as many as a word book (a user's saved words) may have.
const ANKI_NOTES_MAX: usize = 20_000;

/// Maximum unpacked size of the collection in bytes. 20,000 notes of 1 KB have 20 MB.
const COLLECTION_BYTES_MAX: usize = 64 << 20;

/// Maximum number of files in a package. Each takes memory before any is read.
const FILES_MAX: usize = 50_000;

/// Maximum size of one value of the collection in bytes: a note, or all note types together.
const VALUE_BYTES_MAX: i32 = 8 << 20;

/// Maximum number of cards, note types with their fields, or decks that are read.
const ROWS_MAX: usize = 10 * ANKI_NOTES_MAX;

/// Maximum number of fields of a note type. Large decks have about thirty.
const FIELDS_MAX: usize = 100;

/// Maximum size in bytes of all text that is read: notes, and the names of their types and lists.
/// 20,000 notes of 1 KB have 20 MB. SQLite can produce much more text from a small file.
const TEXT_BYTES_MAX: usize = 32 << 20;

/// Maximum work of SQLite, in calls of the progress handler. A package of 20,000 notes takes fewer
/// than ten.
const WORK_MAX: u32 = 1000;
/// Number of instructions of SQLite's virtual machine between two calls of the progress handler.
const WORK_STEP: i32 = 100_000;

/// The files that may be the collection, the newest format first.
const COLLECTIONS: [&str; 3] = ["collection.anki21b", "collection.anki21", "collection.anki2"];

/// The first bytes of a zstd frame.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The beginning of each entry in the directory of a zip archive.
const ZIP_ENTRY: &[u8] = b"PK\x01\x02";

const NOTES: &str = "select id, mid, flds, tags from notes order by id";
const CARDS: &str = "select nid, did from cards";
const OLD_TYPES: &str = "select models from col";
const OLD_DECKS: &str = "select decks from col";
const TYPES: &str = "select id, name from notetypes";
const TYPE_FIELDS: &str = "select ntid, name from fields order by ntid, ord";
const DECKS: &str = "select id, name from decks";
const HAS_TYPES: &str =
    "select count(*) from sqlite_schema where type = 'table' and name = 'notetypes'";

/// Counts views, virtual tables and tables with generated columns: SQLite computes their content
/// when it is read.
const COMPUTED: &str = "select count(*) from sqlite_schema
    where name = ?1 collate nocase and type in ('table', 'view')
    and (type = 'view' or sql not like 'create table%'
    or exists (select 1 from pragma_table_xinfo(?1) where hidden <> 0))";

/// The tables that are read from old collections (schema 11), which keep types and decks as JSON in
/// `col`, and from newer ones.
const OLD_TABLES: [&str; 3] = ["notes", "cards", "col"];
const TABLES: [&str; 5] = ["notes", "cards", "notetypes", "fields", "decks"];

/// The notes of one type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnkiNoteType {
    /// The name.
    pub name: String,
    /// The names of its fields.
    pub fields: Vec<String>,
    /// The notes in the order in which they were made.
    pub notes: Vec<AnkiRow>,
}

/// A note as it is in a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnkiRow {
    /// The fields in HTML.
    pub fields: Vec<String>,
    /// Tags, separated by spaces.
    pub tags: String,
    /// The list in the word book that its deck becomes; empty: none.
    pub list: String,
}

type Result<T> = std::result::Result<T, AnkiFault>;

/// Reads the notes of a package by type, the type with the most notes first.
///
/// # Errors
/// The file is not an Anki package, is damaged, or exceeds a limit.
pub fn read_anki(package: &[u8]) -> Result<Vec<AnkiNoteType>> {
    let folder = tempfile::tempdir().map_err(|error| AnkiFault::Server(error.to_string()))?;
    let path = folder.path().join("collection");
    unpack(package, &path)?;
    read_collection(open(&path)?)
}

fn read_collection(file: Connection) -> Result<Vec<AnkiNoteType>> {
    let collection = Collection { file, text_left: Cell::new(TEXT_BYTES_MAX) };
    collection.check_tables()?;
    let mut types = note_types(&collection)?;
    let decks = decks_of_notes(&collection)?;
    read_notes(&collection, &mut types, &decks)?;
    let mut types: Vec<AnkiNoteType> =
        types.into_values().filter(|found| !found.notes.is_empty()).collect();
    types.sort_by(|a, b| b.notes.len().cmp(&a.notes.len()).then(a.name.cmp(&b.name)));
    Ok(types)
}

/// Writes the collection of a package to a file.
fn unpack(package: &[u8], path: &Path) -> Result<()> {
    if memchr::memmem::find_iter(package, ZIP_ENTRY).take(FILES_MAX + 1).count() > FILES_MAX {
        return Err(AnkiFault::TooLarge(AnkiPart::Files, FILES_MAX));
    }
    let mut archive = ZipArchive::new(Cursor::new(package)).map_err(|_| AnkiFault::NoPackage)?;
    let found = COLLECTIONS.into_iter().find_map(|name| archive.index_for_name(name));
    let mut packed = archive
        .by_index(found.ok_or(AnkiFault::NoPackage)?)
        .map_err(|error| AnkiFault::Damaged(error.to_string()))?;
    let mut magic = Vec::new();
    let read = (&mut packed).take(ZSTD.len() as u64).read_to_end(&mut magic);
    read.map_err(|error| AnkiFault::Damaged(error.to_string()))?;
    let is_zstd = magic == ZSTD;
    let from_start = Cursor::new(magic).chain(packed);
    if !is_zstd {
        return copy(from_start, path);
    }
    // The decoder's error only describes the decoder's own state, so it is dropped.
    let unpacked = ruzstd::decoding::StreamingDecoder::new(from_start)
        .map_err(|_| damaged("the beginning of its zstd frame is invalid"))?;
    copy(unpacked, path)
}

/// Copies the unpacked bytes to a file, up to the limit.
fn copy(mut unpacked: impl Read, path: &Path) -> Result<()> {
    let server_fault = |error: std::io::Error| AnkiFault::Server(error.to_string());
    let mut file = File::create(path).map_err(server_fault)?;
    let mut buffer = vec![0; 1 << 16];
    let mut left = COLLECTION_BYTES_MAX;
    loop {
        let read = unpacked.read(&mut buffer);
        let count = read.map_err(|_| damaged("its packed content is invalid"))?;
        if count == 0 {
            return Ok(());
        }
        left = left
            .checked_sub(count)
            .ok_or(AnkiFault::TooLarge(AnkiPart::Collection, COLLECTION_BYTES_MAX))?;
        file.write_all(&buffer[..count]).map_err(server_fault)?;
    }
}

/// Opens a collection for reading, with limits on the work of SQLite.
fn open(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut file = Connection::open_with_flags(path, flags)?;
    file.set_limit(Limit::SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX)?;
    let mut work = 0;
    let is_too_much = move || {
        work += 1;
        work > WORK_MAX
    };
    file.progress_handler(WORK_STEP, Some(is_too_much))?;
    file.execute_batch("pragma trusted_schema = off; pragma cell_size_check = on")?;
    // Newer collections compare names in an order of their own.
    file.create_collation("unicase", |a, b| a.to_lowercase().cmp(&b.to_lowercase()))?;
    Ok(file)
}

/// A collection, and how much text may still be read from it.
struct Collection {
    file: Connection,
    text_left: Cell<usize>,
}

impl Collection {
    /// Refuses tables with computed content: its cost and size have no bounds.
    fn check_tables(&self) -> Result<()> {
        for table in if self.is_old()? { &OLD_TABLES[..] } else { &TABLES } {
            let count: i64 = self.file.query_row(COMPUTED, [table], |row| row.get(0))?;
            if count > 0 {
                return Err(damaged(&format!("{table} is not a plain table")));
            }
        }
        Ok(())
    }

    /// Whether this is a collection of schema 11.
    fn is_old(&self) -> Result<bool> {
        Ok(self.file.query_row(HAS_TYPES, [], |row| row.get::<_, i64>(0))? == 0)
    }

    /// Calls `take` with each row. More than `rows_max` rows are an error about `part`.
    fn for_each_row(
        &self,
        sql: &str,
        part: AnkiPart,
        rows_max: usize,
        take: &mut dyn FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut statement = self.file.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            count += 1;
            if count > rows_max {
                return Err(AnkiFault::TooLarge(part, rows_max));
            }
            take(row)?;
        }
        Ok(())
    }

    /// The text of a column. Its bytes count towards the limit.
    fn text(&self, row: &Row<'_>, column: usize) -> Result<String> {
        let text: String = row.get(column)?;
        self.count(text.len())?;
        Ok(text)
    }

    /// Counts bytes of text that are kept.
    fn count(&self, bytes: usize) -> Result<()> {
        let left = self.text_left.get().checked_sub(bytes).ok_or_else(too_much_text)?;
        self.text_left.set(left);
        Ok(())
    }

    /// Parses a JSON value in the only row of an old collection's table `col`.
    fn old_json<T: serde::de::DeserializeOwned>(&self, sql: &str) -> Result<HashMap<String, T>> {
        let text: String = self.file.query_row(sql, [], |row| row.get(0))?;
        self.count(text.len())?;
        serde_json::from_str(&text).map_err(|error| damaged(&error.to_string()))
    }
}

/// The note types by their keys.
fn note_types(collection: &Collection) -> Result<HashMap<i64, AnkiNoteType>> {
    let mut types = HashMap::new();
    if collection.is_old()? {
        let models: HashMap<String, OldType> = collection.old_json(OLD_TYPES)?;
        for (id, OldType { name, flds }) in models {
            if flds.len() > FIELDS_MAX {
                return Err(too_many_fields());
            }
            let fields = flds.into_iter().map(|field| field.name).collect();
            let id = id.parse().map_err(|_| damaged("the key of a note type"))?;
            types.insert(id, AnkiNoteType { name, fields, notes: Vec::new() });
        }
        return Ok(types);
    }
    collection.for_each_row(TYPES, AnkiPart::Types, ROWS_MAX, &mut |row| {
        let found = AnkiNoteType { name: collection.text(row, 1)?, ..AnkiNoteType::default() };
        types.insert(row.get(0)?, found);
        Ok(())
    })?;
    collection.for_each_row(TYPE_FIELDS, AnkiPart::Fields, ROWS_MAX, &mut |row| {
        if let Some(found) = types.get_mut(&row.get(0)?) {
            if found.fields.len() >= FIELDS_MAX {
                return Err(too_many_fields());
            }
            found.fields.push(collection.text(row, 1)?);
        }
        Ok(())
    })?;
    Ok(types)
}

fn too_much_text() -> AnkiFault {
    AnkiFault::TooLarge(AnkiPart::Text, TEXT_BYTES_MAX)
}

fn too_many_fields() -> AnkiFault {
    AnkiFault::TooLarge(AnkiPart::TypeFields, FIELDS_MAX)
}

fn damaged(what: &str) -> AnkiFault {
    AnkiFault::Damaged(what.to_owned())
}

#[derive(Deserialize)]
struct OldType {
    name: String,
    flds: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

/// The name of the deck of each note, by the note's key.
fn decks_of_notes(collection: &Collection) -> Result<HashMap<i64, Rc<str>>> {
    let mut names: HashMap<i64, Rc<str>> = HashMap::new();
    if collection.is_old()? {
        for (id, Named { name }) in collection.old_json::<Named>(OLD_DECKS)? {
            names.insert(id.parse().map_err(|_| damaged("the key of a deck"))?, name.into());
        }
    } else {
        collection.for_each_row(DECKS, AnkiPart::Decks, ROWS_MAX, &mut |row| {
            // Newer collections separate the names of nested decks like the fields of notes.
            let name = collection.text(row, 1)?;
            names.insert(row.get(0)?, name.replace(SEPARATOR, DECK_SEPARATOR).into());
            Ok(())
        })?;
    }
    let mut decks = HashMap::new();
    collection.for_each_row(CARDS, AnkiPart::Cards, ROWS_MAX, &mut |row| {
        if let Some(name) = names.get(&row.get(1)?) {
            decks.entry(row.get(0)?).or_insert_with(|| Rc::clone(name));
        }
        Ok(())
    })?;
    Ok(decks)
}

/// Adds the notes to their types. A note gets exactly as many fields as its type has.
fn read_notes(
    collection: &Collection,
    types: &mut HashMap<i64, AnkiNoteType>,
    decks: &HashMap<i64, Rc<str>>,
) -> Result<()> {
    collection.for_each_row(NOTES, AnkiPart::Notes, ANKI_NOTES_MAX, &mut |row| {
        let found = types.get_mut(&row.get(1)?).ok_or_else(|| damaged("a note has no type"))?;
        let fields = collection.text(row, 2)?;
        let count = found.fields.len();
        let mut fields: Vec<String> =
            fields.split(SEPARATOR).take(count).map(str::to_owned).collect();
        fields.resize(count, String::new());
        let tags = collection.text(row, 3)?.trim().to_owned();
        let deck = decks.get(&row.get(0)?).map(AsRef::as_ref).unwrap_or_default();
        let list = list_of(deck, &found.fields).to_owned();
        collection.count(list.len())?;
        found.notes.push(AnkiRow { fields, tags, list });
        Ok(())
    })
}

/// The list in the word book that a deck becomes. A deck below another one becomes a list with its
/// name, without the name of the uppermost deck. An uppermost deck becomes a list with its name,
/// unless it is Anki's default deck, or the fields of its notes show that this program made the
/// package: then its notes have no list.
fn list_of<'d>(deck: &'d str, fields: &[String]) -> &'d str {
    match deck.split_once(DECK_SEPARATOR) {
        Some((_, below)) => below,
        None if fields == FIELDS || deck == "Default" => "",
        None => deck,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a collection with these tables.
    fn read(sql: &str) -> Result<Vec<AnkiNoteType>> {
        let file = Connection::open_in_memory().unwrap();
        file.execute_batch(sql).unwrap();
        read_collection(file)
    }

    /// Reads an old collection with one type, which has this many fields.
    fn read_old(fields: usize, after: &str) -> Result<Vec<AnkiNoteType>> {
        let fields = vec![r#"{"name":"a"}"#; fields].join(",");
        read(&format!(
            r#"create table col (models text, decks text); create table cards (nid, did);
            insert into col values ('{{"1":{{"name":"t","flds":[{fields}]}}}}', '{{}}'); {after}"#
        ))
    }

    const OLD_NOTES: &str = "create table notes (id integer primary key, mid, flds, tags);";

    #[test]
    fn a_note_type_with_too_many_fields_is_refused() {
        let note = format!("{OLD_NOTES} insert into notes values (1, 1, 'a', '')");
        assert_eq!(read_old(FIELDS_MAX, &note).unwrap()[0].notes[0].fields.len(), FIELDS_MAX);
        assert_eq!(read_old(FIELDS_MAX + 1, &note), Err(too_many_fields()));
        let newer = read(&format!(
            "create table cards (nid, did); create table decks (id, name); {OLD_NOTES}
            create table notetypes (id, name); create table fields (ntid, ord, name);
            insert into notetypes values (1, 't'); insert into fields
            with recursive c (i) as (select 0 union all select i + 1 from c where i < {FIELDS_MAX})
            select 1, i, 'a' from c"
        ));
        assert_eq!(newer, Err(too_many_fields()));
    }

    #[test]
    fn separators_beyond_the_fields_of_a_type_make_no_fields() {
        let note = "insert into notes values (1, 1, replace(hex(zeroblob(1000)), '0', x'1f'), '')";
        let found = read_old(2, &format!("{OLD_NOTES} {note}")).unwrap();
        assert_eq!(found[0].notes[0].fields, ["", ""]);
    }

    #[test]
    fn a_collection_with_computed_tables_is_refused() {
        let notes = "with recursive c (i) as (select 1 union all select i + 1 from c where i < 20)
            select i as id, 1 as mid, hex(zeroblob(2000000)) as flds, '' as tags from c";
        let computed = "id, mid, tags, flds text as (hex(zeroblob(2000000)))";
        for table in [
            format!("create view notes as {notes}"),
            format!("create view NOTES as {notes}"),
            format!("create table notes ({computed})"),
            "create virtual table notes using fts5(id, mid, flds, tags)".to_owned(),
        ] {
            assert_eq!(read_old(1, &table), Err(damaged("notes is not a plain table")), "{table}");
        }
    }

    #[test]
    fn the_sum_of_the_text_of_a_collection_is_limited() {
        let notes = "with recursive c (i) as (select 1 union all select i + 1 from c where i < 9)
            insert into notes select i, 1, hex(zeroblob(2000000)), '' from c";
        assert_eq!(read_old(1, &format!("{OLD_NOTES} {notes}")), Err(too_much_text()));
        // The name of one deck becomes the list of each note.
        let named = "update col set decks =
            '{\"7\":{\"name\":\"' || hex(zeroblob(2000000)) || '\"}}';
            with recursive c (i) as (select 1 union all select i + 1 from c where i < 9)
            insert into notes select i, 1, 'a', '' from c;
            insert into cards select id, 7 from notes";
        assert_eq!(read_old(1, &format!("{OLD_NOTES} {named}")), Err(too_much_text()));
    }
}
