//! Sockets to connections of a shard: listening, accepting, the PROXY header, TLS.

pub(crate) mod address;
pub(crate) mod listener;
pub(crate) mod admission;
pub(crate) mod accepted;
mod accepting;
mod greeting;
pub(crate) mod redirect;
pub(crate) mod transport;
pub(crate) mod socket;
mod tls;
pub(crate) mod certificates;
