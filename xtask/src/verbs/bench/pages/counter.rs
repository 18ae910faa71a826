//! A server under callgrind: how many instructions a request takes.

use anyhow::{Context, Result, bail};
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::peer::server::Server;

/// Requests before the count begins: caches are filled, and quick routes have moved into the shard.
const WARM_UP: u32 = 50;
const REQUESTS: u32 = 200;
/// How long the server is watched without requests. It looks after its database once a second.
const WATCHED: Duration = Duration::from_secs(3);
/// A thread that executes more instructions in this time works without requests.
const OWN_WORK_MIN: u64 = 1_000_000;

/// A server under callgrind.
pub(super) struct Counter {
    pub(super) server: Server,
    dumps: PathBuf,
    /// The threads whose work is not counted.
    apart: HashSet<String>,
}

impl Counter {
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
        Ok(Counter { server, dumps, apart: HashSet::new() })
    }

    /// Begins to count; until then the server runs faster. Finds the threads that are busy without
    /// requests, which are not counted.
    pub(super) fn on(&mut self) -> Result<()> {
        self.control("--instr=on")?;
        self.control("--zero")?;
        thread::sleep(WATCHED);
        let busy = self.dump()?.into_iter().filter(|(_, count)| *count > OWN_WORK_MIN);
        self.apart = busy.map(|(thread, _)| thread).collect();
        Ok(())
    }

    /// The average number of instructions of a request.
    pub(super) fn count(&self, mut request: impl FnMut() -> Result<()>) -> Result<u64> {
        for _ in 0..WARM_UP {
            request()?;
        }
        self.control("--zero")?;
        for _ in 0..REQUESTS {
            request()?;
        }
        let counted = self.dump()?.into_iter().filter(|(thread, _)| !self.apart.contains(thread));
        Ok(counted.map(|(_, count)| count).sum::<u64>() / u64::from(REQUESTS))
    }

    /// The instructions of each thread since the counts were zero. Sets the counts to zero.
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

/// The parts of the name of a dump, `out.12-03`.
fn number_and_thread(name: &str) -> Option<(u32, &str)> {
    let (number, thread) = name.strip_prefix("out.")?.split_once('-')?;
    Some((number.parse().ok()?, thread))
}

fn total(dump: &Path) -> Result<u64> {
    let text = fs::read_to_string(dump).with_context(|| dump.display().to_string())?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
    total.and_then(|total| total.trim().parse().ok()).context("the dump has no total")
}
