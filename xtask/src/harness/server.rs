//! A server process: its start, its end, and its memory, descriptors and threads as `/proc` reports
//! them.

use anyhow::{Context, Result, bail};
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::steps::cargo::workspace;
use crate::steps::succeed;

/// Maximum time until a server listens, and until it has ended.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A running server; killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

/// The resources that a server holds at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Resources {
    pub(crate) resident_kib: u64,
    pub(crate) descriptors: u64,
    pub(crate) threads: u64,
}

impl Server {
    /// Starts `command`, in which `{port}` is replaced by a free port, and waits until it listens
    /// there. Its output goes to `log`. It runs in the workspace's folder.
    pub(crate) fn start(command: &str, log: &Path) -> Result<Server> {
        Server::start_in(command, &workspace(), log)
    }

    /// Like [`Server::start`]; the command runs in `folder`.
    pub(crate) fn start_in(command: &str, folder: &Path, log: &Path) -> Result<Server> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let command = command.replace("{port}", &port.to_string());
        let mut words = command.split_whitespace();
        let program = words.next().context("the server's command is empty")?;
        let log_file = fs::File::create(log).with_context(|| log.display().to_string())?;
        let child = Command::new(program)
            .args(words)
            .current_dir(folder)
            // Some handlers panic on purpose. A backtrace for each panic would take most of the
            // time, and its symbols most of the memory.
            .env("RUST_BACKTRACE", "0")
            // Makes glibc return freed memory to the system. Otherwise each arena keeps its maximum
            // (60 MB after a burst of large answers that nobody read), and it cannot be judged how
            // much memory the server needs.
            .env("MALLOC_ARENA_MAX", "2")
            .env("MALLOC_MMAP_THRESHOLD_", "65536")
            .stdin(Stdio::null())
            .stdout(log_file.try_clone()?)
            .stderr(log_file)
            .spawn()
            .with_context(|| format!("cannot start {program}"))?;
        let mut server = Server { child, address: ([127, 0, 0, 1], port).into() };
        server.wait_until_it_listens().with_context(|| format!("{command:?} does not listen"))?;
        Ok(server)
    }

    fn wait_until_it_listens(&mut self) -> Result<()> {
        let began = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            if let Some(status) = self.child.try_wait()? {
                bail!("it ended: {status}");
            }
            if began.elapsed() > TIMEOUT {
                bail!("not after {} s", TIMEOUT.as_secs());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// The process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The exit status if the server has ended; `None`: it still runs.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// The memory, descriptors and threads now.
    pub(crate) fn resources(&self) -> Result<Resources> {
        resources_of(self.child.id())
    }

    /// Stops the server with SIGTERM and returns its exit status; `None`: it did not end in time
    /// and was killed.
    pub(crate) fn stop(mut self) -> Result<Option<ExitStatus>> {
        signal(self.child.id(), "TERM")?;
        Ok(end(&mut self.child, TIMEOUT).ok())
    }
}

/// Waits until a process, which was sent a signal to end, has ended. After `time_max` it is killed,
/// which is an error.
pub(crate) fn end(child: &mut Child, time_max: Duration) -> Result<ExitStatus> {
    let began = Instant::now();
    while began.elapsed() < time_max {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        thread::sleep(Duration::from_millis(20));
    }
    child.kill()?;
    child.wait()?;
    bail!("it did not end within {time_max:?} and was killed")
}

/// Sends a signal such as `TERM` to a process.
pub(crate) fn signal(process: u32, name: &str) -> Result<()> {
    succeed(Command::new("kill").args([format!("-{name}"), process.to_string()]))
}

impl Drop for Server {
    fn drop(&mut self) {
        // Errors mean that it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Memory, descriptors and threads of a process now.
pub(crate) fn resources_of(process: u32) -> Result<Resources> {
    let folder = format!("/proc/{process}");
    let status = fs::read_to_string(format!("{folder}/status")).context("the server is gone")?;
    let descriptors = fs::read_dir(format!("{folder}/fd")).context("the server is gone")?.count();
    Ok(Resources {
        resident_kib: number_after("VmRSS:", &status)?,
        descriptors: descriptors as u64,
        threads: number_after("Threads:", &status)?,
    })
}

fn number_after(name: &str, status: &str) -> Result<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).with_context(|| format!("/proc has no {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_of_descriptors_grows_with_open_files() {
        let before = resources_of(std::process::id()).unwrap();
        let files: Vec<_> = (0..50).map(|_| fs::File::open("/dev/null").unwrap()).collect();
        let after = resources_of(std::process::id()).unwrap();
        assert!(before.resident_kib > 0 && before.threads > 0);
        // Other tests in this process may open or close a few descriptors.
        assert!(after.descriptors > before.descriptors + files.len() as u64 / 2);
    }

    #[test]
    fn a_process_that_does_not_end_is_killed() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let error = end(&mut child, Duration::from_millis(1)).unwrap_err();
        assert_eq!(error.to_string(), "it did not end within 1ms and was killed");
        assert!(child.try_wait().unwrap().is_some());
    }

    #[test]
    fn a_server_that_ends_at_once_does_not_listen() {
        let log = std::env::temp_dir().join(format!("soak-test-{}.log", std::process::id()));
        let error = Server::start("sh -c true {port}", &log).unwrap_err();
        fs::remove_file(&log).unwrap();
        assert!(format!("{error:#}").contains("it ended: exit status: 0"), "{error:#}");
    }
}
