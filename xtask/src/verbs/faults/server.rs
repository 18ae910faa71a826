//! Faults of a MySQL server and of the network between it and dictapp.

use anyhow::Result;
use std::thread;

use super::stage::{LASTS, Stage, pause};
use crate::peer::network::Fault as Network;

pub(super) fn kill(stage: &mut Stage) -> Result<()> {
    let server = stage.server()?;
    server.kill()?;
    server.start_again()?;
    pause();
    server.kill()?;
    pause();
    server.start_again()
}

pub(super) fn restart(stage: &mut Stage) -> Result<()> {
    let server = stage.server()?;
    server.stop()?;
    server.start_again()
}

pub(super) fn freeze(stage: &mut Stage) -> Result<()> {
    let server = stage.server()?;
    server.freeze()?;
    // Longer than a statement may take.
    thread::sleep(LASTS * 2);
    server.resume()
}

pub(super) fn cut_network(stage: &mut Stage) -> Result<()> {
    disturb_network(stage, Network::Cut)
}

pub(super) fn silence_network(stage: &mut Stage) -> Result<()> {
    disturb_network(stage, Network::Blackhole)
}

fn disturb_network(stage: &Stage, fault: Network) -> Result<()> {
    let network = stage.network()?;
    for _ in 0..2 {
        network.set(fault);
        thread::sleep(LASTS * 2);
        // Bytes that were dropped never arrive, so connections that wait for them must break.
        network.set(Network::Cut);
        network.set(Network::None);
        pause();
    }
    Ok(())
}

pub(super) fn forbid_writing(stage: &mut Stage) -> Result<()> {
    let server = stage.server()?;
    server.sql("set global read_only = 1")?;
    pause();
    server.sql("set global read_only = 0").map(drop)
}

/// Another program holds all rows of the history for longer than a statement waits.
pub(super) fn lock_rows(stage: &mut Stage) -> Result<()> {
    let server = stage.server()?;
    server.sql("use dict; begin; select count(*) from hist for update; do sleep(4); rollback")?;
    pause();
    Ok(())
}
