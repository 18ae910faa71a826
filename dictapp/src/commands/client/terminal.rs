//! Reads passwords from the terminal without echo, and restores the terminal afterwards.

use std::io::{self, BufRead, ErrorKind, IsTerminal, Write};
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use anyhow::{Context, Result};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use signal_hook::consts::SIGINT;
use signal_hook::flag::register_conditional_shutdown;

/// The exit code of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 128 + SIGINT;

/// Whether Ctrl-C ends the program immediately. While a password is read, echo is off and must be
/// restored first.
static ENDS_AT_ONCE: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| {
    let ends = Arc::new(AtomicBool::new(true));
    if let Err(error) = register_conditional_shutdown(SIGINT, INTERRUPTED, Arc::clone(&ends)) {
        log::warn!("cannot watch for Ctrl-C: {error}");
    }
    ends
});

/// Reads a password from the terminal, or a line of standard input. `None`: end of input, or
/// Ctrl-C.
pub(crate) fn password(prompt: &str) -> Result<Option<String>> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        let mut line = String::new();
        let read = stdin.lock().read_line(&mut line).context("cannot read the password")?;
        return Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()));
    }
    // Done before the prompt is shown, since people may type immediately. Without `ECHO` the typed
    // text is not shown. Without `ISIG` Ctrl-C is a key that `rpassword` reads; otherwise it would
    // be a signal to this program and to the shell that started it.
    let before = tcgetattr(&stdin).context("cannot use the terminal")?;
    let mut quiet = before.clone();
    quiet.local_modes.remove(LocalModes::ECHO | LocalModes::ISIG);
    ENDS_AT_ONCE.store(false, Relaxed);
    tcsetattr(&stdin, OptionalActions::Now, &quiet).context("cannot use the terminal")?;
    let password = rpassword::prompt_password(prompt);
    let restored = tcsetattr(&stdin, OptionalActions::Now, &before);
    ENDS_AT_ONCE.store(true, Relaxed);
    restored.context("cannot use the terminal")?;
    match password {
        Err(error) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::Interrupted) => {
            writeln!(io::stdout()).unwrap_or_default(); // neither Ctrl-C nor Ctrl-D ends the line
            Ok(None)
        }
        password => password.map(Some).context("cannot read the password"),
    }
}
