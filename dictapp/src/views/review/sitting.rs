//! A sitting: the answers of a user from the first card to the last. It is not called a session,
//! which begins with a log-in. Converts the text of a sitting to its numbers and back. The text is
//! in the forms and in the address of the page, so no instance of the server stores sittings.

use std::fmt;

use jiff::Timestamp;

/// Maximum time that counts for a card, in seconds. If an answer takes longer, the user was
/// probably away.
const CARD_SECONDS_MAX: i64 = 120;

/// The words that a sitting reviews.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Reviewed {
    /// The whole word book.
    #[default]
    All,
    /// The word list of a class, by its key.
    ClassList(i64),
    /// A list of the word book, by its name.
    OwnList(String),
}

/// The numbers of a sitting. Its text is `answers-seconds-shown`. If only the words of a list are
/// reviewed, `-key` follows for the list of a class, or `-=name` for a list of the word book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sitting {
    /// The number of answers.
    pub(super) answers: u64,
    /// The time that the answers took, in seconds.
    pub(super) seconds: u64,
    /// When the card of the page was shown, in seconds since 1970-01-01.
    card_shown_at: i64,
    /// The words that are reviewed.
    pub(super) reviewed: Reviewed,
}

impl Sitting {
    /// Parses a sitting; its card is shown now. An invalid text begins a new sitting.
    pub(super) fn resume(text: &str, now: Timestamp) -> Sitting {
        let none = Sitting { answers: 0, seconds: 0, card_shown_at: 0, reviewed: Reviewed::All };
        let sitting = Sitting::parse(text).unwrap_or(none);
        Sitting { card_shown_at: now.as_second(), ..sitting }
    }

    /// Parses a sitting and adds an answer to its card.
    pub(super) fn after_answer(text: &str, now: Timestamp) -> Sitting {
        let before = Sitting::parse(text).unwrap_or_else(|| Sitting::resume("", now));
        let took = now.as_second().saturating_sub(before.card_shown_at).clamp(0, CARD_SECONDS_MAX);
        Sitting {
            answers: before.answers.saturating_add(1),
            seconds: before.seconds.saturating_add(took.unsigned_abs()),
            ..before
        }
    }

    /// Parses a sitting and takes back its latest answer. The card is shown now.
    pub(super) fn after_undo(text: &str, now: Timestamp) -> Sitting {
        let before = Sitting::resume(text, now);
        Sitting { answers: before.answers.saturating_sub(1), ..before }
    }

    /// The time in minutes, at least one.
    pub(super) fn minutes(&self) -> u64 {
        (self.seconds.saturating_add(30) / 60).max(1)
    }

    fn parse(text: &str) -> Option<Sitting> {
        let mut numbers = text.splitn(4, '-');
        let answers = numbers.next()?.parse().ok()?;
        let seconds = numbers.next()?.parse().ok()?;
        let card_shown_at = numbers.next()?.parse().ok()?;
        let reviewed = match numbers.next() {
            None => Reviewed::All,
            Some(list) => match list.strip_prefix('=') {
                Some(name) => Reviewed::OwnList(name.to_owned()),
                None => Reviewed::ClassList(list.parse().ok()?),
            },
        };
        Some(Sitting { answers, seconds, card_shown_at, reviewed })
    }
}

impl fmt::Display for Sitting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.answers, self.seconds, self.card_shown_at)?;
        match &self.reviewed {
            Reviewed::All => Ok(()),
            Reviewed::ClassList(key) => write!(f, "-{key}"),
            Reviewed::OwnList(name) => write!(f, "-={name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn answers_and_their_time_are_added_up_without_the_time_away() {
        let first = Sitting::resume("", at_second(1000)).to_string();
        assert_eq!(first, "0-0-1000");
        let one = Sitting::after_answer(&first, at_second(1010)).to_string();
        let second = Sitting::resume(&one, at_second(1011)).to_string();
        assert_eq!(second, "1-10-1011");
        let two = Sitting::after_answer(&second, at_second(9999));
        assert_eq!((two.answers, two.seconds, two.minutes()), (2, 130, 2));
        assert_eq!(Sitting::after_undo(&two.to_string(), at_second(0)).answers, 1);
    }

    #[test]
    fn a_sitting_stays_in_its_list() {
        let own = Reviewed::OwnList("Unit 5-6 = new".to_owned());
        for (reviewed, text) in [(Reviewed::ClassList(9), "9"), (own, "=Unit 5-6 = new")] {
            let begun = Sitting { reviewed, ..Sitting::resume("", at_second(1000)) };
            let first = begun.to_string();
            assert_eq!(first, format!("0-0-1000-{text}"));
            let one = Sitting::after_answer(&first, at_second(1010)).to_string();
            assert_eq!(one, format!("1-10-1000-{text}"));
            assert_eq!(Sitting::resume(&one, at_second(1011)).reviewed, begun.reviewed);
            assert_eq!(Sitting::after_undo(&one, at_second(1011)).reviewed, begun.reviewed);
        }
    }

    #[test]
    fn a_text_that_is_no_sitting_begins_a_new_one() {
        for text in ["", "x", "1-2", "1-2-x", "-1-2-3", "1-2-3-x", "1-2-3-4-5"] {
            assert_eq!(Sitting::resume(text, at_second(7)).to_string(), "0-0-7", "{text}");
        }
        let late =
            Sitting::after_answer(&format!("{}-{}-{}", u64::MAX, u64::MAX, i64::MAX), at_second(0));
        assert_eq!((late.answers, late.seconds), (u64::MAX, u64::MAX));
    }
}
