//! `cargo xtask test`: every test there is, cheapest first, becomes `N passed, N failed` and an exit code.
//!
//! Plain `cargo test` runs all that needs no server and no browser. The others are `#[ignore]`d with the words
//! `needs MariaDB: cargo xtask test` or `needs Chromium: cargo xtask test`, start what they need themselves, and run here.

use anyhow::{Context, Result, bail};
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::arguments::Arguments;
use crate::cargo::cargo;
use crate::models;
use crate::packages::{self, NEEDS};
use crate::step::{step, succeed};
use crate::tally::Tally;

const FORMAT: &[&str] = &["fmt", "--all", "--check"];
const LINTS: &[&str] = &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
/// `--no-fail-fast`: whoever mends one test wants to hear of the others too.
const TESTS: &[&str] = &["test", "--workspace", "--no-fail-fast", "--", "--include-ignored"];

/// How long the output of tests may stay open when they have ended.
const OUTPUT_LINGERS_MAX: Duration = Duration::from_secs(10);

/// Runs every test. The first step that fails is the last.
pub(crate) fn run(arguments: Arguments) -> Result<()> {
    arguments.finish()?;
    cargo_step(FORMAT, |mut command| succeed(&mut command))?;
    step("what the tests need", || packages::ensure(NEEDS))?;
    cargo_step(LINTS, |mut command| succeed(&mut command))?;
    models::check()?;
    let (tally, status) = cargo_step(TESTS, |command| run_tests(command, io::stdout()))?;
    if tally.began() {
        println!("{tally}");
    }
    judge(tally, status).with_context(|| title_of(TESTS))
}

fn cargo_step<T>(args: &[&str], work: impl FnOnce(Command) -> Result<T>) -> Result<T> {
    step(&title_of(args), || work(cargo(args)))
}

fn title_of(args: &[&str]) -> String {
    format!("cargo {}", args.join(" "))
}

/// Cargo's status alone would pass an empty run, the tally alone a test that does not compile.
fn judge(tally: Tally, status: ExitStatus) -> Result<()> {
    if !status.success() || tally.failed() > 0 {
        bail!("{tally} ({status})");
    }
    if tally.passed == 0 {
        bail!("no test ran");
    }
    Ok(())
}

/// Runs `command`, shows its output as it comes and counts the results in it.
fn run_tests(
    mut command: Command,
    shown: impl Write + Send + 'static,
) -> Result<(Tally, ExitStatus)> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start cargo")?;
    let output = child.stdout.take().context("cargo has no output")?;
    let (sender, counted) = mpsc::channel();
    thread::spawn(move || sender.send(show_and_count(output, shown)));
    let status = child.wait().context("cannot wait for cargo")?;
    // A server or a browser that outlives its test holds the pipe open: that is a fault, and must not hang us.
    let tally = counted
        .recv_timeout(OUTPUT_LINGERS_MAX)
        .context("the tests have ended and a process that they started still runs")?;
    Ok((tally.context("cannot copy the output of cargo")?, status))
}

fn show_and_count(output: impl io::Read, mut shown: impl Write) -> io::Result<Tally> {
    let (mut output, mut line, mut tally) = (BufReader::new(output), Vec::new(), Tally::default());
    while output.read_until(b'\n', &mut line)? > 0 {
        shown.write_all(&line)?;
        shown.flush()?;
        tally.read_line(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(script: &str) -> Result<(Tally, ExitStatus)> {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]);
        run_tests(shell, io::sink())
    }

    fn verdict(script: &str) -> String {
        let (tally, status) = outcome(script).unwrap();
        judge(tally, status).map_or_else(|error| error.to_string(), |()| "passes".to_owned())
    }

    const GOOD: &str = "echo 'running 1 test'; echo 'test result: ok. 1 passed; 0 failed'";

    #[test]
    fn output_is_shown_as_it_is_and_counted() {
        let output = b"running 2 tests\n\xff odd\ntest result: ok. 2 passed; 0 failed; done";
        let mut shown = Vec::new();
        let tally = show_and_count(&output[..], &mut shown).unwrap();
        assert_eq!((tally.to_string().as_str(), &shown[..]), ("2 passed, 0 failed", &output[..]));
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
