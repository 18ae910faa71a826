//! `cargo xtask soak`: loads a server with valid and invalid requests for a given time. Fails if it
//! crashed, grew, leaked, or lost a worker.
//!
//! The default server is `webframe/examples/soak.rs`. If the server answers `/quick` as that
//! example does, every answer is checked.

mod hostile;
mod mutation;
mod tally;
mod valid;
mod verdict;

use anyhow::{Context, Result, bail};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use crate::arguments::Arguments;
use crate::harness::server::{Resources, Server};
use crate::steps::cargo::{build_example, target, workspace};
use tally::Tally;
use verdict::Findings;

pub(crate) const ABOUT: &str = "run a server under load and watch its memory, descriptors and threads: \
    [--minutes N] [--rate N] [--valid | --mutated] [--seed N] [--server 'CMD {port}']";

/// Clients that send good requests; each is a thread with a dozen connections.
const CLIENTS: u64 = 8;
const SAMPLE_EVERY: Duration = Duration::from_secs(3);
const REPORT_EVERY: Duration = Duration::from_secs(60);
/// Maximum time until the server has released the resources of its clients. It is longer than every
/// timeout of the example, and longer than its worker pool takes to shrink.
const SETTLING_TIME: Duration = Duration::from_secs(120);
/// Maximum number of workers of `webframe/examples/soak.rs`. Its `/meet` waits for this number.
const WORKERS_MAX: usize = 64;

/// The options of a run.
struct Options {
    time: Duration,
    /// Requests a second, good and bad together.
    rate: u32,
    traffic: Traffic,
    seed: u64,
    /// The command of a server other than our example.
    command: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Traffic {
    Valid,
    Mutated,
    Both,
}

/// Loads the server for the given time and prints the table; the error lists the faults.
pub(crate) fn run(arguments: Arguments) -> Result<()> {
    let options = options(arguments)?;
    let command = match &options.command {
        Some(command) => command.clone(),
        None => format!("{} {{port}}", build_example("soak")?.display()),
    };
    let cases = mutation::accepted_cases(&workspace())?;
    let log = log_file()?;
    let server = Server::start(&command, &log)?;
    println!(
        "{command}, {:?} for {} s, log {}",
        options.traffic,
        options.time.as_secs(),
        log.display()
    );
    let tally = Tally::default();
    let findings = soak(&options, server, &cases, &tally)?;
    println!("{tally}\n{findings}");
    match findings.faults() {
        faults if faults.is_empty() => Ok(()),
        faults => bail!("{}", faults.join("; ")),
    }
}

fn options(mut arguments: Arguments) -> Result<Options> {
    let minutes: f64 = arguments.take_option("--minutes")?.unwrap_or(60.0);
    let traffic = match (arguments.take_flag("--valid"), arguments.take_flag("--mutated")) {
        (true, false) => Traffic::Valid,
        (false, true) => Traffic::Mutated,
        _ => Traffic::Both,
    };
    let options = Options {
        time: Duration::from_secs_f64(minutes.clamp(0.1, 10_000.0) * 60.0),
        rate: arguments.take_option("--rate")?.unwrap_or(2_000).max(1),
        traffic,
        seed: arguments.take_option("--seed")?.unwrap_or(1),
        command: arguments.take_option("--server")?,
    };
    arguments.finish()?;
    Ok(options)
}

fn log_file() -> Result<PathBuf> {
    let folder = target().join("soak");
    std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    Ok(folder.join(format!("server-{}.log", std::process::id())))
}

/// Loads the server, watches it, and examines it after the clients have left.
fn soak(
    options: &Options,
    mut server: Server,
    cases: &[Vec<u8>],
    tally: &Tally,
) -> Result<Findings> {
    // The options do not show whether the server is the example: `--server` may name a copy of it.
    let is_our_example =
        valid::get_status(server.address, "/quick").is_ok_and(|status| status == 200);
    let mut findings = Findings {
        start: wait_until_released(&mut server, Resources::default())?,
        ..Findings::default()
    };
    let over = AtomicBool::new(false);
    findings.crash = thread::scope(|scope| {
        send_traffic(scope, options, server.address, cases, tally, &over);
        let crash = watch(options.time, &mut server, &mut findings, tally);
        over.store(true, SeqCst);
        crash
    })?;
    if findings.crash.is_some() {
        return Ok(findings);
    }
    if is_our_example {
        findings.lost_workers = !all_workers_meet(server.address);
    }
    findings.end = wait_until_released(&mut server, findings.start)?;
    findings.wrong_answers = if is_our_example { tally.wrong_count() } else { 0 };
    findings.shed = tally.shed_count();
    findings.unclean_stop = !server.stop()?.is_some_and(|status| status.success());
    Ok(findings)
}

/// Starts the clients: threads that send requests until `over`.
fn send_traffic<'s>(
    scope: &'s thread::Scope<'s, '_>,
    options: &Options,
    address: SocketAddr,
    cases: &'s [Vec<u8>],
    tally: &'s Tally,
    over: &'s AtomicBool,
) {
    let (valid, mutated) = match options.traffic {
        Traffic::Valid => (options.rate, 0),
        Traffic::Mutated => (options.rate / 20, options.rate - options.rate / 20),
        Traffic::Both => (options.rate / 2, options.rate - options.rate / 2),
    };
    for number in 0..CLIENTS {
        let mut client = valid::Client::new(address, options.seed + number, tally);
        // A batch has 1.3 requests on average. The rate is a maximum: if the server is slow,
        // fewer requests are sent.
        let every = Duration::from_secs_f64(1.3 * CLIENTS as f64 / f64::from(valid.max(1)));
        scope.spawn(move || {
            at_rate(every, over, |next| {
                client.send_batch();
                thread::sleep(next.saturating_duration_since(Instant::now()));
            });
        });
    }
    if mutated > 0 {
        let mut visits = hostile::Visits::new(address, options.seed, tally, cases);
        let every = Duration::from_secs_f64(1.0 / f64::from(mutated));
        scope.spawn(move || {
            at_rate(every, over, |next| {
                visits.begin();
                visits.poll_until(next);
            });
        });
    }
}

/// Calls `act` in this interval, with the time of the next call. `act` must wait until then. If it
/// takes longer, the missed calls are skipped.
fn at_rate(every: Duration, over: &AtomicBool, mut act: impl FnMut(Instant)) {
    let mut next = Instant::now();
    while !over.load(SeqCst) {
        next = (next + every).max(Instant::now());
        act(next);
    }
}

/// Records the server's resources until the time is over. If the server ends before, returns how.
fn watch(
    time: Duration,
    server: &mut Server,
    findings: &mut Findings,
    tally: &Tally,
) -> Result<Option<String>> {
    let began = Instant::now();
    let mut reported = began;
    while began.elapsed() < time {
        thread::sleep(SAMPLE_EVERY.min(time));
        if let Some(status) = server.ended()? {
            return Ok(Some(format!(
                "the server ended after {} s: {status}",
                began.elapsed().as_secs()
            )));
        }
        let now = server.resources()?;
        findings.samples.push((began.elapsed(), now));
        if reported.elapsed() > REPORT_EVERY {
            reported = Instant::now();
            println!("{:>5} s  {now}  {tally}", began.elapsed().as_secs());
        }
    }
    Ok(None)
}

/// Waits until the server has at most the descriptors and threads of `goal`, but not longer than
/// `SETTLING_TIME`; returns the resources that it has then. If `goal` is empty, waits one second.
fn wait_until_released(server: &mut Server, goal: Resources) -> Result<Resources> {
    let began = Instant::now();
    loop {
        thread::sleep(Duration::from_secs(1));
        let now = server.resources()?;
        let has_no_goal = goal == Resources::default();
        let is_reached = now.descriptors <= goal.descriptors && now.threads <= goal.threads;
        if has_no_goal || is_reached || began.elapsed() > SETTLING_TIME {
            return Ok(now);
        }
    }
}

/// Whether `WORKERS_MAX` handlers can run at once: the handler of `/meet` answers when that many
/// have been called.
fn all_workers_meet(address: SocketAddr) -> bool {
    thread::scope(|scope| {
        let visitors: Vec<_> = (0..WORKERS_MAX)
            .map(|_| scope.spawn(move || valid::get_status(address, "/meet")))
            .collect();
        let statuses = visitors.into_iter().map(|visitor| visitor.join());
        statuses.filter(|status| matches!(status, Ok(Ok(200)))).count() == WORKERS_MAX
    })
}
