//! Prints lines and reads input of the terminal client: choices from a menu, and words. The arrow
//! keys recall earlier words, and TAB completes the typed text.

use std::fmt::Display;
use std::io::{self, Write};

use anyhow::{Context as _, Result};
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{Context, Editor, Helper};

/// Returns the completions of the typed text.
pub(super) type Suggest<'a> = Box<dyn Fn(&str) -> Vec<String> + 'a>;

/// Prints a line. Errors are ignored: if the terminal is closed, the next prompt fails.
pub(super) fn print_line(text: impl Display) {
    writeln!(io::stdout(), "{text}").unwrap_or_default();
}

/// Reads the input of the user. Each editor recalls only its own lines.
pub(super) struct Prompt<'a> {
    words: Editor<Words<'a>, MemHistory>,
    choices: Editor<(), MemHistory>,
}

/// Completes words.
struct Words<'a>(Suggest<'a>);

impl<'a> Prompt<'a> {
    /// A prompt that completes words by these suggestions.
    pub(super) fn new(suggest: Suggest<'a>) -> Result<Prompt<'a>> {
        let mut words = Editor::new().context("cannot use the terminal")?;
        words.set_helper(Some(Words(suggest)));
        Ok(Prompt { words, choices: Editor::new().context("cannot use the terminal")? })
    }

    /// Reads a line, without white space around it. `None`: the user ended the input (Ctrl-D or
    /// Ctrl-C).
    pub(super) fn line(&mut self, prompt: &str) -> Result<Option<String>> {
        typed(self.choices.readline(prompt))
    }

    /// Reads a word, which can be recalled later. The input line already contains `unsent`, a word
    /// that was typed before. `None`: the user ended the input.
    pub(super) fn word(&mut self, prompt: &str, unsent: &str) -> Result<Option<String>> {
        let word = typed(self.words.readline_with_initial(prompt, (unsent, "")))?;
        if let Some(word) = word.as_deref().filter(|word| !word.is_empty()) {
            self.words.add_history_entry(word).context("cannot remember the word")?;
        }
        Ok(word)
    }
}

/// Converts the result of the editor: the end of the input becomes `None`.
fn typed(line: rustyline::Result<String>) -> Result<Option<String>> {
    match line {
        Ok(line) => Ok(Some(line.trim().to_owned())),
        Err(ReadlineError::Eof | ReadlineError::Interrupted) => Ok(None),
        Err(error) => Err(error).context("cannot read from the terminal"),
    }
}

impl Completer for Words<'_> {
    type Candidate = String;

    /// Completes the text before the cursor, which is at `at`. A suggestion replaces all of it,
    /// from position 0.
    fn complete(
        &self,
        line: &str,
        at: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let typed = &line[..at];
        Ok((0, if typed.is_empty() { Vec::new() } else { (self.0)(typed) }))
    }
}

impl Hinter for Words<'_> {
    type Hint = String;
}

impl Highlighter for Words<'_> {}
impl Validator for Words<'_> {}
impl Helper for Words<'_> {}
