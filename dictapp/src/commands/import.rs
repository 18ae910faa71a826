//! The command `dictapp import`: imports a file of any kind as a dictionary, completely or not at
//! all. It shows a progress bar on a terminal, and a report of warnings: parts of the file that
//! could not be read and were left out.

use std::fs::File;
use std::io::{self, Write};

use anyhow::{Context, Result, anyhow};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::books::{BookError, BookKind, Place};
use crate::commands::serve;
use crate::settings::Settings;
use crate::site::{ImportRequest, ImportStep, import_book, preview_book};
use crate::store::Store;

/// Prints the preview of a book to standard output. Names the book that an import would replace, if
/// the database exists.
///
/// # Errors
/// If the file cannot be read, is damaged or is not a book.
pub fn preview(settings: &Settings, request: &ImportRequest) -> Result<()> {
    let mut preview = preview_book(request).map_err(with_advice)?;
    if serve::has_database(settings) {
        preview = preview.for_store(&serve::existing_store(settings)?)?;
    }
    writeln!(io::stdout(), "{preview}").context("cannot write to standard output")
}

/// Adds the option that may help to an error.
fn with_advice(error: anyhow::Error) -> anyhow::Error {
    match error.downcast_ref::<BookError>() {
        Some(book) if book.is_encoding() => anyhow!(
            "{error:#}: name the encoding of the file, as in `--encoding gb18030` or \
             `--encoding windows-1252`"
        ),
        _ => error,
    }
}

/// Checks that the files of a book can be opened. It is called before the database is opened, so
/// that a mistyped path creates no database.
///
/// # Errors
/// If the kind is not recognised or a file is missing.
pub fn check(request: &ImportRequest) -> Result<()> {
    let kind = BookKind::resolve(request.kind, &request.file, &request.overrides)?;
    for file in kind.files(&request.file)? {
        File::open(&file).with_context(|| file.display().to_string())?;
    }
    Ok(())
}

/// Imports a book: prints the progress on a terminal, the warnings to standard error, and the
/// result to standard output.
///
/// # Errors
/// Those of [`import_book`].
pub fn run(store: &Store, request: &ImportRequest) -> Result<()> {
    run_with_places(store, request, |place| place)
}

/// Like [`run`], for a file that was made from another source: `place_of` returns the place in the
/// source for a place in the file.
///
/// # Errors
/// Those of [`import_book`].
pub(super) fn run_with_places(
    store: &Store,
    request: &ImportRequest,
    place_of: impl Fn(Place) -> Place,
) -> Result<()> {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_style(
        ProgressStyle::with_template("{msg} {wide_bar} {percent:>3} % {eta:>4}")
            .expect("the template is valid"),
    );
    let report = import_book(store, request, |step| show(&bar, step));
    bar.finish_and_clear();
    let report = report.map_err(with_advice)?;
    // The import has succeeded even if standard error is closed.
    let _ = write!(io::stderr(), "{}", report.warnings.clone().at_places(place_of));
    writeln!(io::stdout(), "{report}").context("cannot write to standard output")
}

/// Shows a step of the import on the progress bar. At a new step the bar starts from the beginning.
fn show(bar: &ProgressBar, step: ImportStep) {
    let (message, progress) = match step {
        ImportStep::Checking(progress) => ("checking ", progress),
        ImportStep::Storing(progress) => ("importing", progress),
        ImportStep::Committing => {
            bar.set_message("storing  "); // as wide as the other messages
            return;
        }
    };
    if bar.message() != message {
        bar.set_message(message);
        bar.reset();
    }
    bar.set_length(progress.total);
    bar.set_position(progress.done);
}
