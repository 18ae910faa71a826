//! Runs a server under callgrind, and counts the instructions that the server executes for a
//! request.

use anyhow::{Context, Result, bail};
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::harness::server::Server;

/// Requests before the count begins. After them caches are filled, and webframe calls quick
/// handlers in the shard (the event loop) instead of in a worker thread.
const WARM_UP: u32 = 50;
/// Rounds in which requests are counted, and requests of a round.
const ROUNDS: u32 = 3;
const REQUESTS: u32 = 70;
/// How long the server is watched without requests. Some threads have periodic work: dictapp checks
/// its database once a second.
const WATCHED: Duration = Duration::from_secs(3);
/// A thread that executes more instructions in this time has work that no request causes.
const OWN_WORK_MIN: u64 = 1_000_000;

/// A server under callgrind, and the folder of callgrind's files.
pub(super) struct Counter {
    pub(super) server: Server,
    dumps: PathBuf,
    /// The threads with work that no request causes. They are not counted.
    not_counted: HashSet<String>,
}

impl Counter {
    /// Starts the server without counting. `command` is as for [`Server::start_in`].
    pub(super) fn start(folder: &Path, command: &str) -> Result<Counter> {
        let dumps = folder.join("callgrind");
        if dumps.exists() {
            fs::remove_dir_all(&dumps)?;
        }
        fs::create_dir(&dumps).with_context(|| dumps.display().to_string())?;
        let valgrind = format!(
            "valgrind --tool=callgrind --instr-atstart=no --fair-sched=yes \
            --separate-threads=yes --callgrind-out-file={}/out",
            dumps.display()
        );
        let server =
            Server::start_in(&format!("{valgrind} {command}"), folder, &folder.join("server.log"))?;
        Ok(Counter { server, dumps, not_counted: HashSet::new() })
    }

    /// Makes callgrind count; until then the server runs faster. Finds the threads that are busy
    /// without requests. Must be called before [`Counter::count`].
    pub(super) fn begin(&mut self) -> Result<()> {
        self.control("--instr=on")?;
        self.control("--zero")?;
        thread::sleep(WATCHED);
        let busy = self.dump()?.into_iter().filter(|(_, count)| *count > OWN_WORK_MIN);
        self.not_counted = busy.map(|(thread, _)| thread).collect();
        Ok(())
    }

    /// The number of instructions of a request, which `request` sends: the lowest average of all
    /// rounds. Work that no request causes, such as a checkpoint of the database, can only increase
    /// the average of a round.
    pub(super) fn count(&self, mut request: impl FnMut() -> Result<()>) -> Result<u64> {
        for _ in 0..WARM_UP {
            request()?;
        }
        self.control("--zero")?;
        let rounds: Result<Vec<u64>> = (0..ROUNDS)
            .map(|_| {
                (0..REQUESTS).try_for_each(|_| request())?;
                let counts = self.dump()?.into_iter();
                let counted = counts.filter(|(thread, _)| !self.not_counted.contains(thread));
                Ok(counted.map(|(_, count)| count).sum::<u64>() / u64::from(REQUESTS))
            })
            .collect();
        rounds?.into_iter().min().context("no round")
    }

    /// The instructions of each thread since the counts were zero. Sets the counts to zero.
    /// callgrind writes a file for each thread; the newest files are read.
    fn dump(&self) -> Result<Vec<(String, u64)>> {
        self.control("--dump")?;
        let mut dumps = Vec::new();
        for entry in fs::read_dir(&self.dumps)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if let Some((number, thread)) = number_and_thread(name) {
                dumps.push((number, thread.to_owned(), path));
            }
        }
        let newest = dumps.iter().map(|(number, ..)| *number).max();
        let newest = dumps.into_iter().filter(|(number, ..)| Some(*number) == newest);
        newest.map(|(_, thread, path)| Ok((thread, total(&path)?))).collect()
    }

    /// Sends a command to callgrind.
    fn control(&self, what: &str) -> Result<()> {
        let mut command = Command::new("callgrind_control");
        let output = command.args([what, &self.server.id().to_string()]).output();
        let output = output.context("cannot start callgrind_control")?;
        if !output.status.success() || !String::from_utf8_lossy(&output.stdout).contains("OK") {
            bail!("callgrind_control {what} failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }
}

/// The number of a dump and of its thread, from the name of the file, such as `out.12-03`.
fn number_and_thread(name: &str) -> Option<(u32, &str)> {
    let (number, thread) = name.strip_prefix("out.")?.split_once('-')?;
    Some((number.parse().ok()?, thread))
}

/// The number of instructions in a dump.
fn total(dump: &Path) -> Result<u64> {
    let text = fs::read_to_string(dump).with_context(|| dump.display().to_string())?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
    total.and_then(|total| total.trim().parse().ok()).context("the dump has no total")
}
