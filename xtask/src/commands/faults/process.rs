//! The faults of `cargo xtask faults` that concern the process of dictapp itself, on either
//! database: kills, restarts, signals, too little memory. Also two imports at once.

use anyhow::{Context, Result};
use std::fs;
use std::process::Command;
use std::thread;

use super::fault_run::{FaultRun, pause};
use crate::steps::succeed;

/// Memory that the process may still allocate: less than hashing two passwords takes.
const MEMORY_LEFT: u64 = 16 << 20;

/// Kills dictapp and starts it again, three times.
pub(super) fn kill(run: &mut FaultRun) -> Result<()> {
    for _ in 0..3 {
        run.instance.kill()?;
        run.instance.start_again()?;
        pause();
    }
    Ok(())
}

/// Stops dictapp and starts it again, three times.
pub(super) fn restart(run: &mut FaultRun) -> Result<()> {
    for _ in 0..3 {
        run.instance.stop()?;
        run.instance.start_again()?;
        pause();
    }
    Ok(())
}

/// Suspends the process for a while.
pub(super) fn freeze(run: &mut FaultRun) -> Result<()> {
    run.instance.signal("STOP")?;
    pause();
    run.instance.signal("CONT")
}

/// Sends signals that would end a process without handlers for them. dictapp must go on.
pub(super) fn signals(run: &mut FaultRun) -> Result<()> {
    for name in ["USR1", "USR2", "HUP", "PIPE"] {
        run.instance.signal(name)?;
    }
    pause();
    Ok(())
}

/// Only waits: the fault is in the environment with which the process was started.
pub(super) fn work_on(_: &mut FaultRun) -> Result<()> {
    pause();
    pause();
    Ok(())
}

/// Limits the memory of the process for a while: too little is left for the hashes of two
/// passwords.
pub(super) fn take_memory(run: &mut FaultRun) -> Result<()> {
    let id = run.instance.id()?;
    let status = fs::read_to_string(format!("/proc/{id}/status"))?;
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:"));
    let size = size.and_then(|size| size.trim().strip_suffix(" kB")).context("no VmSize")?;
    let left = size.parse::<u64>()? * 1024 + MEMORY_LEFT;
    let limit = |bytes: &str| {
        let option = format!("--as={bytes}:");
        succeed(Command::new("prlimit").args(["--pid", &id.to_string(), &option]))
    };
    limit(&left.to_string())?;
    pause();
    pause();
    limit("unlimited")
}

/// Imports a word book twice at the same time, under two names.
pub(super) fn import(run: &mut FaultRun) -> Result<()> {
    let book = run.folder.path().join("book.tsv");
    let lines: String = (0..20_000).map(|n| format!("yy{n}\tmeaning {n}\n")).collect();
    fs::write(&book, lines)?;
    let (instance, book) = (&run.instance, book.display().to_string());
    thread::scope(|scope| {
        let import = |name: &'static str| instance.command(&["import", &book, "--name", name]);
        let other = scope.spawn(move || import("other"));
        import("one").and(other.join().expect("no panic"))
    })
}
