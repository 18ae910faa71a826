//! Keeps the host of the last request, so that the same host in the next one is not checked again.

use std::fmt;

use crate::wire::grammar;

/// A cache of the last valid host. Most requests of a connection have the same host, which is then
/// not checked again byte by byte. The cache is not part of the head, so `Debug` hides it.
#[derive(Clone, Default)]
pub(super) struct ValidHost(Vec<u8>);

impl ValidHost {
    /// Whether a host is valid. A valid host is kept for the next call.
    pub(super) fn check(&mut self, host: &[u8]) -> bool {
        if self.0.is_empty() || self.0 != host {
            self.0.clear();
            if !grammar::is_authority(host) {
                return false;
            }
            self.0.extend_from_slice(host);
        }
        true
    }
}

impl fmt::Debug for ValidHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("_")
    }
}
