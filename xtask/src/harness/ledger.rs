//! Records which changes of the database clients have requested and whether these were
//! acknowledged, then compares them with the rows of the database: finds lost and duplicate rows.

use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;

/// The query for the rows that requests of clients have made: kind, user, word and number. It runs
/// on SQLite and on MariaDB.
pub(crate) const ROWS: &str = "select 'user', name, '', 1 from user \
    union all select 'lookup', u.name, h.word, count(*) from hist h join user u on u.id = h.user \
    group by u.name, h.word \
    union all select 'saved', u.name, s.word, count(*) from saved_word s join user u on u.id = s.user \
    group by u.name, s.word \
    union all select 'review', u.name, r.word, count(*) from review r join user u on u.id = r.user \
    group by u.name, r.word";

/// A change of the database that a client requested, such as a saved word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Effect {
    pub(crate) kind: RowKind,
    pub(crate) user: String,
    pub(crate) word: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RowKind {
    User,
    Lookup,
    Saved,
    Review,
}

/// The outcome of a request that changes the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The server acknowledged the change.
    Done,
    /// The answer was an error, or there was no answer: the change may have been made or not.
    Unsure,
}

/// How often each change was requested, by its outcome.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<BTreeMap<Effect, Counts>>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    done: u64,
    unsure: u64,
}

/// The result of the comparison with one database.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Number of acknowledged requests.
    pub(crate) done: u64,
    /// Number of requests with an unknown outcome.
    pub(crate) unsure: u64,
    /// Number of rows in the database.
    pub(crate) rows: u64,
    /// The changes with too few rows.
    pub(crate) lost: Vec<Effect>,
    /// The changes with too many rows.
    pub(crate) duplicated: Vec<Effect>,
}

impl RowKind {
    const NAMES: &[(&str, RowKind)] = &[
        ("user", RowKind::User),
        ("lookup", RowKind::Lookup),
        ("saved", RowKind::Saved),
        ("review", RowKind::Review),
    ];

    /// Whether the same request adds another row each time.
    fn repeats(self) -> bool {
        matches!(self, RowKind::Lookup | RowKind::Review)
    }
}

impl Ledger {
    /// Records a request.
    pub(crate) fn note(&self, effect: Effect, outcome: Outcome) {
        let mut effects = self.0.lock().expect("no client panics");
        let counts = effects.entry(effect).or_default();
        match outcome {
            Outcome::Done => counts.done += 1,
            Outcome::Unsure => counts.unsure += 1,
        }
    }

    /// Compares with `lines`, the result of the query [`ROWS`]: a line for each row, with tabs
    /// between the columns.
    pub(crate) fn compare(&self, lines: &str) -> Result<Verdict> {
        let mut rows = BTreeMap::new();
        for line in lines.lines() {
            let (effect, count) = parse(line).with_context(|| format!("{line:?} is not a row"))?;
            rows.insert(effect, count);
        }
        let effects = self.0.lock().expect("no client panics");
        let mut verdict = Verdict { rows: rows.values().sum(), ..Verdict::default() };
        for (effect, counts) in &*effects {
            verdict.done += counts.done;
            verdict.unsure += counts.unsure;
            let found = rows.remove(effect).unwrap_or(0);
            let (least, most) = if effect.kind.repeats() {
                (counts.done, counts.done + counts.unsure)
            } else {
                (counts.done.min(1), 1)
            };
            if found < least {
                verdict.lost.push(effect.clone());
            }
            if found > most {
                verdict.duplicated.push(effect.clone());
            }
        }
        // Rows that were never requested.
        verdict.duplicated.extend(rows.into_keys());
        Ok(verdict)
    }
}

/// Parses a row of [`ROWS`].
fn parse(line: &str) -> Option<(Effect, u64)> {
    let mut columns = line.split('\t');
    let mut next = || columns.next();
    let name = next()?;
    let kind = RowKind::NAMES.iter().find(|known| known.0 == name)?.1;
    let user = next()?.to_owned();
    let word = next()?.to_owned();
    Some((Effect { kind, user, word }, next()?.parse().ok()?))
}

impl Verdict {
    /// Fails if a row was lost or duplicated, and names the first one; also if no request was
    /// acknowledged, since then nothing was tested.
    pub(crate) fn judge(&self) -> Result<()> {
        if let Some(effect) = self.lost.first().or(self.duplicated.first()) {
            bail!("{self}; the first is {effect:?}");
        }
        if self.done == 0 {
            bail!("nothing was done");
        }
        Ok(())
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verdict { done, unsure, rows, lost, duplicated } = self;
        let lost = lost.len();
        let duplicated = duplicated.len();
        write!(
            f,
            "{done} acknowledged, {unsure} unsure, {rows} rows, {lost} lost, {duplicated} doubled"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effect(kind: RowKind, word: &str) -> Effect {
        Effect { kind, user: "levi".to_owned(), word: word.to_owned() }
    }

    fn verdict(rows: &str) -> (usize, usize) {
        let ledger = Ledger::default();
        ledger.note(effect(RowKind::User, ""), Outcome::Done);
        for outcome in [Outcome::Done, Outcome::Done, Outcome::Unsure] {
            ledger.note(effect(RowKind::Lookup, "act"), outcome);
            ledger.note(effect(RowKind::Saved, "act"), outcome);
        }
        let verdict = ledger.compare(rows).unwrap();
        (verdict.lost.len(), verdict.duplicated.len())
    }

    #[test]
    fn fewer_rows_than_acknowledged_are_lost_and_more_than_requested_are_duplicated() {
        let user = "user\tlevi\t\t1\n";
        let saved = "saved\tlevi\tact\t1\n";
        for (rows, expected) in [
            (format!("{user}{saved}lookup\tlevi\tact\t2\n"), (0, 0)),
            (format!("{user}{saved}lookup\tlevi\tact\t3\n"), (0, 0)),
            (format!("{user}{saved}lookup\tlevi\tact\t1\n"), (1, 0)),
            (format!("{user}{saved}lookup\tlevi\tact\t4\n"), (0, 1)),
            (format!("{user}lookup\tlevi\tact\t2\n"), (1, 0)),
            (format!("{user}{saved}lookup\tlevi\tact\t2\nlookup\tlevi\tbee\t1\n"), (0, 1)),
            (String::new(), (3, 0)),
        ] {
            assert_eq!(verdict(&rows), expected, "{rows}");
        }
    }
}
