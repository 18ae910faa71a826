//! Faults of the process itself, on either database.

use anyhow::{Context, Result};
use std::fs;
use std::process::Command;
use std::thread;

use super::stage::{Stage, pause};
use crate::steps::succeed;

/// Memory that the process may still allocate: less than hashing two passwords takes.
const MEMORY_LEFT: u64 = 16 << 20;

pub(super) fn kill(stage: &mut Stage) -> Result<()> {
    for _ in 0..3 {
        stage.instance.kill()?;
        stage.instance.start_again()?;
        pause();
    }
    Ok(())
}

pub(super) fn restart(stage: &mut Stage) -> Result<()> {
    for _ in 0..3 {
        stage.instance.stop()?;
        stage.instance.start_again()?;
        pause();
    }
    Ok(())
}

pub(super) fn freeze(stage: &mut Stage) -> Result<()> {
    stage.instance.signal("STOP")?;
    pause();
    stage.instance.signal("CONT")
}

/// Sends signals that end a process which does not handle them.
pub(super) fn signals(stage: &mut Stage) -> Result<()> {
    for name in ["USR1", "USR2", "HUP", "PIPE"] {
        stage.instance.signal(name)?;
    }
    pause();
    Ok(())
}

/// Does nothing: the fault is in the environment of the process.
pub(super) fn work_on(_: &mut Stage) -> Result<()> {
    pause();
    pause();
    Ok(())
}

/// Leaves the process too little memory for the hashes of two passwords.
pub(super) fn take_memory(stage: &mut Stage) -> Result<()> {
    let id = stage.instance.id()?;
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

/// Two imports of a book at the same time.
pub(super) fn import(stage: &mut Stage) -> Result<()> {
    let book = stage.folder.path().join("book.tsv");
    let lines: String = (0..20_000).map(|n| format!("yy{n}\tmeaning {n}\n")).collect();
    fs::write(&book, lines)?;
    let (instance, book) = (&stage.instance, book.display().to_string());
    thread::scope(|scope| {
        let import = |name: &'static str| instance.command(&["import", &book, "--name", name]);
        let other = scope.spawn(move || import("other"));
        import("one").and(other.join().expect("no panic"))
    })
}
