//! `cargo xtask slow`: thousands of connections that `slowhttptest` makes slow, in each of its modes, become the latency that others see.
//!
//! The server is `webframe/examples/soak.rs` with eight workers. Its deadlines end slow connections, so `slowhttptest` runs anew until
//! the time is over. All come from one address, of which the server takes as many as it takes in all: nobody is kept out of their way.

use anyhow::{Context, Result, bail};
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::arguments::{Arguments, Misuse};
use crate::cargo::{cargo, target};
use crate::packages::{SLOW_CLIENTS, ensure};
use crate::server::Server;
use crate::step::succeed;
use crate::visitors::{Connections, Timed, Visitors, percentile};

pub(crate) const ABOUT: &str = "measure others' latency under slowhttptest: \
    [--seconds N] [--connections N] [--rate N] [--deadline SECONDS] [--modes H,B,R,X]";

const WORKERS_MAX: u32 = 8;
/// What nobody may take.
const P99_MAX: Duration = Duration::from_millis(50);
/// Each of the visitors on kept and of those on new connections; there are four of either.
const EVERY: Duration = Duration::from_millis(40);
/// Descriptors beyond one for each slow connection, of the server and of `slowhttptest`.
const DESCRIPTORS_ELSE: u64 = 200;
/// A run of `slowhttptest` that is shorter has attacked nobody.
const ATTACK_MIN: Duration = Duration::from_secs(2);

/// One of the four kinds of slowness.
#[derive(Debug)]
struct Mode {
    letter: &'static str,
    name: &'static str,
    path: &'static str,
    options: &'static str,
}

const MODES: &[Mode] = &[
    Mode { letter: "H", name: "heads", path: "/quick", options: "-H -i 2 -x 24" },
    Mode { letter: "B", name: "contents", path: "/form", options: "-B -i 2 -s 8192 -x 10" },
    Mode {
        letter: "R",
        name: "ranges",
        path: "/files/large.bin",
        options: "-R -t GET -a 10 -b 3000",
    },
    Mode {
        letter: "X",
        name: "reading",
        path: "/files/large.bin",
        options: "-X -w 512 -y 1024 -n 2 -z 32 -k 3",
    },
];

struct Options {
    seconds: u64,
    connections: u64,
    rate: u64,
    deadline: u64,
}

/// What `slowhttptest` says of its own connections, over all of its runs.
#[derive(Debug, Default, PartialEq, Eq)]
struct Attack {
    runs: u32,
    /// The most that were open at once.
    open: u64,
    closed: u64,
    /// Looks at which its own probe had found nobody.
    unavailable: u64,
}

/// Measures each mode; fails where others were not served, or late.
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
        options.connections + DESCRIPTORS_ELSE,
        &fs::read_to_string("/proc/self/limits").context("/proc/self/limits")?,
    )?;
    let args = ["build", "--quiet", "--release", "--package", "webframe", "--example", "soak"];
    succeed(&mut cargo(&args)).context("cannot build the example")?;
    println!(
        "| slow | most open | closed | runs | others' requests | lost | p50 | p99 | longest | the server then |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let mut faults = Vec::new();
    for mode in modes {
        faults.append(&mut measure(mode, &options, &prefix).context(mode.name)?);
    }
    match faults.is_empty() {
        true => Ok(()),
        false => bail!("{}", faults.join("; ")),
    }
}

fn mode(letter: &str) -> Result<&'static Mode> {
    let found = MODES.iter().find(|mode| mode.letter == letter);
    Ok(found.ok_or_else(|| Misuse(format!("no mode {letter:?}; there are H, B, R and X")))?)
}

/// A server of its own for each mode, so that none sees what another left.
fn measure(mode: &Mode, options: &Options, prefix: &str) -> Result<Vec<String>> {
    let program = target().join("release/examples/soak");
    let (idle, deadline) = (options.seconds + 60, options.deadline);
    let command = format!("{prefix}{} {{port}} {WORKERS_MAX} {idle} {deadline}", program.display());
    let server = Server::start(&command, &target().join("slow.log"))?;
    let time = Duration::from_secs(options.seconds);
    let (attack, timed) = thread::scope(|scope| {
        let attack = scope.spawn(|| attack(server.address, mode, options, prefix));
        let kept = scope.spawn(|| visit(server.address, Connections::Kept, time));
        let new = visit(server.address, Connections::New, time);
        let kept = kept.join().expect("no panic");
        (attack.join().expect("no panic"), kept.and_then(|kept| Ok([kept, new?].concat())))
    });
    let (attack, timed) = (attack?, timed?);
    let lost = timed.iter().filter(|timed| timed.0 != 200).count();
    let p99 = percentile(&timed, 99);
    println!(
        "| {} | {} | {} | {} | {} | {lost} | {:?} | {p99:?} | {:?} | {} |",
        mode.name,
        attack.open,
        attack.closed,
        attack.runs,
        timed.len(),
        percentile(&timed, 50),
        percentile(&timed, 100),
        server.holdings()?,
    );
    Ok(faults(mode, options, &attack, lost, p99))
}

fn faults(
    mode: &Mode,
    options: &Options,
    attack: &Attack,
    lost: usize,
    p99: Duration,
) -> Vec<String> {
    let (name, wanted) = (mode.name, options.connections);
    let found = [
        // A few may be ended before the last ones begin.
        (attack.open < wanted / 10 * 9, format!("only {} of {wanted} were open", attack.open)),
        (attack.unavailable > 0, "slowhttptest found nobody there".to_owned()),
        (lost > 0, format!("{lost} of the others were not answered 200")),
        (p99 >= P99_MAX, format!("p99 of the others is {p99:?}")),
    ];
    found.into_iter().filter(|fault| fault.0).map(|fault| format!("{name}: {}", fault.1)).collect()
}

fn visit(address: SocketAddr, connections: Connections, time: Duration) -> Result<Vec<Timed>> {
    Visitors { address, path: "/quick", count: 4, every: EVERY, connections }.visit(time)
}

/// Runs `slowhttptest` until the time is over, anew each time that the server has ended all of its connections.
fn attack(address: SocketAddr, mode: &Mode, options: &Options, prefix: &str) -> Result<Attack> {
    let (began, mut attack) = (Instant::now(), Attack::default());
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
            bail!("slowhttptest ended at once; what it said is in {}.log", log.display());
        }
    }
}

fn attack_once(line: &str, log: &Path) -> Result<()> {
    let log = log.with_extension("log");
    let output = fs::File::create(&log).with_context(|| log.display().to_string())?;
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next().context("no program")?);
    command.args(words).stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
    succeed(&mut command).with_context(|| format!("what it said is in {}", log.display()))
}

impl Attack {
    /// Adds one run: its state at each second, under `Seconds,Closed,Pending,Connected,Service Available`.
    fn read(&mut self, csv: &str) -> Result<()> {
        let mut closed = 0;
        for line in csv.lines().skip(1) {
            let fields = line.split(',').map(|field| field.trim().parse::<u64>());
            let fields = fields.collect::<Result<Vec<_>, _>>().with_context(|| line.to_owned())?;
            let [_, closed_now, _, open, available] = fields[..] else {
                bail!("{line:?} has not five fields");
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

/// The words before a command that may open so many descriptors: none, where our own limit will do, as it is inherited.
fn with_descriptors(needed: u64, limits: &str) -> Result<String> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let mut numbers = line.context("/proc has no limit of open files")?.split_whitespace();
    let mut limit = || match numbers.next() {
        Some("unlimited") => Ok(u64::MAX),
        number => number.and_then(|n| n.parse().ok()).context("/proc has no limit of open files"),
    };
    let (soft, hard) = (limit()?, limit()?);
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
        assert_eq!(error.to_string(), "\"1,2,3\" has not five fields");
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
    fn every_miss_of_what_is_wanted_is_a_fault() {
        let options = Options { seconds: 60, connections: 4_000, rate: 1_000, deadline: 10 };
        let attack = |open, unavailable| Attack { runs: 1, open, closed: 0, unavailable };
        let found = |attack, lost, millis| {
            faults(&MODES[0], &options, &attack, lost, Duration::from_millis(millis))
        };
        assert!(found(attack(4_000, 0), 0, 49).is_empty());
        assert_eq!(found(attack(3_000, 0), 0, 49), ["heads: only 3000 of 4000 were open"]);
        assert_eq!(found(attack(4_000, 1), 0, 49), ["heads: slowhttptest found nobody there"]);
        assert_eq!(found(attack(4_000, 0), 0, 50), ["heads: p99 of the others is 50ms"]);
        assert_eq!(found(attack(4_000, 0), 2, 1), ["heads: 2 of the others were not answered 200"]);
    }
}
