//! Plain data and its rules: what a word, an entry and a user name are. Nothing here does I/O.

mod entry;
mod explanation;
mod reading;
mod network;
mod username;
mod word;

pub use entry::Entry;
pub use explanation::{
    Example, Explanation, LABELS, PARTS_OF_SPEECH, Part, Sense, sense_lines, split_part,
};
pub(crate) use network::{Network, networks, smallest_network};
pub use reading::{Form, FormKind, Level, Pronunciation, Region, Spelling};
pub use username::{USERNAME_CHARS_MAX, Username, UsernameError};
pub use word::{WORD_BYTES_MAX, Word, WordError};
