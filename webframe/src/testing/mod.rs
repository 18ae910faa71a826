//! What tests ask of an app without a socket, and the fuzz targets of the readers.

#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub(crate) mod test_client;
pub(crate) mod test_socket;
