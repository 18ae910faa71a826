//! Writes words as a package (`.apkg`) of Anki, a program for flash cards. A package is a zip
//! archive with an SQLite file of schema 11, which every version of Anki imports. The note of a
//! word has the same identity in each package, so a later package updates the note.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write};

use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{DECK_SEPARATOR, FIELDS, SEPARATOR};
use crate::hex;
use crate::store::error::{Doing, Result, StoreError};

const TABLES: &str = include_str!("../../../../migrations/anki.sql");
const FRONT: &str = include_str!("../../../../templates/anki/front.html");
const BACK: &str = include_str!("../../../../templates/anki/back.html");
const STYLE: &str = ".card { font: 20px/1.6 sans-serif; text-align: center; } \
     .word { font-size: 32px; } .ipa, .example { opacity: .75; }";

const INSERT_COLLECTION: &str = "insert into col (id, crt, mod, scm, ver, dty, usn, ls, conf, models, decks, dconf, tags) \
     values (1, ?1, ?2, ?2, 11, 0, 0, 0, ?3, ?4, ?5, ?6, '{}')";
const INSERT_NOTE: &str = "insert into notes (id, guid, mid, mod, usn, tags, flds, sfld, csum, flags, data) \
     values (?1, ?2, ?3, ?4, -1, ?5, ?6, ?7, 0, 0, '')";
const INSERT_CARD: &str = "insert into cards (id, nid, did, ord, mod, usn, type, queue, due, ivl, factor, reps, lapses, \
     left, odue, odid, flags, data) \
     values (?1, ?1, ?2, 0, ?3, -1, 0, 0, ?4, 0, 0, 0, 0, 0, 0, 0, 0, '')";

/// The key of the note type. This key and [`DECK`] are the same in each package.
const MODEL: i64 = 1_764_374_400_001;
/// The key of the first deck. Further decks have the numbers that follow.
const DECK: i64 = 1_764_374_400_002;

/// A word for a card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnkiNote {
    /// The word.
    pub word: String,
    /// The pronunciation in IPA, without slashes.
    pub pronunciation: String,
    /// The meaning.
    pub meaning: String,
    /// An example.
    pub example: String,
    /// The sentence that the user found it in.
    pub sentence: String,
    /// The user's note.
    pub note: String,
    /// Tags, separated by spaces.
    pub tags: String,
    /// The list that it belongs to; empty: no list. The list becomes a deck below the deck of the
    /// package.
    pub list: String,
}

/// The bytes of a package with these notes in a deck of this name.
///
/// # Errors
/// The disk has no room for a temporary file.
pub fn anki_package(deck: &str, notes: &[AnkiNote]) -> Result<Vec<u8>> {
    let package = || {
        let folder = tempfile::tempdir().map_err(|error| failed(&error))?;
        let path = folder.path().join("collection.anki2");
        write_collection(&path, deck, notes).map_err(|error| failed(&error))?;
        let collection = std::fs::read(&path).map_err(|error| failed(&error))?;
        zip(&collection).map_err(|error| failed(&error))
    };
    package().doing(|| "make an Anki package")
}

fn failed(error: &dyn std::error::Error) -> StoreError {
    StoreError::internal(error.to_string())
}

fn zip(collection: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [("collection.anki2", collection), ("media", b"{}")] {
        archive.start_file(name, SimpleFileOptions::default())?;
        archive.write_all(content)?;
    }
    Ok(archive.finish()?.into_inner())
}

fn write_collection(
    path: &std::path::Path,
    deck: &str,
    notes: &[AnkiNote],
) -> rusqlite::Result<()> {
    let mut file = Connection::open(path)?;
    // The file is temporary: nothing needs to survive a power failure.
    file.execute_batch("pragma journal_mode = off; pragma synchronous = off")?;
    file.execute_batch(TABLES)?;
    let now = Timestamp::now();
    let seconds = now.as_second();
    let milliseconds = now.as_millisecond();
    let transaction = file.transaction()?;
    let lists: BTreeSet<&str> = notes.iter().map(|note| note.list.as_str()).collect();
    let decks_by_list: BTreeMap<&str, i64> = lists.into_iter().zip(DECK..).collect();
    let parts = [conf(), models(seconds), decks(deck, &decks_by_list, seconds), deck_options()];
    let [conf, models, decks, options] = parts.map(|part| part.to_string());
    let collection = params![seconds, milliseconds, conf, models, decks, options];
    transaction.execute(INSERT_COLLECTION, collection)?;
    {
        let mut insert_note = transaction.prepare(INSERT_NOTE)?;
        let mut insert_card = transaction.prepare(INSERT_CARD)?;
        for (note, position) in notes.iter().zip(1_i64..) {
            let id = milliseconds + position;
            let fields = note.fields().map(escape).join(SEPARATOR);
            let word = note.word.as_str();
            let tags = format!(" {} ", note.tags.trim());
            insert_note.execute(params![id, guid(word), MODEL, seconds, tags, fields, word])?;
            let deck = decks_by_list.get(note.list.as_str()).copied().unwrap_or(DECK);
            insert_card.execute(params![id, deck, seconds, position])?;
        }
    }
    transaction.commit()
}

impl AnkiNote {
    fn fields(&self) -> [&str; FIELDS.len()] {
        let AnkiNote { word, pronunciation, meaning, example, sentence, note, .. } = self;
        [word, pronunciation, meaning, example, sentence, note]
    }
}

/// Escapes the text of a field, since Anki reads fields as HTML.
fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace(SEPARATOR, " ")
}

/// The identity of a note: the same for a word in each package.
fn guid(word: &str) -> String {
    hex::encode(&Sha256::digest(format!("dictapp word\0{word}"))[..8])
}

/// The configuration of the collection: Anki's defaults.
fn conf() -> Value {
    json!({
        "activeDecks": [1], "curDeck": 1, "newSpread": 0, "collapseTime": 1200, "timeLim": 0,
        "estTimes": true, "dueCounts": true, "curModel": MODEL.to_string(), "nextPos": 1,
        "sortType": "noteFld", "sortBackwards": false, "addToCur": true,
    })
}

/// The only note type (Anki's old name is model), with its fields and its card.
fn models(seconds: i64) -> Value {
    let field = |(name, ord): (&str, usize)| {
        json!({
            "name": name, "ord": ord, "font": "Arial", "size": 20, "sticky": false, "rtl": false,
            "media": [],
        })
    };
    let fields: Vec<Value> = FIELDS.into_iter().zip(0..).map(field).collect();
    let template = json!({
        "name": "Card 1", "ord": 0, "qfmt": FRONT, "afmt": BACK, "did": null, "bqfmt": "",
        "bafmt": "",
    });
    json!({
        MODEL.to_string(): {
            "id": MODEL, "name": "dictapp", "type": 0, "mod": seconds, "usn": -1, "sortf": 0,
            "did": DECK, "tmpls": [template], "flds": fields, "css": STYLE, "latexPre": "",
            "latexPost": "", "tags": [], "vers": [], "req": [[0, "any", [0]]],
        }
    })
}

/// The decks: Anki's default deck, the deck called `name` for notes without a list, and below it a
/// deck for each list.
fn decks(name: &str, lists: &BTreeMap<&str, i64>, seconds: i64) -> Value {
    let deck = |id: i64, name: &str| {
        json!({
            "id": id, "name": name, "mod": seconds, "usn": -1, "desc": "", "dyn": 0, "conf": 1,
            "collapsed": false, "browserCollapsed": false, "extendNew": 10, "extendRev": 50,
            "newToday": [0, 0], "revToday": [0, 0], "lrnToday": [0, 0], "timeToday": [0, 0],
        })
    };
    let mut decks = json!({ "1": deck(1, "Default") });
    for (list, id) in lists {
        let name = match *list {
            "" => name.to_owned(),
            list => format!("{name}{DECK_SEPARATOR}{list}"),
        };
        decks[id.to_string()] = deck(*id, &name);
    }
    decks
}

/// The options of all decks: Anki's defaults.
fn deck_options() -> Value {
    json!({
        "1": {
            "id": 1, "name": "Default", "mod": 0, "usn": 0, "maxTaken": 60, "timer": 0,
            "autoplay": true, "replayq": true, "dyn": false,
            "new": {
                "bury": true, "delays": [1, 10], "initialFactor": 2500, "ints": [1, 4, 7],
                "order": 1, "perDay": 20, "separate": true,
            },
            "rev": {
                "bury": true, "ease4": 1.3, "fuzz": 0.05, "ivlFct": 1, "maxIvl": 36500,
                "minSpace": 1, "perDay": 200,
            },
            "lapse": {
                "delays": [10], "leechAction": 0, "leechFails": 8, "minInt": 1, "mult": 0,
            },
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn a_package_has_a_note_and_a_card_for_each_word_and_escapes_markup() {
        let note = |word: &str| AnkiNote {
            word: word.to_owned(),
            meaning: "苹果 <b>".to_owned(),
            note: "a\u{1f}b".to_owned(),
            tags: "fruit unit5".to_owned(),
            ..AnkiNote::default()
        };
        let package = anki_package("生词本", &[note("apple"), note("pear")]).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(package)).unwrap();
        let mut media = String::new();
        archive.by_name("media").unwrap().read_to_string(&mut media).unwrap();
        assert_eq!(media, "{}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.anki2");
        let mut file = std::fs::File::create(&path).unwrap();
        std::io::copy(&mut archive.by_name("collection.anki2").unwrap(), &mut file).unwrap();
        let file = Connection::open(path).unwrap();
        let text = |sql: &str| -> String { file.query_row(sql, [], |row| row.get(0)).unwrap() };
        assert_eq!(
            text("select flds from notes order by id limit 1"),
            "apple\u{1f}\u{1f}苹果 &lt;b&gt;\u{1f}\u{1f}\u{1f}a b"
        );
        assert_eq!(text("select tags from notes limit 1"), " fruit unit5 ");
        let sql = "select cast(count(*) as text) from cards c join notes n on n.id = c.nid";
        assert_eq!(text(sql), "2");
        let models: Value = serde_json::from_str(&text("select models from col")).unwrap();
        assert_eq!(models[MODEL.to_string()]["flds"].as_array().unwrap().len(), FIELDS.len());
        let decks: Value = serde_json::from_str(&text("select decks from col")).unwrap();
        assert_eq!(decks[DECK.to_string()]["name"], "生词本");
        assert_ne!(guid("apple"), guid("pear"));
    }
}
