//! The faults of `cargo xtask faults` that concern a MariaDB server, or the network between it and
//! dictapp. Each makes a fault and ends it, while a class of simulated pupils uses dictapp; no
//! acknowledged row may be lost or duplicated.

use anyhow::Result;
use std::thread;

use super::fault_run::{FAULT_TIME, FaultRun, pause};
use crate::harness::network::Fault;

/// Kills the server twice. The first time it starts again at once, the second time after a while.
pub(super) fn kill(run: &mut FaultRun) -> Result<()> {
    let server = run.server()?;
    server.kill()?;
    server.start_again()?;
    pause();
    server.kill()?;
    pause();
    server.start_again()
}

/// Stops the server and starts it again at once.
pub(super) fn restart(run: &mut FaultRun) -> Result<()> {
    let server = run.server()?;
    server.stop()?;
    server.start_again()
}

/// Suspends the server's process for a while: connections stay open, and nothing is answered.
pub(super) fn freeze(run: &mut FaultRun) -> Result<()> {
    let server = run.server()?;
    server.freeze()?;
    // Longer than dictapp waits for a statement, so that it notices.
    thread::sleep(FAULT_TIME * 2);
    server.resume()
}

/// Breaks the connections to the server and refuses new ones.
pub(super) fn cut_network(run: &mut FaultRun) -> Result<()> {
    disturb_network(run, Fault::Cut)
}

/// Drops all bytes; connections stay open.
pub(super) fn silence_network(run: &mut FaultRun) -> Result<()> {
    disturb_network(run, Fault::Blackhole)
}

/// Makes a fault of the network and ends it, twice: the second time dictapp has just recovered.
fn disturb_network(run: &FaultRun, fault: Fault) -> Result<()> {
    let network = run.network()?;
    for _ in 0..2 {
        network.set(fault);
        thread::sleep(FAULT_TIME * 2);
        // Bytes that were dropped never arrive, so connections that wait for them must break.
        network.set(Fault::Cut);
        network.set(Fault::None);
        pause();
    }
    Ok(())
}

/// Makes the server refuse changes for a while.
pub(super) fn forbid_writing(run: &mut FaultRun) -> Result<()> {
    let server = run.server()?;
    server.sql("set global read_only = 1")?;
    pause();
    server.sql("set global read_only = 0").map(drop)
}

/// Locks all rows of the history, as another program could, for four seconds: longer than dictapp
/// waits for a statement.
pub(super) fn lock_rows(run: &mut FaultRun) -> Result<()> {
    let server = run.server()?;
    server.sql("use dict; begin; select count(*) from hist for update; do sleep(4); rollback")?;
    pause();
    Ok(())
}
