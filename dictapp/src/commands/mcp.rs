//! The command `dictapp mcp`: a server of the Model Context Protocol on standard input and output,
//! with look-up and search as tools. A message is one line of JSON-RPC 2.0:
//! `{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}`.

use std::io::{self, BufRead, Read, Write};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::look;
use super::look::entry::{PrintedEntry, Style};
use crate::commands::serve;
use crate::settings::Settings;
use crate::site::Site;
use crate::views::api;

/// The versions of the protocol that this server speaks, the newest first.
const VERSIONS: [&str; 3] = ["2025-06-18", "2025-03-26", "2024-11-05"];

/// Maximum bytes of a message: far more than a word of 255 characters needs.
const MESSAGE_BYTES_MAX: u64 = 1 << 16;

// Error codes of JSON-RPC 2.0 (§5.1).
const PARSE_ERROR: i64 = -32700;
const INVALID_REQUEST: i64 = -32600;
const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;

/// An error of JSON-RPC.
struct RpcError {
    code: i64,
    message: String,
}

/// Answers messages until the end of standard input.
///
/// # Errors
/// The database cannot be used; a message is longer than the limit; standard output is closed.
pub fn run(settings: &Settings) -> Result<()> {
    let site = serve::open(settings)?;
    let mut input = io::stdin().lock();
    let mut output = io::stdout().lock();
    loop {
        let mut line = Vec::new();
        let read = input.by_ref().take(MESSAGE_BYTES_MAX).read_until(b'\n', &mut line);
        if read.context("cannot read standard input")? == 0 {
            return Ok(());
        }
        anyhow::ensure!(
            line.ends_with(b"\n") || (line.len() as u64) < MESSAGE_BYTES_MAX,
            "a message is longer than {MESSAGE_BYTES_MAX} bytes"
        );
        if let Some(answer) = answer_line(&site, &line) {
            writeln!(output, "{answer}").context("cannot write to standard output")?;
            output.flush().context("cannot write to standard output")?;
        }
    }
}

/// The answer to a line. `None`: the line is empty, or has only notifications, which are not
/// answered. A list of messages (a batch of version 2025-03-26) is answered with a list.
fn answer_line(site: &Site, line: &[u8]) -> Option<Value> {
    if line.trim_ascii().is_empty() {
        return None;
    }
    match serde_json::from_slice(line) {
        Ok(Value::Array(messages)) if !messages.is_empty() => {
            let answers: Vec<_> =
                messages.iter().filter_map(|message| answer(site, message)).collect();
            (!answers.is_empty()).then_some(Value::Array(answers))
        }
        Ok(message) => answer(site, &message),
        Err(error) => Some(error_answer(&Value::Null, PARSE_ERROR, &error.to_string())),
    }
}

/// The answer to a message. `None`: the message is a notification, which has no `id`.
fn answer(site: &Site, message: &Value) -> Option<Value> {
    let Some(method) = message["method"].as_str() else {
        return Some(error_answer(&message["id"], INVALID_REQUEST, "the request has no method"));
    };
    let id = message.get("id")?;
    Some(match call_method(site, method, &message["params"]) {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(RpcError { code, message }) => error_answer(id, code, &message),
    })
}

/// The answer to a message that failed.
fn error_answer(id: &Value, code: i64, text: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": text } })
}

/// Runs a method. A tool that fails is not an error of JSON-RPC but a result with `isError`, which
/// the model reads.
fn call_method(site: &Site, method: &str, params: &Value) -> Result<Value, RpcError> {
    match method {
        "initialize" => Ok(json!({
            "protocolVersion": version(params["protocolVersion"].as_str().unwrap_or_default()),
            "capabilities": { "tools": {} },
            "serverInfo": { "name": "dictapp", "version": env!("CARGO_PKG_VERSION") },
        })),
        "ping" => Ok(json!({})),
        "tools/list" => Ok(json!({ "tools": tools() })),
        "tools/call" => Ok(match call_tool(site, params)? {
            Ok(text) => json!({ "content": [{ "type": "text", "text": text }] }),
            Err(error) => json!({
                "content": [{ "type": "text", "text": error.to_string() }], "isError": true,
            }),
        }),
        _ => Err(RpcError {
            code: METHOD_NOT_FOUND,
            message: format!("there is no method {method}"),
        }),
    }
}

/// The version that the client requests, else the newest.
fn version(requested: &str) -> &'static str {
    VERSIONS.into_iter().find(|known| *known == requested).unwrap_or(VERSIONS[0])
}

/// The description of the tools. Each has one argument, which is a text.
fn tools() -> Value {
    let tool = |name: &str, description: &str, argument: &str, meaning: &str| {
        json!({
            "name": name,
            "description": description,
            "inputSchema": {
                "type": "object",
                "properties": { argument: { "type": "string", "description": meaning } },
                "required": [argument],
                "additionalProperties": false,
            },
            "annotations": { "readOnlyHint": true, "openWorldHint": false },
        })
    };
    json!([
        tool(
            "look_up",
            "The entries of an English-Chinese dictionary for a word or phrase",
            "word",
            "An English word in any form, such as went, or a phrase",
        ),
        tool(
            "search",
            "Words that match a pattern, a Chinese gloss or a sentence, with short glosses",
            "query",
            "A pattern such as re?d or *tion, Chinese such as 苹果, or a misspelt word",
        ),
    ])
}

/// Calls a tool. The outer error is for the client: no such tool, or wrong arguments. The inner
/// result is for the model: the tool's answer, or why it failed.
fn call_tool(site: &Site, params: &Value) -> Result<Result<String>, RpcError> {
    let invalid = |message: String| RpcError { code: INVALID_PARAMS, message };
    let name = params["name"].as_str().unwrap_or_default();
    let (argument, run): (_, fn(&Site, &str) -> Result<String>) = match name {
        "look_up" => ("word", look_up),
        "search" => ("query", search),
        name => return Err(invalid(format!("there is no tool {name:?}"))),
    };
    let arguments = params["arguments"].as_object();
    if let Some(other) = arguments.and_then(|all| all.keys().find(|key| *key != argument)) {
        return Err(invalid(format!("the tool {name} has no argument {other:?}")));
    }
    let value = arguments.and_then(|all| all.get(argument)).and_then(Value::as_str);
    let value =
        value.ok_or_else(|| invalid(format!("the tool {name} needs the text {argument}")))?;
    Ok(run(site, value))
}

fn look_up(site: &Site, word: &str) -> Result<String> {
    let entry = look::entry_in(&site.shelf(), word)?;
    let entry = entry.ok_or_else(|| look::NoSuchWord(word.to_owned()))?;
    let entry: PrintedEntry = serde_json::from_value(entry).context("this is not an entry")?;
    Ok(entry.to_text(Style::Plain))
}

fn search(site: &Site, query: &str) -> Result<String> {
    let words = api::matching_words(site, query).map_err(anyhow::Error::msg)?;
    let line = |(word, gloss): &(String, String)| format!("{word}: {gloss}\n");
    Ok(if words.is_empty() { "no match\n".to_owned() } else { words.iter().map(line).collect() })
}
