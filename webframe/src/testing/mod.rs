//! Clients that test an app without a socket, and access to private parsers for the fuzz targets.

#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod redirect;
pub(crate) mod test_client;
pub(crate) mod test_request;
pub(crate) mod test_response;
pub(crate) mod test_events;
#[cfg(feature = "websocket")]
pub(crate) mod test_socket;

use std::time::Duration;

/// Maximum wait of a test client for an event or a message of another thread.
const TIMEOUT: Duration = Duration::from_secs(10);
