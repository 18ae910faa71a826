//! Building blocks of the commands: a step prints its title, does its work, and prints how long
//! that took. The modules run cargo, install programs, and read the output of tests.

pub(crate) mod cargo;
pub(crate) mod failures;
pub(crate) mod packages;
pub(crate) mod python;
pub(crate) mod tally;

use anyhow::{Context, Result, bail};
use std::process::Command;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::arguments::Arguments;

/// Runs `work` between its title and its duration. An error gets the title as context.
pub(crate) fn step<T>(title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("== {title}");
    let began = Instant::now();
    let outcome = work();
    println!("== took {:.1} s\n", began.elapsed().as_secs_f64());
    outcome.with_context(|| title.to_owned())
}

/// The value of the option `--seed`, or a new seed. The command must print it, so that a run can be
/// repeated.
pub(crate) fn seed(arguments: &mut Arguments) -> Result<u64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(arguments.take_option("--seed")?.unwrap_or(now.as_secs() % 1_000_000))
}

/// Runs `command` with inherited input and outputs; any status but success is an error.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("cannot start {program}"))?;
    if !status.success() {
        bail!("{status}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_is_named_with_the_end_of_its_command() {
        let error = step("cargo nap", || succeed(Command::new("sh").args(["-c", "exit 7"])));
        assert_eq!(format!("{:#}", error.unwrap_err()), "cargo nap: exit status: 7");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = succeed(&mut Command::new("no-such-program-here")).unwrap_err();
        assert!(format!("{error:#}").starts_with("cannot start no-such-program-here: "));
    }
}
