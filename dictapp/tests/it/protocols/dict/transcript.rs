//! The commands of `tests/data/dict/transcript.txt` and their replies, byte by byte; and the same
//! commands sent to Debian's `dictd`.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Instant;

use super::{ON, connect};
use crate::pages::site::{Site, program};
use crate::protocols::{Client, EVENT_WAIT_MAX};

/// A command, its reply, and the code of the answer of `dictd` if it differs.
#[derive(Debug, Default)]
struct Exchange {
    command: String,
    reply: Vec<String>,
    dictd: Option<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/dict")
}

fn transcript() -> Vec<Exchange> {
    let text = fs::read_to_string(folder().join("transcript.txt")).expect("a transcript");
    let mut exchanges: Vec<Exchange> = Vec::new();
    let mut dictd = None;
    for line in text.lines() {
        if let Some(code) = line.strip_prefix("# dictd: ") {
            dictd = code.get(..3).map(str::to_owned);
        } else if let Some(command) = line.strip_prefix("> ") {
            let (command, dictd) = (command.to_owned(), dictd.take());
            exchanges.push(Exchange { command, dictd, reply: Vec::new() });
        } else if let Some(reply) = line.strip_prefix("<") {
            let last = exchanges.last_mut().expect("a command before its reply");
            last.reply.push(reply.strip_prefix(' ').unwrap_or(reply).to_owned());
        }
    }
    exchanges
}

/// A site with only the books of the folder.
fn site() -> Site {
    let folder_of_site = Site::start().kill();
    let done = |words: &[&str]| {
        let output = program(folder_of_site.path(), &[]).args(words).output().expect("it runs");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    for shipped in ["en-zh", "en-en"] {
        done(&["books", "remove", shipped]);
    }
    for (name, title) in [("one", "First Book"), ("two", "Second Book")] {
        let index = folder().join(name).with_extension("index").display().to_string();
        done(&["import", "dictd", &index, "--title", title]);
    }
    Site::start_in(folder_of_site, ON)
}

/// The lines of a reply. A text ends with a dot. A status line follows the last text.
fn reply(client: &mut Client) -> Vec<String> {
    let mut lines = vec![client.line()];
    while lines.last().is_some_and(|last| last.starts_with('1')) {
        while lines.last().is_some_and(|last| last != ".") {
            // `150` is followed by `151`, not by a text.
            lines.push(client.line());
        }
        lines.push(client.line());
    }
    lines
}

/// Removes the cost of the command from a status line.
fn without_cost(line: &str) -> &str {
    line.split_once(" [d/m/c").map_or(line, |(before, _)| before)
}

#[test]
fn each_command_has_its_reply() {
    let site = site();
    let mut client = connect(&site);
    let mut text = String::new();
    let mut wrong = Vec::new();
    for exchange in transcript() {
        client.send(format!("{}\r\n", exchange.command).as_bytes());
        let reply: Vec<String> =
            reply(&mut client).iter().map(|line| without_cost(line).to_owned()).collect();
        if reply != exchange.reply {
            wrong.push(exchange.command.clone());
        }
        text.push('\n');
        if let Some(code) = &exchange.dictd {
            text.push_str(&format!("# dictd: {code}\n"));
        }
        text.push_str(&format!("> {}\n", exchange.command));
        for line in reply {
            text.push_str(format!("< {line}").trim_end());
            text.push('\n');
        }
    }
    assert_eq!(client.line(), "", "the connection ends");
    assert!(wrong.is_empty(), "other replies than in the transcript: {wrong:?}\n{text}");
}

/// `dictd` with the books of the folder.
struct Dictd {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Dictd {
    fn start() -> Dictd {
        let port = TcpListener::bind("127.0.0.1:0")
            .expect("a port")
            .local_addr()
            .expect("its number")
            .port();
        // `dictd` reads the books as another user.
        let run = tempfile::Builder::new().permissions(public()).tempdir().expect("a folder");
        let mut settings =
            format!("global {{ listen_to 127.0.0.1\nport {port} }}\naccess {{ allow * }}\n");
        for name in ["one", "two"] {
            let copied = ["dict", "index"].map(|ending| {
                let to = run.path().join(name).with_extension(ending);
                fs::copy(folder().join(name).with_extension(ending), &to).expect("a copy");
                to.display().to_string()
            });
            let [data, index] = copied;
            settings.push_str(&format!("database {name} {{ data {data}\nindex {index} }}\n"));
        }
        let file = run.path().join("dictd.conf");
        fs::write(&file, settings).expect("its settings");
        let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
        let mut command = Command::new("dictd");
        command.env("PATH", path).args(["-dnodetach", "--locale", "C.UTF-8", "-c"]).arg(&file);
        let child = command.spawn().expect("dictd is installed");
        let dictd = Dictd { child, port, _folder: run };
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < EVENT_WAIT_MAX, "dictd does not listen");
            std::thread::yield_now();
        }
        dictd
    }
}

impl Drop for Dictd {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn public() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    fs::Permissions::from_mode(0o755)
}

#[test]
#[ignore = "needs dictd: cargo xtask test"]
fn dictd_answers_the_same_commands_with_the_same_codes() {
    let dictd = Dictd::start();
    let mut client = Client::connect_to(&format!("127.0.0.1:{}", dictd.port));
    assert!(client.line().starts_with("220 "));
    for Exchange { command, reply: ours, dictd } in transcript() {
        client.send(format!("{command}\r\n").as_bytes());
        let theirs = reply(&mut client);
        let code = |lines: &[String]| lines[0].get(..3).unwrap_or_default().to_owned();
        let expected = dictd.unwrap_or_else(|| code(&ours));
        assert_eq!(code(&theirs), expected, "{command}: {theirs:?}");
        if command == "AUTH" {
            assert!(client.line().starts_with("531 "));
        }
        // The same number of texts, and lists of the same words.
        if code(&theirs) == code(&ours) && !command.to_uppercase().starts_with("SHOW") {
            let is_match = |line: &&String| line.starts_with("one ") || line.starts_with("two ");
            let matches = |lines: &[String]| -> Vec<String> {
                lines.iter().filter(is_match).cloned().collect()
            };
            assert_eq!(matches(&theirs), matches(&ours), "{command}");
            let texts = |lines: &[String]| lines.iter().filter(|line| *line == ".").count();
            assert_eq!(texts(&theirs), texts(&ours), "{command}: {theirs:?} {ours:?}");
        }
    }
}
