//! `cargo xtask COMMAND`, the tools of a contributor. This file finds the command, runs it, and
//! maps its result to an exit code.
//!
//! A command is a file or folder in `commands/` with a `run` function and a row in `COMMANDS`.
//! `steps/` runs cargo and installs the programs that a command needs; `harness/` starts servers
//! and the clients that send them requests. Nothing here is shipped to users.

#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "a command-line tool prints its results")]

mod arguments;
mod harness;
mod steps;
mod commands;

use arguments::{Arguments, Misuse};
use commands::{
    bench, cluster, contract, crowd, differ, faults, fuzz, licences, models, new, slow, soak, test,
};
use std::process::ExitCode;

/// One command of `cargo xtask`.
struct Command {
    name: &'static str,
    about: &'static str,
    run: fn(Arguments) -> anyhow::Result<()>,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "test",
        about: "run every test: formatting, lints, unit, integration and doc tests, SQLite and MariaDB, Chromium",
        run: test::run,
    },
    Command { name: "new", about: new::ABOUT, run: new::run },
    Command { name: "models", about: models::ABOUT, run: models::run },
    Command { name: "contract", about: contract::ABOUT, run: contract::run },
    Command { name: "licences", about: licences::ABOUT, run: licences::run },
    Command { name: "fuzz", about: fuzz::ABOUT, run: fuzz::run },
    Command { name: "differ", about: differ::ABOUT, run: differ::run },
    Command { name: "soak", about: soak::ABOUT, run: soak::run },
    Command { name: "cluster", about: cluster::ABOUT, run: cluster::run },
    Command { name: "faults", about: faults::ABOUT, run: faults::run },
    Command { name: "crowd", about: crowd::ABOUT, run: crowd::run },
    Command { name: "slow", about: slow::ABOUT, run: slow::run },
    Command { name: "bench", about: bench::ABOUT, run: bench::run },
];

/// The exit code for a wrong command line, as in `dictapp`.
const MISUSE: u8 = 2;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("--help" | "-h" | "help") => {
            println!("{}", help());
            ExitCode::SUCCESS
        }
        Some(name) => match COMMANDS.iter().find(|command| command.name == name) {
            Some(command) => run_command(command, Arguments::new(arguments)),
            None => refuse(&format!("unknown command {name:?}")),
        },
        None => refuse("a command is missing"),
    }
}

fn run_command(command: &Command, arguments: Arguments) -> ExitCode {
    match (command.run)(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<Misuse>() => refuse(&error.to_string()),
        Err(error) => {
            eprintln!("cargo xtask {} failed: {error:#}", command.name);
            ExitCode::FAILURE
        }
    }
}

fn refuse(reason: &str) -> ExitCode {
    eprintln!("{reason}\n\n{}", help());
    ExitCode::from(MISUSE)
}

fn help() -> String {
    let mut text = String::from("usage: cargo xtask COMMAND\n\ncommands:");
    for command in COMMANDS {
        text.push_str(&format!("\n  {:8} {}", command.name, command.about));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_lists_each_command_and_explains_it() {
        for command in COMMANDS {
            assert!(help().contains(&format!("\n  {:8} {}", command.name, command.about)));
        }
    }
}
