//! Writes records of the `log` crate to standard error or to a file, as text or as JSON. Line ends
//! and invisible control characters in messages are escaped, so a message cannot forge a line.
//!
//! All lines, including those of the access log, go through one bounded queue. If the file or the
//! reader of standard error takes no lines for a while, lines are dropped and counted; requests
//! never wait.

use std::fmt::{self, Write as _};
use std::{io, panic, thread};

use anyhow::Context;
use jiff::Timestamp;
use log::{LevelFilter, Metadata, Record};
use webframe::{LogFile, LogQueue};

use crate::bidi::is_bidi_control;
use crate::settings::{Log, LogFormat, LogLevel};

/// A log that has been started.
#[derive(Clone, Debug)]
pub(crate) struct Started {
    /// The queue to which the access log adds its lines.
    pub(crate) queue: LogQueue,
    /// The file that the lines go to; `None` for standard error.
    file: Option<LogFile>,
}

/// Starts the log. From then on panics are logged, too.
///
/// # Errors
/// If the file cannot be opened, or a log has been started before.
pub(crate) fn start(settings: &Log) -> anyhow::Result<Started> {
    let file = settings.file.as_ref().map(LogFile::open).transpose()?;
    let format = settings.format;
    let report = move |dropped| dropped_line(format, Timestamp::now(), dropped);
    let queue = match file.clone() {
        Some(file) => LogQueue::start(file, report),
        None => LogQueue::start(io::stderr(), report),
    };
    let queue = queue.context("cannot start the log's thread")?;
    let level = filter(settings.level);
    let lines = Lines { level, format, queue: queue.clone() };
    log::set_boxed_logger(Box::new(lines)).context("a log has been started before")?;
    log::set_max_level(level);
    // The hook of the standard library writes to standard error, which may block.
    panic::set_hook(Box::new(|panic| log::error!("{panic}")));
    Ok(Started { queue, file })
}

impl Started {
    /// Opens the log file again after it was renamed; does nothing if there is no file. A separate
    /// thread opens it, because the file may be a named pipe, and opening one without a reader
    /// blocks.
    pub(crate) fn reopen(&self) {
        let Some(file) = self.file.clone() else { return };
        let reopen = move || match file.reopen() {
            Ok(()) => log::info!("reopened the log file {}", file.path().display()),
            Err(error) => log::error!("{error}; the log continues in the old file"),
        };
        if let Err(error) = thread::Builder::new().name("log-reopen".to_owned()).spawn(reopen) {
            log::error!("cannot reopen the log file: {error}");
        }
    }
}

/// The logger: formats each record as a line and puts the line in the queue.
struct Lines {
    level: LevelFilter,
    format: LogFormat,
    queue: LogQueue,
}

fn filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::Error,
        LogLevel::Warn => LevelFilter::Warn,
        LogLevel::Info => LevelFilter::Info,
        LogLevel::Debug => LevelFilter::Debug,
    }
}

impl log::Log for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= self.level
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        self.queue.push(&line(self.format, Timestamp::now(), record));
    }

    fn flush(&self) {
        self.queue.flush();
    }
}

/// Formats the line that reports how many lines were dropped.
fn dropped_line(format: LogFormat, at: Timestamp, dropped: u64) -> String {
    let record = &mut Record::builder();
    let record = record.level(log::Level::Warn).target("dictapp::log");
    let text = format_args!("{dropped} lines of this log were dropped");
    line(format, at, &record.args(text).build())
}

/// Formats a record as a line, with its end.
fn line(format: LogFormat, at: Timestamp, record: &Record<'_>) -> String {
    let level = record.level();
    let message = record.args().to_string();
    match format {
        LogFormat::Text => format!("{at:.3} {level:5} {}\n", OneLine(&message)),
        LogFormat::Json => {
            let line = serde_json::json!({
                "time": format!("{at:.3}"),
                "level": level.as_str(),
                "target": record.target(),
                "message": message,
            });
            format!("{}\n", JsonLine(&line.to_string()))
        }
    }
}

/// Whether the character is a line separator or controls the text direction. Such a character can
/// make a log line look like another one.
fn can_mislead(c: char) -> bool {
    is_bidi_control(c) || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Displays a JSON text with the misleading characters (see [`can_mislead`]) escaped. These can
/// occur only in the strings of the JSON text, so `\uXXXX` is a valid escape.
struct JsonLine<'a>(&'a str);

impl fmt::Display for JsonLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            if can_mislead(c) {
                write!(f, "\\u{:04x}", u32::from(c))?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

/// Displays a text with control characters and misleading ones (see [`can_mislead`]) escaped, a
/// line feed as `\n`.
struct OneLine<'a>(&'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            if c.is_control() || can_mislead(c) {
                write!(f, "{}", c.escape_default())?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use log::Log as _;

    #[track_caller]
    fn logged(format: LogFormat, text: &str) -> String {
        let at: Timestamp = "2026-11-21T02:10:36.1239Z".parse().unwrap();
        let mut record = Record::builder();
        let record = record.level(log::Level::Warn).target("dictapp");
        line(format, at, &record.args(format_args!("{text}")).build())
    }

    #[test]
    fn controls_of_text_direction_are_escaped_in_both_formats() {
        for c in ['\u{61c}', '\u{200f}', '\u{202e}', '\u{2066}', '\u{2069}'] {
            for format in [LogFormat::Text, LogFormat::Json] {
                let line = logged(format, &format!("a{c}b"));
                assert!(!line.contains(c) && line.contains("\\u"), "{line}");
            }
        }
        let line = logged(LogFormat::Json, "a\u{202e}b");
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(value["message"], "a\u{202e}b");
    }

    #[test]
    fn a_message_with_line_ends_is_one_line() {
        assert_eq!(
            logged(LogFormat::Text, "a\nb\u{1b}[2J\u{202e}字"),
            "2026-11-21T02:10:36.123Z WARN  a\\nb\\u{1b}[2J\\u{202e}字\n"
        );
    }

    #[test]
    fn a_line_of_json_reads_back() {
        let line = logged(LogFormat::Json, "a\n\"b\"");
        assert_eq!(line.matches('\n').count(), 1);
        let object: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(object["message"], "a\n\"b\"");
        assert_eq!(object["level"], "WARN");
    }

    #[test]
    fn the_level_decides_what_is_written() {
        let queue = LogQueue::start(io::sink(), |_| String::new()).unwrap();
        let lines = Lines { level: filter(LogLevel::Warn), format: LogFormat::Text, queue };
        let enabled = |level| lines.enabled(&Metadata::builder().level(level).build());
        assert!(enabled(log::Level::Error) && enabled(log::Level::Warn));
        assert!(!enabled(log::Level::Info));
    }

    #[test]
    fn a_file_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("no/such/folder.log");
        let settings = Log {
            access: true,
            lookups: false,
            format: LogFormat::Text,
            level: LogLevel::Info,
            file: Some(file.clone()),
        };
        let error = start(&settings).unwrap_err();
        assert!(error.to_string().contains(&file.display().to_string()), "{error}");
    }
}
