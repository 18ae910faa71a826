//! `cargo xtask cluster`: tests that a cluster survives faults without losing data.
//!
//! It starts three Galera nodes (MariaDB servers) and two instances of dictapp behind HAProxy. It
//! kills, freezes and restarts some of them while a class, a group of simulated pupils, uses
//! dictapp. It fails if a row that was acknowledged to a pupil is missing or duplicated on a node,
//! if a request took too long, or if more requests failed than the fault allows.

mod haproxy;

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::arguments::Arguments;
use crate::harness::class::{Class, Score};
use crate::harness::instance::{Instance, Launch, Profile, build};
use crate::harness::ledger::ROWS;
use crate::harness::mariadb::{MariaDb, scratch_folder};
use crate::steps::packages::{CLUSTER, ensure};
use crate::steps::{seed, step};
use haproxy::{Haproxy, SOURCE};

pub(crate) const ABOUT: &str = "break a cluster under load: --short, --pupils N, --seed N, --program FILE, --keep (leaves the logs)";

const NODES: usize = 3;
const PUPILS: usize = 64;
/// Maximum time of a request, and from a fault until requests succeed again.
const WAIT_MAX: Duration = Duration::from_secs(4);
/// The same in the short form (`--short`), which must also pass on a busy machine.
const WAIT_MAX_SHORT: Duration = Duration::from_secs(12);
/// How long a node stays frozen: longer than a statement may take.
const FROZEN: Duration = Duration::from_secs(5);
/// How long the class goes on after each fault.
const CALM_TIME: Duration = Duration::from_secs(3);
const CALM_TIME_SHORT: Duration = Duration::from_secs(1);
/// How long a stopping instance still serves, as conf/deploy/haproxy.cfg requires.
const NOTICE: &str = "3s";
/// Requests that must succeed after a fault before it counts as over.
const RECOVERED: u64 = 64;

struct Options {
    pupils: usize,
    seed: u64,
    calm: Duration,
    wait_max: Duration,
    /// The number of requests that may fail although the fault should let none fail: 0, or in the
    /// short form one for each pupil.
    slack: u64,
}

/// The whole cluster; its parts end when it is dropped.
struct Cluster {
    nodes: Vec<MariaDb>,
    instances: Vec<Instance>,
    haproxy: Haproxy,
}

/// A fault, and how many requests may fail by it.
struct Fault {
    name: &'static str,
    failed_max: FailedMax,
    work: fn(&mut Cluster) -> Result<()>,
}

/// How many requests may fail by a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FailedMax {
    None,
    /// The requests in flight: at most one of each pupil.
    InFlight,
}

const FAULTS: &[Fault] = &[
    Fault { name: "calm", failed_max: FailedMax::None, work: |_| Ok(()) },
    Fault {
        name: "the node that is written to is killed",
        failed_max: FailedMax::None,
        work: |cluster| cluster.nodes[0].kill(),
    },
    Fault {
        name: "it joins again",
        failed_max: FailedMax::None,
        work: |cluster| cluster.nodes[0].start_again(),
    },
    Fault {
        name: FREEZES,
        failed_max: FailedMax::None,
        work: |cluster| {
            cluster.nodes[1].freeze()?;
            thread::sleep(FROZEN);
            Ok(())
        },
    },
    Fault {
        name: "it goes on",
        failed_max: FailedMax::None,
        work: |cluster| {
            cluster.nodes[1].resume()?;
            cluster.nodes[1].wait_until_synced()
        },
    },
    Fault {
        name: "an instance is killed",
        failed_max: FailedMax::InFlight,
        work: |cluster| cluster.instances[0].kill(),
    },
    Fault {
        name: "it starts again",
        failed_max: FailedMax::None,
        work: |cluster| cluster.instances[0].start_again(),
    },
    Fault {
        name: "the instances restart in turn",
        failed_max: FailedMax::None,
        work: |cluster| {
            for number in 0..cluster.instances.len() {
                cluster.instances[number].stop()?;
                cluster.instances[number].start_again()?;
                cluster.haproxy.wait_for_both()?;
            }
            Ok(())
        },
    },
];

/// The faults that the short form leaves out: on a busy machine the whole cluster may be
/// unavailable for some seconds until it has admitted the frozen node again.
const LEFT_OUT: [&str; 2] = [FREEZES, "it goes on"];
const FREEZES: &str = "the node that is written to now freezes";

/// Makes all faults, one after the other; the error lists the failures.
pub(crate) fn run(mut arguments: Arguments) -> Result<()> {
    let is_short = arguments.take_flag("--short");
    let pupils = arguments.take_option("--pupils")?.unwrap_or(PUPILS);
    let seed = seed(&mut arguments)?;
    let is_kept = arguments.take_flag("--keep");
    let program: Option<PathBuf> = arguments.take_option("--program")?;
    arguments.finish()?;
    let (calm, wait_max) =
        if is_short { (CALM_TIME_SHORT, WAIT_MAX_SHORT) } else { (CALM_TIME, WAIT_MAX) };
    step("the packages that a cluster needs", || ensure(CLUSTER))?;
    let program = match program {
        Some(program) => program,
        None => step("dictapp", || build(Profile::Dev))?,
    };
    let folder = scratch_folder("dictapp-cluster-")?;
    let title = format!("cluster, {pupils} pupils, seed {seed}");
    let slack = if is_short { pupils as u64 } else { 0 };
    let options = Options { pupils, seed, calm, wait_max, slack };
    let done = step(&title, || run_faults(&program, folder.path(), &options));
    if is_kept {
        println!("the logs are in {}", folder.keep().display());
    }
    done
}

/// The short form, for `cargo xtask test`.
pub(crate) fn check() -> Result<()> {
    run(Arguments::new(["--short", "--pupils", "32"].map(str::to_owned)))
}

/// Makes the faults while the class works, then compares the rows of each node with the
/// acknowledged requests.
fn run_faults(program: &Path, folder: &Path, options: &Options) -> Result<()> {
    let mut cluster = Cluster::start(program, folder)?;
    let class = Class::new(vec![cluster.haproxy.address], options.seed);
    let mut wrong = Vec::new();
    class.during(options.pupils, || -> Result<()> {
        if !class.wait_for(options.pupils as u64 * 4, Duration::from_secs(60)) {
            bail!("the class did not begin: {}", class.take_score());
        }
        let is_wanted = |fault: &&Fault| options.slack == 0 || !LEFT_OUT.contains(&fault.name);
        for fault in FAULTS.iter().filter(is_wanted) {
            class.take_score();
            (fault.work)(&mut cluster)
                .with_context(|| format!("{}; {}", fault.name, cluster.states()))?;
            thread::sleep(options.calm);
            if !class.wait_for(RECOVERED, options.wait_max) {
                let states = cluster.states();
                wrong.push(format!(
                    "{}: not over after {:?}; {states}",
                    fault.name, options.wait_max
                ));
            }
            let score = class.take_score();
            println!("{:40} {score}; load {}", fault.name, load());
            wrong.extend(judge(fault, &score, options));
        }
        Ok(())
    })?;
    for (number, node) in cluster.nodes.iter_mut().enumerate() {
        node.wait_until_synced()?;
        let rows = node.sql(&format!("use dict; set wsrep_sync_wait = 1; {ROWS}"))?;
        let verdict = class.ledger.compare(&rows)?;
        println!("node {}: {verdict}", number + 1);
        wrong.extend(verdict.judge().err().map(|error| format!("node {}: {error}", number + 1)));
    }
    if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("\n")) }
}

/// The effects of a fault on the pupils that are not allowed; empty if there are none.
fn judge(fault: &Fault, score: &Score, options: &Options) -> Vec<String> {
    let failed_max = match fault.failed_max {
        FailedMax::None => options.slack,
        FailedMax::InFlight => options.pupils as u64,
    };
    let mut wrong = Vec::new();
    if score.failed > failed_max {
        wrong.push(format!("{}: more than {failed_max} failed: {score}", fault.name));
    }
    if score.status_500 > 0 {
        wrong.push(format!("{}: answers with status 500: {score}", fault.name));
    }
    if score.as_guest > 0 {
        wrong.push(format!("{}: users were shown pages of guests: {score}", fault.name));
    }
    if score.longest > options.wait_max {
        let most = options.wait_max;
        wrong.push(format!("{}: somebody waited longer than {most:?}: {score}", fault.name));
    }
    wrong
}

/// The mean number of processes that wanted a processor in the last minute. If it exceeds the
/// number of cores, other programs lengthen the waits.
fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

impl Cluster {
    /// The state of each node, for errors.
    fn states(&self) -> String {
        let state =
            |(number, node): (usize, &MariaDb)| format!("node{}: {}", number + 1, node.state());
        self.nodes.iter().enumerate().map(state).collect::<Vec<_>>().join("; ")
    }

    fn start(program: &Path, folder: &Path) -> Result<Cluster> {
        let nodes = MariaDb::start_cluster(folder, NODES)?;
        let urls: Vec<String> = nodes.iter().map(MariaDb::url).collect();
        let proxied = format!("server.proxy_protocol_from={SOURCE}");
        let settings = vec![proxied, format!("server.drain_notice={NOTICE}")];
        let launch = Launch {
            program: PathBuf::from(program),
            database: urls.join(","),
            settings,
            ..Launch::default()
        };
        let instance = |name: &str| Instance::start(launch.clone(), &folder.join(name));
        let instances = vec![instance("one.log")?, instance("two.log")?];
        let haproxy = Haproxy::start(folder, [instances[0].address, instances[1].address])?;
        Ok(Cluster { nodes, instances, haproxy })
    }
}
