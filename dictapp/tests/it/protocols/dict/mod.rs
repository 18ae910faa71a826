//! DICT (RFC 2229) on the wire: commands and their replies.

mod goldendict;
mod transcript;

use std::process::Command;

use super::Client;
use crate::pages::site::Site;

const ON: &[&str] = &["dict.enabled=true", "dict.address=127.0.0.1:0"];

fn connect(site: &Site) -> Client {
    let mut client = Client::connect(site, "DICT");
    let banner = client.line();
    assert!(banner.starts_with("220 dictapp <mime> <"), "{banner}");
    client
}

/// Sends a command and checks its status; returns the text up to its dot and the last status line.
#[track_caller]
fn asks(client: &mut Client, command: &str, status: &str) -> Vec<String> {
    client.send(format!("{command}\r\n").as_bytes());
    let first = client.line();
    assert!(first.starts_with(status), "{command}: {first}");
    let mut lines = Vec::new();
    if first.starts_with('1') {
        loop {
            let line = client.line();
            if line.starts_with("250 ") {
                break;
            }
            lines.push(line);
        }
    }
    lines
}

#[test]
fn a_word_is_defined_by_each_book() {
    let site = Site::start_with(ON);
    let mut client = connect(&site);
    let lines = asks(&mut client, "DEFINE * apple", "150 ");
    assert!(lines[0].starts_with("151 \"apple\" en-zh \""), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("苹果")), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("\"apple\" en-en ")), "{lines:?}");
    let lines = asks(&mut client, "DEFINE ! went", "150 1 ");
    assert!(lines[0].starts_with("151 \"go\" en-zh "), "{lines:?}");
    asks(&mut client, "DEFINE en-zh qqqqzz", "552 ");
    asks(&mut client, "DEFINE nothing apple", "550 ");
}

#[test]
fn each_strategy_matches_its_words() {
    let site = Site::start_with(ON);
    let mut client = connect(&site);
    for (strategy, word, expected) in [
        ("exact", "apple", "apple"),
        ("prefix", "appl", "apply"),
        ("suffix", "ream", "dream"),
        ("substring", "eautifu", "beautiful"),
        ("word", "cream", "ice cream"),
        ("re", "^appl[ey]$", "apply"),
        ("lev", "aple", "apple"),
        ("soundex", "recieve", "receive"),
        ("lemma", "went", "go"),
        (".", "aple", "apple"),
    ] {
        let lines = asks(&mut client, &format!("MATCH en-zh {strategy} \"{word}\""), "152 ");
        let wanted = format!("en-zh \"{expected}\"");
        assert!(lines.contains(&wanted), "{strategy} {word}: {lines:?}");
    }
    asks(&mut client, "MATCH * nothing apple", "551 ");
    asks(&mut client, "MATCH * re (", "501 ");
    asks(&mut client, "MATCH * exact qqqqzz", "552 ");
}

#[test]
fn commands_may_be_pipelined_and_end_with_quit() {
    let site = Site::start_with(ON);
    let mut client = connect(&site);
    client.send(b"CLIENT test\r\nSTATUS\r\nAUTH a b\r\nHELLO\r\nOPTION MIME\r\nQUIT\r\n");
    let codes: Vec<String> = (0..6).map(|_| client.line()[..3].to_owned()).collect();
    assert_eq!(codes, ["250", "210", "531", "500", "250", "221"]);
    assert_eq!(client.line(), "", "the connection ends");
}

#[test]
fn the_databases_and_strategies_are_listed() {
    let site = Site::start_with(ON);
    let mut client = connect(&site);
    let lines = asks(&mut client, "SHOW DB", "110 2 ");
    assert!(lines[0].starts_with("en-zh \""), "{lines:?}");
    assert_eq!(asks(&mut client, "SHOW STRAT", "111 12 ").len(), 13);
    asks(&mut client, "SHOW INFO en-zh", "112 ");
    asks(&mut client, "SHOW SERVER", "114 ");
    asks(&mut client, "HELP", "113 ");
}

#[test]
fn a_line_that_is_too_long_closes_the_connection() {
    let site = Site::start_with(ON);
    let mut client = connect(&site);
    client.send(&[b'a'; 8000]);
    assert!(client.line().starts_with("500 "));
    asks(&mut connect(&site), "DEFINE * apple", "150 ");
}

#[test]
fn each_book_lists_its_own_words() {
    let site = Site::start_with(ON);
    let mut client = connect(&site);
    for (command, wanted) in [
        ("MATCH en-en exact apple", "en-en \"apple\""),
        ("MATCH en-en prefix appl", "en-en \"apple\""),
        ("MATCH * prefix appl", "en-en \"apple\""),
        ("MATCH * prefix appl", "en-zh \"apple\""),
    ] {
        let lines = asks(&mut client, command, "152 ");
        assert!(lines.contains(&wanted.to_owned()), "{command}: {lines:?}");
    }
    let lines = asks(&mut client, "MATCH ! prefix appl", "152 ");
    assert!(!lines.iter().any(|line| line.starts_with("en-en")), "{lines:?}");
}

/// `went` begins with the text, but is a form of `go`.
#[test]
fn a_prefix_matches_headwords_and_no_inflected_forms() {
    let site = Site::start_with(ON);
    let mut client = connect(&site);
    client.send(b"MATCH * prefix wen\r\n");
    let first = client.line();
    let mut lines = Vec::new();
    while first.starts_with("152") && lines.last().is_none_or(|last| last != ".") {
        lines.push(client.line());
    }
    assert!(!lines.iter().any(|line| line.ends_with("\"go\"")), "{lines:?}");
}

#[test]
fn hostile_bytes_are_refused_and_a_half_closed_client_gets_its_replies() {
    let site = Site::start_with(ON);
    let mut idle = connect(&site);
    let mut client = connect(&site);
    for (line, code) in [
        (&b"\0\0\0"[..], "500 "),
        (b"DEFINE * a\0b", "552 "),
        (b"MATCH * re a\0b", "552 "),
        (b"DEFINE * \xff\xfe", "501 "),
        (b"MATCH * re (a{1000}){1000}", "501 "),
        (b"MATCH * \x1b[2J x", "551 "),
        (b"SHOW INFO ../../etc/passwd", "550 "),
        (b"GET / HTTP/1.1", "500 "),
    ] {
        client.send(&[line, b"\r\n"].concat());
        let reply = client.line();
        assert!(reply.starts_with(code) && !reply.contains('\0'), "{reply:?}");
    }
    let mut word = connect(&site);
    word.flood(format!("DEFINE * {}\r\n", "x".repeat(10 << 20)).as_bytes());
    let rest = word.read_to_end();
    assert!(rest.is_empty() || rest == "500 syntax error, the line is too long\r\n", "{rest}");
    let mut half = connect(&site);
    half.send(b"STATUS\r\nDEFINE en-zh qqqqzz");
    assert_eq!(half.read_to_end(), "210 ready\r\n552 no match\r\n");
    asks(&mut idle, "DEFINE * apple", "150 ");
}

/// The address at which DICT listens.
fn address(site: &Site) -> String {
    let log = site.log_with("DICT listens at ");
    let (_, rest) = log.split_once("DICT listens at ").expect("it is there");
    rest.split_whitespace().next().expect("an address").to_owned()
}

#[test]
#[ignore = "needs curl: cargo xtask test"]
fn curl_defines_and_matches_words() {
    let site = Site::start_with(ON);
    for (path, wanted) in [
        ("d:apple", "苹果"),
        ("d:apple:en-zh", "苹果"),
        ("define:ice%20cream:en-zh", "冰淇淋"),
        ("m:aple", "\"apple\""),
        ("m:appl:en-zh:prefix", "en-zh \"apply\""),
        ("find:app*:en-zh:re", "152 "),
        ("d:qqqqzz", "552 "),
        ("d:it's", "250 "),
        ("show:db", "en-zh \""),
        ("show:strat", "prefix \""),
        ("d:apple:nothing", "550 "),
    ] {
        let url = format!("dict://{}/{path}", address(&site));
        let output = Command::new("curl").args(["-sS", &url]).output().expect("curl runs");
        let text = String::from_utf8_lossy(&output.stdout);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains(wanted), "{path}: {text} {said}");
    }
}

#[test]
#[ignore = "needs dict: cargo xtask test"]
fn the_dict_command_of_debian_defines_and_matches_words() {
    let site = Site::start_with(ON);
    let address = address(&site);
    let (host, port) = address.split_once(':').expect("a port");
    for (words, code, wanted) in [
        (&["apple"][..], 0, "苹果"),
        (&["-d", "en-zh", "went"], 0, "go"),
        (&["-d", "!", "ice cream"], 0, "1 definition found"),
        (&["-d", "en-zh", "don't"], 0, "don't"),
        (&["aple"], 21, "apple"),
        (&["qqqqzzqq"], 20, "No definitions found"),
        (&["-m", "-s", "prefix", "appl"], 0, "apply"),
        (&["-m", "-s", "suffix", "-d", "en-en", "pple"], 0, "apple"),
        (&["-m", "-s", "nothing", "apple"], 40, "not a valid search strategy"),
        (&["-d", "nothing", "apple"], 39, "not a valid database"),
        (&["-D"], 0, "en-zh"),
        (&["-S"], 0, "lemma"),
        (&["-I"], 0, "dictapp"),
        (&["-i", "en-zh"], 0, "en-zh"),
        (&["-H"], 0, "DEFINE database word"),
    ] {
        let mut command = Command::new("dict");
        command.args(["-P", "-", "-h", host, "-p", port]).args(words);
        let output = command.env("LC_ALL", "C.UTF-8").output().expect("dict runs");
        let text = String::from_utf8_lossy(&output.stdout);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains(wanted) || said.contains(wanted), "{words:?}: {text} {said}");
        assert_eq!(output.status.code(), Some(code), "{words:?}: {text} {said}");
    }
}

#[test]
fn dict_on_a_site_that_is_closed_to_guests_is_warned_of() {
    let closed = [ON, &["dictionary.lookup_requires_login=true"]].concat();
    Site::start_with(&closed).log_with("DICT answers clients without an account");
}
