//! An Anki package (`.apkg`, `.colpkg`) to the notes in it. A package is a zip archive with an SQLite
//! file: `collection.anki21b`, packed with zstd (since Anki 2.1.50), or `collection.anki21` or
//! `collection.anki2` (schema 11). Newer packages have a `collection.anki2` too, whose only note asks
//! for an update.
//!
//! Packages come from strangers: sizes are limited before anything is unpacked, and the work of
//! SQLite is, whatever the file makes of its tables.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{Cursor, Read, Write};
use std::path::Path;

use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, Row};
use serde::Deserialize;
use zip::ZipArchive;

use super::{DECK_SEPARATOR, FIELDS, SEPARATOR};

/// Maximum size of a package in bytes. It is unpacked in memory; its media are most of it.
pub const ANKI_PACKAGE_BYTES_MAX: u64 = 32 << 20;

/// Maximum number of notes of a package: as many as a word book may have words.
const ANKI_NOTES_MAX: usize = 20_000;

/// Maximum unpacked size of the collection in bytes. 20,000 notes of 1 KB have 20 MB.
const COLLECTION_BYTES_MAX: u64 = 64 << 20;

/// Maximum number of files in a package. Each takes memory before any is read.
const FILES_MAX: usize = 50_000;

/// Maximum size of one value of the collection in bytes: a note, or all note types together.
const VALUE_BYTES_MAX: i32 = 8 << 20;

/// Maximum number of cards, note types with their fields, or decks that are read.
const ROWS_MAX: usize = 10 * ANKI_NOTES_MAX;

/// Maximum work of SQLite, in calls of the progress handler, one for each 100,000 instructions. A
/// package of 20,000 notes takes fewer than ten.
const WORK_MAX: u32 = 1000;
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

/// The notes of one type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnkiNoteType {
    /// Its name.
    pub name: String,
    /// The names of its fields.
    pub fields: Vec<String>,
    /// Its notes in the order in which they were made.
    pub notes: Vec<AnkiRow>,
}

/// A note as it is in a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnkiRow {
    /// The fields in HTML.
    pub fields: Vec<String>,
    /// Tags, separated by spaces.
    pub tags: String,
    /// The list that its deck stands for.
    pub list: String,
}

/// Why a package cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnkiFault {
    /// It is no zip archive, or has no collection.
    NoPackage,
    /// Something in it is larger than its limit: what, and the limit with its unit.
    TooLarge(&'static str, String),
    /// The collection is damaged, or is not one of Anki: what SQLite or the decoder reports.
    Damaged(String),
    /// The server cannot write a temporary file.
    Server(String),
}

impl fmt::Display for AnkiFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AnkiFault::NoPackage => f.write_str("the file is not an Anki package"),
            AnkiFault::TooLarge(what, limit) => {
                write!(f, "{what} of the Anki package is larger than {limit}")
            }
            AnkiFault::Damaged(what) => {
                write!(f, "the collection of the Anki package is damaged: {what}")
            }
            AnkiFault::Server(what) => write!(f, "cannot unpack the Anki package: {what}"),
        }
    }
}

impl std::error::Error for AnkiFault {}

impl From<rusqlite::Error> for AnkiFault {
    fn from(error: rusqlite::Error) -> AnkiFault {
        AnkiFault::Damaged(error.to_string())
    }
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
    let file = open(&path)?;
    let mut types = note_types(&file)?;
    let decks = decks_of_notes(&file)?;
    read_notes(&file, &mut types, &decks)?;
    let mut types: Vec<AnkiNoteType> =
        types.into_values().filter(|found| !found.notes.is_empty()).collect();
    types.sort_by(|a, b| b.notes.len().cmp(&a.notes.len()).then(a.name.cmp(&b.name)));
    Ok(types)
}

/// Writes the collection of a package to a file.
fn unpack(package: &[u8], path: &Path) -> Result<()> {
    if memchr::memmem::find_iter(package, ZIP_ENTRY).take(FILES_MAX + 1).count() > FILES_MAX {
        return Err(AnkiFault::TooLarge("the number of files", format!("{FILES_MAX} files")));
    }
    let mut archive = ZipArchive::new(Cursor::new(package)).map_err(|_| AnkiFault::NoPackage)?;
    let found = COLLECTIONS.into_iter().find_map(|name| archive.index_for_name(name));
    let mut packed = archive
        .by_index(found.ok_or(AnkiFault::NoPackage)?)
        .map_err(|error| AnkiFault::Damaged(error.to_string()))?;
    let mut magic = Vec::new();
    let damaged = |error: std::io::Error| AnkiFault::Damaged(error.to_string());
    (&mut packed).take(ZSTD.len() as u64).read_to_end(&mut magic).map_err(damaged)?;
    let is_zstd = magic == ZSTD;
    let whole = Cursor::new(magic).chain(packed);
    if !is_zstd {
        return copy(whole, path);
    }
    let unpacked = ruzstd::decoding::StreamingDecoder::new(whole)
        .map_err(|error| AnkiFault::Damaged(error.to_string()))?;
    copy(unpacked, path)
}

/// Copies what is unpacked to a file, up to the limit.
fn copy(mut unpacked: impl Read, path: &Path) -> Result<()> {
    let server = |error: std::io::Error| AnkiFault::Server(error.to_string());
    let mut file = File::create(path).map_err(server)?;
    let mut buffer = vec![0; 1 << 16];
    let mut left = COLLECTION_BYTES_MAX;
    loop {
        let read = unpacked.read(&mut buffer);
        let count = read.map_err(|error| AnkiFault::Damaged(error.to_string()))?;
        if count == 0 {
            return Ok(());
        }
        left = left.checked_sub(count as u64).ok_or_else(|| {
            let limit = format!("{COLLECTION_BYTES_MAX} bytes");
            AnkiFault::TooLarge("the collection", limit)
        })?;
        file.write_all(&buffer[..count]).map_err(server)?;
    }
}

/// Opens a collection so that nothing in it runs for long or writes.
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

/// Calls `take` with each row, up to the limit.
fn each(
    file: &Connection,
    sql: &str,
    (what, rows_max): (&'static str, usize),
    take: &mut dyn FnMut(&Row<'_>) -> Result<()>,
) -> Result<()> {
    let mut statement = file.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        count += 1;
        if count > rows_max {
            return Err(AnkiFault::TooLarge(what, rows_max.to_string()));
        }
        take(row)?;
    }
    Ok(())
}

/// The note types by their keys.
fn note_types(file: &Connection) -> Result<HashMap<i64, AnkiNoteType>> {
    let mut types = HashMap::new();
    if is_old(file)? {
        let models: HashMap<String, OldType> = old(file, OLD_TYPES)?;
        for (id, OldType { name, flds }) in models {
            let fields = flds.into_iter().map(|field| field.name).collect();
            let id = id.parse().map_err(|_| damaged("the key of a note type"))?;
            types.insert(id, AnkiNoteType { name, fields, notes: Vec::new() });
        }
        return Ok(types);
    }
    each(file, TYPES, ("the number of note types", ROWS_MAX), &mut |row| {
        let found = AnkiNoteType { name: row.get(1)?, ..AnkiNoteType::default() };
        types.insert(row.get(0)?, found);
        Ok(())
    })?;
    each(file, TYPE_FIELDS, ("the number of fields", ROWS_MAX), &mut |row| {
        if let Some(found) = types.get_mut(&row.get(0)?) {
            found.fields.push(row.get(1)?);
        }
        Ok(())
    })?;
    Ok(types)
}

fn is_old(file: &Connection) -> Result<bool> {
    Ok(file.query_row(HAS_TYPES, [], |row| row.get::<_, i64>(0))? == 0)
}

/// A value of the old collection's only row, in JSON.
fn old<T: serde::de::DeserializeOwned>(file: &Connection, sql: &str) -> Result<HashMap<String, T>> {
    let text: String = file.query_row(sql, [], |row| row.get(0))?;
    serde_json::from_str(&text).map_err(|error| damaged(&error.to_string()))
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

/// The list of each note, by its key.
fn decks_of_notes(file: &Connection) -> Result<HashMap<i64, String>> {
    let mut names: HashMap<i64, String> = HashMap::new();
    if is_old(file)? {
        for (id, Named { name }) in old::<Named>(file, OLD_DECKS)? {
            names.insert(id.parse().map_err(|_| damaged("the key of a deck"))?, name);
        }
    } else {
        each(file, DECKS, ("the number of decks", ROWS_MAX), &mut |row| {
            // Newer collections separate the names of decks as the fields of notes.
            let name: String = row.get(1)?;
            names.insert(row.get(0)?, name.replace(SEPARATOR, DECK_SEPARATOR));
            Ok(())
        })?;
    }
    let mut decks = HashMap::new();
    each(file, CARDS, ("the number of cards", ROWS_MAX), &mut |row| {
        if let Some(name) = names.get(&row.get(1)?) {
            decks.entry(row.get(0)?).or_insert_with(|| name.clone());
        }
        Ok(())
    })?;
    Ok(decks)
}

fn read_notes(
    file: &Connection,
    types: &mut HashMap<i64, AnkiNoteType>,
    decks: &HashMap<i64, String>,
) -> Result<()> {
    each(file, NOTES, ("the number of notes", ANKI_NOTES_MAX), &mut |row| {
        let Some(found) = types.get_mut(&row.get(1)?) else {
            return Err(damaged("a note has no type"));
        };
        let fields: String = row.get(2)?;
        let mut fields: Vec<String> = fields.split(SEPARATOR).map(str::to_owned).collect();
        fields.resize(found.fields.len(), String::new());
        let tags: String = row.get(3)?;
        let deck = decks.get(&row.get(0)?).map(String::as_str).unwrap_or_default();
        let list = list_of(deck, found.fields == FIELDS).to_owned();
        found.notes.push(AnkiRow { fields, tags: tags.trim().to_owned(), list });
        Ok(())
    })
}

/// The list that a deck stands for: what is below the uppermost deck. A deck with none above it is a
/// list itself, unless it is the deck of a package of ours.
fn list_of(deck: &str, is_own: bool) -> &str {
    match deck.split_once(DECK_SEPARATOR) {
        Some((_, below)) => below,
        None if is_own || deck == "Default" => "",
        None => deck,
    }
}
