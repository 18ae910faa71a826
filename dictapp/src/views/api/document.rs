//! The description of the API in OpenAPI 3.1.

use serde_json::{Value, json};

use crate::paths;

/// The whole document.
pub(super) fn document() -> Value {
    let word = operation(
        "What the word books say of a word",
        &json!([{ "name": "word", "in": "path", "required": true, "schema": { "type": "string" } }]),
        "Word",
    );
    let q = json!({ "name": "q", "in": "query", "required": true, "schema": { "type": "string" } });
    let number = |name: &str| json!({ "name": name, "in": "query", "schema": { "type": "integer", "minimum": 0 } });
    let suggest =
        operation("Words that what was typed may become", &json!([q, number("limit")]), "Words");
    let search = operation(
        "Words that match a pattern, a Chinese gloss or a sentence, or are spelled alike",
        &json!([q, number("cursor")]),
        "Matches",
    );
    json!({
        "openapi": "3.1.0",
        "info": { "title": "dictapp", "version": env!("CARGO_PKG_VERSION") },
        "paths": {
            paths::API_WORD: { "get": word },
            paths::API_SUGGEST: { "get": suggest },
            paths::API_SEARCH: { "get": search },
            paths::API_BOOKS: { "get": operation("The word books", &json!([]), "Books") },
        },
        "components": { "schemas": schemas() },
    })
}

fn operation(summary: &str, parameters: &Value, schema: &str) -> Value {
    let content = |media_type: &str, schema: &str| {
        let reference = format!("#/components/schemas/{schema}");
        json!({ media_type: { "schema": { "$ref": reference } } })
    };
    let problem = |description: &str| {
        let content = content("application/problem+json", "Problem");
        json!({ "description": description, "content": content })
    };
    json!({
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": { "description": "Found", "content": content("application/json", schema) },
            "400": problem("A parameter is missing or cannot be used"),
            "401": problem("Only users may look up words here"),
            "404": problem("There is no such word"),
        },
    })
}

fn schemas() -> Value {
    let text = json!({ "type": "string" });
    let optional = json!({ "type": ["string", "null"] });
    let texts = json!({ "type": "array", "items": text });
    let list = |schema: &str| {
        let reference = format!("#/components/schemas/{schema}");
        json!({ "type": "array", "items": { "$ref": reference } })
    };
    let object = |properties: Value| json!({ "type": "object", "properties": properties });
    let next = json!({ "type": ["integer", "null"] });
    json!({
        "Word": object(json!({ "query": text, "headwords": list("Headword") })),
        "Headword": object(json!({
            "word": text, "found_by": text, "phonetic": optional, "entries": list("Entry"),
        })),
        "Entry": object(json!({
            "book": text, "level": optional, "parts": list("Part"), "family": texts,
            "phrases": texts,
        })),
        "Part": object(json!({
            "label": text, "pronunciations": { "type": "array" }, "forms": { "type": "array" },
            "senses": list("Sense"),
        })),
        "Sense": object(json!({
            "labels": texts, "gloss": text, "pattern": optional, "examples": { "type": "array" },
            "synonyms": texts, "antonyms": texts,
        })),
        "Words": object(json!({ "words": list("Brief") })),
        "Matches": object(json!({ "kind": text, "words": list("Brief"), "next": next })),
        "Brief": object(json!({
            "word": text, "phonetic": optional, "gloss": text, "lang": text,
        })),
        "Books": object(json!({ "books": { "type": "array" }, "entries": { "type": "integer" } })),
        "Problem": object(json!({
            "status": { "type": "integer" }, "title": text, "detail": text, "near": list("Brief"),
        })),
    })
}
