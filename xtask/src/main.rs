//! `cargo xtask VERB`, the tasks of a contributor. A verb is a subcommand; this file runs it and
//! maps its result to an exit code.
//!
//! A verb is a file or folder in `verbs/` with a `run` function and a row in `VERBS`. `steps/` runs
//! cargo and installs the programs that a verb needs; `peer/` starts servers and the clients that
//! send them requests.
//! Nothing here is shipped to users.

#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "a command-line tool prints its results")]

mod arguments;
mod peer;
mod steps;
mod verbs;

use arguments::{Arguments, Misuse};
use std::process::ExitCode;
use verbs::{
    bench, cluster, contract, crowd, differ, faults, fuzz, licences, models, new, slow, soak, test,
};

/// One subcommand of `cargo xtask`.
struct Verb {
    name: &'static str,
    about: &'static str,
    run: fn(Arguments) -> anyhow::Result<()>,
}

const VERBS: &[Verb] = &[
    Verb {
        name: "test",
        about: "run every test: formatting, lints, unit, integration and doc tests, SQLite and MariaDB, Chromium",
        run: test::run,
    },
    Verb { name: "new", about: new::ABOUT, run: new::run },
    Verb { name: "models", about: models::ABOUT, run: models::run },
    Verb { name: "contract", about: contract::ABOUT, run: contract::run },
    Verb { name: "licences", about: licences::ABOUT, run: licences::run },
    Verb { name: "fuzz", about: fuzz::ABOUT, run: fuzz::run },
    Verb { name: "differ", about: differ::ABOUT, run: differ::run },
    Verb { name: "soak", about: soak::ABOUT, run: soak::run },
    Verb { name: "cluster", about: cluster::ABOUT, run: cluster::run },
    Verb { name: "faults", about: faults::ABOUT, run: faults::run },
    Verb { name: "crowd", about: crowd::ABOUT, run: crowd::run },
    Verb { name: "slow", about: slow::ABOUT, run: slow::run },
    Verb { name: "bench", about: bench::ABOUT, run: bench::run },
];

/// The exit code for a wrong command line, as in `dictapp`.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    match words.next().as_deref() {
        Some("--help" | "-h" | "help") => {
            println!("{}", help());
            ExitCode::SUCCESS
        }
        Some(name) => match VERBS.iter().find(|verb| verb.name == name) {
            Some(verb) => finish(verb, Arguments::new(words)),
            None => refuse(&format!("unknown verb {name:?}")),
        },
        None => refuse("a verb is missing"),
    }
}

fn finish(verb: &Verb, arguments: Arguments) -> ExitCode {
    match (verb.run)(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<Misuse>() => refuse(&error.to_string()),
        Err(error) => {
            eprintln!("cargo xtask {} failed: {error:#}", verb.name);
            ExitCode::FAILURE
        }
    }
}

fn refuse(reason: &str) -> ExitCode {
    eprintln!("{reason}\n\n{}", help());
    ExitCode::from(USAGE)
}

fn help() -> String {
    let mut text = String::from("usage: cargo xtask VERB\n\nverbs:");
    for verb in VERBS {
        text.push_str(&format!("\n  {:8} {}", verb.name, verb.about));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_lists_every_verb_with_what_it_does() {
        for verb in VERBS {
            assert!(help().contains(&format!("\n  {:8} {}", verb.name, verb.about)));
        }
    }
}
