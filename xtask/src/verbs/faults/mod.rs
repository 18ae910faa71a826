//! `cargo xtask faults`: everything that can break around one instance, on SQLite and on MariaDB, under the load of a class. Fails
//! unless every row that a pupil was told of is there once, and the instance serves again afterwards.

mod stage;

use anyhow::{Result, bail};
use std::time::Duration;

use crate::arguments::Arguments;
use crate::peer::instance::{Profile, build};
use crate::steps::packages::{DATABASE, ensure};
use crate::steps::{seed, step};
use stage::{Engine, Stage, pause};

pub(crate) const ABOUT: &str =
    "break the program, its database and the network under load: [NAME], --pupils N, --seed N";

const PUPILS: usize = 64;
/// How long the class may take until it is served again after a fault.
const RECOVERY_MAX: Duration = Duration::from_secs(15);

/// One way to break something.
struct Fault {
    name: &'static str,
    engine: Engine,
    work: fn(&mut Stage) -> Result<()>,
}

const FAULTS: &[Fault] = &[
    Fault { name: "sqlite-kill", engine: Engine::Sqlite, work: kill },
    Fault { name: "sqlite-restart", engine: Engine::Sqlite, work: restart },
    Fault { name: "sqlite-freeze", engine: Engine::Sqlite, work: freeze },
    Fault { name: "sqlite-full-disk", engine: Engine::Sqlite, work: Stage::fill_disk },
    Fault { name: "sqlite-removed", engine: Engine::Sqlite, work: Stage::remove_file },
    Fault { name: "sqlite-replaced", engine: Engine::Sqlite, work: Stage::replace_file },
    Fault { name: "sqlite-import", engine: Engine::Sqlite, work: Stage::import },
    Fault { name: "mysql-kill", engine: Engine::Mysql, work: kill },
    Fault { name: "mysql-server-killed", engine: Engine::Mysql, work: Stage::kill_server },
    Fault { name: "mysql-server-restarts", engine: Engine::Mysql, work: Stage::restart_server },
    Fault { name: "mysql-server-frozen", engine: Engine::Mysql, work: Stage::freeze_server },
    Fault { name: "mysql-network-cut", engine: Engine::Mysql, work: Stage::cut_network },
    Fault { name: "mysql-network-silent", engine: Engine::Mysql, work: Stage::silence_network },
    Fault { name: "mysql-read-only", engine: Engine::Mysql, work: Stage::forbid_writing },
    Fault { name: "mysql-import", engine: Engine::Mysql, work: Stage::import },
];

/// Breaks everything, or what is named.
pub(crate) fn run(mut arguments: Arguments) -> Result<()> {
    let named = arguments.take_word();
    let pupils = arguments.take_option("--pupils")?.unwrap_or(PUPILS);
    let seed = seed(&mut arguments)?;
    arguments.finish()?;
    let is_named = |fault: &&Fault| named.as_ref().is_none_or(|name| fault.name.contains(name));
    let chosen: Vec<&Fault> = FAULTS.iter().filter(is_named).collect();
    if chosen.is_empty() {
        bail!("no fault has that name; there are {}", names());
    }
    step("what the faults need", || ensure(DATABASE))?;
    let program = step("dictapp", || build(Profile::Dev))?;
    let mut wrong = Vec::new();
    for fault in chosen {
        let title = format!("{}, {pupils} pupils, seed {seed}", fault.name);
        let done = step(&title, || {
            let mut stage = Stage::set(&program, fault.engine, seed)?;
            stage.play(pupils, RECOVERY_MAX, fault.work)
        });
        wrong.extend(done.err().map(|error| format!("{}: {error:#}", fault.name)));
    }
    if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("\n")) }
}

fn names() -> String {
    FAULTS.iter().map(|fault| fault.name).collect::<Vec<_>>().join(", ")
}

fn kill(stage: &mut Stage) -> Result<()> {
    for _ in 0..3 {
        stage.instance.kill()?;
        stage.instance.start_again()?;
        pause();
    }
    Ok(())
}

fn restart(stage: &mut Stage) -> Result<()> {
    for _ in 0..3 {
        stage.instance.stop()?;
        stage.instance.start_again()?;
        pause();
    }
    Ok(())
}

fn freeze(stage: &mut Stage) -> Result<()> {
    stage.instance.freeze()?;
    pause();
    stage.instance.resume()
}
