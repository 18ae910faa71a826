//! At SIGHUP: logs which settings were changed since the start. A running server keeps its
//! settings; they take effect at the next start.

use crate::settings::{Loaded, Settings, Sources};

/// Reads the settings again and logs which sections differ from `used`, or that the settings are
/// invalid now.
pub(super) fn report_changes(used: &Settings, sources: &Sources) {
    match Settings::load(sources) {
        Ok(Loaded { settings, .. }) => {
            let sections = used.differing_sections(&settings);
            if !sections.is_empty() {
                let sections = sections.join(", ");
                log::warn!("changed settings need a restart to take effect: {sections}");
            }
        }
        Err(mistakes) => {
            log::error!("the settings are invalid, so the next start will fail: {mistakes}");
        }
    }
}
