//! The command `dictapp import`: imports a file of any kind as a word book, completely or not at
//! all. Shows a progress bar on a terminal, and a report of oddities.

use std::io::{self, Write};

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

pub use crate::site::{
    ImportAction as Action, ImportOutcome as Outcome, ImportReport as Report,
    ImportRequest as Request, ImportStep as Step, import_book as import, preview_book as preview,
};
use crate::store::Store;

/// Imports a book: prints the progress on a terminal, the oddities to standard error, and the
/// result to standard output.
///
/// # Errors
/// Those of [`import`].
pub fn run(store: &Store, request: &Request) -> Result<()> {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_style(
        ProgressStyle::with_template("{msg} {wide_bar} {percent:>3} % {eta:>4}")
            .expect("the template is valid"),
    );
    let report = import(store, request, |step| show(&bar, step));
    bar.finish_and_clear();
    let report = report?;
    // The import has succeeded even if standard error is closed.
    let _ = write!(io::stderr(), "{}", report.oddities);
    writeln!(io::stdout(), "{report}").context("cannot write to standard output")
}

fn show(bar: &ProgressBar, step: Step) {
    let (message, progress) = match step {
        Step::Checking(progress) => ("checking ", progress),
        Step::Storing(progress) => ("importing", progress),
        Step::Committing => {
            bar.set_message("storing  ");
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
