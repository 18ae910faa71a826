//! Parses the options of a command of `cargo xtask`, or reports the argument that is wrong.

use anyhow::{Result, anyhow};
use std::fmt;
use std::str::FromStr;

/// The arguments of a command that have not been taken yet. A command takes its options, then calls
/// [`finish`](Arguments::finish).
#[derive(Debug)]
pub(crate) struct Arguments(Vec<String>);

/// A wrong command line, with the reason.
#[derive(Debug)]
pub(crate) struct Misuse(pub(crate) String);

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Misuse {}

impl Arguments {
    pub(crate) fn new(words: impl IntoIterator<Item = String>) -> Arguments {
        Arguments(words.into_iter().collect())
    }

    /// Removes the flag `--name`; returns whether it was given.
    pub(crate) fn take_flag(&mut self, name: &str) -> bool {
        let found = self.0.iter().position(|word| word == name);
        found.is_some_and(|at| !self.0.remove(at).is_empty())
    }

    /// Removes `--name VALUE`; returns the value, or `None` if the option was not given.
    pub(crate) fn take_option<T: FromStr>(&mut self, name: &str) -> Result<Option<T>> {
        let Some(at) = self.0.iter().position(|word| word == name) else { return Ok(None) };
        self.0.remove(at);
        if at == self.0.len() {
            return Err(anyhow!(Misuse(format!("{name} needs a value"))));
        }
        let value = self.0.remove(at);
        let parsed = value.parse().map_err(|_| Misuse(format!("{name} cannot be {value:?}")))?;
        Ok(Some(parsed))
    }

    /// Removes the first remaining word, unless it is an option.
    pub(crate) fn take_word(&mut self) -> Option<String> {
        let is_word = self.0.first().is_some_and(|word| !word.starts_with("--"));
        is_word.then(|| self.0.remove(0))
    }

    /// Refuses the words that no option has taken.
    pub(crate) fn finish(self) -> Result<()> {
        match self.0.first() {
            Some(extra) => Err(anyhow!(Misuse(format!("unexpected argument {extra:?}")))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(line: &str) -> Arguments {
        Arguments::new(line.split(' ').map(str::to_owned))
    }

    #[test]
    fn options_flags_and_words_are_taken_in_any_order() {
        let mut words = arguments("--rate 5 head --valid");
        assert!(words.take_flag("--valid") && !words.take_flag("--valid"));
        assert_eq!(words.take_option::<u32>("--rate").unwrap(), Some(5));
        assert_eq!(words.take_option::<u32>("--rate").unwrap(), None);
        assert_eq!(words.take_word().as_deref(), Some("head"));
        words.finish().unwrap();
    }

    #[test]
    fn an_unknown_word_is_named() {
        let message = |error: anyhow::Error| error.downcast::<Misuse>().unwrap().to_string();
        assert_eq!(
            message(arguments("--rat").finish().unwrap_err()),
            "unexpected argument \"--rat\""
        );
        let error = arguments("--rate x").take_option::<u32>("--rate").unwrap_err();
        assert_eq!(message(error), "--rate cannot be \"x\"");
        let error = arguments("--rate").take_option::<u32>("--rate").unwrap_err();
        assert_eq!(message(error), "--rate needs a value");
    }
}
