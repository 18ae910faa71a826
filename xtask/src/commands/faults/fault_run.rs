//! Runs one fault of `cargo xtask faults`: starts an instance of dictapp with its database, makes
//! the fault under the load of a class of simulated pupils, and judges the rows, the answers and
//! the log.

use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::{Failures, Fault};
use crate::harness::class::{Class, Score, WORD_PREFIX};
use crate::harness::instance::{Environment, Instance, Launch};
use crate::harness::ledger::ROWS;
use crate::harness::mariadb::{MariaDb, scratch_folder, url_at};
use crate::harness::network::Proxy;
use crate::harness::sqlite;

/// How long a simple fault lasts, and the pause after each repetition of a fault.
pub(super) const FAULT_TIME: Duration = Duration::from_secs(2);
/// How long the class works before the fault.
const BEFORE: Duration = Duration::from_secs(2);
/// Maximum number of warnings and errors in the log: `LINES_MAX`, and `LINES_A_SECOND` for each
/// second of the run.
const LINES_MAX: usize = 30;
const LINES_A_SECOND: usize = 2;

/// The database of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    Sqlite,
    Mysql,
}

/// The processes that a fault is tested with, and their folder. The processes end when this is
/// dropped.
pub(super) struct FaultRun {
    pub(super) instance: Instance,
    pub(super) folder: tempfile::TempDir,
    database: Database,
    seed: u64,
}

enum Database {
    Sqlite(PathBuf),
    Mysql { server: MariaDb, network: Proxy },
}

/// Waits for [`FAULT_TIME`].
pub(super) fn pause() {
    thread::sleep(FAULT_TIME);
}

impl FaultRun {
    /// Starts the database and the instance.
    pub(super) fn start(program: &Path, fault: &Fault, seed: u64) -> Result<FaultRun> {
        let folder = scratch_folder("dictapp-faults-")?;
        let (database, url) = match fault.engine {
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
        let mut settings = vec!["server.drain=5s".to_owned()];
        if matches!(fault.environment, Environment::UnreadLog) {
            settings.push("log.access=true".to_owned());
        }
        let (program, environment) = (program.to_owned(), fault.environment.clone());
        let launch = Launch { program, database: url, settings, environment };
        let instance = Instance::start(launch, &folder.path().join("dictapp.log"))?;
        Ok(FaultRun { instance, folder, database, seed })
    }

    /// Runs the fault under load and waits until the class is served again. Fails if the rows, the
    /// answers or the log are wrong.
    pub(super) fn run(
        &mut self,
        pupils: usize,
        recovery_max: Duration,
        fault: &Fault,
    ) -> Result<()> {
        let began = Instant::now();
        let class = Class::new(vec![self.instance.address], self.seed);
        let score = class.during(pupils, || -> Result<Score> {
            if !class.wait_for(pupils as u64 * 4, Duration::from_secs(60)) {
                bail!("the class did not begin: {}", class.take_score());
            }
            thread::sleep(BEFORE);
            class.take_score();
            (fault.work)(self)?;
            if !class.wait_for(pupils as u64 * 4, recovery_max) {
                bail!("not served again after {recovery_max:?}: {}", class.take_score());
            }
            Ok(class.take_score())
        })?;
        println!("{score}");
        let verdict = class.ledger.compare(&self.rows()?)?;
        println!("{verdict}");
        verdict.judge()?;
        judge(fault, &score)?;
        judge_log(&self.instance.log(), began.elapsed())
    }

    /// Keeps the folder and returns its path.
    pub(super) fn keep(&mut self) -> PathBuf {
        self.folder.disable_cleanup(true);
        self.folder.path().to_owned()
    }

    /// The rows that the class has made.
    fn rows(&self) -> Result<String> {
        match &self.database {
            Database::Sqlite(file) => sqlite::sql(file, ROWS),
            Database::Mysql { server, .. } => server.sql(&format!("use dict; {ROWS}")),
        }
    }

    /// The SQLite file.
    pub(super) fn file(&self) -> Result<&Path> {
        match &self.database {
            Database::Sqlite(file) => Ok(file),
            Database::Mysql { .. } => bail!("the database is not a file"),
        }
    }

    pub(super) fn server(&mut self) -> Result<&mut MariaDb> {
        match &mut self.database {
            Database::Sqlite(_) => bail!("the database is a file"),
            Database::Mysql { server, .. } => Ok(server),
        }
    }

    /// The proxy between dictapp and the MariaDB server.
    pub(super) fn network(&self) -> Result<&Proxy> {
        match &self.database {
            Database::Sqlite(_) => bail!("the database is a file"),
            Database::Mysql { network, .. } => Ok(network),
        }
    }
}

/// Fails if the answers are not what the fault allows.
fn judge(fault: &Fault, score: &Score) -> Result<()> {
    if score.status_500 > 0 {
        bail!("answers with status 500: {score}");
    }
    if fault.failures == Failures::None && score.failed > 0 {
        bail!("requests failed: {score}");
    }
    Ok(())
}

/// Fails if the log has too many warnings and errors, or one with a word that was looked up.
fn judge_log(log: &str, time: Duration) -> Result<()> {
    let is_warning = |line: &&str| line.contains("ERROR") || line.contains("WARN");
    let lines: Vec<&str> = log.lines().filter(is_warning).collect();
    let most = LINES_MAX + LINES_A_SECOND * time.as_secs() as usize;
    println!("{} lines of warnings and errors", lines.len());
    if lines.len() > most {
        bail!("{} lines in the log, more than {most}; the last is {:?}", lines.len(), lines.last());
    }
    match lines.iter().find(|line| line.contains(WORD_PREFIX)) {
        Some(line) => bail!("the log names a word that was looked up: {line}"),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_is_long_or_names_a_word_is_refused() {
        let second = Duration::from_secs(1);
        let line = "2026-11-29 12:00:00.000Z ERROR the database does not answer\n";
        assert!(judge_log(&line.repeat(LINES_MAX), second).is_ok());
        assert!(judge_log(&line.repeat(LINES_MAX * 2), second).is_err());
        assert!(judge_log(&format!("ERROR cannot store {WORD_PREFIX}17"), second).is_err());
        assert!(judge_log(&format!("INFO {WORD_PREFIX}17"), second).is_ok());
        let folder = "WARN /tmp/dictapp-faults-1zztAg/disk/dictapp.db does not exist";
        assert!(judge_log(folder, second).is_ok(), "the name of a folder is random");
    }
}
