//! `cargo xtask crowd --only-idle N`: what an idle connection costs. Fails if its memory grows with
//! their number, if one is lost, or if plain requests beside them are slower than on a server
//! without them.

use anyhow::{Context, Result, bail};
use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::{WORKERS_MAX, answers, gather_idle, visit};
use crate::peer::server::Server;
use crate::peer::visitors::connect;
use crate::steps::cargo::target;
use crate::steps::step;

/// The size of the small crowd.
const FEW: usize = 1_000;
/// Connections that come and go before the measurement, so that the allocator and the workers have
/// their final size.
const WARM_UP: usize = 200;
/// How much more memory a connection of the large crowd may take: the table of connections grows in
/// steps.
const BYTES_RATIO_MAX: f64 = 1.05;
/// How much slower, or dearer, requests beside the large crowd may be.
const SLOWER_MAX: f64 = 0.05;
/// The two servers are loaded in turns, so that a slower moment of the machine meets both.
const ROUNDS: usize = 10;
const ROUND: Duration = Duration::from_secs(2);
const VISITORS: u32 = 4;
/// How long the server may take to notice that clients have gone.
const PATIENCE: Duration = Duration::from_secs(30);

/// One round of plain requests.
#[derive(Clone, Copy, Debug, Default)]
struct Load {
    per_second: f64,
    /// Processor time of the server for one request.
    microseconds: f64,
}

/// Measures; returns the bounds that are exceeded.
pub(super) fn measure(program: &Path, count: usize) -> Result<Vec<String>> {
    let command = format!("{} {{port}} {WORKERS_MAX} 3600", program.display());
    let start = |log: &str| Server::start(&command, &target().join(log));
    let alone = start("crowd-alone.log")?;
    let beside = start("crowd-beside.log")?;
    let (mut idle, mut faults) = (Vec::new(), Vec::new());
    warm_up(&beside)?;
    let before = beside.holdings()?;
    let mut each = Vec::new();
    println!("| idle connections | bytes each | threads |\n|---|---|---|");
    for goal in [FEW.min(count), count] {
        idle.extend(gather_idle(beside.address, goal - idle.len())?);
        let now = beside.holdings()?;
        let grown = now.resident_kib.saturating_sub(before.resident_kib) << 10;
        each.push(grown as f64 / goal as f64);
        println!("| {goal} | {:.0} | {} |", grown as f64 / goal as f64, now.threads);
        if now.threads > before.threads {
            faults.push(format!("{goal} connections hold {} threads", now.threads));
        }
    }
    if let [few, many] = each[..]
        && many > few * BYTES_RATIO_MAX
    {
        faults.push(format!("a connection of {count} takes {many:.0} bytes, of {FEW} {few:.0}"));
    }
    faults.extend(step("plain requests", || compare(&alone, &beside))?);
    let alive = idle.iter().filter(|socket| answers(socket)).count();
    println!("idle connections alive: {alive} of {count}");
    if alive < count {
        faults.push(format!("{} idle connections are lost", count - alive));
    }
    Ok(faults)
}

fn warm_up(server: &Server) -> Result<()> {
    let quiet = server.holdings()?.descriptors;
    load(server)?;
    let sockets = (0..WARM_UP).map(|_| connect(server.address)).collect::<Result<Vec<TcpStream>>>();
    drop(sockets?);
    let began = Instant::now();
    while server.holdings()?.descriptors > quiet {
        if began.elapsed() > PATIENCE {
            bail!("the server keeps connections of clients that have gone");
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Compares the median of the rounds on both servers.
fn compare(alone: &Server, beside: &Server) -> Result<Vec<String>> {
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        if round % 2 == 0 {
            without.push(load(alone)?);
            with.push(load(beside)?);
        } else {
            with.push(load(beside)?);
            without.push(load(alone)?);
        }
    }
    let (without, with) = (median(&without), median(&with));
    println!("| plain requests | per second | processor time of the server |\n|---|---|---|");
    for (name, load) in [("alone", without), ("beside idle connections", with)] {
        println!("| {name} | {:.0} | {:.2} us |", load.per_second, load.microseconds);
    }
    let mut faults = Vec::new();
    if with.per_second < without.per_second * (1.0 - SLOWER_MAX) {
        faults.push(format!("{:.0} requests/s beside the crowd", with.per_second));
    }
    if with.microseconds > without.microseconds * (1.0 + SLOWER_MAX) {
        faults.push(format!("a request beside the crowd takes {:.2} us", with.microseconds));
    }
    Ok(faults)
}

fn load(server: &Server) -> Result<Load> {
    let before = processor_time(server.id())?;
    let timed = visit(server.address, "/quick", VISITORS, Duration::ZERO, ROUND)?;
    let spent = processor_time(server.id())?.saturating_sub(before);
    let good = timed.iter().filter(|timed| timed.0 == 200).count();
    if good < timed.len() || good == 0 {
        bail!("{} of {} plain requests were not answered 200", timed.len() - good, timed.len());
    }
    Ok(Load {
        per_second: good as f64 / ROUND.as_secs_f64(),
        microseconds: spent.as_secs_f64() * 1e6 / good as f64,
    })
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
    fn the_processor_time_of_a_process_is_read_behind_its_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 30 12 0 0 20 0 1 0";
        assert_eq!(ticks(stat), Some(42));
        assert_eq!(ticks("7 (a"), None);
        processor_time(std::process::id()).expect("this process has times");
    }

    #[test]
    fn the_median_is_a_value_that_was_measured() {
        let loads = [3.0, 1.0, 2.0].map(|n| Load { per_second: n, microseconds: 10.0 - n });
        let middle = median(&loads);
        assert_eq!((middle.per_second, middle.microseconds), (2.0, 8.0));
    }
}
