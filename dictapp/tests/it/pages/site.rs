//! Runs the built program in a folder: reads its address from the line that it prints, and ends it
//! with the test.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Instant;

use tempfile::TempDir;

/// A running program.
pub(crate) struct Site {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub(crate) url: String,
    /// Its working directory; kept for the next start.
    pub(crate) folder: TempDir,
    rest_of_stdout: Option<std::process::ChildStdout>,
}

impl Site {
    /// Starts the program with the built-in settings, in a new folder with the shipped
    /// dictionaries.
    #[track_caller]
    pub(crate) fn start() -> Site {
        Site::start_with(&[])
    }

    /// Like [`Site::start`], with these settings: `section.key=value`.
    #[track_caller]
    pub(crate) fn start_with(settings: &[&str]) -> Site {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("data")).expect("a folder in it");
        for (name, bytes) in after_the_first_start() {
            fs::write(folder.path().join("data").join(name), bytes).expect("a file in it");
        }
        Site::start_in(folder, settings)
    }

    /// Starts the program in an empty folder, so that it imports the shipped dictionaries.
    #[track_caller]
    pub(crate) fn start_empty() -> Site {
        Site::start_in(tempfile::tempdir().expect("a folder"), &[])
    }

    /// Starts the program in the folder of an earlier site.
    #[track_caller]
    pub(crate) fn start_in(folder: TempDir, settings: &[&str]) -> Site {
        let mut command = program(folder.path(), settings);
        let log = folder.path().join("stderr");
        let log = fs::OpenOptions::new().append(true).create(true).open(log).expect("a log");
        command.stdout(Stdio::piped()).stderr(log);
        Site::start_command(command, folder)
    }

    /// Starts a command of [`program`]. Its standard output must be a pipe.
    #[track_caller]
    pub(crate) fn start_command(mut command: Command, folder: TempDir) -> Site {
        let mut child = command.spawn().expect("it starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut url = String::new();
        stdout.read_line(&mut url).expect("a line");
        let url = url.trim_end().to_owned();
        let log = || fs::read_to_string(folder.path().join("stderr")).unwrap_or_default();
        assert!(url.starts_with("http://127.0.0.1:"), "{url:?} is no URL; it said: {}", log());
        Site { child, url, folder, rest_of_stdout: Some(stdout.into_inner()) }
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn authority(&self) -> &str {
        &self.url["http://".len()..]
    }

    /// Waits until the log contains `text`; returns all of it.
    #[track_caller]
    pub(crate) fn log_with(&self, text: &str) -> String {
        let began = Instant::now();
        loop {
            let log = self.log();
            if log.contains(text) {
                return log;
            }
            assert!(
                began.elapsed() < crate::EVENT_WAIT_MAX,
                "{text:?} never came to the log: {log}"
            );
            std::thread::yield_now();
        }
    }

    /// Standard error so far; the latest lines may be missing.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("stderr")).expect("a log")
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("data/dictapp.db")
    }

    /// Kills the program, like a power failure; returns its folder.
    pub(crate) fn kill(mut self) -> TempDir {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
        std::mem::replace(&mut self.folder, tempfile::tempdir().expect("a folder"))
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let kill = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(kill.expect("kill runs").success());
    }

    /// Stops the program like an operator. Returns the exit code, and standard output after the
    /// URL.
    pub(crate) fn stop(mut self) -> (Option<i32>, String) {
        self.signal("TERM");
        let code = self.child.wait().expect("it ends").code();
        let mut rest = String::new();
        let mut stdout = self.rest_of_stdout.take().expect("it was not taken before");
        stdout.read_to_string(&mut rest).expect("text");
        (code, rest)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The database with the shipped dictionaries. It is created once, since that takes a debug build
/// some seconds.
fn after_the_first_start() -> &'static [(OsString, Vec<u8>)] {
    static FILES: LazyLock<Vec<(OsString, Vec<u8>)>> = LazyLock::new(|| {
        let mut site = Site::start_empty();
        let folder = std::mem::replace(&mut site.folder, tempfile::tempdir().expect("a folder"));
        assert_eq!(site.stop(), (Some(0), String::new()));
        let files = fs::read_dir(folder.path().join("data")).expect("its data");
        let file = |file: fs::DirEntry| (file.file_name(), fs::read(file.path()).expect("a file"));
        files.map(|found| file(found.expect("a file"))).collect()
    });
    &FILES
}

/// The program with these settings, on a port that the system chooses.
pub(crate) fn program(folder: &Path, settings: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dictapp"));
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    command.args(["--set", "server.address=127.0.0.1:0"]);
    for setting in settings {
        command.args(["--set", setting]);
    }
    command
}

/// The result of a command that has ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a command of the program in the site's folder, with this standard input.
#[track_caller]
pub(crate) fn run_command(site: &Site, words: &[&str], input: &str) -> Ended {
    let mut command = program(site.folder.path(), &[]);
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    // A command that reads no input may end before it is written.
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).ok();
    let output = child.wait_with_output().expect("its output");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}
