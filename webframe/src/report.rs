//! Errors and warnings of the server go to the program's logger; to standard error if the program
//! has no logger, so that they are never lost.

use std::{
    fmt,
    io::{self, Write},
};

use log::Level;

/// Reports an error.
pub(crate) fn error(text: fmt::Arguments<'_>) {
    report(Level::Error, "error", text);
}

/// Reports a warning.
pub(crate) fn warn(text: fmt::Arguments<'_>) {
    report(Level::Warn, "warning", text);
}

fn report(level: Level, name: &str, text: fmt::Arguments<'_>) {
    if log::max_level() == log::LevelFilter::Off {
        drop(writeln!(io::stderr(), "{name}: {text}")); // there is no other place to report to
    } else {
        log::log!(target: "webframe", level, "{text}");
    }
}
