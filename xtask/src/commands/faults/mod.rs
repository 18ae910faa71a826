//! `cargo xtask faults`: tests that an instance of dictapp survives faults of its process, its
//! database and its network, on SQLite and on MariaDB.
//!
//! A fault happens while a class, a group of simulated pupils, uses dictapp. The command fails if
//!
//! - a row that was acknowledged to a pupil is missing or duplicated,
//! - the instance does not serve again,
//! - a client gets a 500,
//! - requests fail although clients should not notice the fault,
//! - the log is long, or names a word that was looked up.

mod file;
mod process;
mod server;
mod fault_run;

use anyhow::{Result, bail};
use std::time::Duration;

use crate::arguments::Arguments;
use crate::harness::instance::{Environment, Profile, build};
use crate::steps::packages::{DATABASE, ensure};
use crate::steps::{seed, step};
use fault_run::{Engine, FaultRun};

pub(crate) const ABOUT: &str = "break the program, its database and the network under load: [NAME], --short, --pupils N, --seed N, --keep (leaves the logs)";

const PUPILS: usize = 64;
/// Maximum time from the end of a fault until the class is served again.
const RECOVERY_MAX: Duration = Duration::from_secs(15);

/// One way to break something, and whether requests may fail by it.
struct Fault {
    name: &'static str,
    engine: Engine,
    /// The environment of the process, which may be a part of the fault.
    environment: Environment,
    /// Whether requests may fail during the fault.
    failures: Failures,
    /// Makes the fault and ends it.
    work: fn(&mut FaultRun) -> Result<()>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failures {
    /// No request may fail.
    None,
    /// Requests may be refused or cut off during the fault.
    WhileItLasts,
}

/// The faults that `cargo xtask test` tries: one of each kind that needs a whole process under
/// load.
const SHORT: &[&str] = &["sqlite-kill", "sqlite-restart-with-socket", "mysql-server-restarts"];

fn faults() -> Vec<Fault> {
    use Failures::{None, WhileItLasts};
    let sqlite = |name, failures, work| Fault::new(name, Engine::Sqlite, failures, work);
    let mysql = |name, failures, work| Fault::new(name, Engine::Mysql, failures, work);
    vec![
        sqlite("sqlite-kill", WhileItLasts, process::kill),
        sqlite("sqlite-restart", WhileItLasts, process::restart),
        sqlite("sqlite-restart-with-socket", None, process::restart).with(Environment::Socket),
        sqlite("sqlite-freeze", None, process::freeze),
        sqlite("sqlite-signals", None, process::signals),
        sqlite("sqlite-log-unread", None, process::work_on).with(Environment::UnreadLog),
        sqlite("sqlite-few-descriptors", WhileItLasts, process::work_on)
            .with(Environment::Limits("ulimit -n 60;")),
        sqlite("sqlite-little-memory", WhileItLasts, process::take_memory),
        sqlite("sqlite-full-disk", WhileItLasts, file::fill_disk),
        sqlite("sqlite-removed", WhileItLasts, file::remove),
        sqlite("sqlite-replaced", WhileItLasts, file::replace),
        sqlite("sqlite-import", None, process::import),
        mysql("mysql-kill", WhileItLasts, process::kill),
        mysql("mysql-server-killed", WhileItLasts, server::kill),
        mysql("mysql-server-restarts", None, server::restart),
        mysql("mysql-server-frozen", WhileItLasts, server::freeze),
        mysql("mysql-network-cut", WhileItLasts, server::cut_network),
        mysql("mysql-network-silent", WhileItLasts, server::silence_network),
        mysql("mysql-read-only", WhileItLasts, server::forbid_writing),
        mysql("mysql-locked", WhileItLasts, server::lock_rows),
        mysql("mysql-import", None, process::import),
    ]
}

impl Fault {
    fn new(
        name: &'static str,
        engine: Engine,
        failures: Failures,
        work: fn(&mut FaultRun) -> Result<()>,
    ) -> Fault {
        Fault { name, engine, environment: Environment::Usual, failures, work }
    }

    fn with(self, environment: Environment) -> Fault {
        Fault { environment, ..self }
    }
}

/// Makes all faults, one after the other, or those whose names contain NAME.
pub(crate) fn run(mut arguments: Arguments) -> Result<()> {
    let named = arguments.take_word();
    let is_short = arguments.take_flag("--short");
    let pupils = arguments.take_option("--pupils")?.unwrap_or(PUPILS);
    let seed = seed(&mut arguments)?;
    let logs = if arguments.take_flag("--keep") { Logs::Kept } else { Logs::Removed };
    arguments.finish()?;
    let mut chosen = faults();
    chosen.retain(|fault| named.as_ref().is_none_or(|name| fault.name.contains(name)));
    chosen.retain(|fault| !is_short || SHORT.contains(&fault.name));
    if chosen.is_empty() {
        bail!("no fault has that name; there are {}", names());
    }
    run_all(&chosen, pupils, seed, logs)
}

/// Whether the folder of each fault, with the log of the instance, is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Logs {
    Kept,
    Removed,
}

/// The short form, for `cargo xtask test`.
pub(crate) fn check() -> Result<()> {
    run(Arguments::new(["--short", "--pupils", "32"].map(str::to_owned)))
}

fn run_all(chosen: &[Fault], pupils: usize, seed: u64, logs: Logs) -> Result<()> {
    step("the packages that the faults need", || ensure(DATABASE))?;
    let program = step("dictapp", || build(Profile::Dev))?;
    let mut wrong = Vec::new();
    for fault in chosen {
        let title = format!("{}, {pupils} pupils, seed {seed}", fault.name);
        let done = step(&title, || {
            let mut run = FaultRun::start(&program, fault, seed)?;
            let done = run.run(pupils, RECOVERY_MAX, fault);
            if logs == Logs::Kept {
                println!("the log is in {}", run.keep().display());
            }
            done
        });
        if let Err(error) = done {
            println!("{}: {error:#}", fault.name);
            wrong.push(format!("{}: {error:#}", fault.name));
        }
    }
    if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("\n")) }
}

fn names() -> String {
    faults().iter().map(|fault| fault.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_form_names_faults_that_are_there() {
        let all = faults();
        for name in SHORT {
            assert!(all.iter().any(|fault| fault.name == *name), "{name}");
        }
    }
}
