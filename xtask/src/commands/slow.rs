//! `cargo xtask slow`: measures the latency of ordinary clients while the program `slowhttptest`
//! holds thousands of slow connections, in each of its modes.
//!
//! The server is `webframe/examples/soak.rs` with eight workers. Its deadlines close slow
//! connections, so `slowhttptest` is started again until the time is over. All connections come
//! from one address; the server's limit of connections for an address is as high as its limit of
//! all connections, so that none is refused.

use anyhow::{Context, Result, bail};
use std::fmt;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::arguments::{Arguments, Misuse};
use crate::harness::server::Server;
use crate::harness::visitors::{Connections, Timed, Visitors, percentile};
use crate::steps::cargo::{cargo, target};
use crate::steps::packages::{SLOW_CLIENTS, ensure};
use crate::steps::succeed;

pub(crate) const ABOUT: &str = "measure the latency of ordinary clients under slowhttptest: \
    [--seconds N] [--connections N] [--rate N] [--deadline SECONDS] [--modes H,B,R,X]";

/// The server's maximum number of worker threads.
const WORKERS_MAX: u32 = 8;
/// Maximum 99th percentile of the latency of ordinary clients.
const P99_MAX: Duration = Duration::from_millis(50);
/// The interval in which each ordinary client sends a request. Four clients keep their connections,
/// four open a new one for each request.
const INTERVAL: Duration = Duration::from_millis(40);
/// Number of descriptors that the server and `slowhttptest` may each need in addition to one for
/// each slow connection.
const OTHER_DESCRIPTORS: u64 = 200;
/// How long the ordinary clients are measured without an attack.
const BASELINE_TIME: Duration = Duration::from_secs(10);
/// A run of `slowhttptest` shorter than this is not an attack.
const ATTACK_MIN: Duration = Duration::from_secs(2);

/// One of the four modes of `slowhttptest`: slow heads, slow bodies, many ranges, slow reading.
#[derive(Debug)]
struct Mode {
    letter: &'static str,
    name: &'static str,
    path: &'static str,
    options: &'static str,
    outcome: Outcome,
}

/// The expected end of the connections of an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// The connections stay open until a deadline closes them.
    Held,
    /// The connections are answered and closed immediately.
    Answered,
}

const MODES: &[Mode] = &[
    Mode {
        letter: "H",
        name: "heads",
        path: "/quick",
        options: "-H -i 2 -x 24",
        outcome: Outcome::Held,
    },
    Mode {
        letter: "B",
        name: "bodies",
        path: "/form",
        options: "-B -i 2 -s 8192 -x 10",
        outcome: Outcome::Held,
    },
    Mode {
        letter: "R",
        name: "ranges",
        path: "/files/large.bin",
        // As many ranges as fit into a request head: a larger head is refused before its ranges are
        // parsed.
        options: "-R -a 10 -b 1500",
        outcome: Outcome::Answered,
    },
    Mode {
        letter: "X",
        name: "reading",
        path: "/files/large.bin",
        options: "-X -w 512 -y 1024 -n 2 -z 32 -k 3",
        outcome: Outcome::Held,
    },
];

struct Options {
    /// The duration of each attack.
    seconds: u64,
    connections: u64,
    /// New connections a second.
    rate: u64,
    /// The server's deadline for a head and for a body, in seconds.
    deadline: u64,
}

/// The counts that `slowhttptest` reports, over all of its runs.
#[derive(Debug, Default, PartialEq, Eq)]
struct Attack {
    runs: u32,
    /// The highest number of open connections.
    open: u64,
    /// The number of connections that the server has closed.
    closed: u64,
    /// The seconds in which the probe of `slowhttptest` got no answer.
    unavailable: u64,
}

/// Measures each mode. Fails if ordinary clients were served late or not at all.
pub(crate) fn run(mut arguments: Arguments) -> Result<()> {
    let modes: String = arguments.take_option("--modes")?.unwrap_or_else(|| "H,B,R,X".to_owned());
    let options = Options {
        seconds: arguments.take_option("--seconds")?.unwrap_or(60),
        connections: arguments.take_option("--connections")?.unwrap_or(4_000),
        rate: arguments.take_option("--rate")?.unwrap_or(1_000),
        deadline: arguments.take_option("--deadline")?.unwrap_or(10),
    };
    arguments.finish()?;
    let modes = modes.split(',').map(mode).collect::<Result<Vec<_>>>()?;
    ensure(SLOW_CLIENTS)?;
    let prefix = with_descriptors(
        options.connections + OTHER_DESCRIPTORS,
        &fs::read_to_string("/proc/self/limits").context("/proc/self/limits")?,
    )?;
    let args = ["build", "--quiet", "--release", "--package", "webframe", "--example", "soak"];
    succeed(&mut cargo(&args)).context("cannot build the example")?;
    println!(
        "| attack | max open | closed | runs | ordinary requests | lost | p50 | p99 | longest | server afterwards |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let mut faults = measure_baseline(&options, &prefix)?;
    for mode in modes {
        faults.append(&mut measure(mode, &options, &prefix).context(mode.name)?);
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("; "));
    }
    Ok(())
}

fn mode(letter: &str) -> Result<&'static Mode> {
    let found = MODES.iter().find(|mode| mode.letter == letter);
    Ok(found.ok_or_else(|| Misuse(format!("no mode {letter:?}; there are H, B, R and X")))?)
}

/// Measures the ordinary clients without an attack, for comparison. `prefix` is that of commands
/// that need many descriptors.
fn measure_baseline(options: &Options, prefix: &str) -> Result<Vec<String>> {
    let server = start(options, prefix)?;
    let time = BASELINE_TIME.min(Duration::from_secs(options.seconds));
    let good_clients = OrdinaryClients::from_timed(&run_good_clients(server.address, time)?);
    println!("| none | 0 | 0 | 0 | {good_clients} | {} |", server.resources()?);
    Ok(good_clients.faults("nobody"))
}

/// Measures one mode with a new server; prints a row and returns the faults.
fn measure(mode: &Mode, options: &Options, prefix: &str) -> Result<Vec<String>> {
    let server = start(options, prefix)?;
    let time = Duration::from_secs(options.seconds);
    let (attack, timed) = thread::scope(|scope| {
        let attack = scope.spawn(|| attack(server.address, mode, options, prefix));
        let timed = run_good_clients(server.address, time);
        (attack.join().expect("no panic"), timed)
    });
    let attack = attack?;
    let good_clients = OrdinaryClients::from_timed(&timed?);
    println!(
        "| {} | {} | {} | {} | {good_clients} | {} |",
        mode.name,
        attack.open,
        attack.closed,
        attack.runs,
        server.resources()?
    );
    Ok([attack.faults(mode, options.connections), good_clients.faults(mode.name)].concat())
}

fn start(options: &Options, prefix: &str) -> Result<Server> {
    let program = target().join("release/examples/soak");
    let idle = options.seconds + 60; // the idle timeout: longer than the measurement
    let deadline = options.deadline;
    let command = format!("{prefix}{} {{port}} {WORKERS_MAX} {idle} {deadline}", program.display());
    Server::start(&command, &target().join("slow.log"))
}

/// Runs the ordinary clients for this time. Half of them keep their connections.
fn run_good_clients(address: SocketAddr, time: Duration) -> Result<Vec<Timed>> {
    let visit = |connections| {
        Visitors { address, path: "/quick", count: 4, interval: INTERVAL, connections }.visit(time)
    };
    let (kept, new) = thread::scope(|scope| {
        let kept = scope.spawn(|| visit(Connections::Kept));
        let new = visit(Connections::New);
        (kept.join().expect("no panic"), new)
    });
    Ok([kept?, new?].concat())
}

/// How the ordinary clients were served.
#[derive(Debug, PartialEq, Eq)]
struct OrdinaryClients {
    requests: usize,
    lost: usize,
    p50: Duration,
    p99: Duration,
    longest: Duration,
}

impl OrdinaryClients {
    fn from_timed(timed: &[Timed]) -> OrdinaryClients {
        OrdinaryClients {
            requests: timed.len(),
            lost: timed.iter().filter(|timed| timed.status != 200).count(),
            p50: percentile(timed, 50),
            p99: percentile(timed, 99),
            longest: percentile(timed, 100),
        }
    }

    fn faults(&self, attack: &str) -> Vec<String> {
        let found = [
            (self.lost > 0, format!("{} ordinary requests were not answered 200", self.lost)),
            (self.p99 >= P99_MAX, format!("p99 of the ordinary requests is {:?}", self.p99)),
        ];
        named(attack, &found)
    }
}

impl fmt::Display for OrdinaryClients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let OrdinaryClients { requests, lost, p50, p99, longest } = self;
        write!(f, "{requests} | {lost} | {p50:.1?} | {p99:.1?} | {longest:.1?}")
    }
}

/// The texts of the faults that were found (`true`), with the name of the attack.
fn named(attack: &str, found: &[(bool, String)]) -> Vec<String> {
    found.iter().filter(|fault| fault.0).map(|fault| format!("{attack}: {}", fault.1)).collect()
}

/// Runs `slowhttptest` until the time is over; restarts it when the server has closed all of its
/// connections.
fn attack(address: SocketAddr, mode: &Mode, options: &Options, prefix: &str) -> Result<Attack> {
    let began = Instant::now();
    let mut attack = Attack::default();
    let log = target().join("slowhttptest");
    loop {
        let run_began = Instant::now();
        let left = options.seconds.saturating_sub(began.elapsed().as_secs()).max(1);
        let line = format!(
            "{prefix}slowhttptest {} -c {} -r {} -l {left} -p 3 -u http://{address}{} -g -o {}",
            mode.options,
            options.connections,
            options.rate,
            mode.path,
            log.display()
        );
        attack_once(&line, &log)?;
        let csv = log.with_extension("csv");
        let text = fs::read_to_string(&csv).with_context(|| csv.display().to_string())?;
        attack.read(&text).with_context(|| csv.display().to_string())?;
        if began.elapsed().as_secs() + ATTACK_MIN.as_secs() >= options.seconds {
            return Ok(attack);
        }
        if run_began.elapsed() < ATTACK_MIN {
            bail!("slowhttptest ended at once; its output is in {}.log", log.display());
        }
    }
}

/// Runs one command of `slowhttptest`; its output goes to the log.
fn attack_once(line: &str, log: &Path) -> Result<()> {
    let log = log.with_extension("log");
    let output = fs::File::create(&log).with_context(|| log.display().to_string())?;
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next().context("no program")?);
    command.args(words).stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
    succeed(&mut command).with_context(|| format!("its output is in {}", log.display()))
}

impl Attack {
    /// The faults that the attack shows: it was weaker than planned, or the server did not answer
    /// the probe of `slowhttptest`.
    fn faults(&self, mode: &Mode, wanted: u64) -> Vec<String> {
        // Connections that are held are open at the same time; answered ones are closed soon.
        let (made, what) = match mode.outcome {
            Outcome::Held => (self.open, "open"),
            Outcome::Answered => (self.closed, "made"),
        };
        let found = [
            // The server may close a few before the last ones begin.
            (made < wanted / 10 * 9, format!("only {made} of {wanted} were {what}")),
            (self.unavailable > 0, "slowhttptest got no answer to its probe".to_owned()),
        ];
        named(mode.name, &found)
    }

    /// Adds the report of one run: a line for each second, below the line `Seconds,Closed,Pending,
    /// Connected,Service Available`.
    fn read(&mut self, csv: &str) -> Result<()> {
        let mut closed = 0;
        for line in csv.lines().skip(1) {
            let fields = line.split(',').map(|field| field.trim().parse::<u64>());
            let fields = fields.collect::<Result<Vec<_>, _>>().with_context(|| line.to_owned())?;
            let [_, closed_now, _, open, available] = fields[..] else {
                bail!("{line:?} does not have five fields");
            };
            closed = closed_now;
            self.open = self.open.max(open);
            self.unavailable += u64::from(available == 0);
        }
        self.runs += 1;
        self.closed += closed;
        Ok(())
    }
}

/// The prefix of a command that needs this number of descriptors. It is empty if the limit of this
/// process, which the command inherits, is high enough. `limits` is `/proc/self/limits`.
fn with_descriptors(needed: u64, limits: &str) -> Result<String> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let mut numbers = line.context("/proc has no limit of open files")?.split_whitespace();
    let mut limit = || match numbers.next() {
        Some("unlimited") => Ok(u64::MAX),
        number => number.and_then(|n| n.parse().ok()).context("/proc has no limit of open files"),
    };
    let soft = limit()?;
    let hard = limit()?;
    if hard < needed {
        bail!(
            "{needed} descriptors are needed and the hard limit is {hard}: \
            raise it (ulimit -Hn, as root), or ask for fewer --connections"
        );
    }
    Ok(if soft < needed { format!("prlimit --nofile={needed}: ") } else { String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runs_of_an_attack_add_up() {
        let head = "Seconds,Closed,Pending,Connected,Service Available\n";
        let mut attack = Attack::default();
        attack.read(&format!("{head}0,0,1,0,300\n1,0,1,300,300\n2,170,0,130,0\n")).unwrap();
        attack.read(&format!("{head}0,0,1,0,300\n1,30,1,270,300\n")).unwrap();
        assert_eq!(attack, Attack { runs: 2, open: 300, closed: 200, unavailable: 1 });
        let error = attack.read(&format!("{head}1,2,3\n")).unwrap_err();
        assert_eq!(error.to_string(), "\"1,2,3\" does not have five fields");
        attack.read(&format!("{head}1,2,x,4,5\n")).unwrap_err();
    }

    #[test]
    fn a_low_limit_of_descriptors_is_raised_or_named() {
        let limits = |numbers: &str| {
            format!("Max processes 9 9 processes\nMax open files            {numbers}    files\n")
        };
        assert_eq!(with_descriptors(4_200, &limits("20000 20000")).unwrap(), "");
        let raised = with_descriptors(4_200, &limits("1024 unlimited")).unwrap();
        assert_eq!(raised, "prlimit --nofile=4200: ");
        assert_eq!(
            with_descriptors(4_200, &limits("1024 4096")).unwrap_err().to_string(),
            "4200 descriptors are needed and the hard limit is 4096: \
            raise it (ulimit -Hn, as root), or ask for fewer --connections"
        );
    }

    #[test]
    fn every_missed_limit_is_a_fault() {
        let attack = |open, closed, unavailable| Attack { runs: 1, open, closed, unavailable };
        let found = |letter, attack: Attack| attack.faults(mode(letter).unwrap(), 4_000);
        assert!(found("H", attack(4_000, 0, 0)).is_empty());
        assert_eq!(found("H", attack(3_000, 9_000, 0)), ["heads: only 3000 of 4000 were open"]);
        assert_eq!(
            found("X", attack(4_000, 0, 1)),
            ["reading: slowhttptest got no answer to its probe"]
        );
        assert!(found("R", attack(3, 8_000, 0)).is_empty());
        assert_eq!(found("R", attack(3, 30, 0)), ["ranges: only 30 of 4000 were made"]);
        let good_clients = |status, millis| {
            let timed = [Timed { status, waited: Duration::from_millis(millis) }; 3];
            OrdinaryClients::from_timed(&timed).faults("heads")
        };
        assert!(good_clients(200, 49).is_empty());
        assert_eq!(good_clients(200, 50), ["heads: p99 of the ordinary requests is 50ms"]);
        assert_eq!(good_clients(0, 1), ["heads: 3 ordinary requests were not answered 200"]);
    }
}
