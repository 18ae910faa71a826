//! One reader for each kind of book (`table` reads both csv and tsv). A reader makes a
//! [`Draft`](draft::Draft) of every entry that it finds. The draft is checked before it becomes an
//! entry.

pub(super) mod course;
pub(super) mod dictd;
pub(super) mod draft;
pub(super) mod dsl;
pub(super) mod ecdict;
pub(super) mod json;
pub(super) mod kaikki;
pub(super) mod plain;
pub(super) mod stardict;
pub(super) mod table;
pub(super) mod wordnet;

/// The entries of a reader as `word: explanation`, then its warnings as `place kind: about`.
#[cfg(test)]
fn found(mut reader: impl super::Reader) -> Vec<String> {
    let mut found = Vec::new();
    while let Some(entry) = reader.next().unwrap() {
        found.push(format!("{}: {}", entry.word, entry.explanation));
    }
    for (kind, group) in reader.state().warnings().by_kind() {
        let lines = group.first.iter();
        found
            .extend(lines.map(|warning| format!("{} {kind:?}: {}", warning.place, warning.detail)));
    }
    found
}
