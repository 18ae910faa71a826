//! The articles of DSL. A subentry inside an article, which begins with a line such as
//! `@ apple pie`, becomes an article of its own. The numbers before senses are removed: `1. 银行`
//! becomes `银行`.

use std::collections::{HashSet, VecDeque};

use super::tags;
use crate::books::limits::EXPLANATION_BYTES_MAX;
use crate::books::warning::WarningKind;

/// The lines of an article.
#[derive(Default)]
pub(super) struct Article {
    /// The line of the first headword.
    pub(super) line: u64,
    pub(super) headwords: Vec<String>,
    pub(super) body: Vec<String>,
    /// The numbers of the lines of the body.
    numbers: Vec<u64>,
    /// The headwords of the subentries that were inside this article.
    pub(super) subentries: Vec<String>,
    /// Number of bytes of the body.
    bytes: usize,
    /// The reason that the article cannot be read.
    pub(super) fault: Option<WarningKind>,
}

impl Article {
    /// Appends a line to the body. The size of the body is limited, so that an article does not
    /// fill the memory.
    pub(super) fn append(&mut self, number: u64, line: &str) {
        self.bytes += line.len();
        if self.bytes > 4 * EXPLANATION_BYTES_MAX {
            self.fault = self.fault.or(Some(WarningKind::LongExplanation));
            return;
        }
        self.body.push(line.to_owned());
        self.numbers.push(number);
    }

    /// Removes the subentries inside this article and returns them. A subentry begins with
    /// `@ apple pie` and ends at the next subentry, at `@` alone, or with the article.
    pub(super) fn take_subentries(&mut self) -> VecDeque<Article> {
        let mut subentries = VecDeque::new();
        if !self.body.iter().any(|line| line.starts_with('@')) {
            return subentries;
        }
        let numbers = std::mem::take(&mut self.numbers);
        let mut subentry: Option<Article> = None;
        for (line, number) in std::mem::take(&mut self.body).into_iter().zip(numbers) {
            match (line.strip_prefix('@').map(str::trim), &mut subentry) {
                (Some(""), _) => subentries.extend(subentry.take()),
                (Some(headword), Some(open)) if open.body.is_empty() => {
                    open.headwords.push(headword.to_owned());
                }
                (Some(headword), _) => {
                    subentries.extend(subentry.take());
                    let headwords = vec![headword.to_owned()];
                    subentry = Some(Article { line: number, headwords, ..Article::default() });
                }
                (None, Some(subentry)) => subentry.append(number, &line),
                (None, None) => self.append(number, &line),
            }
        }
        subentries.extend(subentry);
        let first =
            |subentry: &Article| tags::headwords(subentry.headwords.first()?).into_iter().next();
        self.subentries = subentries.iter().filter_map(first).collect();
        subentries
    }

    /// The names of all closing tags of the article.
    pub(super) fn closed_tags(&self) -> HashSet<&str> {
        let rest = self.body.iter().flat_map(|line| line.split("[/").skip(1));
        rest.filter_map(|text| text.split_once(']')).map(|(name, _)| name).collect()
    }

    /// Whether bytes of the article could not be decoded.
    pub(super) fn is_damaged(&self) -> bool {
        let mut lines = self.headwords.iter().chain(&self.body);
        lines.any(|line| line.contains(char::REPLACEMENT_CHARACTER))
    }
}

/// The numbers before the senses of an article. The page numbers senses itself.
#[derive(Default)]
pub(super) struct SenseNumbers {
    /// The largest number so far.
    max: u32,
}

impl SenseNumbers {
    /// Removes the number before a line, if it is at most one more than the largest number so far.
    /// `None`: the line has only a number.
    pub(super) fn strip(&mut self, line: &str) -> Option<String> {
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = line.split_at(digits);
        let Some(rest) = after.strip_prefix(['.', ')']) else { return Some(line.to_owned()) };
        let is_sense = rest.is_empty() || !rest.starts_with(|c: char| c.is_ascii_alphanumeric());
        match number.parse() {
            Ok(number) if is_sense && (1..=self.max + 1).contains(&number) => {
                self.max = self.max.max(number);
                Some(rest.trim_start().to_owned()).filter(|rest| !rest.is_empty())
            }
            _ => Some(line.to_owned()),
        }
    }
}
