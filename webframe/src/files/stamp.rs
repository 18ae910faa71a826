//! What tells one state of a file from another without reading it.

use std::{
    fs::Metadata,
    os::unix::fs::MetadataExt,
    time::{Duration, SystemTime},
};

/// Which file it is, how long, and when it changed. The time of the change of the inode is in it
/// too: a tool can set the other back, but not this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    file: (u64, u64),
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Stamp {
        Stamp {
            file: (metadata.dev(), metadata.ino()),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Length and times, for an entity tag. The time of the inode is in it, because a tool may keep
    /// length and time of a file whose content it replaces.
    pub(super) fn tag(&self) -> String {
        let ((modified, nanos), (changed, changed_nanos)) = (self.modified, self.changed);
        format!("{:x}-{modified:x}.{nanos:x}-{changed:x}.{changed_nanos:x}", self.length)
    }
}

/// Whether a change after this look must show in the stamp: the clock that stamps files ticks
/// some hundred times a second, and two changes within a tick look like one.
pub(super) fn is_settled(metadata: &Metadata) -> bool {
    const SEVERAL_TICKS: Duration = Duration::from_millis(100);
    let changed = u64::try_from(metadata.ctime()).unwrap_or_default();
    let nanos = u64::try_from(metadata.ctime_nsec()).unwrap_or_default();
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    since.checked_sub(Duration::from_secs(changed) + Duration::from_nanos(nanos))
        > Some(SEVERAL_TICKS)
}
