//! Lines of the log: what any part says through the `log` crate to standard error or a file, as
//! text for people or as JSON for programs. Nothing that was said can end a line or hide in one.
//! A file that somebody renamed is opened anew when asked for.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use anyhow::Context;
use jiff::Timestamp;
use log::{LevelFilter, Metadata, Record};
use webframe::LogFile;

use crate::settings::{Log, LogFormat, LogLevel};

/// Begins to write the log; gives its file, where it has one.
///
/// # Errors
/// The file cannot be opened; there is a log already.
pub(crate) fn start(settings: &Log) -> anyhow::Result<Option<LogFile>> {
    let file = settings.file.as_ref().map(LogFile::open).transpose()?;
    let (level, format) = (filter(settings.level), settings.format);
    let lines = Lines { level, format, file: file.clone() };
    log::set_max_level(level);
    log::set_boxed_logger(Box::new(lines)).context("there is a log already")?;
    Ok(file)
}

/// Goes on in a new file where the old one was renamed.
pub(crate) fn reopen(file: &LogFile) {
    match file.reopen() {
        Ok(()) => log::info!("the log goes on in {}", file.path().display()),
        Err(error) => log::error!("{error}; the log goes on in the file of before"),
    }
}

struct Lines {
    level: LevelFilter,
    format: LogFormat,
    /// Else standard error.
    file: Option<LogFile>,
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
        let line = line(self.format, Timestamp::now(), record);
        // One write a line, so that lines of two processes do not mix. A log that cannot be
        // written is no reason to stop serving, and there is nobody to tell.
        let written = match self.file.as_ref() {
            None => io::stderr().lock().write_all(line.as_bytes()),
            Some(mut file) => file.write_all(line.as_bytes()),
        };
        drop(written);
    }

    fn flush(&self) {}
}

fn line(format: LogFormat, at: Timestamp, record: &Record<'_>) -> String {
    let (level, target, said) = (record.level(), record.target(), record.args());
    match format {
        LogFormat::Text => format!("{at:.3} {level:5} {}\n", OneLine(&said.to_string())),
        LogFormat::Json => {
            let line = serde_json::json!({
                "time": format!("{at:.3}"),
                "level": level.as_str(),
                "target": target,
                "message": said.to_string(),
            });
            format!("{line}\n")
        }
    }
}

/// A text without controls: `\n` and the like are written out.
struct OneLine<'a>(&'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}') {
                true => write!(f, "{}", c.escape_default())?,
                false => f.write_char(c)?,
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
    fn said(format: LogFormat, text: &str) -> String {
        let at: Timestamp = "2026-11-21T02:10:36.1239Z".parse().unwrap();
        let mut record = Record::builder();
        let record = record.level(log::Level::Warn).target("dictapp");
        line(format, at, &record.args(format_args!("{text}")).build())
    }

    #[test]
    fn a_line_of_text_is_one_line_whatever_was_said() {
        assert_eq!(
            said(LogFormat::Text, "a\nb\u{1b}[2J\u{202e}字"),
            "2026-11-21T02:10:36.123Z WARN  a\\nb\\u{1b}[2J\\u{202e}字\n"
        );
    }

    #[test]
    fn a_line_of_json_reads_back() {
        let line = said(LogFormat::Json, "a\n\"b\"");
        assert_eq!(line.matches('\n').count(), 1);
        let object: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(object["message"], "a\n\"b\"");
        assert_eq!(object["level"], "WARN");
    }

    #[test]
    fn the_level_decides_what_is_written() {
        let lines = Lines { level: filter(LogLevel::Warn), format: LogFormat::Text, file: None };
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
            format: LogFormat::Text,
            level: LogLevel::Info,
            file: Some(file.clone()),
        };
        let error = start(&settings).unwrap_err();
        assert!(error.to_string().contains(&file.display().to_string()), "{error}");
    }
}
