//! Collects the output of failed tests, so that a run of 2,000 tests can print it at its end.

use std::fmt;

/// Maximum number of lines that are kept; the others are dropped.
const LINES_MAX: usize = 150;

/// The `failures:` sections of all test binaries of one run.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    lines: Vec<String>,
    /// Whether the next line belongs to a section.
    is_inside: bool,
}

impl Failures {
    /// Reads one line of output and keeps it if it belongs to a section. A section begins with the
    /// line `failures:` and ends with the line `test result: ..` of the test binary.
    pub(crate) fn read_line(&mut self, line: &str) {
        if line.starts_with("test result: ") {
            self.is_inside = false;
        } else if line == "failures:" {
            self.is_inside = true;
        } else if self.is_inside && self.lines.len() < LINES_MAX {
            self.lines.push(line.to_owned());
        }
    }
}

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_failed_tests_are_kept_and_nothing_else() {
        let output = "running 2 tests\ntest a ... ok\ntest b ... FAILED\n\nfailures:\n---- b stdout ----\nit is 3\n\
                      failures:\n    b\ntest result: FAILED. 1 passed; 1 failed\nrunning 1 test\ntest c ... ok\n";
        let mut failures = Failures::default();
        output.lines().for_each(|line| failures.read_line(line));
        assert_eq!(failures.to_string(), "---- b stdout ----\nit is 3\n    b\n");
    }

    #[test]
    fn a_long_failure_is_cut() {
        let mut failures = Failures::default();
        std::iter::once("failures:")
            .chain(std::iter::repeat_n("x", 1000))
            .for_each(|line| failures.read_line(line));
        assert_eq!(failures.to_string().lines().count(), LINES_MAX);
    }
}
