//! The values of accounts and sessions (log-ins): user names, roles, scopes of API tokens,
//! lifetimes of sessions, and the devices and networks of clients.

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
