//! A program in a pseudo-terminal, which `script` of util-linux provides: waits for its output and
//! types input.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// Maximum wait on a busy machine.
const EVENT_WAIT_MAX: Duration = Duration::from_secs(120);

/// A program in a terminal.
pub(super) struct Terminal {
    child: Child,
    keys: ChildStdin,
    screen: Receiver<Vec<u8>>,
    shown: Vec<u8>,
    /// The end of the output that was already matched.
    read: usize,
}

impl Terminal {
    #[track_caller]
    pub(super) fn start(command: &Command) -> Terminal {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let quoted = words.map(|word| format!("'{}'", word.to_str().expect("UTF-8")));
        let line = quoted.collect::<Vec<_>>().join(" ");
        let mut script = Command::new("script");
        script.args(["--quiet", "--return", "--echo", "never", "--command", &line, "/dev/null"]);
        script.env_clear().current_dir(command.get_current_dir().expect("a folder"));
        for (name, value) in command.get_envs() {
            script.env(name, value.expect("a value"));
        }
        script.env("SHELL", "/bin/sh").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = script.spawn().expect("script is installed");
        let (keys, mut output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (sender, screen) = mpsc::channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = output.read(&mut bytes) {
                if sender.send(bytes[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        Terminal { child, keys, screen, shown: Vec::new(), read: 0 }
    }

    /// Waits until the program shows a text after the output that was already matched.
    #[track_caller]
    pub(super) fn expect(&mut self, text: &str) {
        let began = Instant::now();
        loop {
            let unread = &self.shown[self.read..];
            if let Some(at) = unread.windows(text.len()).position(|some| some == text.as_bytes()) {
                self.read += at + text.len();
                return;
            }
            let left = EVENT_WAIT_MAX.saturating_sub(began.elapsed());
            match self.screen.recv_timeout(left) {
                Ok(bytes) => self.shown.extend(bytes),
                Err(_) => panic!("{text:?} was not shown, but {:?}", self.text()),
            }
        }
    }

    /// Waits for a prompt and types a line.
    #[track_caller]
    pub(super) fn answer(&mut self, prompt: &str, line: &str) {
        self.expect(prompt);
        self.send(&format!("{line}\n"));
    }

    pub(super) fn send(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("the terminal is open");
        self.keys.flush().expect("the terminal is open");
    }

    /// Waits for a prompt and types Ctrl-D. Between two prompts the terminal itself would take that
    /// key.
    #[track_caller]
    pub(super) fn leave(&mut self, prompt: &str) {
        self.expect(prompt);
        self.send("\x04");
    }

    /// Waits for the end of the program; returns everything that it showed.
    #[track_caller]
    pub(super) fn end(mut self) -> String {
        while let Ok(bytes) = self.screen.recv_timeout(EVENT_WAIT_MAX) {
            self.shown.extend(bytes);
        }
        assert!(self.child.wait().expect("it ends").success(), "{:?}", self.text());
        self.text()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.shown).into_owned()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
