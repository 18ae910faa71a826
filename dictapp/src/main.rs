//! The program: its arguments to what they ask for, and how that went to an exit code. What goes
//! wrong is printed here, once, and nowhere else.

#![forbid(unsafe_code)]

use std::io::{self, Write};
use std::process::ExitCode;

use dictapp::cli::{self, Command, Ending};
use dictapp::{import, serve, shelving};

fn main() -> ExitCode {
    let done = match cli::parse(std::env::args_os(), std::env::vars_os()) {
        Ok(Command::Serve(settings)) => serve::run(&settings),
        Ok(Command::Import(settings, book)) => {
            serve::store(&settings).and_then(|store| import::run(&store, &book.as_meant()))
        }
        Ok(Command::Books(settings, books)) => serve::store(&settings)
            .and_then(|store| shelving::run(&store, &settings.dictionary.books, &books)),
        Err(ending) => return end(&ending),
    };
    let failed = |e| end(&Ending { text: format!("dictapp: {e:#}"), code: 1 });
    done.map_or_else(failed, |()| ExitCode::SUCCESS)
}

/// Prints the last words. Whoever no longer listens is no reason for a panic.
fn end(Ending { text, code }: &Ending) -> ExitCode {
    let printed = match code {
        0 => writeln!(io::stdout(), "{text}"),
        _ => writeln!(io::stderr(), "{text}"),
    };
    let is_lost = *code == 0 && printed.is_err();
    ExitCode::from(if is_lost { 1 } else { *code })
}
