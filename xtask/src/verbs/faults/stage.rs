//! One instance with its database and a class before it, and the faults that need to know them.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::peer::class::Class;
use crate::peer::instance::{Instance, Launch};
use crate::peer::ledger::ROWS;
use crate::peer::mariadb::{MariaDb, scratch_folder, url_at};
use crate::peer::network::{Fault as Network, Proxy};
use crate::peer::sqlite;
use crate::steps::packages::is_root;
use crate::steps::succeed;

/// The time that a fault lasts, and the time between two.
const LASTS: Duration = Duration::from_secs(2);
/// The class works so long before the first fault.
const BEFORE: Duration = Duration::from_secs(2);
/// The size of the disk that is filled: room for the shipped books and little else.
const DISK: &str = "size=64M";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    Sqlite,
    Mysql,
}

/// What is broken; its parts end when it is dropped.
pub(super) struct Stage {
    pub(super) instance: Instance,
    folder: tempfile::TempDir,
    database: Database,
    seed: u64,
}

enum Database {
    Sqlite(PathBuf),
    Mysql { server: MariaDb, network: Proxy },
}

/// The time that a fault lasts.
pub(super) fn pause() {
    thread::sleep(LASTS);
}

impl Stage {
    pub(super) fn set(program: &Path, engine: Engine, seed: u64) -> Result<Stage> {
        let folder = scratch_folder("dictapp-faults-")?;
        let (database, url) = match engine {
            Engine::Sqlite => {
                let disk = folder.path().join("disk");
                fs::create_dir(&disk)?;
                let file = disk.join("dictapp.db");
                let url = format!("sqlite:{}", file.display());
                (Database::Sqlite(file), url)
            }
            Engine::Mysql => {
                let server = MariaDb::start(&folder.path().join("server"))?;
                let network = Proxy::to(server.port());
                let url = url_at(network.port());
                (Database::Mysql { server, network }, url)
            }
        };
        let settings = vec!["server.drain=5s".to_owned()];
        let launch = Launch { program: program.to_owned(), database: url, settings };
        let instance = Instance::start(launch, &folder.path().join("dictapp.log"))?;
        Ok(Stage { instance, folder, database, seed })
    }

    /// Runs `work` under load, waits until the class is served again, and compares.
    pub(super) fn play(
        &mut self,
        pupils: usize,
        recovery_max: Duration,
        work: fn(&mut Stage) -> Result<()>,
    ) -> Result<()> {
        let class = Class::new(vec![self.instance.address], self.seed);
        class.during(pupils, || -> Result<()> {
            if !class.wait_for(pupils as u64 * 4, Duration::from_secs(60)) {
                bail!("the class did not begin: {}", class.take_score());
            }
            thread::sleep(BEFORE);
            class.take_score();
            work(self)?;
            if !class.wait_for(pupils as u64 * 4, recovery_max) {
                bail!("not served again after {recovery_max:?}: {}", class.take_score());
            }
            println!("{}", class.take_score());
            Ok(())
        })?;
        let verdict = class.ledger.against(&self.rows()?)?;
        println!("{verdict}");
        verdict.judge()
    }

    fn rows(&self) -> Result<String> {
        match &self.database {
            Database::Sqlite(file) => sqlite::sql(file, ROWS),
            Database::Mysql { server, .. } => server.sql(&format!("use dict; {ROWS}")),
        }
    }

    fn file(&self) -> Result<&Path> {
        match &self.database {
            Database::Sqlite(file) => Ok(file),
            Database::Mysql { .. } => bail!("the database is no file"),
        }
    }

    fn server(&mut self) -> Result<&mut MariaDb> {
        match &mut self.database {
            Database::Sqlite(_) => bail!("the database is a file"),
            Database::Mysql { server, .. } => Ok(server),
        }
    }

    fn network(&self) -> Result<&Proxy> {
        match &self.database {
            Database::Sqlite(_) => bail!("the database is a file"),
            Database::Mysql { network, .. } => Ok(network),
        }
    }

    /// Moves the file to a disk of its own and fills that.
    pub(super) fn fill_disk(&mut self) -> Result<()> {
        let disk = self.file()?.parent().context("a file has a folder")?.to_owned();
        if !is_root() {
            println!("left out: only root may mount a small disk");
            return Ok(());
        }
        let aside = self.folder.path().join("aside");
        self.instance.stop()?;
        fs::rename(&disk, &aside)?;
        fs::create_dir(&disk)?;
        let mounted = Mounted::new(&disk)?;
        for entry in fs::read_dir(&aside)? {
            let entry = entry?;
            fs::copy(entry.path(), disk.join(entry.file_name()))?;
        }
        self.instance.start_again()?;
        pause();
        let ballast = disk.join("ballast");
        // The error that it ends with is the full disk.
        std::io::copy(&mut std::io::repeat(0), &mut fs::File::create(&ballast)?).ok();
        pause();
        fs::remove_file(&ballast)?;
        pause();
        self.instance.stop()?;
        fs::remove_dir_all(&aside)?;
        copy_files(&disk, &aside)?;
        drop(mounted);
        copy_files(&aside, &disk)?;
        self.instance.start_again()
    }

    /// What was acknowledged before must be in the file, which is found by the descriptor that is still open.
    pub(super) fn remove_file(&mut self) -> Result<()> {
        let file = self.file()?.to_owned();
        let aside = self.folder.path().join("removed");
        move_files(&file, &aside)?;
        pause();
        self.instance.kill()?;
        remove_files(&file)?;
        move_files(&aside, &file)?;
        self.instance.start_again()
    }

    /// Another file of dictapp takes its place while it serves.
    pub(super) fn replace_file(&mut self) -> Result<()> {
        let file = self.file()?.to_owned();
        let (aside, other) =
            (self.folder.path().join("replaced"), self.folder.path().join("other"));
        self.instance.command(&["backup", &other.display().to_string()])?;
        move_files(&file, &aside)?;
        fs::rename(&other, &file)?;
        pause();
        self.instance.kill()?;
        remove_files(&file)?;
        move_files(&aside, &file)?;
        self.instance.start_again()
    }

    /// Two imports of a book at the same time.
    pub(super) fn import(&mut self) -> Result<()> {
        let book = self.folder.path().join("book.tsv");
        let lines: String = (0..20_000).map(|n| format!("zz{n}\tmeaning {n}\n")).collect();
        fs::write(&book, lines)?;
        let (instance, book) = (&self.instance, book.display().to_string());
        thread::scope(|scope| {
            let import = |name: &'static str| instance.command(&["import", &book, "--name", name]);
            let other = scope.spawn(move || import("other"));
            import("one").and(other.join().expect("no panic"))
        })
    }

    pub(super) fn kill_server(&mut self) -> Result<()> {
        let server = self.server()?;
        server.kill()?;
        server.start_again()?;
        pause();
        server.kill()?;
        pause();
        server.start_again()
    }

    pub(super) fn restart_server(&mut self) -> Result<()> {
        let server = self.server()?;
        server.stop()?;
        server.start_again()
    }

    pub(super) fn freeze_server(&mut self) -> Result<()> {
        let server = self.server()?;
        server.freeze()?;
        // Longer than a statement may take.
        thread::sleep(LASTS * 2);
        server.resume()
    }

    pub(super) fn cut_network(&mut self) -> Result<()> {
        self.disturb_network(Network::Cut)
    }

    pub(super) fn silence_network(&mut self) -> Result<()> {
        self.disturb_network(Network::Blackhole)
    }

    fn disturb_network(&self, fault: Network) -> Result<()> {
        let network = self.network()?;
        for _ in 0..2 {
            network.set(fault);
            thread::sleep(LASTS * 2);
            // What vanished never comes: connections that waited for it break.
            network.set(Network::Cut);
            network.set(Network::None);
            pause();
        }
        Ok(())
    }

    pub(super) fn forbid_writing(&mut self) -> Result<()> {
        let server = self.server()?;
        server.sql("set global read_only = 1")?;
        pause();
        server.sql("set global read_only = 0").map(drop)
    }
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

/// A database file and what stands beside it.
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
