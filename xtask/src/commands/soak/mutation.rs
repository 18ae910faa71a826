//! Mutates valid requests: changes some of their bytes. The same seed gives the same mutations.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;

use crate::peer::dice::Dice;

/// Bytes with a meaning for a parser.
const SPECIAL_BYTES: &[u8] = b"\0\t\n\r \"#%+,-./0159:;=?AGZ\\_a{}\x7f\x80\xff";

/// Changes `request` in one to four places, also with pieces of `other`.
pub(super) fn mutate(dice: &mut Dice, request: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = request.to_vec();
    for _ in 0..=dice.below(4) {
        change(dice, &mut bytes, other);
    }
    bytes
}

/// Makes one change: inserts, replaces, deletes, repeats or flips bytes, cuts the request, or
/// inserts a piece of `other`.
fn change(dice: &mut Dice, bytes: &mut Vec<u8>, other: &[u8]) {
    let at = dice.below(bytes.len() + 1);
    let end = (at + dice.below(24)).min(bytes.len());
    match dice.below(8) {
        0 => bytes.insert(at, *dice.one_of(SPECIAL_BYTES)),
        1 if at < bytes.len() => bytes[at] = *dice.one_of(SPECIAL_BYTES),
        2 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
        3 => drop(bytes.drain(at..end)),
        4 => {
            let piece = bytes[at..end].to_vec();
            bytes.splice(at..at, piece);
        }
        5 => {
            let piece = bytes[at..end].repeat(1 + dice.below(400));
            bytes.splice(at..at, piece);
        }
        6 if dice.percent(20) => bytes.truncate(at),
        _ => {
            let from = dice.below(other.len() + 1);
            let piece = &other[from..(from + dice.below(200)).min(other.len())];
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
    fn the_same_seed_makes_the_same_requests_and_another_one_others() {
        let requests = |seed| {
            let mut dice = Dice::new(seed);
            let one = || mutate(&mut dice, b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n", b"POST /b");
            std::iter::repeat_with(one).take(500).collect::<Vec<_>>()
        };
        assert_eq!(requests(7), requests(7));
        assert_ne!(requests(7), requests(8));
    }

    #[test]
    fn every_choice_is_made_sooner_or_later() {
        let mut dice = Dice::new(1);
        let mut seen = [0; 10];
        (0..10_000).for_each(|_| seen[dice.below(10)] += 1);
        assert!(seen.iter().all(|&count| count > 800), "{seen:?}");
    }
}
