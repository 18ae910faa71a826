//! User names, roles, and the other values of accounts and sessions.

mod device;
mod lifetime;
mod network;
mod role;
mod scope;
mod username;

pub use device::device_label;
pub use lifetime::Lifetime;
pub(crate) use network::{Network, largest_network, networks, smallest_network};
pub use role::Role;
pub use scope::{Scope, Scopes};
pub use username::{USERNAME_CHARS_MAX, Username, UsernameError};
