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
        // One write for the whole line, so that no other thread writes between its parts. If it
        // fails, there is no other place to report to.
        drop(io::stderr().write_all(format!("{name}: {text}\n").as_bytes()));
    } else {
        log::log!(target: "webframe", level, "{text}");
    }
}
