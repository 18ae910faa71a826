//! Judges what `cargo xtask soak` has recorded about a server: makes a table of its resources over
//! time and a list of faults.

use std::fmt;
use std::time::Duration;

use crate::harness::server::Resources;

/// Maximum growth of the memory after the warm-up: a percentage plus an amount. The allocator may
/// cause this much.
const GROWTH_MAX_PERCENT: u64 = 5;
const GROWTH_MAX_KIB: u64 = 2 << 10;
/// The percentile of the samples that is called the floor here: nearly the lowest value.
const FLOOR_PERCENT: usize = 10;
const MEDIAN: usize = 50;

/// The records of a run.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) start: Resources,
    pub(super) samples: Vec<(Duration, Resources)>,
    /// The resources after all clients have left.
    pub(super) end: Resources,
    /// How the server ended by itself, if it did.
    pub(super) crash: Option<String>,
    /// Whether fewer workers than the maximum could run at once, after the run.
    pub(super) lost_workers: bool,
    pub(super) wrong_answers: u64,
    /// Answers with status 503: the server was too busy.
    pub(super) shed: u64,
    /// Whether the server did not end with success after SIGTERM.
    pub(super) unclean_stop: bool,
}

impl Findings {
    /// The faults, a sentence each; empty if there are none.
    pub(super) fn faults(&self) -> Vec<String> {
        if let Some(crash) = &self.crash {
            return vec![crash.clone()];
        }
        let mut faults = Vec::new();
        // The floor is compared, not the median: answers for slow readers take megabytes for a
        // while and raise the median; only a leak raises the floor.
        let warm = self.sixth(1, FLOOR_PERCENT);
        let last = self.sixth(5, FLOOR_PERCENT);
        let bound = warm.resident_kib * (100 + GROWTH_MAX_PERCENT) / 100 + GROWTH_MAX_KIB;
        if last.resident_kib > bound {
            let warm = warm.resident_kib;
            let last = last.resident_kib;
            faults.push(format!("the floor of memory rose from {warm} to {last} KiB"));
        }
        let mut left_over = |what, end: u64, start: u64| {
            if end > start {
                faults.push(format!("{} {what} are left over", end - start));
            }
        };
        left_over("descriptors", self.end.descriptors, self.start.descriptors);
        left_over("threads", self.end.threads, self.start.threads);
        if self.end.threads < self.start.threads {
            let lost = self.start.threads - self.end.threads;
            faults.push(format!("{lost} threads were lost"));
        }
        if self.lost_workers {
            faults.push("not all workers could run at once".to_owned());
        }
        if self.wrong_answers > 0 {
            faults.push(format!("{} wrong answers", self.wrong_answers));
        }
        if self.unclean_stop {
            faults.push("it did not stop cleanly".to_owned());
        }
        faults
    }

    /// The percentile `percent` of the resources in one sixth of the time, counted from 0. The
    /// first sixth is the warm-up.
    fn sixth(&self, number: usize, percent: usize) -> Resources {
        let count = self.samples.len();
        let part = &self.samples[count * number / 6..count * (number + 1) / 6];
        let quantile = |value: fn(&Resources) -> u64| {
            let mut values: Vec<u64> = part.iter().map(|sample| value(&sample.1)).collect();
            values.sort_unstable();
            values.get(values.len() * percent / 100).copied().unwrap_or_default()
        };
        Resources {
            resident_kib: quantile(|held| held.resident_kib),
            descriptors: quantile(|held| held.descriptors),
            threads: quantile(|held| held.threads),
        }
    }

    /// The highest value of each resource.
    fn maximum(&self) -> Resources {
        let highest = |value: fn(&Resources) -> u64| {
            self.samples.iter().map(|sample| value(&sample.1)).max().unwrap_or_default()
        };
        Resources {
            resident_kib: highest(|held| held.resident_kib),
            descriptors: highest(|held| held.descriptors),
            threads: highest(|held| held.threads),
        }
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| when | memory KiB | descriptors | threads |")?;
        writeln!(f, "|---|---|---|---|")?;
        for (when, held) in [
            ("at the start", self.start),
            ("warm-up, median of the first sixth", self.sixth(0, MEDIAN)),
            ("median of the second sixth", self.sixth(1, MEDIAN)),
            ("median of the last sixth", self.sixth(5, MEDIAN)),
            ("floor of the second sixth", self.sixth(1, FLOOR_PERCENT)),
            ("floor of the fourth sixth", self.sixth(3, FLOOR_PERCENT)),
            ("floor of the last sixth", self.sixth(5, FLOOR_PERCENT)),
            ("most", self.maximum()),
            ("when all clients were gone", self.end),
        ] {
            let Resources { resident_kib, descriptors, threads } = held;
            writeln!(f, "| {when} | {resident_kib} | {descriptors} | {threads} |")?;
        }
        let faults = self.faults();
        let verdict = if faults.is_empty() { "well".to_owned() } else { faults.join("; ") };
        write!(f, "answered 503 for being busy: {}\nverdict: {verdict}", self.shed)
    }
}

impl fmt::Display for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Resources { resident_kib, descriptors, threads } = self;
        write!(f, "{resident_kib} KiB, {descriptors} descriptors, {threads} threads")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(memory: impl Fn(u64) -> u64) -> Findings {
        let held = |kib| Resources { resident_kib: kib, descriptors: 9, threads: 20 };
        let samples = (0..600).map(|at| (Duration::from_secs(at), held(memory(at)))).collect();
        Findings { start: held(5_000), end: held(5_000), samples, ..Findings::default() }
    }

    #[test]
    fn a_server_that_settles_passes_however_it_warms_up() {
        let faults = run(|at| 30_000 + 400 * at.min(100) + at % 7 * 1_000).faults();
        assert!(faults.is_empty(), "{faults:?}");
    }

    #[test]
    fn a_slow_leak_is_seen() {
        let faults = run(|at| 30_000 + 10 * at).faults();
        assert_eq!(faults, ["the floor of memory rose from 31100 to 35100 KiB"]);
    }

    #[test]
    fn leftovers_and_losses_are_named() {
        let mut findings = run(|_| 30_000);
        findings.end.descriptors += 2;
        findings.end.threads -= 1;
        findings.lost_workers = true;
        findings.wrong_answers = 3;
        assert_eq!(
            findings.faults(),
            [
                "2 descriptors are left over",
                "1 threads were lost",
                "not all workers could run at once",
                "3 wrong answers"
            ]
        );
        findings.crash = Some("gone".to_owned());
        assert_eq!(findings.faults(), ["gone"]);
    }
}
