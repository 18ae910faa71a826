//! The program: its arguments to what they ask for, and how that went to an exit code. What goes
//! wrong is printed here, once, and nowhere else.

#![forbid(unsafe_code)]

use std::io::{self, Write};
use std::process::ExitCode;

use dictapp::books::Kind;
use dictapp::cli::{self, BookKind, Command, Ending, Import};
use dictapp::settings::Settings;
use dictapp::{import, serve};

fn main() -> ExitCode {
    let done = match cli::parse(std::env::args_os(), std::env::vars_os()) {
        Ok(Command::Serve(settings)) => serve::run(&settings),
        Ok(Command::Import(settings, book)) => import(&settings, book),
        Err(ending) => return end(&ending),
    };
    let failed = |e| end(&Ending { text: format!("dictapp: {e:#}"), code: 1 });
    done.map_or_else(failed, |()| ExitCode::SUCCESS)
}

fn import(settings: &Settings, book: Import) -> anyhow::Result<()> {
    let Import { kind, file, name, title } = book;
    let kind = match kind {
        None => None,
        Some(BookKind::Course) => Some(Kind::Course),
        Some(BookKind::Ecdict) => Some(Kind::Ecdict),
        Some(BookKind::Stardict) => Some(Kind::Stardict),
        Some(BookKind::Dictd) => Some(Kind::Dictd),
        Some(BookKind::Wordnet) => Some(Kind::Wordnet),
        Some(BookKind::Book) => Some(Kind::Plain),
        Some(BookKind::Csv) if file.extension().is_some_and(|ending| ending == "tsv") => {
            Some(Kind::Tsv)
        }
        Some(BookKind::Csv) => Some(Kind::Csv),
    };
    let store = serve::store(settings)?;
    import::run(&store, &import::Request { file, kind, name, title })
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
