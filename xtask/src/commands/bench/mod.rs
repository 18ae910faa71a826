//! `cargo xtask bench`: measures our server and others, the peers, side by side on this machine;
//! prints tables. `bench lexicon` and `bench wire` run the micro-benchmarks; `bench pages` counts
//! the instructions of each page; `bench clients` measures idle DICT clients; `bench history`
//! measures the history pages with a large database.
//!
//! The peers are not part of the project: the caller names their folder, which is copied to
//! `target/bench-peers` and built there. Its README describes what a peer must serve.
//! `webframe/examples/bench.rs` is our server.

mod clients;
mod pages;

use anyhow::{Context, Result, anyhow, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::arguments::{Arguments, Misuse};
use crate::commands::history;
use crate::steps::cargo::{build_example, cargo, target};
use crate::steps::packages::{self, VALGRIND, find_program};
use crate::steps::{step, succeed};

pub(crate) const ABOUT: &str = "compare with other servers: --peers DIR [--rounds N] [--secs N] [--servers A,B] \
    [--scenarios A,B] [--tables wrk,memory,mixed,strace,instr]; or: wire, lexicon [--book FILE], pages [--check], \
    clients [--clients N] [--program FILE], \
    history [--users N] [--rows N] [--program FILE]";

/// The server to which all ratios refer.
const REFERENCE: &str = "axum-nodelay";
const SERVERS: &str = "axum-nodelay,actix,may,nginx,go,tiny_http,rouille,canned";
const SCENARIOS: &str =
    "plain64,json64,plain256,plain2000,plain8,form64,static64,pipe64,close64,sleep256,sleep2000";
/// The default number of rounds. `pool.py`, a script of the peers, computes confidence intervals
/// from the rounds; with fewer they are too wide on a machine that does other work.
const ROUNDS: u32 = 15;
/// The default duration of a measurement in a round.
const SECONDS: u32 = 2;

struct Options {
    peers: PathBuf,
    rounds: String,
    seconds: String,
    servers: Vec<String>,
    scenarios: String,
    tables: Vec<Table>,
}

/// A kind of measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Table {
    /// Requests a second and processor time, by the load generator wrk. The servers take turns in
    /// each round.
    Wrk,
    /// Memory for an idle connection.
    Memory,
    /// Latency of a quick route while another route, with a handler that waits, is busy.
    Mixed,
    /// System calls for a request.
    Strace,
    /// Instructions for a request.
    Instr,
}

/// The tables in the order in which they are measured.
const TABLES: &[(&str, Table)] = &[
    ("instr", Table::Instr),
    ("memory", Table::Memory),
    ("strace", Table::Strace),
    ("mixed", Table::Mixed),
    ("wrk", Table::Wrk),
];

/// Measures and prints the tables.
pub(crate) fn run(mut arguments: Arguments) -> Result<()> {
    match arguments.take_word().as_deref() {
        Some("lexicon") => lexicon(arguments),
        Some("wire") => {
            arguments.finish()?;
            bench("webframe", "wire", None)
        }
        Some("pages") => pages::run(arguments),
        Some("clients") => clients::run(arguments),
        Some("history") => history::run(arguments),
        Some(other) => {
            let there = "there are wire, lexicon, pages, clients and history";
            Err(misuse(format!("no benchmark {other:?}; {there}")))
        }
        None => compare(&options(arguments)?),
    }
}

/// Counts the instructions of each page, and fails if they grew. Without valgrind, and if it cannot
/// be installed, a message says that nothing was counted.
pub(crate) fn check_pages() -> Result<()> {
    match packages::ensure(VALGRIND) {
        Ok(()) => pages::check(),
        Err(error) => {
            println!("the instructions of the pages were NOT counted: {error:#}\n");
            Ok(())
        }
    }
}

fn misuse(text: String) -> anyhow::Error {
    anyhow!(Misuse(text))
}

/// Runs the micro-benchmark of look-ups, with the shipped word books or with the file of `--book`.
fn lexicon(mut arguments: Arguments) -> Result<()> {
    let book: Option<PathBuf> = arguments.take_option("--book")?;
    arguments.finish()?;
    let book = book.map(|book| {
        fs::canonicalize(&book).with_context(|| format!("cannot read the book {}", book.display()))
    });
    bench("dictapp", "lexicon", book.transpose()?)
}

fn bench(package: &str, name: &str, book: Option<PathBuf>) -> Result<()> {
    let mut command = cargo(&["bench", "--package", package, "--bench", name]);
    succeed(command.envs(book.map(|book| ("DICTAPP_BENCH_BOOK", book))))
}

fn options(mut arguments: Arguments) -> Result<Options> {
    let words = |list: String| list.split(',').map(str::to_owned).collect::<Vec<_>>();
    let peers = arguments.take_option("--peers")?;
    let rounds: u32 = arguments.take_option("--rounds")?.unwrap_or(ROUNDS);
    let seconds: u32 = arguments.take_option("--secs")?.unwrap_or(SECONDS);
    let servers = arguments.take_option("--servers")?.unwrap_or_else(|| SERVERS.to_owned());
    let scenarios = arguments.take_option("--scenarios")?.unwrap_or_else(|| SCENARIOS.to_owned());
    let tables: Option<String> = arguments.take_option("--tables")?;
    arguments.finish()?;
    let table = |name: String| {
        let found = TABLES.iter().find(|table| table.0 == name);
        found.map(|table| table.1).ok_or_else(|| misuse(format!("no table {name:?}")))
    };
    let tables = match tables {
        Some(names) => words(names).into_iter().map(table).collect::<Result<_>>()?,
        None => TABLES.iter().map(|table| table.1).collect(),
    };
    Ok(Options {
        peers: peers.ok_or_else(|| misuse("--peers DIR is missing".to_owned()))?,
        rounds: rounds.to_string(),
        seconds: seconds.to_string(),
        servers: words(servers),
        scenarios,
        tables,
    })
}

fn compare(options: &Options) -> Result<()> {
    let folder = std::path::absolute(target().join("bench-peers")).context("target")?;
    step("copy of the peers", || copy(&options.peers, &folder))?;
    step("build of the peers", || build_peers(&folder, &options.servers))?;
    let ours = step("build of our server", build_ours)?;
    for &table in &options.tables {
        step(&format!("{table:?}"), || measure(table, options, &folder, &ours))?;
    }
    Ok(())
}

/// Copies the peers' folder over an earlier copy. Other files in the copy, such as build output,
/// stay; the results of an earlier run are removed.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Err(error) = fs::remove_dir_all(to.join("results"))
        && error.kind() != std::io::ErrorKind::NotFound
    {
        return Err(error).with_context(|| to.display().to_string());
    }
    copy_tree(from, to)
}

fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| to.display().to_string())?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let (source, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        let place = to.join(&name);
        if source.is_dir() {
            if !["target", "results", ".git"].iter().any(|skipped| name == *skipped) {
                copy_tree(&source, &place)?;
            }
        } else if fs::read(&place).ok() != fs::read(&source).ok() {
            // An unchanged file keeps its modification time, so that cargo does not build it again.
            drop(fs::remove_file(&place));
            fs::copy(&source, &place).with_context(|| source.display().to_string())?;
        }
    }
    Ok(())
}

fn build_peers(folder: &Path, servers: &[String]) -> Result<()> {
    let mut command = cargo(&["build", "--release"]);
    // The peers' list of servers (servers.json) names binaries in the default target folder.
    command.current_dir(folder.join("peers")).env_remove("CARGO_TARGET_DIR");
    succeed(&mut command).context("cannot build the peers in Rust")?;
    if servers.iter().any(|server| server == "go") {
        let mut go = Command::new("go");
        go.args(["build", "-o", "peer", "."]).current_dir(folder.join("go"));
        succeed(&mut go).context("cannot build the peer in Go (apt-get install golang-go)")?;
    }
    for program in ["wrk", "nginx", "strace", "valgrind"] {
        if find_program(program).is_none() {
            bail!(
                "{program} is missing: \
                apt-get install wrk strace valgrind nginx-light libnginx-mod-http-echo"
            );
        }
    }
    Ok(())
}

/// Builds our server; returns `NAME=COMMAND`, as the peers' scripts take a server.
fn build_ours() -> Result<String> {
    Ok(format!("webframe={} {{port}}", build_example("bench")?.display()))
}

/// Measures one table with the scripts in the copy of the peers' folder, which print it.
fn measure(table: Table, options: &Options, folder: &Path, ours: &str) -> Result<()> {
    let among = |wanted: &[&str]| {
        let servers = options.servers.iter().filter(|server| wanted.contains(&server.as_str()));
        servers.cloned().collect::<Vec<_>>()
    };
    let compare = |mode: &str, servers: &[String], more: &[&str]| {
        let mut command = python(folder, "compare.py");
        command.args([mode, "--servers", &servers.join(","), "--add", ours]).args(more);
        succeed(&mut command)
    };
    let rounds = options.rounds.as_str();
    let seconds = options.seconds.as_str();
    match table {
        Table::Memory => compare(
            "memory",
            &among(&["axum-nodelay", "actix", "nginx", "go"]),
            &["--conns", "10000"],
        ),
        Table::Strace => compare("strace", &among(&["axum-nodelay", "may", "nginx"]), &[]),
        Table::Mixed => {
            let servers = among(&["axum-nodelay", "actix", "go"]);
            let rate = ["--rate", "3000", "--noise", "256", "--ref", REFERENCE];
            compare(
                "mixed",
                &servers,
                &[&rate[..], &["--rounds", rounds, "--secs", seconds]].concat(),
            )
        }
        Table::Wrk => {
            let what = ["--scenarios", options.scenarios.as_str(), "--ref", REFERENCE];
            let how = ["--rounds", rounds, "--secs", seconds];
            compare("wrk", &options.servers, &[what, how].concat())?;
            pool(&options.scenarios, folder)
        }
        Table::Instr => {
            let mut command = python(folder, "instr.py");
            succeed(
                command
                    .arg(ours)
                    .args(commands(folder, &among(&["axum-nodelay", "actix", "may", "canned"]))?),
            )
        }
    }
}

fn python(folder: &Path, script: &str) -> Command {
    let mut command = Command::new("python3");
    command.arg(folder.join(script)).current_dir(folder);
    command
}

/// Prints the medians of the rounds with their confidence intervals, one table for each scenario.
fn pool(scenarios: &str, folder: &Path) -> Result<()> {
    println!(
        "\n| server | rounds | requests/s, ratio (95 %) | rounds won | processor time, ratio (95 %) |"
    );
    println!("|---|---|---|---|---|");
    for scenario in scenarios.split(',') {
        let mut command = python(folder, "pool.py");
        succeed(command.args(["results/wrk.jsonl", scenario, REFERENCE]))?;
    }
    Ok(())
}

/// Returns `NAME=COMMAND` for each of these servers, from `servers.json`.
fn commands(folder: &Path, names: &[String]) -> Result<Vec<String>> {
    let path = folder.join("servers.json");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let command = |name: &String| {
        let command = command_of(name, &text);
        command
            .map(|command| format!("{name}={command}"))
            .with_context(|| format!("no server {name}"))
    };
    names.iter().map(command).collect()
}

/// The text value of the key `name` in a JSON object without nested objects and without escapes.
fn command_of<'t>(name: &str, json: &'t str) -> Option<&'t str> {
    let after = json.split_once(&format!("\"{name}\""))?.1;
    after.split('"').nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_found_in_the_list_by_its_whole_name() {
        let list = "{\n \"axum\": \"a {port}\",\n \"axum-nodelay\": \"a {port} nodelay\"\n}";
        assert_eq!(command_of("axum", list), Some("a {port}"));
        assert_eq!(command_of("axum-nodelay", list), Some("a {port} nodelay"));
        assert_eq!(command_of("nodelay", list), None);
    }

    #[test]
    fn a_file_that_did_not_change_is_not_written_again() {
        let root = std::env::temp_dir().join(format!("bench-copy-{}", std::process::id()));
        let (from, to) = (root.join("from"), root.join("to"));
        fs::create_dir_all(from.join("target")).unwrap();
        fs::create_dir_all(to.join("results")).unwrap();
        fs::write(from.join("a"), "1").unwrap();
        fs::write(from.join("target/b"), "1").unwrap();
        copy(&from, &to).unwrap();
        let written = fs::metadata(to.join("a")).unwrap().modified().unwrap();
        copy(&from, &to).unwrap();
        assert_eq!(fs::metadata(to.join("a")).unwrap().modified().unwrap(), written);
        assert!(!to.join("target").exists() && !to.join("results").exists());
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn an_unknown_table_or_no_folder_is_refused() {
        let text = |line: &str| {
            let arguments = Arguments::new(line.split(' ').map(str::to_owned));
            options(arguments).map(|_| ()).unwrap_err().to_string()
        };
        assert_eq!(text("--peers a --tables x"), "no table \"x\"");
        assert_eq!(text("--rounds 1"), "--peers DIR is missing");
    }
}
