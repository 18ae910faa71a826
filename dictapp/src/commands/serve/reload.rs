//! At SIGHUP: reports the settings that a running server cannot take over.

use crate::settings::{Loaded, Settings, Sources};

/// Logs which sections of the settings differ from those in use.
pub(super) fn report_changes(used: &Settings, sources: &Sources) {
    match Settings::load(sources) {
        Ok(Loaded { settings, .. }) => {
            let sections = used.sections_unlike(&settings);
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
