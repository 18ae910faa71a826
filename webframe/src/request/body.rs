//! The body of a request: in memory up to a limit, then in a temporary file. The size of all
//! temporary files is limited, in total and for each network of clients.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    net::{IpAddr, Ipv4Addr},
    sync::Mutex,
};

use crate::{Result, lock::lock};

/// The body of one request. It is cleared, not dropped, between requests, so that small bodies
/// allocate nothing.
#[derive(Debug, Default)]
pub(crate) struct ReceivedBody {
    memory: Vec<u8>,
    file: Option<Spool>,
    length: u64,
}

/// A temporary file. Its bytes count for the client's network until the file is dropped.
#[derive(Debug)]
struct Spool {
    file: File,
    network: IpAddr,
    bytes: u64,
}

/// The limits for the temporary files of all bodies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowance {
    /// The client's network. Its files may take half of the total, so that one network cannot keep
    /// others from sending large bodies.
    pub(crate) network: IpAddr,
    /// Maximum number of bytes of all files together.
    pub(crate) total_max: u64,
}

/// The number of bytes in the temporary files of all bodies, in total and by network.
#[derive(Debug)]
struct Spooled {
    total: u64,
    of_network: BTreeMap<IpAddr, u64>,
}

static SPOOLED: Mutex<Spooled> = Mutex::new(Spooled { total: 0, of_network: BTreeMap::new() });

impl Spooled {
    /// Counts bytes of a client's network. Fails if the total or the network would have too many.
    fn reserve(&mut self, bytes: u64, allowed: Allowance) -> io::Result<()> {
        let total = self.total.saturating_add(bytes);
        let of_network = self.of_network.get(&allowed.network).copied().unwrap_or(0);
        let of_network = of_network.saturating_add(bytes);
        if total > allowed.total_max || of_network > allowed.total_max / 2 {
            let text = "the temporary files of all bodies, or of this network, reached their limit";
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, text));
        }
        self.total = total;
        self.of_network.insert(allowed.network, of_network);
        Ok(())
    }

    /// Called when a file with this number of bytes is removed.
    fn release(&mut self, bytes: u64, network: IpAddr) {
        self.total = self.total.saturating_sub(bytes);
        if let Some(held) = self.of_network.get_mut(&network) {
            *held = held.saturating_sub(bytes);
            if *held == 0 {
                self.of_network.remove(&network);
            }
        }
    }
}

impl Spool {
    fn new(allowed: Allowance) -> io::Result<Spool> {
        Ok(Spool { file: tempfile::tempfile()?, network: allowed.network, bytes: 0 })
    }

    fn write(&mut self, piece: &[u8], allowed: Allowance) -> io::Result<()> {
        let bytes = piece.len() as u64;
        lock(&SPOOLED).reserve(bytes, Allowance { network: self.network, ..allowed })?;
        self.bytes += bytes; // before the write: if it fails, the drop still releases these bytes
        self.file.write_all(piece)
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        lock(&SPOOLED).release(self.bytes, self.network);
    }
}

/// Why a body cannot be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoreFailure {
    /// Other requests use up a resource, so a later request may succeed: the temporary files of all
    /// bodies or of the client's network reached their limit, or no descriptor is left.
    Busy,
    /// The system has no space for the file: the disk is full, or a quota or the limit on the size
    /// of a file is reached.
    NoSpace,
    /// Any other error.
    Fault,
}

impl StoreFailure {
    pub(crate) fn from_error(error: &io::Error) -> StoreFailure {
        const ENFILE: i32 = 23;
        const EMFILE: i32 = 24;
        match (error.kind(), error.raw_os_error()) {
            (io::ErrorKind::ResourceBusy, _) | (_, Some(ENFILE | EMFILE)) => StoreFailure::Busy,
            (
                io::ErrorKind::StorageFull
                | io::ErrorKind::QuotaExceeded
                | io::ErrorKind::FileTooLarge,
                _,
            ) => StoreFailure::NoSpace,
            _ => StoreFailure::Fault,
        }
    }
}

impl ReceivedBody {
    /// Empties the body and keeps a small buffer.
    pub(crate) fn clear(&mut self) {
        if self.length > 0 {
            self.memory.clear();
            self.memory.shrink_to(4 << 10);
            self.file = None;
            self.length = 0;
        }
    }

    /// The number of bytes so far.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Appends a piece. A body of more than `memory_max` bytes moves to a temporary file, without a
    /// limit on the files of all bodies.
    pub(crate) fn append(&mut self, piece: &[u8], memory_max: usize) -> io::Result<()> {
        let network = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        self.append_within(piece, memory_max, Allowance { network, total_max: u64::MAX })
    }

    /// Like [`ReceivedBody::append`], but fails if the temporary files would exceed the limits of
    /// `allowed`, in total or for the client's network.
    ///
    /// # Errors
    /// The piece cannot be stored; see [`StoreFailure`].
    pub(crate) fn append_within(
        &mut self,
        piece: &[u8],
        memory_max: usize,
        allowed: Allowance,
    ) -> io::Result<()> {
        if self.file.is_none() && self.memory.len() + piece.len() <= memory_max {
            self.memory.extend_from_slice(piece);
            self.length += piece.len() as u64;
            return Ok(());
        }
        if let Some(spool) = &mut self.file {
            spool.write(piece, allowed)?;
        } else {
            let mut spool = Spool::new(allowed)?;
            spool.write(&self.memory, allowed)?;
            spool.write(piece, allowed)?;
            self.memory = Vec::new();
            self.file = Some(spool);
        }
        self.length += piece.len() as u64;
        Ok(())
    }

    /// All bytes, as a stream.
    pub(crate) fn reader(&self) -> io::Result<Box<dyn Read + '_>> {
        let Some(spool) = &self.file else { return Ok(Box::new(&*self.memory)) };
        let mut file = &spool.file;
        file.seek(SeekFrom::Start(0))?;
        Ok(Box::new(file))
    }

    /// All bytes.
    pub(crate) fn bytes(&self) -> Result<Cow<'_, [u8]>> {
        let Some(spool) = &self.file else { return Ok(Cow::Borrowed(&self.memory)) };
        let mut bytes = Vec::new();
        let mut file = &spool.file;
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut bytes)?;
        Ok(Cow::Owned(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_body_is_kept_in_a_file() {
        let mut content = ReceivedBody::default();
        for piece in [&b"abc"[..], b"def", b"ghi"] {
            content.append(piece, 4).expect("room");
        }
        assert!(content.file.is_some());
        assert_eq!(&*content.bytes().expect("bytes"), b"abcdefghi");
        content.clear();
        assert_eq!((content.length, &*content.bytes().expect("bytes")), (0, &b""[..]));
    }

    fn allowance(host: u8, total_max: u64) -> Allowance {
        Allowance { network: [192, 0, 2, host].into(), total_max }
    }

    #[test]
    fn all_temporary_files_together_have_a_limit() {
        let mut first = ReceivedBody::default();
        first.append_within(&[0; 1 << 20], 10, allowance(1, u64::MAX)).expect("room");
        let mut second = ReceivedBody::default();
        second.append_within(b"in memory", 10, allowance(2, 0)).expect("no file is needed");
        let error = second
            .append_within(&[0; 100], 10, allowance(2, 1 << 20))
            .expect_err("the first has too many");
        assert_eq!(StoreFailure::from_error(&error), StoreFailure::Busy);
        assert_eq!(&*second.bytes().expect("bytes"), b"in memory", "nothing of the piece is kept");
        drop(first);
        assert!(lock(&SPOOLED).total < 1 << 20, "the bytes of the first are free again");
    }

    #[test]
    fn a_full_disk_a_quota_and_the_limit_of_a_file_are_a_lack_of_space() {
        let failure_of = |number| StoreFailure::from_error(&io::Error::from_raw_os_error(number));
        let (enospc, edquot, efbig, emfile, eacces) = (28, 122, 27, 24, 13);
        assert_eq!([enospc, edquot, efbig].map(failure_of), [StoreFailure::NoSpace; 3]);
        assert_eq!([emfile, eacces].map(failure_of), [StoreFailure::Busy, StoreFailure::Fault]);
    }

    #[test]
    fn a_network_leaves_half_of_the_room_for_temporary_files_to_others() {
        let (mut spooled, max) = (Spooled { total: 0, of_network: BTreeMap::new() }, 100);
        spooled.reserve(50, allowance(1, max)).expect("half of it");
        spooled.reserve(1, allowance(1, max)).expect_err("more than half");
        spooled.reserve(50, allowance(2, max)).expect("another network");
        spooled.reserve(1, allowance(3, max)).expect_err("more than all");
        spooled.release(50, allowance(1, max).network);
        spooled.reserve(50, allowance(1, max)).expect("it is free again");
        spooled.release(50, allowance(1, max).network);
        spooled.release(50, allowance(2, max).network);
        assert!(spooled.total == 0 && spooled.of_network.is_empty(), "{spooled:?}");
    }
}
