//! The operating system's limit on open file descriptors: raised when the server starts, and
//! compared with the limit on connections.

#[cfg(target_os = "linux")]
use crate::{Limits, report};

/// Descriptors that are kept for everything but connections: listeners, polls, files and the
/// database of the app. A process with few descriptors keeps half of them.
const RESERVED: u64 = 256;

/// If fewer connections than this fit, a warning is logged even if the app did not choose a number:
/// a limit on descriptors below 1,024 is unusual.
#[cfg(target_os = "linux")]
const FEW: usize = 512;

/// Raises the soft limit on descriptors to the hard one. Returns the number of connections that
/// fit, at most `wanted`. If these are fewer, logs it: as a warning if the app chose the number or
/// if few fit.
#[cfg(target_os = "linux")]
pub(super) fn connections_max(wanted: usize) -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            report::warn(format_args!("cannot raise the limit on open files: {error}"));
        }
    }
    match getrlimit(Resource::Nofile).current {
        None => wanted,
        Some(descriptors) => {
            let fitting = fitting(wanted, descriptors);
            if fitting < wanted {
                report_fewer(wanted, descriptors, fitting);
            }
            fitting
        }
    }
}

#[cfg(target_os = "linux")]
fn report_fewer(wanted: usize, descriptors: u64, fitting: usize) {
    let text = format!(
        "connections_max is {wanted}, but the process may open only {descriptors} files: at most \
         {fitting} connections are accepted"
    );
    if wanted == Limits::default().connections_max && fitting >= FEW {
        log::info!("{text}");
    } else {
        report::warn(format_args!("{text}"));
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn connections_max(wanted: usize) -> usize {
    wanted
}

/// The number of connections for which this number of descriptors suffices.
#[cfg(any(target_os = "linux", test))]
fn fitting(wanted: usize, descriptors: u64) -> usize {
    let spare = descriptors.saturating_sub(RESERVED).max(descriptors / 2);
    usize::try_from(spare).unwrap_or(usize::MAX).min(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_on_descriptors_bounds_the_connections() {
        assert_eq!(fitting(20_000, 1 << 20), 20_000);
        assert_eq!(fitting(20_000, 20_000), 19_744);
        assert_eq!(fitting(20_000, 1_024), 768);
        assert_eq!(fitting(20_000, 100), 50);
    }
}
