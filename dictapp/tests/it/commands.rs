//! Commands for scripts, shells and language models: look, completions, man, mcp.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::{ErrorKind, Write};
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use crate::pages::site::{Site, program};

fn run(site: &Site, words: &[&str], input: &str) -> Output {
    let mut command = program(site.folder.path(), &[]);
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that refuses its input ends before it has read all of it.
    let written = child.stdin.take().unwrap().write_all(input.as_bytes());
    assert!(written.is_ok() || written.is_err_and(|e| e.kind() == ErrorKind::BrokenPipe));
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn look_prints_an_entry_and_has_an_exit_code_for_missing_words() {
    let site = Site::start();
    let found = run(&site, &["look", "went"], "");
    assert!(text(&found.stdout).starts_with("go "), "{found:?}");
    let entry: Value =
        serde_json::from_slice(&run(&site, &["look", "apple", "--json"], "").stdout).unwrap();
    assert_eq!(entry["headwords"][0]["found_by"], "spelling");
    let missing = run(&site, &["look", "qzxqzx"], "");
    assert_eq!((missing.status.code(), missing.stdout.len()), (Some(3), 0));
    assert_eq!(text(&missing.stderr).lines().last(), Some("dictapp: no dictionary has \"qzxqzx\""));
}

#[test]
fn completions_know_the_commands_and_every_command_has_a_manual_page() {
    let site = Site::start();
    for shell in ["bash", "zsh", "fish"] {
        let script = run(&site, &["completions", shell], "");
        assert!(text(&script.stdout).contains("import-course"), "{shell}");
    }
    let output = run(&site, &["man", "pages"], "");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let page =
        |name: &str| fs::read_to_string(site.folder.path().join("pages").join(name)).unwrap();
    assert!(page("dictapp.1").contains("3 no dictionary has the word"));
    assert!(page("dictapp-books-order.1").contains("NAME"));
    assert!(page("dictapp-client.1").contains("offline"));
}

#[test]
fn mcp_looks_words_up_and_searches() {
    let site = Site::start();
    let call = |id: i64, method: &str, params: Value| {
        json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()
    };
    let tool = |id, name: &str, arguments| {
        call(id, "tools/call", json!({ "name": name, "arguments": arguments }))
    };
    let lines = [
        call(1, "initialize", json!({ "protocolVersion": "2025-03-26", "capabilities": {} })),
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string(),
        call(2, "tools/list", json!({})),
        tool(3, "look_up", json!({ "word": "went" })),
        tool(4, "search", json!({ "query": "re?d" })),
        tool(5, "look_up", json!({ "word": "qzxqzx" })),
        tool(6, "search", json!({ "word": "apple" })),
        call(7, "resources/list", json!({})),
        "not JSON".to_owned(),
    ];
    let output = run(&site, &["mcp"], &(lines.join("\n") + "\n"));
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let answers: Vec<Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 8, "{answers:?}");
    assert_eq!(answers[0]["result"]["protocolVersion"], "2025-03-26");
    assert_eq!(answers[1]["result"]["tools"][0]["inputSchema"]["required"], json!(["word"]));
    let content = |at: usize| answers[at]["result"]["content"][0]["text"].as_str().unwrap();
    assert!(content(2).starts_with("go "), "{}", content(2));
    assert!(content(3).lines().any(|line| line.starts_with("read: ")), "{}", content(3));
    assert_eq!(answers[4]["result"]["isError"], true);
    let code = |at: usize| answers[at]["error"]["code"].as_i64();
    assert_eq!([code(5), code(6), code(7)], [Some(-32602), Some(-32601), Some(-32700)]);
}

#[test]
fn a_wrong_call_of_a_tool_is_answered_with_the_mistake_and_a_list_with_a_list() {
    let site = Site::start();
    let call = |id: i64, params: Value| json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params });
    let list = json!([
        call(1, json!({ "name": "nothing", "arguments": {} })),
        { "jsonrpc": "2.0", "method": "notifications/initialized" },
        call(2, json!({ "name": "look_up", "arguments": { "wrod": "apple" } })),
        call(3, json!({ "name": "look_up", "arguments": { "word": 5 } })),
        call(4, json!({ "name": "search" })),
        call(5, json!(7)),
    ]);
    let output = run(&site, &["mcp"], &format!("{list}\n[]\n"));
    let answers = text(&output.stdout);
    let mut answers = answers.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let list = answers.next().unwrap();
    let messages = list.as_array().unwrap().iter().map(|answer| &answer["error"]["message"]);
    assert_eq!(
        messages.collect::<Vec<_>>(),
        [
            "there is no tool \"nothing\"",
            "the tool look_up has no argument \"wrod\"",
            "the tool look_up needs the text word",
            "the tool search needs the text query",
            "there is no tool \"\"",
        ]
    );
    assert_eq!(answers.next().unwrap()["error"]["code"], -32600);
}

#[test]
fn an_mcp_message_is_bounded() {
    let site = Site::start();
    let output = run(&site, &["mcp"], &"a".repeat(1 << 17));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("longer than 65536 bytes"), "{output:?}");
}
