//! The cases of `tests/data`, each a file and a line of `cases.tsv`.

use std::{collections::BTreeSet, fs, path::Path};

use webframe::wire::WireError;

use super::{Outcome, read};

/// A request that must be found after an accepted one, and never after a refused one.
const NEXT_REQUEST: &[u8] = b"GET /next HTTP/1.1\r\nHost: example.org\r\n\r\n";

struct Case {
    file: String,
    outcome: String,
    bytes: Vec<u8>,
}

fn data() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data"))
}

fn listing() -> String {
    fs::read_to_string(data().join("cases.tsv")).expect("cases.tsv")
}

fn cases() -> Vec<Case> {
    let case = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let [file, section, outcome, why] = columns[..] else { panic!("four columns: {line}") };
        assert!(!section.is_empty() && !why.is_empty(), "{file} names no section or reason");
        let bytes = fs::read(data().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        Case { file: file.into(), outcome: outcome.into(), bytes }
    };
    listing().lines().skip(1).map(case).collect()
}

impl Case {
    fn expected(&self, left: &[u8]) -> Result<Outcome, WireError> {
        if self.file.starts_with("accept/") {
            return Ok(Outcome::Request { summary: self.outcome.clone(), left: left.to_vec() });
        }
        let error = WireError::ALL
            .into_iter()
            .find(|error| format!("{error:?}") == self.outcome)
            .unwrap_or_else(|| panic!("{}: {} is not an error", self.file, self.outcome));
        Err(error)
    }

    /// How the outcome differs from the expected one, if it does, for bytes in these pieces.
    fn mismatch<'a>(
        &self,
        how: &str,
        left: &[u8],
        pieces: impl IntoIterator<Item = &'a [u8]>,
    ) -> Option<String> {
        let outcome = read(pieces);
        let expected = match self.expected(left) {
            Ok(request) => request,
            Err(WireError::Timeout) => Outcome::Waits,
            Err(error) => Outcome::Refused(error),
        };
        (outcome != expected)
            .then(|| format!("{} {how}: {outcome:?} instead of {expected:?}", self.file))
    }
}

#[track_caller]
fn check(mismatch: impl Fn(&Case) -> Option<String>) {
    let mismatches: Vec<String> = cases().iter().filter_map(mismatch).collect();
    assert!(mismatches.is_empty(), "{} cases:\n{}", mismatches.len(), mismatches.join("\n"));
}

#[test]
fn every_file_is_listed_and_every_listed_one_is_there() {
    let mut found = BTreeSet::new();
    let mut folders = vec![data().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("folder") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "http") {
                let file = path.strip_prefix(data()).expect("below");
                found.insert(file.to_str().expect("text").replace('\\', "/"));
            }
        }
    }
    let listed: BTreeSet<String> = cases().into_iter().map(|case| case.file).collect();
    assert_eq!(found, listed);
    assert!(listed.len() >= 400);
}

#[test]
fn the_folder_is_the_status() {
    check(|case| {
        let status = case.expected(b"").err()?.status().as_u16();
        let folder = format!("reject/{status}/");
        (!case.file.starts_with(&folder)).then(|| format!("{} is no {status}", case.file))
    });
}

#[test]
fn every_case_whole() {
    check(|case| case.mismatch("whole", b"", [&case.bytes[..]]));
}

#[test]
fn every_case_byte_by_byte() {
    // Larger steps in the few long cases: each piece causes a scan of all bytes before it.
    check(|case| {
        let step = 1 + case.bytes.len() / 2048;
        case.mismatch("byte by byte", b"", case.bytes.chunks(step))
    });
}

#[test]
fn every_case_cut_after_every_line_end() {
    check(|case| {
        let pieces = case.bytes.split_inclusive(|&byte| byte == b'\n');
        case.mismatch("cut after LF", b"", pieces)
    });
    check(|case| {
        let pieces = case.bytes.split_inclusive(|&byte| byte == b'\r');
        case.mismatch("cut after CR", b"", pieces)
    });
}

#[test]
fn every_short_case_cut_in_two_anywhere() {
    check(|case| {
        if case.bytes.len() > 400 {
            return None;
        }
        (0..case.bytes.len()).find_map(|at| {
            let (first, second) = case.bytes.split_at(at);
            case.mismatch(&format!("cut at {at}"), b"", [first, second])
        })
    });
}

#[test]
fn a_following_request_is_kept_after_an_accepted_one_and_ignored_after_a_refused_one() {
    check(|case| {
        if case.outcome == "Timeout" {
            return None;
        }
        let both = [&case.bytes[..], NEXT_REQUEST].concat();
        case.mismatch("followed by a request", NEXT_REQUEST, [&both[..]])
            .or_else(|| {
                case.mismatch("then a request", NEXT_REQUEST, [&case.bytes[..], NEXT_REQUEST])
            })
            .or_else(|| {
                let step = 1 + both.len() / 2048;
                case.mismatch("with a request, byte by byte", NEXT_REQUEST, both.chunks(step))
            })
    });
    let Outcome::Request { summary, left } = read([NEXT_REQUEST]) else { panic!("no request") };
    assert_eq!((&*summary, &left[..]), ("GET /next", &b""[..]));
}

#[test]
fn an_absolute_target_replaces_the_host_field() {
    use webframe::wire::Head;
    let bytes =
        b"GET http://one.example:81/a HTTP/1.1\r\nX-A: 1\r\nhOST: two.example\r\nX-B: 2\r\n\r\n";
    let mut head = Head::default();
    head.read(bytes, &super::head_limits()).expect("a head");
    assert_eq!(head.host(), Some("one.example:81"));
    let fields: [(&str, &[u8]); 3] = [("X-A", b"1"), ("hOST", b"one.example:81"), ("X-B", b"2")];
    assert!(head.fields().eq(fields));
    assert_eq!(head.field("Host"), Some(&b"one.example:81"[..]));
}

#[test]
fn a_refused_head_knows_whether_its_method_was_head() {
    use webframe::wire::Head;
    let mut head = Head::default();
    for (bytes, method) in [
        ("HEAD / HTTP/1.1\r\n\r\n", "HEAD"),
        ("\r\nHEAD /\x01", "HEAD"),
        ("GET /HEAD HTTP/1.1\r\n\r\n", "GET"),
        ("HEADER / HTTP/1.1\r\n\r\n", "GET"),
        ("HEAD\t/", "GET"),
    ] {
        let refused = head.read(bytes.as_bytes(), &super::head_limits());
        assert!(refused.is_err(), "{bytes:?}");
        assert_eq!(head.method().as_str(), method, "{bytes:?}");
    }
}

#[test]
fn a_refused_head_does_not_affect_the_next_one() {
    use webframe::wire::{Head, Progress};
    let mut reused = Head::default();
    for case in cases() {
        let _ = reused.read(&case.bytes, &super::head_limits());
        let read = reused.read(NEXT_REQUEST, &super::head_limits());
        assert_eq!(read, Ok(Progress::Complete(NEXT_REQUEST.len())), "after {}", case.file);
        assert_eq!((reused.path(), reused.query()), ("/next", None), "after {}", case.file);
        assert_eq!(reused.host(), Some("example.org"));
        assert_eq!(reused.fields().collect::<Vec<_>>(), [("Host", &b"example.org"[..])]);
        assert!(reused.keep_alive() && !reused.expects_continue());
    }
}
