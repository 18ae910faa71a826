//! From listening sockets to connections of a shard: binding, accepting, the PROXY header, TLS.

pub(crate) mod address;
pub(crate) mod listener;
pub(crate) mod admission;
pub(crate) mod accepted;
mod accepting;
mod preamble;
pub(crate) mod redirect;
pub(crate) mod transport;
pub(crate) mod socket;
#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "tls")]
pub(crate) mod certificates;
#[cfg(not(feature = "tls"))]
mod without_tls;
#[cfg(not(feature = "tls"))]
pub(crate) use without_tls::{certificates, tls};
