//! Counts passed and failed tests in the output of test binaries.

use std::fmt;

/// The results that the test binaries of one run have printed so far.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    failed: u64,
    /// Number of binaries that have begun and not yet printed a result. A binary that dies (stack
    /// overflow, `kill`) never prints one.
    without_result: u64,
}

impl Tally {
    /// Reads one line of output: `running 3 tests` or `test result: ok. 3 passed; 0 failed; ..`.
    /// Other lines are ignored.
    pub(crate) fn read_line(&mut self, line: &str) {
        if is_beginning(line) {
            self.without_result += 1;
        } else if let Some(result) = line.strip_prefix("test result: ") {
            self.without_result = self.without_result.saturating_sub(1);
            self.passed += count_of("passed", result);
            self.failed += count_of("failed", result);
        }
    }

    /// Number of failed tests. A binary without a result counts as one failed test.
    pub(crate) fn failed(self) -> u64 {
        self.failed + self.without_result
    }

    /// Whether any test began. `false`: the tests do not compile, or none was selected.
    pub(crate) fn began(self) -> bool {
        self.passed + self.failed() > 0
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed())
    }
}

/// Whether a line is the first one of a test binary: `running 3 tests`.
fn is_beginning(line: &str) -> bool {
    matches!(line.split(' ').collect::<Vec<_>>()[..],
        ["running", count, "test" | "tests"] if count.parse::<u64>().is_ok())
}

/// The number before `word` in `ok. 3 passed; 0 failed; 1 ignored`.
fn count_of(word: &str, result: &str) -> u64 {
    let words: Vec<&str> = result.split([' ', ';', '.']).filter(|w| !w.is_empty()).collect();
    words.windows(2).find(|pair| pair[1] == word).and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally_of(output: &str) -> Tally {
        let mut tally = Tally::default();
        output.lines().for_each(|line| tally.read_line(line));
        tally
    }

    #[test]
    fn adds_up_all_binaries() {
        let tally = tally_of(
            "\nrunning 2 tests\ntest a ... ok\ntest b ... ok\n\n\
             test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n\
             running 1 test\ntest c ... FAILED\n\nfailures:\n    c\n\n\
             test result: FAILED. 40 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s\n",
        );
        assert_eq!(tally.to_string(), "42 passed, 3 failed");
    }

    #[test]
    fn a_binary_that_dies_in_the_middle_counts_as_a_failure() {
        let died = "running 9 tests\ntest a ... ok\n";
        let next = "running 1 test\ntest result: ok. 1 passed; 0 failed; 0 ignored\n";
        assert_eq!(tally_of(died).to_string(), "0 passed, 1 failed");
        assert_eq!(tally_of(&format!("{died}{next}")).to_string(), "1 passed, 1 failed");
    }

    #[test]
    fn output_of_tests_is_not_counted() {
        let tally =
            tally_of("running late tests\nI said test result: ok. 5 passed;\nrunning 3 miles\n");
        assert!(!tally.began());
    }
}
