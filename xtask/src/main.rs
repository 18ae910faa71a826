//! What a contributor runs: `cargo xtask VERB`. A command line becomes the call of one verb, and its outcome an exit code.
//!
//! A verb is a file with a `run` function and a row in `VERBS`. What two verbs share (running cargo, timing a step) has a file
//! of its own. Nothing here is part of what users get.

#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "a command line talks to whoever runs it")]

mod test;
mod models;
mod fuzz;
mod differ;
mod soak;
mod crowd;
mod slow;
mod bench;

mod answer;
mod arguments;
mod cargo;
mod packages;
mod process_tree;
mod server;
mod step;
mod tally;
mod visitors;

use arguments::{Arguments, Misuse};
use std::process::ExitCode;

/// One word behind `cargo xtask`.
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
    Verb { name: "models", about: models::ABOUT, run: models::run },
    Verb { name: "fuzz", about: fuzz::ABOUT, run: fuzz::run },
    Verb { name: "differ", about: differ::ABOUT, run: differ::run },
    Verb { name: "soak", about: soak::ABOUT, run: soak::run },
    Verb { name: "crowd", about: crowd::ABOUT, run: crowd::run },
    Verb { name: "slow", about: slow::ABOUT, run: slow::run },
    Verb { name: "bench", about: bench::ABOUT, run: bench::run },
];

/// The exit code for a command line that asks for nothing we have, as in `dictapp`.
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
