//! Placeholder.
use crate::{cli::Import, settings::Settings};

/// Placeholder.
///
/// # Errors
/// Always.
pub fn run(_settings: &Settings, import: &Import) -> anyhow::Result<()> {
    anyhow::bail!("importing {} is not there yet", import.file.display())
}
