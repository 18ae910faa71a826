//! `cargo xtask differ`: sends the wire cases, which are requests in files of webframe's tests, to
//! our server and to others; prints a table of the differences.
//!
//! Each case is sent in one write together with a request after it. Two results are compared:
//! whether the case is refused, and the number of answers. Two servers that find different requests
//! in the same bytes allow request smuggling. Every difference must be explained in
//! `docs/differences.md`: a heading for its kind, and a line for its reason.

use anyhow::{Context, Result, anyhow, bail};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use crate::arguments::{Arguments, Misuse};
use crate::harness::answer::{RequestKind, read_answer};
use crate::harness::server::Server;
use crate::steps::cargo::{build_example, target, workspace};
use crate::steps::step;

pub(crate) const ABOUT: &str =
    "compare how servers answer the wire cases: --server 'NAME=CMD {port}' (once for each server)";

const NEXT_REQUEST: &[u8] = b"GET /next HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n";
/// A server that is silent for this time waits for more input.
const SILENCE: Duration = Duration::from_millis(1_500);
/// The statuses that refuse a request as malformed.
const REFUSALS: &[u16] = &[400, 408, 411, 413, 414, 417, 421, 426, 431, 501, 505];

/// One file of `tests/data` and the line of `cases.tsv` about it.
struct Case {
    file: String,
    /// Why our server refuses the case; for an accepted case, the first word of its file name.
    reason: String,
    bytes: Vec<u8>,
}

/// A server's reaction to a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Reaction {
    /// The status of each answer, in order.
    statuses: Vec<u16>,
    /// The server did not close, so it waits for more input.
    waits: bool,
}

/// How two reactions differ; `docs/differences.md` explains each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Difference {
    OtherCount,
    OthersClose,
    OthersRefuse,
    OthersContinue,
    OthersAccept,
    OthersAnswer,
    OtherStatus,
}

impl Difference {
    fn text(self) -> &'static str {
        match self {
            Difference::OtherCount => "both accept it and find different requests",
            Difference::OthersClose => "both accept it, the others close after it",
            Difference::OthersRefuse => "webframe accepts it, the others refuse it",
            Difference::OthersContinue => "both refuse it, the others answer the next request",
            Difference::OthersAccept => "webframe refuses it, the others accept it",
            Difference::OthersAnswer => "webframe refuses it, the others answer it and close",
            Difference::OtherStatus => "both refuse it with different statuses",
        }
    }
}

/// The cases that differ, by the kind of the difference and the reason of the case, then by server.
type Groups = BTreeMap<(Difference, String), BTreeMap<String, Vec<String>>>;

/// Sends the cases to all servers and prints the table. Fails if a difference has no explanation.
pub(crate) fn run(mut arguments: Arguments) -> Result<()> {
    let mut others = Vec::new();
    while let Some(server) = arguments.take_option::<String>("--server")? {
        let (name, command) = server
            .split_once('=')
            .ok_or_else(|| anyhow!(Misuse(format!("no NAME= in {server:?}"))))?;
        others.push((name.to_owned(), command.to_owned()));
    }
    arguments.finish()?;
    if others.is_empty() {
        return Err(anyhow!(Misuse("--server 'NAME=CMD {port}' is missing".to_owned())));
    }
    let cases = cases()?;
    let ours = step("webframe", || react_all(&our_command()?, "webframe", &cases))?;
    let mut groups = Groups::new();
    for (name, command) in &others {
        let theirs = step(name, || react_all(command, name, &cases))?;
        for (case, (ours, theirs)) in cases.iter().zip(ours.iter().zip(&theirs)) {
            if let Some(difference) = difference(ours, theirs) {
                let group = groups.entry((difference, case.reason.clone())).or_default();
                let example = format!("{} {:?} / {:?}", case.file, ours.statuses, theirs.statuses);
                group.entry(name.clone()).or_default().push(example);
            }
        }
    }
    print(&groups, &others, cases.len());
    write_list(&groups)?;
    explained(&groups)
}

fn our_command() -> Result<String> {
    let program = build_example("conformance")?;
    let folder = target().join("differ");
    fs::create_dir_all(folder.join("www/static")).with_context(|| folder.display().to_string())?;
    Ok(format!("{} {{port}} {}", program.display(), folder.display()))
}

/// Reads all cases except those that are refused by a timeout.
fn cases() -> Result<Vec<Case>> {
    let folder = workspace().join("webframe/tests/data");
    let listing = folder.join("cases.tsv");
    let text = fs::read_to_string(&listing).with_context(|| listing.display().to_string())?;
    let mut cases = Vec::new();
    for line in text.lines().skip(1) {
        let mut columns = line.split('\t');
        let (Some(file), Some(outcome)) = (columns.next(), columns.nth(1)) else {
            bail!("{}: {line}", listing.display());
        };
        if outcome != "Timeout" {
            let bytes = fs::read(folder.join(file)).with_context(|| file.to_owned())?;
            cases.push(Case { file: file.to_owned(), reason: reason(file, outcome), bytes });
        }
    }
    Ok(cases)
}

/// The reason of a case: the error of a refused one, the first word of the file name of an accepted
/// one.
fn reason(file: &str, outcome: &str) -> String {
    match file.strip_prefix("accept/") {
        Some(name) => name.split(['-', '.']).next().unwrap_or(name).to_owned(),
        None => outcome.to_owned(),
    }
}

/// Starts a server and sends it all cases.
fn react_all(command: &str, name: &str, cases: &[Case]) -> Result<Vec<Reaction>> {
    let log = target().join("differ").join(format!("{name}.log"));
    let server = Server::start(command, &log)?;
    cases.iter().map(|case| react(server.address, &case.bytes)).collect()
}

/// Sends a case and the request after it on a new connection, and reads all answers.
fn react(address: SocketAddr, case: &[u8]) -> Result<Reaction> {
    let mut socket = TcpStream::connect(address).context("the server has gone")?;
    socket.set_read_timeout(Some(SILENCE))?;
    // A server that refuses early may close while we write. Its answer still counts.
    drop(socket.write_all(&[case, NEXT_REQUEST].concat()));
    let mut reader = BufReader::new(socket);
    let mut reaction = Reaction::default();
    let mut asked = if case.starts_with(b"HEAD ") { RequestKind::Head } else { RequestKind::Any };
    loop {
        match read_answer(&mut reader, asked) {
            Ok(answer) => reaction.statuses.push(answer.status),
            Err(error) => {
                reaction.waits = error.kind() == std::io::ErrorKind::WouldBlock;
                return Ok(reaction);
            }
        }
        asked = RequestKind::Any;
    }
}

impl Reaction {
    /// Whether the server refuses the case. Closing without an answer is a refusal too. A server
    /// that waits does not refuse: it expects a longer request.
    fn refuses(&self) -> bool {
        match self.statuses.first() {
            Some(status) => REFUSALS.contains(status),
            None => !self.waits,
        }
    }
}

/// How a server's reaction differs from ours; `None`: it does not.
fn difference(ours: &Reaction, theirs: &Reaction) -> Option<Difference> {
    match (ours.refuses(), theirs.refuses()) {
        // A server that closes has not read the bytes after the case as a request. A server that
        // waits reads them as a part of a body, so it finds another number of requests.
        (false, false) if ours.statuses.len() > theirs.statuses.len() && !theirs.waits => {
            Some(Difference::OthersClose)
        }
        (false, false) if ours.statuses.len() != theirs.statuses.len() => {
            Some(Difference::OtherCount)
        }
        (false, false) => None,
        (false, true) => Some(Difference::OthersRefuse),
        (true, false) if theirs.statuses.len() == 1 && !theirs.waits => {
            Some(Difference::OthersAnswer)
        }
        (true, false) => Some(Difference::OthersAccept),
        (true, true) if theirs.statuses.len() > 1 => Some(Difference::OthersContinue),
        (true, true) => {
            (ours.statuses.first() != theirs.statuses.first()).then_some(Difference::OtherStatus)
        }
    }
}

fn print(groups: &Groups, others: &[(String, String)], cases: usize) {
    let names: Vec<_> = others.iter().map(|other| other.0.as_str()).collect();
    println!("{cases} cases; differences from webframe:\n");
    println!("| difference | reason | {} | for instance |", names.join(" | "));
    println!("|---|---|{}---|", "---|".repeat(names.len()));
    for ((difference, reason), by_server) in groups {
        let count = |name: &&str| by_server.get(*name).map_or(0, Vec::len).to_string();
        let counts: Vec<_> = names.iter().map(count).collect();
        let example = by_server.values().flatten().next().map_or("", String::as_str);
        println!("| {} | {reason} | {} | {example} |", difference.text(), counts.join(" | "));
    }
}

/// Writes all cases of all groups to a file; the table has one example of each group.
fn write_list(groups: &Groups) -> Result<()> {
    let mut text = String::new();
    for ((difference, reason), by_server) in groups {
        for (name, cases) in by_server {
            let title = format!("{}, {reason}, {name}:", difference.text());
            text.push_str(&format!("{title}\n  {}\n\n", cases.join("\n  ")));
        }
    }
    let path = target().join("differ/differences.txt");
    fs::write(&path, text).with_context(|| path.display().to_string())?;
    println!("\nall of them: {}", path.display());
    Ok(())
}

/// Fails if a group is not explained: below the heading of its difference there must be a line
/// ``- `REASON`: ..``.
fn explained(groups: &Groups) -> Result<()> {
    let path = workspace().join("docs/differences.md");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let missing: Vec<_> = groups.keys().filter(|key| !is_explained(key.0, &key.1, &text)).collect();
    if !missing.is_empty() {
        let missing: Vec<_> =
            missing.iter().map(|key| format!("{}: {}", key.0.text(), key.1)).collect();
        bail!("{} does not explain: {}", relative(&path), missing.join("; "));
    }
    Ok(())
}

fn is_explained(difference: Difference, reason: &str, text: &str) -> bool {
    let heading = format!("\n## {}\n", capital(difference.text()));
    let Some((_, section)) = text.split_once(&heading) else { return false };
    let section = section.split("\n## ").next().unwrap_or_default();
    section.lines().any(|line| line.starts_with(&format!("- `{reason}`")))
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn relative(path: &Path) -> String {
    path.strip_prefix(workspace()).unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(statuses: &[u16]) -> Reaction {
        Reaction { statuses: statuses.to_vec(), waits: false }
    }

    #[test]
    fn servers_differ_by_verdict_and_by_number_of_requests() {
        let waits = Reaction { statuses: Vec::new(), waits: true };
        let differ = |ours: &[u16], theirs: &[u16]| difference(&answered(ours), &answered(theirs));
        assert_eq!(differ(&[200, 404], &[404, 404]), None);
        assert_eq!(differ(&[200], &[404, 404]), Some(Difference::OtherCount));
        assert_eq!(differ(&[200, 404], &[200]), Some(Difference::OthersClose));
        assert_eq!(differ(&[200, 404], &[400]), Some(Difference::OthersRefuse));
        assert_eq!(differ(&[400], &[404, 404]), Some(Difference::OthersAccept));
        assert_eq!(differ(&[400], &[404]), Some(Difference::OthersAnswer));
        assert_eq!(differ(&[400], &[400, 404]), Some(Difference::OthersContinue));
        assert_eq!(differ(&[400], &[501]), Some(Difference::OtherStatus));
        assert_eq!(differ(&[400], &[]), Some(Difference::OtherStatus));
        assert_eq!(difference(&answered(&[400]), &waits), Some(Difference::OthersAccept));
        assert_eq!(difference(&answered(&[200, 404]), &waits), Some(Difference::OtherCount));
    }

    #[test]
    fn an_explanation_counts_only_below_its_heading() {
        let text = "# x\n\n## Webframe refuses it, the others accept it\n\n- `Field`: why\n\n## Other\n\n- `Host`: y\n";
        assert!(is_explained(Difference::OthersAccept, "Field", text));
        assert!(!is_explained(Difference::OthersAccept, "Host", text));
        assert!(!is_explained(Difference::OthersRefuse, "Field", text));
    }
}
