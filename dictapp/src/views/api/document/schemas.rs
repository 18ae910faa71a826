//! The JSON Schemas of the values in the API's requests and responses. An object has no fields
//! besides those in its schema.

use serde_json::{Map, Value, json};

/// All schemas by name.
pub(super) fn all() -> Value {
    let mut all = Map::new();
    for group in [entries(), lists(), accounts(), learning()] {
        if let Value::Object(group) = group {
            all.extend(group);
        }
    }
    Value::Object(all)
}

/// A reference to the schema of this name.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The schema of an object with these fields. A `?` at the end of a name marks an optional field;
/// it is not a part of the name.
fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let names = fields.iter().map(|(name, _)| *name);
    let required: Vec<&str> = names.filter(|name| !name.ends_with('?')).collect();
    let properties = fields.into_iter();
    let properties: Map<String, Value> =
        properties.map(|(name, schema)| (name.trim_end_matches('?').to_owned(), schema)).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn optional_text() -> Value {
    json!({ "type": ["string", "null"] })
}

fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn flag() -> Value {
    json!({ "type": "boolean" })
}

fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

/// The cursor of the next page; null on the last page.
fn next() -> Value {
    json!({ "type": ["integer", "null"] })
}

fn one_of(words: &[&str]) -> Value {
    json!({ "type": "string", "enum": words })
}

fn list(schema: &str) -> Value {
    list_of(&reference(schema))
}

fn list_of(schema: &Value) -> Value {
    json!({ "type": "array", "items": schema })
}

/// A text that must not be empty.
fn name() -> Value {
    json!({ "type": "string", "minLength": 1 })
}

fn entries() -> Value {
    let texts = list_of(&text());
    json!({
        "Word": object([
            ("query", text()), ("headwords", list("Headword")), ("recorded?", flag()),
        ]),
        "Headword": object([
            ("word", text()),
            ("found_by", one_of(&["spelling", "folding", "inflection"])),
            ("phonetic", optional_text()),
            ("entries", list("Entry")),
        ]),
        "Entry": object([
            ("book", text()), ("level", optional_text()), ("parts", list("Part")),
            ("family", texts.clone()), ("phrases", texts.clone()),
        ]),
        "Part": object([
            ("label", text()),
            ("pronunciations", list("Pronunciation")),
            ("forms", list("Form")),
            ("senses", list("Sense")),
        ]),
        "Pronunciation": object([
            ("region", optional_text()), ("weak", flag()), ("ipa", text()),
        ]),
        "Form": object([("kind", text()), ("spellings", texts.clone())]),
        "Sense": object([
            ("labels", texts.clone()), ("gloss", text()), ("pattern", optional_text()),
            ("examples", list("Example")), ("synonyms", texts.clone()), ("antonyms", texts),
        ]),
        "Example": object([("text", text()), ("translation", optional_text())]),
    })
}

fn lists() -> Value {
    let kinds = ["pattern", "regex", "reverse", "words", "pinyin", "near", "nothing"];
    json!({
        "Words": object([("words", list("Brief"))]),
        "Matches": object([
            ("kind", one_of(&kinds)), ("words", list("Brief")), ("next", next()),
        ]),
        "Brief": object([
            ("word", text()), ("phonetic", optional_text()), ("gloss", text()), ("lang", text()),
        ]),
        "Books": object([("books", list("Book")), ("entries", count())]),
        "Book": object([("name", text()), ("title", text())]),
        "Problem": object([
            ("status", json!({ "type": "integer" })), ("title", text()), ("detail", text()),
            ("field?", text()), ("ticket?", text()), ("near?", list("Brief")),
        ]),
    })
}

fn accounts() -> Value {
    let role = one_of(&["user", "teacher", "admin"]);
    json!({
        "Credentials": object([("name", name()), ("password", name())]),
        "LogIn": object([("name", name()), ("password", name()), ("ticket?", text())]),
        "Token": object([("name", text()), ("token", text())]),
        "OwnAccount": object([
            ("name", text()), ("role", role.clone()),
            ("scopes", list_of(&one_of(&["read", "history", "admin"]))),
        ]),
        "Accounts": object([("accounts", list("Account")), ("next", next())]),
        "Account": object([
            ("name", text()), ("role", role.clone()), ("created", time()), ("disabled", flag()),
        ]),
        "AccountChange": object([("role?", role), ("disabled?", flag())]),
    })
}

fn learning() -> Value {
    let grade = json!({ "type": "integer", "minimum": 1, "maximum": 4 });
    json!({
        "History": object([("rows", list("Lookup")), ("next", next())]),
        "Lookup": object([
            ("name", text()), ("word", text()), ("time", time()), ("found", flag()),
        ]),
        "WordBook": object([("words", list("SavedWord")), ("next", next())]),
        "SavedWord": object([
            ("word", text()), ("created", time()), ("list", text()), ("tags", text()),
            ("note", text()), ("sentence", text()), ("suspended", flag()), ("reviews", count()),
            ("due", time()),
        ]),
        "SavedWordText": object([
            ("list?", text()), ("tags?", text()), ("note?", text()), ("sentence?", text()),
            ("suspended?", flag()),
        ]),
        "Review": object([
            ("words", count()), ("due", count()), ("new", count()),
            ("card", json!({ "oneOf": [reference("Card"), { "type": "null" }] })),
        ]),
        "Card": object([
            ("word", text()), ("seen", count()), ("headword", text()), ("phonetic", text()),
            ("meaning", text()), ("example", text()), ("note", text()), ("sentence", text()),
        ]),
        "Answer": object([("word", name()), ("seen", count()), ("grade", grade)]),
        "Undone": object([("word", optional_text())]),
    })
}
