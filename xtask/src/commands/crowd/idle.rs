//! `cargo xtask crowd --only-idle N`: measures what an idle connection costs. Fails if the memory
//! of each connection grows with the number of connections, if a connection is lost, or if plain
//! requests beside the idle connections are slower than without them.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::{WORKERS_MAX, answers, open_idle, visit};
use crate::harness::server::Server;
use crate::steps::cargo::target;
use crate::steps::step;

/// Number of idle connections in the first measurement.
const FEW: usize = 1_000;
/// Connections that are opened before memory is measured: the first ones reuse memory that the
/// server has already.
const BASELINE_CONNECTIONS: usize = 200;
/// The server has fewer open files than this if it has no connections.
const DESCRIPTORS_WITHOUT_CONNECTIONS: u64 = 200;
/// The idle timeout of the server: longer than the measurement.
const IDLE_SECONDS: u32 = 3_600;
/// How much more memory a connection of the large crowd may take, as a ratio. The tolerance is
/// needed since memory is counted in pages, which are a few percent of the memory of the small
/// crowd.
const BYTES_RATIO_MAX: f64 = 1.1;
/// How much slower requests beside the large crowd may be.
const SLOWER_MAX: f64 = 0.05;
/// Rounds of plain requests in each phase: before, beside and after the idle connections. Rounds
/// without them are before and after, so that a drift of the machine's speed affects both sides.
const ROUNDS: usize = 6;
const ROUND: Duration = Duration::from_secs(2);
const VISITORS: u32 = 4;
/// How long the server may take to notice that the crowd has gone.
const TIMEOUT: Duration = Duration::from_secs(30);

/// One round of plain requests.
#[derive(Clone, Copy, Debug)]
struct Load {
    per_second: f64,
    /// Processor time of the server for one request.
    microseconds: f64,
}

/// Measures; returns the bounds that are exceeded.
pub(super) fn measure(program: &Path, count: usize) -> Result<Vec<String>> {
    let command = format!("{} {{port}} {WORKERS_MAX} {IDLE_SECONDS}", program.display());
    let server = Server::start(&command, &target().join("crowd.log"))?;
    let mut idle = open_idle(server.address, BASELINE_CONNECTIONS)?;
    load(&server)?; // until the allocator and the workers have their final size
    let mut without = step("plain requests", || rounds(&server))?;
    let before = server.resources()?;
    let (mut each, mut faults) = (Vec::new(), Vec::new());
    println!("| idle connections | bytes each | threads |\n|---|---|---|");
    for goal in [FEW, count] {
        idle.extend(open_idle(server.address, goal.saturating_sub(idle.len()))?);
        let now = server.resources()?;
        let grown = now.resident_kib.saturating_sub(before.resident_kib) << 10;
        each.push(grown as f64 / (idle.len() - BASELINE_CONNECTIONS) as f64);
        println!("| {goal} | {:.0} | {} |", each[each.len() - 1], now.threads);
        if now.threads > before.threads {
            faults.push(format!("{goal} connections hold {} threads", now.threads));
        }
    }
    if each[1] > each[0] * BYTES_RATIO_MAX {
        faults.push(format!("a connection takes {:.0} bytes, {:.0} among {FEW}", each[1], each[0]));
    }
    let with = step("plain requests beside them", || rounds(&server))?;
    let alive = idle.iter().filter(|socket| answers(socket)).count();
    println!("idle connections alive: {alive} of {}", idle.len());
    if alive < idle.len() {
        faults.push(format!("{} idle connections are lost", idle.len() - alive));
    }
    drop(idle);
    wait_until_connections_close(&server)?;
    without.extend(step("plain requests after them", || rounds(&server))?);
    faults.extend(compare(&without, &with));
    Ok(faults)
}

fn rounds(server: &Server) -> Result<Vec<Load>> {
    (0..ROUNDS).map(|_| load(server)).collect()
}

fn load(server: &Server) -> Result<Load> {
    let before = processor_time(server.id())?;
    let timed = visit(server.address, "/quick", VISITORS, Duration::ZERO, ROUND)?;
    let spent = processor_time(server.id())?.saturating_sub(before);
    let good = timed.iter().filter(|timed| timed.status == 200).count();
    if good < timed.len() || good == 0 {
        bail!("{} of {} plain requests were not answered 200", timed.len() - good, timed.len());
    }
    Ok(Load {
        per_second: good as f64 / ROUND.as_secs_f64(),
        microseconds: spent.as_secs_f64() * 1e6 / good as f64,
    })
}

fn wait_until_connections_close(server: &Server) -> Result<()> {
    let began = Instant::now();
    while server.resources()?.descriptors > DESCRIPTORS_WITHOUT_CONNECTIONS {
        if began.elapsed() > TIMEOUT {
            bail!("the server keeps connections of clients that have gone");
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// Compares the medians of the rounds.
fn compare(without: &[Load], with: &[Load]) -> Option<String> {
    let (without, with) = (median(without), median(with));
    println!("| plain requests | per second | processor time of the server |\n|---|---|---|");
    for (name, load) in [("alone", without), ("beside idle connections", with)] {
        println!("| {name} | {:.0} | {:.2} us |", load.per_second, load.microseconds);
    }
    let is_slower = with.per_second < without.per_second * (1.0 - SLOWER_MAX);
    is_slower.then(|| format!("only {:.0} requests/s beside the crowd", with.per_second))
}

fn median(loads: &[Load]) -> Load {
    let middle = |value: fn(&Load) -> f64| {
        let mut values: Vec<f64> = loads.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    };
    Load {
        per_second: middle(|load| load.per_second),
        microseconds: middle(|load| load.microseconds),
    }
}

/// Time in user space and in the kernel that all threads of a process have used.
fn processor_time(process: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).context("the server is gone")?;
    ticks(&stat).map(|ticks| Duration::from_millis(ticks * 10)).context("/proc has no times")
}

/// The fields 14 and 15 of `proc_pid_stat(5)`, in hundredths of a second. The name of the program
/// before them may contain blanks.
fn ticks(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_time_of_a_process_is_read_after_its_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 30 12 0 0 20 0 1 0";
        assert_eq!(ticks(stat), Some(42));
        assert_eq!(ticks("7 (a"), None);
        processor_time(std::process::id()).expect("this process has times");
    }

    #[test]
    fn requests_that_are_more_than_a_twentieth_slower_are_a_fault() {
        let loads = |rates: [f64; 3]| {
            rates.map(|per_second| Load { per_second, microseconds: 1e6 / per_second })
        };
        let without = loads([3.0, 100.0, 900.0]);
        assert_eq!(median(&without).microseconds, 10_000.0);
        assert!(compare(&without, &loads([95.0, 96.0, 7.0])).is_none());
        assert!(compare(&without, &loads([94.0, 94.9, 999.0])).is_some());
    }
}
