//! The faults of `cargo xtask faults` that damage an SQLite database or its disk, while a class of
//! simulated pupils uses dictapp.

use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::fault_run::{FaultRun, pause};
use crate::steps::packages::is_root;
use crate::steps::succeed;

/// The size of the disk that is filled: room for a database with the dictionaries that come with
/// dictapp, and little else.
const DISK: &str = "size=64M";

/// Moves the database to a small disk, fills the disk, makes room again, and moves it back.
pub(super) fn fill_disk(run: &mut FaultRun) -> Result<()> {
    // The folder of the database. The small disk is mounted in its place.
    let disk = run.file()?.parent().context("a file has a folder")?.to_owned();
    if !is_root() {
        println!("left out: only root may mount a small disk");
        return Ok(());
    }
    let aside = run.folder.path().join("aside");
    run.instance.stop()?;
    fs::rename(&disk, &aside)?;
    fs::create_dir(&disk)?;
    let mounted = Mounted::new(&disk)?;
    for entry in fs::read_dir(&aside)? {
        let entry = entry?;
        fs::copy(entry.path(), disk.join(entry.file_name()))?;
    }
    run.instance.start_again()?;
    pause();
    let ballast = disk.join("ballast");
    // Copies until the disk is full, which is an error.
    std::io::copy(&mut std::io::repeat(0), &mut fs::File::create(&ballast)?).ok();
    pause();
    fs::remove_file(&ballast)?;
    pause();
    run.instance.stop()?;
    fs::remove_dir_all(&aside)?;
    copy_files(&disk, &aside)?;
    drop(mounted);
    copy_files(&aside, &disk)?;
    run.instance.start_again()
}

/// Moves the database away while dictapp runs, and back after dictapp was killed. [`FaultRun::run`]
/// then checks that all rows that were acknowledged to pupils are in it.
pub(super) fn remove(run: &mut FaultRun) -> Result<()> {
    let file = run.file()?.to_owned();
    let aside = run.folder.path().join("removed");
    move_files(&file, &aside)?;
    pause();
    run.instance.kill()?;
    remove_files(&file)?; // if dictapp has made new ones
    move_files(&aside, &file)?;
    run.instance.start_again()
}

/// Puts a backup in the place of the database while dictapp runs, and the database back after
/// dictapp was killed.
pub(super) fn replace(run: &mut FaultRun) -> Result<()> {
    let file = run.file()?.to_owned();
    let (aside, other) = (run.folder.path().join("replaced"), run.folder.path().join("other"));
    run.instance.command(&["backup", &other.display().to_string()])?;
    move_files(&file, &aside)?;
    fs::rename(&other, &file)?;
    pause();
    run.instance.kill()?;
    remove_files(&file)?;
    move_files(&aside, &file)?;
    run.instance.start_again()
}

/// A small file system in memory; unmounted when dropped.
struct Mounted(PathBuf);

impl Mounted {
    fn new(folder: &Path) -> Result<Mounted> {
        succeed(Command::new("mount").args(["-t", "tmpfs", "-o", DISK, "tmpfs"]).arg(folder))?;
        Ok(Mounted(folder.to_owned()))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("--lazy").arg(&self.0).status());
    }
}

fn copy_files(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

/// The paths of a database file and of its journals.
fn parts(file: &Path) -> Vec<PathBuf> {
    let beside = |end: &str| PathBuf::from(format!("{}{end}", file.display()));
    ["", "-wal", "-shm"].into_iter().map(beside).collect()
}

fn move_files(from: &Path, to: &Path) -> Result<()> {
    for (from, to) in parts(from).iter().zip(parts(to)) {
        if from.exists() {
            fs::rename(from, to)?;
        }
    }
    Ok(())
}

fn remove_files(file: &Path) -> Result<()> {
    for part in parts(file) {
        if part.exists() {
            fs::remove_file(part)?;
        }
    }
    Ok(())
}
