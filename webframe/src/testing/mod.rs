//! Clients for tests of an app without a socket, and access for the fuzz targets.

#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub(crate) mod test_client;
pub(crate) mod test_events;
#[cfg(feature = "websocket")]
pub(crate) mod test_socket;
