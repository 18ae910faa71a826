//! Recognises how the lines of a word list are numbered, and removes the numbers, bullets and check
//! boxes before the headwords: `1. apple 苹果` becomes `apple 苹果`.

use crate::books::text::layout;

/// How the lines of a file are numbered. The numbers are no part of the headwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    /// There are no numbers.
    Missing,
    /// Punctuation follows each number: `1. apple`.
    Punctuated,
    /// The numbers count the lines: `1 apple`, `2 pear`.
    Bare,
    /// The numbers are on lines of their own.
    Alone,
    /// There are hyphens instead of numbers: `- apple`.
    Hyphens,
}

/// The counts of a file from which its numbers are recognised.
#[derive(Default)]
struct Counts {
    /// Lines that are not empty, without those that continue the line above.
    all: usize,
    /// Lines with a number and punctuation after it: `1. apple`.
    punctuated: usize,
    /// Such lines that also have a headword and an explanation.
    rows: usize,
    /// Numbers with punctuation that are the previous one plus 1.
    followers: usize,
    /// Numbers with punctuation that are 1.
    restarts: usize,
    /// Lines that begin with a hyphen.
    hyphens: usize,
    /// Numbers without punctuation that are the previous one plus 1.
    bare_followers: usize,
    /// Numbers without punctuation that are greater than the previous one.
    bare_greater: usize,
    /// Lines with only a number, which is the previous one plus 1.
    alone: usize,
}

impl Numbers {
    /// Recognises how most lines are numbered.
    pub(super) fn sniff<'a>(lines: impl Iterator<Item = &'a str>) -> Numbers {
        let mut counts = Counts::default();
        // Each is the previous number of its kind plus 1.
        let (mut next_bare, mut next_punctuated, mut next_alone) = (None, None, None);
        for line in lines.filter(|line| !line.trim().is_empty()) {
            // An indented line continues the one above.
            if counts.all > 0 && counts.punctuated > 0 && line.starts_with("  ") {
                continue;
            }
            let line = line.trim();
            counts.all += 1;
            counts.hyphens += usize::from(without_hyphen(line).len() < line.len());
            counts.add_punctuated(line, &mut next_punctuated);
            let number = bare_number(line);
            let is_next =
                number.is_some_and(|(number, _)| next_bare.is_none_or(|next| number == next));
            let is_greater = number.is_some_and(|(number, rest)| {
                next_bare.is_none_or(|next| number >= next) && rest.contains(char::is_whitespace)
            });
            counts.bare_followers += usize::from(is_next);
            counts.bare_greater += usize::from(is_greater);
            next_bare = number.map(|(number, _)| number + 1);
            if let Some(number) = lone_number(line) {
                counts.alone += usize::from(next_alone.is_none_or(|next| number == next));
                next_alone = Some(number + 1);
            }
        }
        counts.numbers()
    }

    /// A line without its number.
    pub(super) fn strip(self, line: &str) -> &str {
        match self {
            Numbers::Missing => line,
            Numbers::Punctuated => without_number(line),
            Numbers::Bare => bare_number(line).map_or(line, |(_, rest)| rest),
            Numbers::Alone => lone_number(line).map_or(line, |_| ""),
            Numbers::Hyphens => without_box(without_hyphen(line)),
        }
    }
}

impl Counts {
    /// Counts a number with punctuation after it. `next` is the previous such number plus 1.
    fn add_punctuated(&mut self, line: &str, next: &mut Option<u32>) {
        let rest = without_number(line);
        if rest.len() == line.len() {
            return;
        }
        self.punctuated += 1;
        self.rows += usize::from(layout::is_row(rest));
        let digits: String = line.chars().filter(char::is_ascii_digit).take(5).collect();
        let number: Option<u32> = digits.parse().ok();
        self.followers += usize::from(number.is_some() && *next == number);
        self.restarts += usize::from(number == Some(1));
        *next = number.map(|number| number + 1);
    }

    /// How most lines are numbered.
    fn numbers(&self) -> Numbers {
        let most = |count: usize| count >= NUMBERED_LINES_MIN && count * 10 >= self.all * 8;
        if most(self.punctuated) || self.is_sequence() {
            Numbers::Punctuated
        } else if most(self.bare_followers) || self.bare_greater > 2 && most(self.bare_greater) {
            Numbers::Bare
        } else if most(self.hyphens) {
            Numbers::Hyphens
        } else if self.alone >= NUMBERED_LINES_MIN && self.alone * 4 >= self.all {
            Numbers::Alone
        } else {
            Numbers::Missing
        }
    }

    /// Whether the numbers count headwords although many lines have no number: these are headings,
    /// or explanations below the headwords. Numbers of senses do not count headwords: they begin
    /// again with 1 below each headword.
    fn is_sequence(&self) -> bool {
        let is_counting = (self.followers + self.restarts) * 10 >= self.punctuated * 9;
        let is_single = self.restarts <= 1 && self.punctuated * 4 >= self.all;
        let are_rows = self.rows * 10 >= self.punctuated * 8 && self.punctuated * 2 >= self.all;
        self.punctuated >= NUMBERED_LINES_MIN && is_counting && (is_single || are_rows)
    }
}

/// A file is numbered only if at least this number of lines begin with a number or a hyphen.
const NUMBERED_LINES_MIN: usize = 2;

/// Removes the bullet before an item of a list or before an important word (`* apple`, `• apple`,
/// `*apple`), and the check box of a task.
pub(super) fn without_bullet(line: &str) -> &str {
    // Markdown: `**apple**`.
    if line.starts_with("**") {
        return line;
    }
    let Some(first) = line.chars().next().filter(|c| BULLETS.contains(*c)) else { return line };
    let rest = &line[first.len_utf8()..];
    if rest.trim().is_empty() { line } else { without_box(rest.trim_start()) }
}

/// Characters before items of lists and before important words.
const BULLETS: &str = "*•·●○■□◆◇▪▲△★☆※";

/// Removes the check box of a task in Markdown: `[ ] apple`, `[x] apple`.
fn without_box(line: &str) -> &str {
    let rest = ["[ ] ", "[x] ", "[X] "].iter().find_map(|check| line.strip_prefix(check));
    rest.map_or(line, str::trim_start)
}

/// Hyphens before items. They may also begin a headword (`-ism`), so a space must follow.
const HYPHENS: [char; 3] = ['-', '–', '+'];

/// Removes the hyphen before an item: `- apple`.
pub(super) fn without_hyphen(line: &str) -> &str {
    let rest = line.strip_prefix(HYPHENS).filter(|rest| rest.starts_with(' '));
    rest.map_or(line, str::trim_start)
}

/// The number at the beginning of a line, if white space follows it, and the rest of the line.
fn bare_number(line: &str) -> Option<(u32, &str)> {
    let (number, rest) = line.split_once(char::is_whitespace)?;
    Some((digits(number)?, rest.trim_start()))
}

/// The number of a line that has only a number.
fn lone_number(line: &str) -> Option<u32> {
    digits(line.trim().trim_end_matches(['.', ')', '、', ':']))
}

fn digits(text: &str) -> Option<u32> {
    let is_number = (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// Whether a character is a number in a circle or in brackets: `①`, `⑴`, `⒈`.
pub(super) fn is_enclosed_number(c: char) -> bool {
    matches!(c, '\u{2460}'..='\u{249B}' | '\u{3251}'..='\u{325F}' | '\u{32B1}'..='\u{32BF}')
}

/// Removes the number at the beginning of a line: `1. abandon`, `4、about`, `(5) above`.
fn without_number(line: &str) -> &str {
    if let Some(rest) = line.strip_prefix(is_enclosed_number) {
        return rest.trim_start();
    }
    let inner = line.strip_prefix(['(', '（', '[', '【']).unwrap_or(line);
    let rest = inner.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = inner.len() - rest.len();
    let punctuation = rest.chars().next().filter(|c| ".、)）]】:：．,，".contains(*c));
    match punctuation {
        Some(punctuation) if (1..=5).contains(&digits) => {
            let rest = rest[punctuation.len_utf8()..].trim_start();
            if rest.starts_with(|c: char| c.is_ascii_digit()) { line } else { rest }
        }
        _ => line,
    }
}

/// Removes the hyphen or bullet before an item.
pub(super) fn without_item_marker(line: &str) -> &str {
    without_bullet(without_hyphen(line))
}
