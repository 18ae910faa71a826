//! The program: parses the command line, runs the command, and prints the error that ends it.

#![forbid(unsafe_code)]

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;
use dictapp::cli::{self, Command, Ending};
use dictapp::commands::{
    backup, books, check, client, import, import_course, licences, look, mcp, serve, user,
};
use dictapp::site::ImportAction;

/// The exit code of a look-up if no dictionary has the word.
const NO_SUCH_WORD: u8 = 3;

fn main() -> ExitCode {
    let command = match cli::parse(std::env::args_os(), std::env::vars_os()) {
        Ok(command) => command,
        Err(ending) => return end(&ending),
    };
    match run(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<look::NoSuchWord>() => {
            end(&Ending { text: format!("dictapp: {error}"), code: NO_SUCH_WORD })
        }
        Err(error) if is_closed_pipe(&error) => ExitCode::FAILURE,
        Err(error) => end(&Ending { text: format!("dictapp: {error:#}"), code: 1 }),
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve(settings, sources) => serve::run(&settings, &sources),
        Command::Import(settings, book) if book.action == ImportAction::Preview => {
            import::preview(&settings, &book.resolved())
        }
        Command::Import(settings, book) => {
            let book = book.resolved();
            import::check(&book)?;
            import::run(&serve::store(&settings)?, &book)
        }
        Command::Books(settings, command) => {
            books::run(&serve::existing_store(&settings)?, &settings.dictionary.books, &command)
        }
        Command::User(settings, command, output) => {
            user::run(&settings, serve::existing_store(&settings)?, &command, output)
        }
        Command::ImportCourse(settings, source) => import_course::run(&settings, &source),
        Command::Look(settings, word, form) => look::run(&settings, &word, form),
        Command::Client(settings, request) => client::run(&settings, &request),
        Command::Mcp(settings) => mcp::run(&settings),
        Command::Man(folder) => cli::write_manual(&folder)
            .with_context(|| format!("cannot write into {}", folder.display())),
        Command::Licences => licences::run(),
        Command::Backup(settings, file) => backup::back_up(&settings, &file),
        Command::Restore(settings, file) => backup::restore(&settings, &file),
        Command::Check(_, origin) => check::run(&origin),
        Command::CheckDatabase(settings, origin) => {
            check::run(&origin).and_then(|()| check::database(&settings))
        }
    }
}

/// Whether the reader of the output has closed the pipe, as `head` does. Such an error is not
/// reported.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let kind = match error.downcast_ref::<csv::Error>().map(csv::Error::kind) {
        Some(csv::ErrorKind::Io(error)) => Some(error.kind()),
        _ => error.downcast_ref::<io::Error>().map(io::Error::kind),
    };
    kind == Some(io::ErrorKind::BrokenPipe)
}

/// Prints the last text of a command: a result (code 0) to standard output, an error to standard
/// error. If a result cannot be printed, the exit code is 1.
fn end(Ending { text, code }: &Ending) -> ExitCode {
    let printed = match code {
        0 => writeln!(io::stdout(), "{text}"),
        _ => writeln!(io::stderr(), "{text}"),
    };
    let is_result_lost = *code == 0 && printed.is_err();
    ExitCode::from(if is_result_lost { 1 } else { *code })
}
