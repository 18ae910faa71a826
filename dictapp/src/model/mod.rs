//! Plain data types and their rules: words, entries, user names and others. No I/O here.

mod entry;
mod explanation;
pub mod link;
mod reading;
mod device;
mod fsrs;
mod languages;
mod lifetime;
mod network;
mod role;
mod scope;
mod username;
mod word;

pub use device::device_label;
pub use entry::Entry;
pub use explanation::{
    Example, Explanation, LABELS, PARTS_OF_SPEECH, Part, Sense, glosses, sense_lines, split_part,
};
pub use fsrs::{Grade, Memory, Phase};
pub use languages::{LanguageTag, Languages};
pub use lifetime::Lifetime;
pub use link::Run;
pub(crate) use network::{Network, networks, smallest_network};
pub use reading::{Form, FormKind, Level, Pronunciation, Region, Spelling};
pub use role::Role;
pub use scope::{Scope, Scopes};
pub use username::{USERNAME_CHARS_MAX, Username, UsernameError};
pub use word::{WORD_CHARS_MAX, Word, WordError};
