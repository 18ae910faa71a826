//! `cargo xtask fuzz`: runs the fuzz targets of `webframe/fuzz`. In each of these programs
//! libFuzzer searches for an input that violates a property of one of webframe's parsers. Prints a
//! row for each target: executions, coverage, and the input that fails, if any.
//!
//! Stable Rust suffices: compiler flags enable LLVM's instrumentation. The address sanitizer would
//! need a nightly compiler and finds little in code without `unsafe`.
//!
//! The seeds of a target are made of the wire cases (requests in files of webframe's tests), the
//! examples below, and the inputs in `webframe/fuzz/corpus`. `--keep` replaces these inputs by the
//! smallest set that reaches every branch that the wire cases do not reach. webframe's own tests
//! check these inputs too.

use anyhow::{Context, Result, anyhow, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::arguments::{Arguments, Misuse};
use crate::steps::cargo::{cargo, target as target_folder, workspace};
use crate::steps::{step, succeed};

pub(crate) const ABOUT: &str = "run the fuzz targets, one after the other: [TARGET] [--seconds N] \
    [--keep], which stores the smallest set of inputs with the same coverage in webframe/fuzz/corpus";

/// A fuzz target, and its seeds.
struct Target {
    name: &'static str,
    /// Makes a seed of a wire case. `None`: the case is of no use for this target.
    seed: fn(&[u8]) -> Option<Vec<u8>>,
    /// Seeds for input that no wire case covers.
    examples: &'static [&'static [u8]],
    /// Maximum length of an input.
    bytes_max: u32,
}

const TARGETS: &[Target] = &[
    Target { name: "head", seed: |case| Some(case.to_vec()), examples: &[], bytes_max: 4096 },
    Target { name: "chunked", seed: chunks_of, examples: &[], bytes_max: 1024 },
    Target { name: "connection", seed: twice, examples: &[], bytes_max: 4096 },
    Target {
        name: "urlencoded",
        seed: |_| None,
        examples: &[
            b"a=b&c=d",
            b"a=%E4%BD%A0+x&&b",
            b"=%ff&%",
            b"a=b=c;d&a=%2",
            b"name=x&msg=%26%3d",
        ],
        bytes_max: 512,
    },
    Target {
        name: "cookie",
        seed: |_| None,
        examples: &[
            b"a=b; c=d",
            b"session=8f14e45f;x",
            b"a=\"b\"; =; \t c = d ;",
            b"\xc3\xa9=\xc3\xbc; a=\0b=c",
        ],
        bytes_max: 512,
    },
    Target {
        name: "range",
        seed: |_| None,
        examples: &[
            b"\x01\x01\0\0bytes=0-99",
            b"\x01\x01\0\0bytes=-5",
            b"\x01\x01\0\0bytes=5-, 7-9,,-1",
            b"\0\0\0\0BYTES=0-18446744073709551616",
        ],
        bytes_max: 256,
    },
    Target {
        name: "accept_encoding",
        seed: |_| None,
        examples: &[
            b"gzip, br",
            b"gzip;q=0.5, *;q=0.1",
            b"identity;q=0, br;q=1.000",
            b"zh-TW, en;q=0.7, *;q=0",
            b"x-gzip;q=0.001",
        ],
        bytes_max: 256,
    },
    Target { name: "multipart", seed: |_| None, examples: FORMS, bytes_max: 1024 },
    Target { name: "proxy", seed: |_| None, examples: PROXY_HEADERS, bytes_max: 640 },
    Target {
        name: "forwarded",
        seed: |_| None,
        examples: &[
            b"1.1.1.1, 10.3.3.3",
            b"[2001:db8::1]:80, ::ffff:10.2.2.2,10.1.1.1:9",
            b"for=\"[::1]:4711\";proto=https;by=10.0.0.1, for=unknown",
            b"for=\"1.1.1.1;proto=https, ,",
        ],
        bytes_max: 256,
    },
    Target { name: "websocket", seed: |_| None, examples: FRAMES, bytes_max: 512 },
];

/// WebSocket frames of a client. The first byte of each input decides where the bytes are cut. A
/// text; a message in fragments around a ping; a compressed message; a close; invalid frames.
const FRAMES: &[&[u8]] = &[
    b"\x03\x81\x85\0\0\0\0Hello\x82\x80\0\0\0\0",
    b"\x07\x01\x82\x01\x02\x03\x04ab\x89\x81\0\0\0\0p\x80\x81\0\0\0\0c\x8a\x80\0\0\0\0",
    b"\0\xc1\x87\0\0\0\0\xf2\x48\xcd\xc9\xc9\x07\0\x88\x80\0\0\0\0",
    b"\x02\x88\x85\0\0\0\0\x03\xe8bye\x81\x80\0\0\0\0",
    b"\x01\x81\x83\0\0\0\0\xce\xba\xff\x83\x80\0\0\0\0",
    b"\0\x82\xfe\0\x7e\0\0\0\0\x82\xff\0\0\0\0\0\x02\0\0\0\0\0\0",
];

/// Multipart forms, each after a line with its boundary.
const FORMS: &[&[u8]] = &[
    b"b\n--b--\r\n",
    b"b\n--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b--\r\n",
    b"----x\n------x\r\nContent-Disposition: form-data; name=\"%22%0D%0A\"; filename=\"\\a/b\"\r\n\
        Content-Type: text/plain\r\n\r\n\r\n----y\r\n------x--",
    b"a b'()+_,-./:=?\nbefore\r\n--a b'()+_,-./:=? \t\r\ncontent-disposition:FORM-DATA ;NAME=a;x=\"\"\r\n\
        Content-Transfer-Encoding: 8bit\r\nX: y\r\n\r\n--a b'()+_,-./:=?-- \r\nbehind",
    b"b\n--b\r\nContent-Disposition: form-data; name=a; filename=..\r\n\r\n1\r\n--b\r\n\
        Content-Disposition: form-data; name=a; filename*=utf-8''b\r\n\r\n2\r\n--b-",
];

/// PROXY headers of both versions with all parts: addresses, a checksum, TLS information.
const PROXY_HEADERS: &[&[u8]] = &[
    b"PROXY TCP4 192.0.2.1 10.0.0.1 4711 80\r\nGET / HTTP/1.1\r\n",
    b"PROXY TCP6 2001:DB8::1 ::ffff:10.0.0.1 65535 0\r\n",
    b"PROXY UNKNOWN what ever\r\n",
    b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0",
    b"\r\n\r\n\0\r\nQUIT\n\x21\0\0\x03xyz",
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x13\xc0\0\x02\x01\x0a\0\0\x01\x12\x67\0\x50\x03\0\x04\xd4\x57\xb5\x81",
    b"\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x36from this client to another host.123\x20\0\x0f\x01\0\0\0\x01\x21\0\x07TLSv1.2",
];

/// The instrumentation that libFuzzer reads: counters and traces of comparisons.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Cllvm-args=-simplifycfg-branch-fold-threshold=0";

/// The default time for each target.
const SECONDS: u32 = 60;

/// The prefix of the names of seeds; libFuzzer names its own files by content.
const SEED: &str = "seed-";

/// The outcome of one target.
struct Outcome {
    target: &'static str,
    executions: String,
    /// The number of branches that were reached.
    coverage: String,
    /// The file with the input that fails, if any.
    finding: Option<PathBuf>,
}

/// Fuzzes the targets and prints the table. Fails if an input failed; the table names its file.
pub(crate) fn run(mut arguments: Arguments) -> Result<()> {
    let seconds = arguments.take_option("--seconds")?.unwrap_or(SECONDS);
    let keeps = arguments.take_flag("--keep");
    let name = arguments.take_word();
    arguments.finish()?;
    let chosen = chosen(name.as_deref())?;
    let platform = platform()?;
    step("build of webframe/fuzz", || build(&platform))?;
    let mut outcomes = Vec::new();
    for target in chosen {
        let title = format!("fuzz {} for {seconds} s", target.name);
        outcomes.push(step(&title, || fuzz(target, &platform, seconds))?);
        if keeps {
            store_smallest_corpus(target, &platform)?;
        }
    }
    report(&outcomes)
}

/// The target with this name; without a name, all targets.
fn chosen(name: Option<&str>) -> Result<Vec<&'static Target>> {
    let chosen: Vec<_> =
        TARGETS.iter().filter(|target| name.is_none_or(|name| name == target.name)).collect();
    if chosen.is_empty() {
        let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
        let name = name.unwrap_or_default();
        let text = format!("no fuzz target {name:?}; there are {}", names.join(", "));
        return Err(anyhow!(Misuse(text)));
    }
    Ok(chosen)
}

/// The target triple of this machine. It is passed explicitly, so that build scripts are not
/// instrumented.
fn platform() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("cannot start rustc")?;
    let text = String::from_utf8(output.stdout).context("rustc -vV")?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc -vV names no host")?.to_owned())
}

/// The folder of everything that this command writes, except the corpus in the repository.
fn folder() -> PathBuf {
    target_folder().join("fuzz")
}

fn build(platform: &str) -> Result<()> {
    let mut command = cargo(&["build", "--release", "--target", platform]);
    command.current_dir(workspace().join("webframe/fuzz"));
    succeed(command.env("CARGO_TARGET_DIR", absolute(&folder())?).env("RUSTFLAGS", FLAGS))
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).with_context(|| path.display().to_string())
}

/// Writes the seeds, runs a target for this time, and parses its log.
fn fuzz(target: &Target, platform: &str, seconds: u32) -> Result<Outcome> {
    let corpus = make_folder(&folder().join("corpus").join(target.name))?;
    let findings = make_folder(&folder().join("findings").join(target.name))?;
    let cases = cases(target)?;
    let seeds: Vec<&[u8]> =
        target.examples.iter().copied().chain(cases.iter().map(|case| &case[..])).collect();
    write_seeds(&seeds, &corpus)?;
    let log = folder().join(format!("{}.log", target.name));
    let output = fs::File::create(&log).with_context(|| log.display().to_string())?;
    let program = program(target, platform);
    let status = Command::new(&program)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={}", target.bytes_max))
        .arg(format!("-artifact_prefix={}/", findings.display()))
        .args(["-print_final_stats=1", "-rss_limit_mb=1024", "-timeout=10"])
        .arg(corpus)
        .args(Some(kept_folder(target)).filter(|kept| kept.is_dir()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(output)
        .status()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let report = fs::read(&log).with_context(|| log.display().to_string())?;
    let outcome = outcome(target.name, &String::from_utf8_lossy(&report));
    if !status.success() && outcome.finding.is_none() {
        bail!("{status}, see {}", log.display());
    }
    Ok(outcome)
}

fn program(target: &Target, platform: &str) -> PathBuf {
    folder().join(platform).join("release").join(target.name)
}

/// Replaces the inputs in the repository by the smallest set that reaches every branch that the
/// wire cases do not reach. How often an input reaches a branch does not matter.
fn store_smallest_corpus(target: &Target, platform: &str) -> Result<()> {
    let merged = folder().join("merged").join(target.name);
    clear(&merged)?;
    write_seeds(&cases(target)?.iter().map(|case| &case[..]).collect::<Vec<_>>(), &merged)?;
    let corpus = folder().join("corpus").join(target.name);
    let log = folder().join(format!("{}-merge.log", target.name));
    let output = fs::File::create(&log).with_context(|| log.display().to_string())?;
    let mut command = Command::new(program(target, platform));
    command
        .args(["-set_cover_merge=1", "-use_counters=0"])
        .arg(format!("-max_len={}", target.bytes_max))
        .args([&merged, &corpus])
        .args(Some(kept_folder(target)).filter(|kept| kept.is_dir()))
        .stderr(output);
    succeed(&mut command).with_context(|| format!("cannot merge, see {}", log.display()))?;
    // The first folder, `merged`, had the wire cases as seeds. libFuzzer has added the inputs that
    // reach more.
    let kept = kept_folder(target);
    clear(&kept)?;
    let mut files = 0;
    let mut bytes = 0;
    for entry in fs::read_dir(&merged).with_context(|| merged.display().to_string())? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with(SEED) {
            bytes += fs::copy(entry.path(), kept.join(entry.file_name()))
                .with_context(|| kept.display().to_string())?;
            files += 1;
        }
    }
    println!("{files} inputs of {bytes} bytes are kept in {}\n", kept.display());
    Ok(())
}

/// Makes an empty folder; deletes an existing one with its files.
fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    make_folder(folder).map(drop)
}

/// The folder in the repository with the inputs of a target.
fn kept_folder(target: &Target) -> PathBuf {
    workspace().join("webframe/fuzz/corpus").join(target.name)
}

fn make_folder(folder: &Path) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    Ok(folder.to_owned())
}

/// Reads the wire cases and makes seeds of them. Those that are too long for the target are left
/// out.
fn cases(target: &Target) -> Result<Vec<Vec<u8>>> {
    let mut folders = vec![workspace().join("webframe/tests/data")];
    let mut seeds = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "http") {
                let case = fs::read(&path).with_context(|| path.display().to_string())?;
                seeds.extend((target.seed)(&case));
            }
        }
    }
    seeds.retain(|seed| seed.len() <= target.bytes_max as usize);
    Ok(seeds)
}

/// Writes the seeds into a folder. The inputs that earlier runs have added there stay.
fn write_seeds(seeds: &[&[u8]], corpus: &Path) -> Result<()> {
    for (number, seed) in seeds.iter().enumerate() {
        let path = corpus.join(format!("{SEED}{number:04}"));
        fs::write(&path, seed).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// Makes a seed for `chunked`: three bytes that choose the cuts and the size of the buffer, then
/// the body of a case. `None`: the case has no body.
fn chunks_of(case: &[u8]) -> Option<Vec<u8>> {
    let head = case.windows(4).position(|window| window == b"\r\n\r\n")?;
    let body = &case[head + 4..];
    (!body.is_empty()).then(|| [&[7, 40, 60], body].concat())
}

/// Makes a seed for `connection`: a byte that chooses the cut, then the case twice.
fn twice(case: &[u8]) -> Option<Vec<u8>> {
    Some([&[30], case, case].concat())
}

/// Parses the log of libFuzzer, which ends with a report.
fn outcome(target: &'static str, log: &str) -> Outcome {
    let last = |name: &str| log.lines().rev().find_map(|line| line.split_once(name)).map(|at| at.1);
    let number = |name: &str| {
        let number = last(name).and_then(|rest| rest.split_whitespace().next());
        number.unwrap_or("?").to_owned()
    };
    Outcome {
        target,
        executions: number("stat::number_of_executed_units:"),
        coverage: number(" cov: "),
        finding: last("Test unit written to ").map(PathBuf::from),
    }
}

fn report(outcomes: &[Outcome]) -> Result<()> {
    println!("| target | executions | branches reached | finding |\n|---|---|---|---|");
    for Outcome { target, executions, coverage, finding } in outcomes {
        let finding = finding.as_ref().map_or("none".to_owned(), |path| path.display().to_string());
        println!("| {target} | {executions} | {coverage} | {finding} |");
    }
    match outcomes.iter().filter(|outcome| outcome.finding.is_some()).count() {
        0 => Ok(()),
        found => bail!("{found} targets found a fault; their logs are in {}", folder().display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_built_and_every_built_one_is_a_target() {
        let manifest = fs::read_to_string(workspace().join("webframe/fuzz/Cargo.toml")).unwrap();
        let bins: Vec<_> = manifest.split("[[bin]]\nname = \"").skip(1).collect();
        let bins: Vec<_> = bins.iter().filter_map(|bin| bin.split('"').next()).collect();
        assert_eq!(bins, TARGETS.iter().map(|target| target.name).collect::<Vec<_>>());
    }

    /// If this fails, lower `bytes_max` or select the inputs by hand.
    #[test]
    fn the_corpus_in_the_tree_is_small() {
        for target in TARGETS {
            let lengths: Vec<_> = fs::read_dir(kept_folder(target))
                .unwrap()
                .map(|entry| entry.unwrap().metadata().unwrap().len())
                .collect();
            assert!((1..=200).contains(&lengths.len()), "{} of {}", lengths.len(), target.name);
            assert!(lengths.iter().sum::<u64>() <= 60 << 10, "{}", target.name);
        }
    }

    #[test]
    fn the_end_of_a_log_has_the_number_of_runs_and_the_findings() {
        let good = "#9\tNEW    cov: 12 ft: 20\n#20\tDONE   cov: 14 ft: 22 corp: 3/9b\n\
            Done 20 runs in 2 second(s)\nstat::number_of_executed_units: 20\n";
        let read = |log| {
            let outcome = outcome("head", log);
            (outcome.executions, outcome.coverage, outcome.finding)
        };
        assert_eq!(read(good), ("20".to_owned(), "14".to_owned(), None));
        let bad = "#9\tNEW    cov: 12 ft: 20\npanicked\n\
            artifact_prefix='a/'; Test unit written to a/crash-1\n";
        assert_eq!(read(bad).2, Some(PathBuf::from("a/crash-1")));
    }

    #[test]
    fn the_wire_cases_are_the_seeds() {
        assert_eq!(chunks_of(b"A\r\n\r\n0\r\n\r\n").unwrap(), b"\x07\x28\x3c0\r\n\r\n");
        assert_eq!(chunks_of(b"A\r\n\r\n"), None);
        assert_eq!(twice(b"ab").unwrap(), b"\x1eabab");
    }
}
