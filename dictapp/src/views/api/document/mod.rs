//! Makes the description of the API in OpenAPI 3.1. The operations are here; the schemas of their
//! values are in `schemas`. A function that takes an operation adds something to it and returns it.

mod schemas;

use serde_json::{Map, Value, json};

use crate::model::Scope;
use crate::paths;

const ABOUT: &str = "Words, accounts, the history, the word book and reviews. Errors are \
    application/problem+json (RFC 9457). Each response has the remaining requests of the network \
    (RateLimit), and a GET an ETag for If-None-Match. Long lists have pages: send the value of next \
    as cursor.";

/// The whole document.
pub(super) fn document() -> Value {
    let mut paths = operations();
    for (path, methods) in paths.as_object_mut().into_iter().flatten() {
        for (method, operation) in methods.as_object_mut().into_iter().flatten() {
            if operation.is_object() {
                operation["operationId"] = id(method, path).into();
            }
            if method == "get" {
                operation["responses"]["304"] = json!({ "description": "It has not changed" });
            }
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "dictapp", "version": env!("CARGO_PKG_VERSION"), "description": ABOUT },
        "paths": paths,
        "components": { "schemas": schemas::all(), "securitySchemes": security() },
    })
}

/// The name of an operation in generated clients: `get_words_word` for `GET /api/v1/words/{word}`.
fn id(method: &str, path: &str) -> String {
    let words = path.trim_start_matches(paths::API).split(['/', '{', '}', '.']);
    let words = words.filter(|word| !word.is_empty()).skip(1); // without the version
    std::iter::once(method).chain(words).collect::<Vec<_>>().join("_")
}

/// The operations of each path.
fn operations() -> Value {
    json!({
        paths::API_WORD: { "parameters": [in_path("word")], "get": word() },
        paths::API_SUGGEST: { "get": suggest() },
        paths::API_SEARCH: { "get": search() },
        paths::API_BOOKS: { "get": answering("The word books", "Books") },
        paths::API_ACCOUNT: {
            "get": secured(answering("The user of the token", "OwnAccount"), Scope::Read),
        },
        paths::API_ACCOUNTS: { "get": accounts(), "post": register() },
        paths::API_ACCOUNT_OF: {
            "parameters": [in_path("name")],
            "patch": secured(taking(answering("Block a user, or change their role", "Account"), "AccountChange"), Scope::Admin),
        },
        paths::API_SESSIONS: { "post": log_in() },
        paths::API_SESSION: {
            "delete": secured(done("End the session or revoke the token"), Scope::Read),
        },
        paths::API_HISTORY: {
            "get": history(),
            "delete": secured(done("Delete the whole history"), Scope::History),
        },
        paths::API_WORD_BOOK: { "get": word_book() },
        paths::API_SAVED_WORD: saved_word(),
        paths::API_REVIEW: review(),
        paths::API_DOCUMENT: { "get": document_itself() },
    })
}

fn word() -> Value {
    let summary =
        "The entries of a word; the look-up is recorded if the token has the scope history";
    optionally_secured(answering(summary, "Word"))
}

fn suggest() -> Value {
    let operation = answering("Completions of the typed text", "Words");
    let parameters = json!([text_in_query("q"), number_in_query("limit", 0)]);
    optionally_secured(with(operation, "parameters", parameters))
}

fn search() -> Value {
    let summary =
        "Words that match a pattern, a Chinese gloss or a sentence, or have a similar spelling";
    let parameters = json!([required(text_in_query("q")), number_in_query("cursor", 0)]);
    optionally_secured(with(answering(summary, "Matches"), "parameters", parameters))
}

fn accounts() -> Value {
    let operation = answering("All accounts", "Accounts");
    let parameters = json!([cursor_in_query()]);
    secured(with(operation, "parameters", parameters), Scope::Admin)
}

fn register() -> Value {
    creating(taking(operation("Register"), "Credentials"), "Token")
}

fn log_in() -> Value {
    creating(taking(operation("Log in; the answer has a token"), "LogIn"), "Token")
}

fn history() -> Value {
    let operation = answering("Past look-ups, the newest first", "History");
    let parameters = json!([cursor_in_query(), number_in_query("limit", 1)]);
    secured(with(operation, "parameters", parameters), Scope::History)
}

fn word_book() -> Value {
    let operation = answering("Saved words, the latest first", "WordBook");
    let limit = number_in_query("limit", 1);
    let parameters = json!([cursor_in_query(), limit, text_in_query("list")]);
    secured(with(operation, "parameters", parameters), Scope::History)
}

fn saved_word() -> Value {
    let put = creating(answering("Save a word, or change a saved one", "SavedWord"), "SavedWord");
    json!({
        "parameters": [in_path("word")],
        "get": secured(answering("A saved word", "SavedWord"), Scope::History),
        "put": secured(taking(put, "SavedWordText"), Scope::History),
        "delete": secured(done("Remove a word from the word book"), Scope::History),
    })
}

fn review() -> Value {
    let undo = answering("Undo the latest review", "Undone");
    json!({
        "get": secured(answering("The next card", "Review"), Scope::History),
        "post": secured(taking(done("Answer a card"), "Answer"), Scope::History),
        "delete": secured(undo, Scope::History),
    })
}

fn document_itself() -> Value {
    let content = json!({ "application/json": { "schema": { "type": "object" } } });
    let found = json!({ "description": "This document", "content": content });
    with_response(operation("This document"), "200", found)
}

/// An operation without a successful response. Every operation may be refused with a problem, for
/// example because of too many requests. It may also be refused with an HTML page: the server
/// refuses invalid HTTP before it knows that the request is for the API.
fn operation(summary: &str) -> Value {
    let mut refused = content("application/problem+json", "Problem");
    refused["text/html"] = json!({});
    let responses = json!({ "default": { "description": "A problem", "content": refused } });
    json!({ "summary": summary, "responses": responses })
}

/// An operation with the response 200: a value of this schema.
fn answering(summary: &str, schema: &str) -> Value {
    let found = json!({ "description": "Done", "content": content("application/json", schema) });
    with_response(operation(summary), "200", found)
}

/// Adds the response 201 with a value of this schema.
fn creating(operation: Value, schema: &str) -> Value {
    let made = json!({ "description": "Created", "content": content("application/json", schema) });
    with_response(operation, "201", made)
}

/// An operation with the response 204, which has no body.
fn done(summary: &str) -> Value {
    with_response(operation(summary), "204", json!({ "description": "Done" }))
}

/// Adds a request body: a value of this schema.
fn taking(operation: Value, schema: &str) -> Value {
    let body = json!({ "required": true, "content": content("application/json", schema) });
    with(operation, "requestBody", body)
}

/// Adds the requirement of a token with this scope.
fn secured(operation: Value, scope: Scope) -> Value {
    with(operation, "security", json!([{ "token": [scope.name()] }]))
}

/// Adds an optional token. It is needed only on a site that is closed to guests.
fn optionally_secured(operation: Value) -> Value {
    with(operation, "security", json!([{}, { "token": [Scope::Read.name()] }]))
}

fn with(operation: Value, name: &str, value: Value) -> Value {
    let mut fields: Map<String, Value> = match operation {
        Value::Object(fields) => fields,
        other => return other,
    };
    fields.insert(name.to_owned(), value);
    Value::Object(fields)
}

fn with_response(mut operation: Value, status: &str, response: Value) -> Value {
    operation["responses"][status] = response;
    operation
}

fn content(media_type: &str, schema: &str) -> Value {
    json!({ media_type: { "schema": schemas::reference(schema) } })
}

fn in_path(name: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } })
}

fn text_in_query(name: &str) -> Value {
    json!({ "name": name, "in": "query", "schema": { "type": "string" } })
}

fn number_in_query(name: &str, minimum: i64) -> Value {
    let schema = json!({ "type": "integer", "minimum": minimum, "maximum": 1000 });
    json!({ "name": name, "in": "query", "schema": schema })
}

/// The parameter `cursor`: the value of `next` on the page before.
fn cursor_in_query() -> Value {
    json!({ "name": "cursor", "in": "query", "schema": { "type": "integer", "format": "int64" } })
}

fn required(parameter: Value) -> Value {
    with(parameter, "required", Value::Bool(true))
}

fn security() -> Value {
    let description = "A token of a log-in, or one that a user made on the account page";
    json!({ "token": { "type": "http", "scheme": "bearer", "description": description } })
}
