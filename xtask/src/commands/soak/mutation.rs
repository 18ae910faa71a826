//! Mutates valid requests: changes some of their bytes. The same seed gives the same mutations.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;

use crate::harness::random::Random;

/// Bytes with a meaning for a parser.
const SPECIAL_BYTES: &[u8] = b"\0\t\n\r \"#%+,-./0159:;=?AGZ\\_a{}\x7f\x80\xff";

/// Changes `request` in one to four places, also with pieces of `other`.
pub(super) fn mutate(random: &mut Random, request: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = request.to_vec();
    for _ in 0..=random.below(4) {
        change(random, &mut bytes, other);
    }
    bytes
}

/// Makes one change: inserts, replaces, deletes, repeats or flips bytes, cuts the request, or
/// inserts a piece of `other`.
fn change(random: &mut Random, bytes: &mut Vec<u8>, other: &[u8]) {
    let at = random.below(bytes.len() + 1);
    let end = (at + random.below(24)).min(bytes.len());
    match random.below(8) {
        0 => bytes.insert(at, *random.one_of(SPECIAL_BYTES)),
        1 if at < bytes.len() => bytes[at] = *random.one_of(SPECIAL_BYTES),
        2 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
        3 => drop(bytes.drain(at..end)),
        4 => {
            let piece = bytes[at..end].to_vec();
            bytes.splice(at..at, piece);
        }
        5 => {
            let piece = bytes[at..end].repeat(1 + random.below(400));
            bytes.splice(at..at, piece);
        }
        6 if random.percent(20) => bytes.truncate(at),
        _ => {
            let from = random.below(other.len() + 1);
            let piece = &other[from..(from + random.below(200)).min(other.len())];
            bytes.splice(at..at, piece.iter().copied());
        }
    }
}

/// Reads the wire cases (requests in files of webframe's tests) that a server must accept, except
/// large ones.
pub(super) fn accepted_cases(workspace: &Path) -> Result<Vec<Vec<u8>>> {
    let folder = workspace.join("webframe/tests/data/accept");
    let mut names = fs::read_dir(&folder)
        .with_context(|| folder.display().to_string())?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    names.sort(); // the same seed must make the same requests
    let mut cases = names.iter().map(fs::read).collect::<std::io::Result<Vec<_>>>()?;
    cases.retain(|case| case.len() < 4096);
    if cases.is_empty() {
        bail!("no cases in {}", folder.display());
    }
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_requests_and_another_seed_different_ones() {
        let requests = |seed| {
            let mut random = Random::new(seed);
            let one = || mutate(&mut random, b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n", b"POST /b");
            std::iter::repeat_with(one).take(500).collect::<Vec<_>>()
        };
        assert_eq!(requests(7), requests(7));
        assert_ne!(requests(7), requests(8));
    }

    #[test]
    fn every_choice_is_made_sooner_or_later() {
        let mut random = Random::new(1);
        let mut seen = [0; 10];
        (0..10_000).for_each(|_| seen[random.below(10)] += 1);
        assert!(seen.iter().all(|&count| count > 800), "{seen:?}");
    }
}
