//! `cargo xtask bench pages`: user-space instructions of one request, page by page, counted by callgrind.
//!
//! A count depends little on what else the machine does. With `--check` it is held against the table of ARCHITECTURE.md, whose rows are
//! the ones printed here.

use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::arguments::Arguments;
use crate::peer::browser::Browser;
use crate::peer::server::Server;
use crate::steps::cargo::{build_example, cargo, target, workspace};
use crate::steps::packages::{self, VALGRIND};
use crate::steps::{step, succeed};

/// Requests before the count begins: caches are filled, and quick routes have moved into the shard.
const WARM_UP: u32 = 50;
const REQUESTS: u32 = 500;
/// How much more than stated is a failure. Another processor's versions of the same functions of the C library cost up to 8 % more.
const TOLERANCE: f64 = 1.10;
/// How long dictapp may take to load its words under callgrind.
const LOADING_MAX: Duration = Duration::from_secs(120);
/// As Chromium sends it over plain HTTP, and with brotli as over TLS.
const BROWSER: &str = "gzip, deflate, br";

/// Who asks for a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Visitor {
    Guest,
    User,
}

/// A row of the table.
struct Row {
    name: &'static str,
    path: &'static str,
    visitor: Visitor,
    accepts: &'static str,
}

const ROWS: &[Row] = &[
    Row { name: "entry `apple`, guest", path: "/word/apple", visitor: Visitor::Guest, accepts: "" },
    Row {
        name: "entry `apple`, guest, compressed",
        path: "/word/apple",
        visitor: Visitor::Guest,
        accepts: BROWSER,
    },
    Row { name: "entry `act`, guest", path: "/word/act", visitor: Visitor::Guest, accepts: "" },
    Row {
        name: "entry `act`, guest, compressed",
        path: "/word/act",
        visitor: Visitor::Guest,
        accepts: BROWSER,
    },
    Row {
        name: "suggestions for `app`",
        path: "/suggest?q=app",
        visitor: Visitor::Guest,
        accepts: "",
    },
    Row { name: "search for `app*`", path: "/search?q=app*", visitor: Visitor::Guest, accepts: "" },
    Row { name: "home, guest", path: "/", visitor: Visitor::Guest, accepts: "" },
    Row { name: "history of ten rows", path: "/history", visitor: Visitor::User, accepts: "" },
    Row {
        name: "entry `act`, user, recorded",
        path: "/word/act",
        visitor: Visitor::User,
        accepts: "",
    },
];

/// Words of the history that is measured, besides those that the rows look up.
const LOOKED_UP: &[&str] =
    &["book", "cat", "dog", "egg", "fish", "girl", "house", "ice", "jump", "king", "lamp"];

/// Counts, prints the table and, with `--check`, compares it.
pub(super) fn run(mut arguments: Arguments) -> Result<()> {
    let checks = arguments.take_flag("--check");
    arguments.finish()?;
    step("what the counts need", || packages::ensure(VALGRIND))?;
    let folder = std::path::absolute(target().join("bench-pages")).context("target")?;
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
    }
    fs::create_dir_all(folder.join("www")).with_context(|| folder.display().to_string())?;
    let mut counts = vec![step("plain request", || plain(&folder))?];
    counts.extend(step("pages", || pages(&folder))?);
    println!("\n| page | instructions |\n|---|---|");
    for (name, count) in &counts {
        println!("| {name} | {} |", grouped(*count));
    }
    if checks { check(&counts) } else { Ok(()) }
}

fn plain(folder: &Path) -> Result<(&'static str, u64)> {
    let example = build_example("bench")?;
    let counter = Counter::start(folder, &format!("{} {{port}}", example.display()))?;
    counter.on()?;
    let mut browser = Browser::new(counter.server.address);
    Ok(("plain request", counter.count(|| get(&mut browser, "/plaintext"))?))
}

fn pages(folder: &Path) -> Result<Vec<(&'static str, u64)>> {
    succeed(&mut cargo(&["build", "--quiet", "--release", "--package", "dictapp"]))?;
    let program = std::path::absolute(target())?.join("release/dictapp");
    let command = format!(
        "{} --address 127.0.0.1:{{port}} --database sqlite:{}/words.db --set log.access=false \
        --set log.level=error --set dictionary.lookups_per_minute_max=100000",
        program.display(),
        folder.display()
    );
    // The first start reads the word books into the database; callgrind need not count that.
    let first = Server::start(&command, &folder.join("first.log"))?;
    wait_until_ready(&first)?;
    first.stop()?;
    let counter = Counter::start(folder, &command)?;
    wait_until_ready(&counter.server)?;
    let mut guest = Browser::new(counter.server.address);
    let mut user = Browser::new(counter.server.address);
    let password = "correct horse 42";
    let form = user.get("/register")?;
    let token = form.field("form_token").context("the form has no token")?;
    let fields = [
        ("form_token", token),
        ("name", "reader"),
        ("password", password),
        ("password_again", password),
    ];
    ensure!(user.post("/register", &fields)?.status == 303, "the registration is refused");
    for word in LOOKED_UP {
        get(&mut user, &format!("/word/{word}"))?;
    }
    counter.on()?;
    let mut counts = Vec::new();
    for row in ROWS {
        let browser = if row.visitor == Visitor::User { &mut user } else { &mut guest };
        browser.accepts = row.accepts;
        let count = counter.count(|| get(browser, row.path));
        counts.push((row.name, count.with_context(|| row.name)?));
    }
    Ok(counts)
}

/// Asks for a page and fails unless it is 200.
fn get(browser: &mut Browser, path: &str) -> Result<()> {
    let status = browser.get(path)?.status;
    ensure!(status == 200, "GET {path} is answered {status}");
    Ok(())
}

fn wait_until_ready(server: &Server) -> Result<()> {
    let began = Instant::now();
    loop {
        let asked = get(&mut Browser::new(server.address), "/readyz");
        match asked {
            Ok(_) => return Ok(()),
            Err(error) if began.elapsed() > LOADING_MAX => return Err(error),
            Err(_) => thread::sleep(Duration::from_millis(100)),
        }
    }
}

/// A server under callgrind.
struct Counter {
    server: Server,
    dumps: PathBuf,
}

impl Counter {
    fn start(folder: &Path, command: &str) -> Result<Counter> {
        let dumps = folder.join("callgrind");
        if dumps.exists() {
            fs::remove_dir_all(&dumps)?;
        }
        fs::create_dir(&dumps).with_context(|| dumps.display().to_string())?;
        let valgrind = format!(
            "valgrind --tool=callgrind --instr-atstart=no --fair-sched=yes \
            --callgrind-out-file={}/out",
            dumps.display()
        );
        let server =
            Server::start_in(&format!("{valgrind} {command}"), folder, &folder.join("server.log"))?;
        Ok(Counter { server, dumps })
    }

    /// Begins to count; until then the server runs faster.
    fn on(&self) -> Result<()> {
        self.control("--instr=on")
    }

    /// The instructions of one of many requests. What the server does by itself in the same time,
    /// such as looking after its database, does not count.
    fn count(&self, mut request: impl FnMut() -> Result<()>) -> Result<u64> {
        for _ in 0..WARM_UP {
            request()?;
        }
        self.control("--zero")?;
        let began = Instant::now();
        for _ in 0..REQUESTS {
            request()?;
        }
        let took = began.elapsed();
        self.control("--dump")?;
        let total = newest_total(&self.dumps)?;
        self.control("--zero")?;
        thread::sleep(took);
        self.control("--dump")?;
        let idle = newest_total(&self.dumps)?;
        Ok(total.saturating_sub(idle) / u64::from(REQUESTS))
    }

    fn control(&self, what: &str) -> Result<()> {
        let mut command = Command::new("callgrind_control");
        let output = command.args([what, &self.server.id().to_string()]).output();
        let output = output.context("cannot start callgrind_control")?;
        if !output.status.success() || !String::from_utf8_lossy(&output.stdout).contains("OK") {
            bail!("callgrind_control {what} failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }
}

/// The total of the dump with the highest number, `out.N`.
fn newest_total(dumps: &Path) -> Result<u64> {
    let mut newest = (0, PathBuf::new());
    for entry in fs::read_dir(dumps)? {
        let path = entry?.path();
        let number = path.extension().and_then(|number| number.to_str()?.parse::<u32>().ok());
        newest = newest.max((number.unwrap_or(0), path));
    }
    let text = fs::read_to_string(&newest.1).with_context(|| newest.1.display().to_string())?;
    let total = text.lines().find_map(|line| line.strip_prefix("summary: "));
    total.and_then(|total| total.trim().parse().ok()).context("the dump has no total")
}

/// Compares with the table that ARCHITECTURE.md states.
fn check(counts: &[(&str, u64)]) -> Result<()> {
    let document = fs::read_to_string(workspace().join("ARCHITECTURE.md"))?;
    let judged = counts.iter().filter_map(|&(name, count)| excess(name, count, &document));
    let found: Vec<_> = judged.collect();
    if found.is_empty() { Ok(()) } else { bail!("{}", found.join("; ")) }
}

/// What is wrong with a count, if the document states less or nothing.
fn excess(name: &str, count: u64, document: &str) -> Option<String> {
    let row = document.lines().find_map(|line| line.strip_prefix(&format!("| {name} | ")));
    let stated = row.and_then(|row| row.split(" |").next()?.replace(',', "").parse::<u64>().ok());
    let Some(stated) = stated else {
        return Some(format!("ARCHITECTURE.md states no count for {name}"));
    };
    let too_many = count as f64 > stated as f64 * TOLERANCE;
    too_many.then(|| format!("{name} takes {count} instructions, ARCHITECTURE.md states {stated}"))
}

/// 1234567 as 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_may_exceed_the_stated_one_by_a_tenth() {
        let document = "| page | instructions |\n|---|---|\n| plain request | 3,000 |\n";
        assert_eq!(excess("plain request", 3_299, document), None);
        let error = "plain request takes 3301 instructions, ARCHITECTURE.md states 3000";
        assert_eq!(excess("plain request", 3_301, document).as_deref(), Some(error));
        let error = "ARCHITECTURE.md states no count for home";
        assert_eq!(excess("home", 1, document).as_deref(), Some(error));
    }

    #[test]
    fn thousands_are_separated() {
        let numbers = [7, 999, 1_000, 12_345_678].map(grouped);
        assert_eq!(numbers, ["7", "999", "1,000", "12,345,678"]);
    }
}
