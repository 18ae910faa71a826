//! A stamp identifies a version of a file by its metadata: inode, length and times.

use std::{
    fs::Metadata,
    hash::{BuildHasher, RandomState},
    os::unix::fs::MetadataExt,
    time::{Duration, SystemTime},
};

/// Inode, length and times of a file. The times include the change time of the inode: a tool can
/// set the modification time back, but not the change time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Device and inode.
    file: (u64, u64),
    length: u64,
    /// The modification time, in seconds from 1970 and nanoseconds.
    modified: (i64, i64),
    /// The change time of the inode, in the same form.
    changed: (i64, i64),
}

impl Stamp {
    pub(super) fn from_metadata(metadata: &Metadata) -> Stamp {
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

    /// Length and times as text, for an entity tag. The change time of the inode is included,
    /// because a tool may replace the content of a file and keep its length and modification time.
    ///
    /// On a file system with ticks of a second or two, the next version may have the same times
    /// until the tick has ended. Until then each tag gets a random suffix, so that no two versions
    /// share one.
    pub(super) fn tag(&self) -> String {
        let ((modified, nanos), (changed, changed_nanos)) = (self.modified, self.changed);
        let mut tag =
            format!("{:x}-{modified:x}.{nanos:x}-{changed:x}.{changed_nanos:x}", self.length);
        if changed_nanos == 0 && !is_settled_at(since_1970(self.changed), now()) {
            tag.push_str(&format!("-{:x}", RandomState::new().hash_one(())));
        }
        tag
    }
}

/// Whether every later change of the file will change its stamp. A file that changed just now could
/// change again within the same tick of the file system's clock and keep its stamp.
pub(super) fn is_settled(metadata: &Metadata) -> bool {
    is_settled_at(since_1970(Stamp::from_metadata(metadata).changed), now())
}

fn since_1970((seconds, nanos): (i64, i64)) -> Duration {
    let part = |number: i64| u64::try_from(number).unwrap_or_default();
    Duration::from_secs(part(seconds)) + Duration::from_nanos(part(nanos))
}

fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
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

    #[test]
    fn two_versions_within_a_tick_of_a_coarse_file_system_have_different_tags() {
        let seconds = now().as_secs();
        let stamp = |changed: u64, nanos| Stamp {
            file: (1, 2),
            length: 100_000,
            modified: (7, 0),
            changed: (i64::try_from(changed).unwrap(), nanos),
        };
        let within = stamp(seconds + 1, 0); // so that the tick does not end during the test
        assert_ne!(within.tag(), within.tag());
        assert!(within.tag().starts_with("186a0-7.0-"), "{}", within.tag());
        let ended = stamp(seconds - 9, 0);
        assert_eq!(ended.tag(), ended.tag());
        let fine = stamp(seconds, 1);
        assert_eq!(fine.tag(), fine.tag());
    }
}
