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
        "components": { "schemas": schemas::all(), "securitySchemes": token_scheme() },
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
        paths::API_BOOKS: { "get": operation_with_content("The dictionaries", "Books") },
        paths::API_ACCOUNT: {
            "get": require_scope(operation_with_content("The user of the token", "OwnAccount"), Scope::Read),
        },
        paths::API_ACCOUNTS: { "get": accounts(), "post": register() },
        paths::API_ACCOUNT_OF: {
            "parameters": [in_path("name")],
            "patch": require_scope(add_request_body(operation_with_content("Block a user, or change their role", "Account"), "AccountChange"), Scope::Admin),
        },
        paths::API_SESSIONS: { "post": log_in() },
        paths::API_SESSION: {
            "delete": require_scope(operation_without_content("End the session or revoke the token"), Scope::Read),
        },
        paths::API_HISTORY: {
            "get": history(),
            "delete": require_scope(operation_without_content("Delete the whole history"), Scope::History),
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
    allow_token(operation_with_content(summary, "Word"))
}

fn suggest() -> Value {
    let operation = operation_with_content("Completions of the typed text", "Words");
    let parameters = json!([text_in_query("q"), number_in_query("limit", 0)]);
    allow_token(with_field(operation, "parameters", parameters))
}

fn search() -> Value {
    let summary =
        "Words that match a pattern, a Chinese gloss or a sentence, or have a similar spelling";
    let parameters = json!([require_parameter(text_in_query("q")), number_in_query("cursor", 0)]);
    allow_token(with_field(operation_with_content(summary, "Matches"), "parameters", parameters))
}

fn accounts() -> Value {
    let operation = operation_with_content("All accounts", "Accounts");
    let parameters = json!([cursor_in_query()]);
    require_scope(with_field(operation, "parameters", parameters), Scope::Admin)
}

fn register() -> Value {
    add_created_response(add_request_body(operation("Register"), "Credentials"), "Token")
}

fn log_in() -> Value {
    add_created_response(
        add_request_body(operation("Log in; the answer has a token"), "LogIn"),
        "Token",
    )
}

fn history() -> Value {
    let operation = operation_with_content("Past look-ups, the newest first", "History");
    let parameters = json!([cursor_in_query(), number_in_query("limit", 1)]);
    require_scope(with_field(operation, "parameters", parameters), Scope::History)
}

fn word_book() -> Value {
    let operation = operation_with_content("Saved words, the latest first", "WordBook");
    let limit = number_in_query("limit", 1);
    let parameters = json!([cursor_in_query(), limit, text_in_query("list")]);
    require_scope(with_field(operation, "parameters", parameters), Scope::History)
}

fn saved_word() -> Value {
    let put = add_created_response(
        operation_with_content("Save a word, or change a saved one", "SavedWord"),
        "SavedWord",
    );
    json!({
        "parameters": [in_path("word")],
        "get": require_scope(operation_with_content("A saved word", "SavedWord"), Scope::History),
        "put": require_scope(add_request_body(put, "SavedWordText"), Scope::History),
        "delete": require_scope(operation_without_content("Remove a word from the word book"), Scope::History),
    })
}

fn review() -> Value {
    let undo = operation_with_content("Undo the latest review", "Undone");
    json!({
        "get": require_scope(operation_with_content("The next card", "Review"), Scope::History),
        "post": require_scope(add_request_body(operation_without_content("Answer a card"), "Answer"), Scope::History),
        "delete": require_scope(undo, Scope::History),
    })
}

fn document_itself() -> Value {
    let content = json!({ "application/json": { "schema": { "type": "object" } } });
    let found = json!({ "description": "This document", "content": content });
    add_response(operation("This document"), "200", found)
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
fn operation_with_content(summary: &str, schema: &str) -> Value {
    let found = json!({ "description": "Done", "content": content("application/json", schema) });
    add_response(operation(summary), "200", found)
}

/// Adds the response 201 with a value of this schema.
fn add_created_response(operation: Value, schema: &str) -> Value {
    let made = json!({ "description": "Created", "content": content("application/json", schema) });
    add_response(operation, "201", made)
}

/// An operation with the response 204, which has no body.
fn operation_without_content(summary: &str) -> Value {
    add_response(operation(summary), "204", json!({ "description": "Done" }))
}

/// Adds a request body: a value of this schema.
fn add_request_body(operation: Value, schema: &str) -> Value {
    let body = json!({ "required": true, "content": content("application/json", schema) });
    with_field(operation, "requestBody", body)
}

/// Adds the requirement of a token with this scope.
fn require_scope(operation: Value, scope: Scope) -> Value {
    with_field(operation, "security", json!([{ "token": [scope.name()] }]))
}

/// Adds an optional token. It is needed only on a site that is closed to guests.
fn allow_token(operation: Value) -> Value {
    with_field(operation, "security", json!([{}, { "token": [Scope::Read.name()] }]))
}

fn with_field(operation: Value, name: &str, value: Value) -> Value {
    let mut fields: Map<String, Value> = match operation {
        Value::Object(fields) => fields,
        other => return other,
    };
    fields.insert(name.to_owned(), value);
    Value::Object(fields)
}

fn add_response(mut operation: Value, status: &str, response: Value) -> Value {
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

fn require_parameter(parameter: Value) -> Value {
    with_field(parameter, "required", Value::Bool(true))
}

fn token_scheme() -> Value {
    let description = "A token of a log-in, or one that a user made on the account page";
    json!({ "token": { "type": "http", "scheme": "bearer", "description": description } })
}
