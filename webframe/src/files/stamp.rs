//! A stamp of a file's metadata, which changes with the file.

use std::{
    fs::Metadata,
    os::unix::fs::MetadataExt,
    time::{Duration, SystemTime},
};

/// Inode, length and times of a file. It includes the change time of the inode: a tool can set the
/// modification time back, but not this one.
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

    /// Length and times, for an entity tag. It includes the change time of the inode, because a
    /// tool may replace the content of a file and keep its length and modification time.
    pub(super) fn tag(&self) -> String {
        let ((modified, nanos), (changed, changed_nanos)) = (self.modified, self.changed);
        format!("{:x}-{modified:x}.{nanos:x}-{changed:x}.{changed_nanos:x}", self.length)
    }
}

/// Whether every later change of the file will change its stamp. A file that changed just now could
/// change again within the same tick of the file system's clock and keep its stamp.
pub(super) fn is_settled(metadata: &Metadata) -> bool {
    let changed = u64::try_from(metadata.ctime()).unwrap_or_default();
    let nanos = u64::try_from(metadata.ctime_nsec()).unwrap_or_default();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    is_settled_at(Duration::from_secs(changed) + Duration::from_nanos(nanos), now)
}

/// Both times count from 1970. Most file systems store times in steps of some milliseconds, some in
/// seconds, and FAT in steps of two seconds.
fn is_settled_at(changed: Duration, now: Duration) -> bool {
    let several_ticks = match changed.subsec_nanos() {
        0 => Duration::from_millis(2_100),
        _ => Duration::from_millis(100),
    };
    now.checked_sub(changed) > Some(several_ticks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recently_changed_file_is_not_trusted_until_its_second_has_ended() {
        let at = Duration::from_millis;
        for (changed, now, settled) in [
            (10_001, 10_101, false),
            (10_001, 10_102, true),
            (10_000, 10_900, false),
            (10_000, 12_100, false),
            (10_000, 12_101, true),
            (10_001, 9_000, false),
        ] {
            assert_eq!(is_settled_at(at(changed), at(now)), settled, "{changed} {now}");
        }
    }
}
