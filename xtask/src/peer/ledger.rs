//! What clients were told, held against what the database has: rows that are lost or doubled.

use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;

/// All that clients cause, with the number of rows of each: a statement for both engines.
pub(crate) const ROWS: &str = "select 'user', name, '', 1 from user \
    union all select 'lookup', u.name, h.word, count(*) from hist h join user u on u.id = h.user \
    group by u.name, h.word \
    union all select 'saved', u.name, s.word, count(*) from saved_word s join user u on u.id = s.user \
    group by u.name, s.word \
    union all select 'review', u.name, r.word, count(*) from review r join user u on u.id = r.user \
    group by u.name, r.word";

/// Something that a client asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Deed {
    pub(crate) kind: Kind,
    pub(crate) user: String,
    pub(crate) word: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    User,
    Lookup,
    Saved,
    Review,
}

/// Whether a client was told that its deed is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Done,
    /// An error, or no answer: it may have been done.
    Unsure,
}

/// The answers of all clients.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<BTreeMap<Deed, Counts>>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    done: u64,
    unsure: u64,
}

/// The comparison with one database.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) done: u64,
    pub(crate) unsure: u64,
    pub(crate) rows: u64,
    pub(crate) lost: Vec<Deed>,
    pub(crate) doubled: Vec<Deed>,
}

impl Kind {
    const NAMES: &[(&str, Kind)] = &[
        ("user", Kind::User),
        ("lookup", Kind::Lookup),
        ("saved", Kind::Saved),
        ("review", Kind::Review),
    ];

    /// Whether the same deed again makes another row.
    fn repeats(self) -> bool {
        matches!(self, Kind::Lookup | Kind::Review)
    }
}

impl Ledger {
    pub(crate) fn note(&self, deed: Deed, told: Told) {
        let mut deeds = self.0.lock().expect("no client panics");
        let counts = deeds.entry(deed).or_default();
        match told {
            Told::Done => counts.done += 1,
            Told::Unsure => counts.unsure += 1,
        }
    }

    /// Compares with the lines that [`ROWS`] gives, with tabs between their columns.
    pub(crate) fn against(&self, lines: &str) -> Result<Verdict> {
        let mut rows = BTreeMap::new();
        for line in lines.lines() {
            let (deed, count) = parse(line).with_context(|| format!("{line:?} is no row"))?;
            rows.insert(deed, count);
        }
        let deeds = self.0.lock().expect("no client panics");
        let mut verdict = Verdict { rows: rows.values().sum(), ..Verdict::default() };
        for (deed, counts) in &*deeds {
            verdict.done += counts.done;
            verdict.unsure += counts.unsure;
            let found = rows.remove(deed).unwrap_or(0);
            let (least, most) = if deed.kind.repeats() {
                (counts.done, counts.done + counts.unsure)
            } else {
                (counts.done.min(1), 1)
            };
            if found < least {
                verdict.lost.push(deed.clone());
            }
            if found > most {
                verdict.doubled.push(deed.clone());
            }
        }
        // Rows that were never requested.
        verdict.doubled.extend(rows.into_keys());
        Ok(verdict)
    }
}

fn parse(line: &str) -> Option<(Deed, u64)> {
    let mut columns = line.split('\t');
    let mut next = || columns.next();
    let name = next()?;
    let kind = Kind::NAMES.iter().find(|known| known.0 == name)?.1;
    let (user, word) = (next()?.to_owned(), next()?.to_owned());
    Some((Deed { kind, user, word }, next()?.parse().ok()?))
}

impl Verdict {
    /// Fails if something was lost or doubled, and names the first of it.
    pub(crate) fn judge(&self) -> Result<()> {
        if let Some(deed) = self.lost.first().or(self.doubled.first()) {
            bail!("{self}; the first is {deed:?}");
        }
        if self.done == 0 {
            bail!("nothing was done");
        }
        Ok(())
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verdict { done, unsure, rows, lost, doubled } = self;
        let (lost, doubled) = (lost.len(), doubled.len());
        write!(
            f,
            "{done} acknowledged, {unsure} unsure, {rows} rows, {lost} lost, {doubled} doubled"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deed(kind: Kind, word: &str) -> Deed {
        Deed { kind, user: "levi".to_owned(), word: word.to_owned() }
    }

    fn verdict(rows: &str) -> (usize, usize) {
        let ledger = Ledger::default();
        ledger.note(deed(Kind::User, ""), Told::Done);
        for told in [Told::Done, Told::Done, Told::Unsure] {
            ledger.note(deed(Kind::Lookup, "act"), told);
            ledger.note(deed(Kind::Saved, "act"), told);
        }
        let verdict = ledger.against(rows).unwrap();
        (verdict.lost.len(), verdict.doubled.len())
    }

    #[test]
    fn rows_are_lost_below_what_was_acknowledged_and_doubled_above_what_was_asked() {
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
