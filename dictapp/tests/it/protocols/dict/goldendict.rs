//! Acts as goldendict-ng: opens three connections, sends the same bytes on each, and interprets the
//! replies in the same way. It reads one line whenever bytes have arrived.

use super::{ON, connect};
use crate::pages::site::Site;
use crate::protocols::Client;

/// Sends the commands that goldendict-ng sends before each request.
fn begin(site: &Site, name: &str) -> Client {
    let mut client = connect(site);
    client.send(format!("CLIENT {name}\r\n").as_bytes());
    assert_eq!(&client.line()[..3], "250");
    client.send(b"OPTION MIME\r\n");
    assert_eq!(&client.line()[..3], "250");
    client
}

#[test]
fn goldendict_lists_the_databases_before_it_has_read_the_banner() {
    let site = Site::start_with(ON);
    let mut client = Client::connect(&site, "DICT");
    client.send(b"SHOW DB\r\n");
    assert_eq!(&client.line()[..4], "220 ");
    let first = client.line();
    assert!(first.starts_with("110 2 "), "{first}");
    let (zh, en) = (client.line(), client.line());
    assert!(zh.starts_with("en-zh \"") && en.starts_with("en-en \""), "{zh} {en}");
    assert_eq!(client.line(), ".");
    assert_eq!(&client.line()[..4], "250 ");
    client.send(b"CLIENT GoldenDict\r\n");
    assert_eq!(&client.line()[..4], "250 ");
}

/// goldendict-ng reads each line of a list as a word, also a MIME header.
#[test]
fn goldendict_suggests_words_and_nothing_else() {
    let site = Site::start_with(ON);
    let mut client = begin(&site, "GoldenDict-w");
    client.send(b"MATCH * prefix \"ice crea\"\r\n");
    assert_eq!(&client.line()[..4], "152 ");
    let mut words = Vec::new();
    loop {
        let line = client.line();
        if line == "." {
            break;
        }
        if let Some((_, word)) = line.split_once(' ') {
            words.push(word.trim_matches('"').to_owned());
        }
    }
    assert!(words.iter().all(|word| word.starts_with("ice crea")), "{words:?}");
    assert!(words.contains(&"ice cream".to_owned()), "{words:?}");
    assert_eq!(&client.line()[..4], "250 ");
    client.send(b"MATCH * prefix \"qqqqzz\"\r\n");
    assert_eq!(&client.line()[..4], "552 ");
    client.send(b"QUIT\r\n");
    assert_eq!(&client.line()[..4], "221 ");
    assert_eq!(client.line(), "", "the connection ends");
}

/// goldendict-ng shows the name of the database unchanged, and a text in braces as a link.
#[test]
fn goldendict_shows_an_article_with_its_book() {
    let site = Site::start_with(ON);
    let mut client = begin(&site, "GoldenDict-t");
    client.send("DEFINE en-zh \"devote\"\r\n".as_bytes());
    assert_eq!(&client.line()[..6], "150 1 ");
    let head = client.line();
    assert!(head.starts_with("151 \"devote\" en-zh \""), "{head}");
    assert_eq!(client.line(), "", "there are no headers");
    let mut text = String::new();
    loop {
        let line = client.line();
        if line == "." {
            break;
        }
        text.push_str(&line);
        text.push('\n');
    }
    assert!(text.starts_with("devote"), "{text}");
    assert!(!text.contains(['{', '\\']), "{text}");
    assert_eq!(&client.line()[..4], "250 ");
}
