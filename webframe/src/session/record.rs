//! The record of a session: its values and messages, and their conversion to and from the text that
//! a store keeps.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, Result};

/// Values by name. The text is JSON: any database can store it, and a new version of the app can
/// read it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    /// The time at which the session began, in seconds since 1970.
    begun: u64,
    pub(super) values: BTreeMap<String, Value>,
    /// Messages for the next page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) flashes: Vec<String>,
}

impl Record {
    pub(super) fn begin(now: SystemTime) -> Record {
        Record { begun: seconds(now), values: BTreeMap::new(), flashes: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty() && self.flashes.is_empty()
    }

    /// Whether the session is at least this old. A start in the future counts as now, since the
    /// clocks of two instances differ a little.
    pub(super) fn is_older_than(&self, lifetime: Duration, now: SystemTime) -> bool {
        seconds(now).saturating_sub(self.begun) >= lifetime.as_secs()
    }

    pub(super) fn parse(text: &str) -> Result<Record> {
        serde_json::from_str(text)
            .map_err(|cause| Error::internal(format!("the record of a session: {cause}")))
    }

    pub(super) fn to_text(&self, bytes_max: usize) -> Result<String> {
        let text = serde_json::to_string(self)?;
        if text.len() > bytes_max {
            Err(Error::internal(format!("a session is larger than {bytes_max} bytes")))
        } else {
            Ok(text)
        }
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
