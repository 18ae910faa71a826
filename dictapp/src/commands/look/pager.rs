//! Prints text on the terminal, through a pager if it is longer than the screen.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::process::{Command, Stdio};

use super::entry::Style;

/// Whether to print colours: only on a terminal that has them (`TERM` is not `dumb`), and not if
/// `NO_COLOR` is set.
pub(crate) fn style() -> Style {
    let is_refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
        || env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
    if io::stdout().is_terminal() && !is_refused { Style::Coloured } else { Style::Plain }
}

/// Prints a text. On a terminal a long text is shown by `PAGER`, or by `less` with this prompt. The
/// prompt must not contain the characters that are special to `less`: `?:.%\$`.
pub(crate) fn show(text: &str, prompt: &str) -> io::Result<()> {
    if is_longer_than_the_screen(text) && page(text, prompt).is_ok() {
        Ok(())
    } else {
        io::stdout().write_all(text.as_bytes())
    }
}

fn is_longer_than_the_screen(text: &str) -> bool {
    let size = rustix::termios::tcgetwinsize(io::stdout());
    size.is_ok_and(|size| size.ws_row > 0 && text.lines().count() >= usize::from(size.ws_row))
}

fn page(text: &str, prompt: &str) -> io::Result<()> {
    let pager = env::var("PAGER").ok().filter(|pager| !pager.trim().is_empty());
    let pager = pager.unwrap_or_else(|| "less".to_owned());
    let mut words = pager.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or("less"));
    command.args(words).stdin(Stdio::piped());
    if env::var_os("LESS").is_none() {
        command.env("LESS", format!("FRX-Ps{prompt}$"));
    }
    if env::var_os("LESSCHARSET").is_none() {
        // Without a locale `less` shows each byte beyond ASCII as a number.
        command.env("LESSCHARSET", "utf-8");
    }
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A reader who quits early closes the pipe.
        stdin.write_all(text.as_bytes()).unwrap_or_default();
    }
    if child.wait()?.success() { Ok(()) } else { Err(io::Error::other("the pager failed")) }
}
