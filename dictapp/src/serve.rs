//! Placeholder.
use crate::settings::Settings;

/// Placeholder.
///
/// # Errors
/// Always.
pub fn run(_settings: &Settings) -> anyhow::Result<()> {
    anyhow::bail!("serving is not there yet")
}
