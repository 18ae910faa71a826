//! A server under callgrind: how many instructions a request takes.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Instant;

use crate::peer::server::Server;

/// Requests before the count begins: caches are filled, and quick routes have moved into the shard.
const WARM_UP: u32 = 50;
const REQUESTS: u32 = 200;

/// A server under callgrind.
pub(super) struct Counter {
    pub(super) server: Server,
    dumps: PathBuf,
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
            --callgrind-out-file={}/out",
            dumps.display()
        );
        let server =
            Server::start_in(&format!("{valgrind} {command}"), folder, &folder.join("server.log"))?;
        Ok(Counter { server, dumps })
    }

    /// Begins to count. Before, the server runs faster.
    pub(super) fn on(&self) -> Result<()> {
        self.control("--instr=on")
    }

    /// The average number of instructions of a request. The server's periodic work in the same
    /// time, such as checks of its database, is subtracted.
    pub(super) fn count(&self, mut request: impl FnMut() -> Result<()>) -> Result<u64> {
        for _ in 0..WARM_UP {
            request()?;
        }
        self.control("--zero")?;
        let began = Instant::now();
        for _ in 0..REQUESTS {
            request()?;
        }
        let took = began.elapsed();
        self.control("--dump")?;
        let total = newest_total(&self.dumps)?;
        self.control("--zero")?;
        thread::sleep(took);
        self.control("--dump")?;
        let idle = newest_total(&self.dumps)?;
        Ok(total.saturating_sub(idle) / u64::from(REQUESTS))
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

/// The total of the dump with the highest number, `out.N`.
fn newest_total(dumps: &Path) -> Result<u64> {
    let mut newest = (0, PathBuf::new());
    for entry in fs::read_dir(dumps)? {
        let path = entry?.path();
        let number = path.extension().and_then(|number| number.to_str()?.parse::<u32>().ok());
        newest = newest.max((number.unwrap_or(0), path));
    }
    let text = fs::read_to_string(&newest.1).with_context(|| newest.1.display().to_string())?;
    let total = text.lines().find_map(|line| line.strip_prefix("summary: "));
    total.and_then(|total| total.trim().parse().ok()).context("the dump has no total")
}
