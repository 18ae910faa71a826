//! Suggests the known name that is nearest to a mistyped one.

/// The known name with the smallest edit distance from `typed`; `None` if all distances are too
/// large. Allows one edit in a text of up to four characters, two in a text of five to eight, and
/// one for every three characters in a longer text.
pub(super) fn nearest<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let length = typed.chars().count();
    let edits_max = (length / 3).max(if length < 5 { 1 } else { 2 });
    // The difference in length is a lower bound of the distance, and is quicker to compute.
    known
        .filter(|name| name.chars().count().abs_diff(length) <= edits_max)
        .map(|name| (distance(typed, name), name))
        .filter(|&(edits, _)| edits <= edits_max)
        .min_by_key(|&(edits, _)| edits)
        .map(|(_, name)| name)
}

/// The number of edits between two texts: insertions, deletions, replacements and swaps of
/// neighbours (optimal string alignment). Ignores case.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    // `rows[i][j]` is the distance between the first `i` characters of `a` and the first `j` of
    // `b`.
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_each_kind_of_edit_once() {
        for (a, b, edits) in [
            ("address", "address", 0),
            ("adress", "address", 1),
            ("addresss", "address", 1),
            ("sddress", "address", 1),
            ("addrses", "address", 1),
            ("ADDRESS", "address", 0),
            ("", "idle", 4),
            ("地址", "地", 1),
        ] {
            assert_eq!(distance(a, b), edits, "{a} {b}");
            assert_eq!(distance(b, a), edits, "{b} {a}");
        }
    }

    #[test]
    fn suggests_the_nearest_name_if_it_is_near() {
        let known = ["address", "workers_min", "workers_max", "ab"];
        assert_eq!(nearest("worker_max", known.into_iter()), Some("workers_max"));
        assert_eq!(nearest("colour", known.into_iter()), None);
        assert_eq!(nearest("xy", known.into_iter()), None, "every letter of it is wrong");
        assert_eq!(nearest("port", ["cert"].into_iter()), None, "half of it is wrong");
    }
}
