//! Plain data types and their rules: words, entries and explanations, languages, the schedule of
//! reviews, and the values of accounts, such as user names. No I/O here.

mod entry;
mod explanation;
pub mod link;
mod reading;
mod languages;
mod word;
mod fsrs;
mod account;

pub use account::{
    Lifetime, Role, Scope, Scopes, USERNAME_CHARS_MAX, Username, UsernameError, device_label,
};
pub(crate) use account::{Network, largest_network, networks, smallest_network};
pub use entry::Entry;
pub use explanation::{
    Example, Explanation, LABELS, Part, Sense, WordClass, glosses, sense_lines, split_label,
    split_part,
};
pub use fsrs::{Grade, LEARNT_DAYS, Memory, Phase};
pub use languages::{LanguageTag, Languages};
pub use link::Run;
pub use reading::{Form, FormKind, Level, Pronunciation, Region, Spelling};
pub use word::{WORD_CHARS_MAX, Word, WordError};
