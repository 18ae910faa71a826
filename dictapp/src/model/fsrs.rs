//! Schedules the next review of a word by FSRS-6 (Free Spaced Repetition Scheduler) with its
//! published default parameters.
//!
//! A [`Memory`] has the stability (the days after which the word is remembered with a probability
//! of 90 %) and the difficulty (1 to 10). New and forgotten words are first repeated in *steps* of
//! some minutes, and then at intervals of days. The formulas are those of the FSRS-6 algorithm;
//! their parameters are in `W`.

use jiff::{SignedDuration, Timestamp};

/// The answer of a learner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Forgotten.
    Again = 1,
    /// Remembered with effort.
    Hard = 2,
    /// Remembered.
    Good = 3,
    /// Remembered at once.
    Easy = 4,
}

impl Grade {
    /// All grades, the lowest first.
    pub const ALL: [Grade; 4] = [Grade::Again, Grade::Hard, Grade::Good, Grade::Easy];

    /// The grade of this number, 1 to 4; `None` for another number.
    pub fn from_number(number: i64) -> Option<Grade> {
        Grade::ALL.into_iter().find(|grade| grade.number() == number)
    }

    /// The number of the grade, 1 to 4.
    pub fn number(self) -> i64 {
        self as i64
    }
}

/// The phase of learning a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// New; carries the index of its current step in `LEARNING_STEPS`.
    Learning(usize),
    /// Known: reviewed after days.
    Review,
    /// Forgotten; carries the index of its current step in `RELEARNING_STEPS`.
    Relearning(usize),
}

/// The state of a learner's memory of a word.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Memory {
    /// The days after which the word is remembered with a probability of 90 %.
    pub stability: f64,
    /// How difficult the word is, from 1 to 10.
    pub difficulty: f64,
    /// The phase.
    pub phase: Phase,
    /// The latest review.
    pub last: Timestamp,
    /// The next review.
    pub due: Timestamp,
}

/// A word counts as learnt when its stability is at least this many days.
pub const LEARNT_DAYS: u32 = 7;

/// The steps of a new word: the times to wait before it is repeated.
const LEARNING_STEPS: &[SignedDuration] =
    &[SignedDuration::from_mins(1), SignedDuration::from_mins(10)];

/// The steps of a forgotten word.
const RELEARNING_STEPS: &[SignedDuration] = &[SignedDuration::from_mins(10)];

/// The probability of remembering a word at its next review.
const RETENTION: f64 = 0.9;

/// The longest time to a review in days: a hundred years.
const DAYS_MAX: f64 = 36_500.0;

/// The least stability in days. It must not be 0, since it is a divisor.
const STABILITY_MIN: f64 = 0.001;

/// The default parameters of FSRS-6, `w0` to `w20`.
const W: [f64; 21] = [
    0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796, 1.4835,
    0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542,
];

impl Memory {
    /// The memory after a review at this time. `before` is `None` for a new word.
    pub fn after(before: Option<&Memory>, grade: Grade, at: Timestamp) -> Memory {
        let (stability, difficulty) = match before {
            None => (initial_stability(grade), clamp_difficulty(initial_difficulty(grade))),
            Some(memory) => (memory.next_stability(grade, at), memory.next_difficulty(grade)),
        };
        let phase = before.map_or(Phase::Learning(0), |memory| memory.phase);
        let (phase, wait) = next_phase(phase, grade);
        let wait = wait.unwrap_or_else(|| interval(stability));
        let due = at.checked_add(wait).unwrap_or(Timestamp::MAX);
        Memory { stability, difficulty, phase, last: at, due }
    }

    /// The probability that the word is remembered at this time.
    pub fn retrievability(&self, at: Timestamp) -> f64 {
        let days = whole_days(self.last, at);
        (1.0 + factor() * days / self.stability).powf(-W[20])
    }

    /// The stability after a further review.
    fn next_stability(&self, grade: Grade, at: Timestamp) -> f64 {
        if whole_days(self.last, at) < 1.0 {
            return short_term_stability(self.stability, grade);
        }
        let retrievability = self.retrievability(at);
        let next = match grade {
            Grade::Again => self.stability_after_forgetting(retrievability),
            Grade::Hard | Grade::Good | Grade::Easy => {
                self.stability_after_recall(retrievability, grade)
            }
        };
        next.max(STABILITY_MIN)
    }

    /// The stability of a word that was forgotten.
    fn stability_after_forgetting(&self, retrievability: f64) -> f64 {
        let long_term = W[11]
            * self.difficulty.powf(-W[12])
            * ((self.stability + 1.0).powf(W[13]) - 1.0)
            * ((1.0 - retrievability) * W[14]).exp();
        let short_term = self.stability / (W[17] * W[18]).exp();
        long_term.min(short_term)
    }

    /// The stability of a word that was remembered.
    fn stability_after_recall(&self, retrievability: f64, grade: Grade) -> f64 {
        let hard_penalty = if grade == Grade::Hard { W[15] } else { 1.0 };
        let easy_bonus = if grade == Grade::Easy { W[16] } else { 1.0 };
        let growth = W[8].exp()
            * (11.0 - self.difficulty)
            * self.stability.powf(-W[9])
            * (((1.0 - retrievability) * W[10]).exp() - 1.0)
            * hard_penalty
            * easy_bonus;
        self.stability * (1.0 + growth)
    }

    /// The difficulty after a further review.
    fn next_difficulty(&self, grade: Grade) -> f64 {
        let delta = -W[6] * (number(grade) - 3.0);
        let damped = self.difficulty + (10.0 - self.difficulty) * delta / 9.0;
        clamp_difficulty(W[7] * initial_difficulty(Grade::Easy) + (1.0 - W[7]) * damped)
    }
}

/// The number of a grade as the formulas use it.
fn number(grade: Grade) -> f64 {
    match grade {
        Grade::Again => 1.0,
        Grade::Hard => 2.0,
        Grade::Good => 3.0,
        Grade::Easy => 4.0,
    }
}

/// The stability after the first review.
fn initial_stability(grade: Grade) -> f64 {
    match grade {
        Grade::Again => W[0],
        Grade::Hard => W[1],
        Grade::Good => W[2],
        Grade::Easy => W[3],
    }
}

/// The difficulty after the first review, before it is limited to 1 to 10.
fn initial_difficulty(grade: Grade) -> f64 {
    W[4] - (W[5] * (number(grade) - 1.0)).exp() + 1.0
}

fn clamp_difficulty(difficulty: f64) -> f64 {
    difficulty.clamp(1.0, 10.0)
}

/// The stability after a review on the same day as the one before.
fn short_term_stability(stability: f64, grade: Grade) -> f64 {
    let growth = (W[17] * (number(grade) - 3.0 + W[18])).exp() * stability.powf(-W[19]);
    let growth = if grade > Grade::Again { growth.max(1.0) } else { growth };
    (stability * growth).max(STABILITY_MIN)
}

/// The next phase, and the wait until the next review. `None`: the wait follows from the stability.
fn next_phase(phase: Phase, grade: Grade) -> (Phase, Option<SignedDuration>) {
    match (phase, grade) {
        (Phase::Review, Grade::Again) => (Phase::Relearning(0), Some(RELEARNING_STEPS[0])),
        (Phase::Review, _) | (_, Grade::Easy) => (Phase::Review, None),
        (Phase::Learning(step), _) => step_after(LEARNING_STEPS, Phase::Learning, step, grade),
        (Phase::Relearning(step), _) => {
            step_after(RELEARNING_STEPS, Phase::Relearning, step, grade)
        }
    }
}

/// The next phase and wait of a word in its steps, as [`next_phase`] returns them.
fn step_after(
    steps: &[SignedDuration],
    phase: fn(usize) -> Phase,
    step: usize,
    grade: Grade,
) -> (Phase, Option<SignedDuration>) {
    match (grade, steps.get(step)) {
        (Grade::Again, _) => (phase(0), steps.first().copied()),
        (Grade::Hard, Some(_)) if step == 0 => (phase(0), Some(hard_first_step(steps))),
        (Grade::Hard, Some(wait)) => (phase(step), Some(*wait)),
        (_, Some(_)) if step + 1 < steps.len() => (phase(step + 1), Some(steps[step + 1])),
        _ => (Phase::Review, None),
    }
}

/// The wait after `Hard` in the first step: the mean of the first two steps, or one and a half
/// times the only one.
fn hard_first_step(steps: &[SignedDuration]) -> SignedDuration {
    match steps {
        [first, second, ..] => (*first + *second) / 2,
        steps => steps.iter().copied().sum::<SignedDuration>() * 3 / 2,
    }
}

/// The factor of time in the forgetting curve: it makes the probability of remembering equal to
/// [`RETENTION`] when the days passed equal the stability.
fn factor() -> f64 {
    RETENTION.powf(-1.0 / W[20]) - 1.0
}

/// The time after which the probability of remembering falls to [`RETENTION`].
fn interval(stability: f64) -> SignedDuration {
    let days = stability / factor() * (RETENTION.powf(-1.0 / W[20]) - 1.0);
    let days = days.round_ties_even().clamp(1.0, DAYS_MAX);
    SignedDuration::from_secs_f64(days * 86_400.0)
}

/// The number of whole days between two times; 0 if `to` is before `from`.
fn whole_days(from: Timestamp, to: Timestamp) -> f64 {
    let hours = to.duration_since(from).as_hours();
    f64::from(u32::try_from(hours / 24).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each line: sequence, grade, time of the review, stability, difficulty, time until due.
    const VECTORS: &str = include_str!("../../tests/data/learning/fsrs.tsv");

    #[test]
    fn agrees_with_the_reference_scheduler() {
        let mut memory: Option<Memory> = None;
        let mut sequence = "";
        let mut checked = 0;
        for line in VECTORS.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            let [of_sequence, grade, at, stability, difficulty, wait] = columns[..] else {
                panic!("{line}")
            };
            if of_sequence != sequence {
                (sequence, memory) = (of_sequence, None);
            }
            let grade = Grade::from_number(grade.parse().unwrap()).unwrap();
            let at = Timestamp::from_second(1_767_225_600 + at.parse::<i64>().unwrap()).unwrap();
            let next = Memory::after(memory.as_ref(), grade, at);
            let is_close = |value: f64, text: &str| {
                let wanted: f64 = text.parse().unwrap();
                (value - wanted).abs() <= wanted.abs() * 1e-4 + 1e-5
            };
            assert!(is_close(next.stability, stability), "{line}: {next:?}");
            assert!(is_close(next.difficulty, difficulty), "{line}: {next:?}");
            let seconds = next.due.duration_since(at).as_secs();
            assert_eq!(seconds.to_string(), wait, "{line}: {next:?}");
            memory = Some(next);
            checked += 1;
        }
        assert_eq!(checked, 720);
    }
}
