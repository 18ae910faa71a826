//! Finds the smallest numbers of any range of a sequence, in ascending order, without reading all
//! of them: in `[5, 2, 9, 1]`, the range of the first three has the order 2, 5, 9. Searches use it
//! for the most frequent words with a prefix.
//!
//! [`MinTree`] is a tree of minima in which each node has sixteen children; the numbers themselves
//! are stored elsewhere. For half a million numbers it takes 140 kB, and the ten smallest of any
//! range take a few microseconds. So suggestions for one typed letter are as fast as for ten.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

/// Number of children of a node.
const FAN_OUT: usize = 16;

/// The tree of minima over a sequence of numbers.
#[derive(Debug, Default)]
pub(crate) struct MinTree {
    len: usize,
    /// `levels[0][i]` is the minimum of the sixteen numbers from `16 i` on, `levels[1][i]` that of
    /// the sixteen elements of `levels[0]` from `16 i` on, and so on.
    levels: Vec<Vec<u32>>,
}

impl MinTree {
    /// Builds the tree over `len` numbers: `value(0)`, `value(1)` and so on.
    pub(crate) fn new(len: usize, value: impl Fn(usize) -> u32) -> MinTree {
        let mut levels = Vec::new();
        let mut row: Vec<u32> = minima(len, &value);
        while row.len() > 1 {
            let next = minima(row.len(), |i| row[i]);
            levels.push(row);
            row = next;
        }
        levels.push(row);
        MinTree { len, levels }
    }

    /// The indices of the numbers in `range`, in ascending order of the numbers. `value` must be
    /// the same as in [`MinTree::new`].
    pub(crate) fn ascending<V: Fn(usize) -> u32>(
        &self,
        range: Range<usize>,
        value: V,
    ) -> Ascending<'_, V> {
        let mut ascending = Ascending { tree: self, value, heap: BinaryHeap::new() };
        let mut at = range.start;
        let end = range.end.min(self.len);
        while at < end {
            let (level, width) = self.widest(at, end);
            ascending.push(level, at / width);
            at += width;
        }
        ascending
    }

    /// The highest level with a node that begins at `at` and does not pass `end`, and the number of
    /// values in a node of that level.
    fn widest(&self, at: usize, end: usize) -> (usize, usize) {
        let mut level = 0;
        let mut width = 1;
        while level < self.levels.len()
            && at.is_multiple_of(width * FAN_OUT)
            && at + width * FAN_OUT <= end
        {
            level += 1;
            width *= FAN_OUT;
        }
        (level, width)
    }
}

/// The minimum of each sixteen of `len` numbers.
fn minima(len: usize, value: impl Fn(usize) -> u32) -> Vec<u32> {
    (0..len.div_ceil(FAN_OUT))
        .map(|i| (i * FAN_OUT..len.min((i + 1) * FAN_OUT)).map(&value).min().unwrap_or(u32::MAX))
        .collect()
}

/// An iterator over indices in ascending order of their numbers. It computes each on demand.
pub(crate) struct Ascending<'a, V> {
    tree: &'a MinTree,
    value: V,
    /// The nodes with children that are not visited yet: minimum, level (0 for a number itself),
    /// index in the level. The smallest minimum comes first.
    heap: BinaryHeap<Reverse<(u32, usize, usize)>>,
}

impl<V: Fn(usize) -> u32> Ascending<'_, V> {
    fn push(&mut self, level: usize, i: usize) {
        let minimum = match level {
            0 => (self.value)(i),
            _ => self.tree.levels[level - 1][i],
        };
        self.heap.push(Reverse((minimum, level, i)));
    }
}

impl<V: Fn(usize) -> u32> Iterator for Ascending<'_, V> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        loop {
            let Reverse((_, level, i)) = self.heap.pop()?;
            if level == 0 {
                return Some(i);
            }
            let below = match level {
                1 => self.tree.len,
                _ => self.tree.levels[level - 2].len(),
            };
            for child in i * FAN_OUT..below.min((i + 1) * FAN_OUT) {
                self.push(level - 1, child);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn agrees_with_sorting(
            numbers in prop::collection::vec(0u32..50, 0..700),
            from in 0usize..700, len in 0usize..700,
        ) {
            let tree = MinTree::new(numbers.len(), |i| numbers[i]);
            let range = from.min(numbers.len())..(from + len).min(numbers.len());
            let found: Vec<usize> = tree.ascending(range.clone(), |i| numbers[i]).collect();
            prop_assert!(found.is_sorted_by_key(|&i| numbers[i]));
            let mut all = found;
            all.sort_unstable();
            prop_assert_eq!(all, range.collect::<Vec<usize>>());
        }
    }
}
