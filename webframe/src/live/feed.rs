//! A feed: encoded blocks in a bounded ring, and the shards (event loops) with connections that
//! read them.
//!
//! A block is encoded once and shared. A reader is a cursor into the ring, so a slow reader costs
//! no copies. Publishing sends one message to each shard that has readers, not one to each reader.

use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use super::outlet::{Deliver, Delivery};
use crate::{lock::lock, wire::encode};

/// Published bytes, also framed as a chunk for HTTP/1.1.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    chunk: Arc<[u8]>,
    /// The length of the bytes, without the framing of the chunk.
    length: usize,
}

impl Block {
    /// A block of bytes, which must not be empty.
    pub(crate) fn new(bytes: &[u8]) -> Block {
        let mut chunk = Vec::with_capacity(bytes.len() + 20); // 20: size line and line ends
        encode::encode_chunk(&mut chunk, bytes);
        Block { chunk: chunk.into(), length: bytes.len() }
    }

    /// The bytes, framed as a chunk.
    pub(crate) fn as_chunk(&self) -> &[u8] {
        &self.chunk
    }

    /// The bytes alone.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        let end = self.chunk.len().saturating_sub(2);
        self.chunk.get(end.saturating_sub(self.length)..end).unwrap_or_default()
    }
}

/// The treatment of a reader that is so slow that its next block has left the ring.
#[derive(Clone, Debug)]
pub(crate) enum SlowReader {
    /// The reader is sent this block, then the blocks published after it.
    Skip(Block),
    /// The reader is disconnected.
    Disconnect,
}

/// The rules of a feed.
#[derive(Clone, Debug)]
pub(crate) struct FeedRules {
    /// Maximum number of blocks in the ring.
    pub(crate) blocks_max: usize,
    /// Maximum number of bytes in the ring. The newest block always stays.
    pub(crate) bytes_max: usize,
    pub(crate) slow: SlowReader,
    /// The block that an idle connection is sent after this time.
    pub(crate) heartbeat: Option<(Duration, Block)>,
}

/// Counts of the readers of a feed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FeedCounts {
    /// Readers that are connected now.
    pub(crate) readers: usize,
    /// How often a slow reader has skipped blocks.
    pub(crate) skipped: u64,
    /// How often a slow reader was disconnected.
    pub(crate) disconnected: u64,
}

/// The ring of blocks, and the shards with readers.
#[derive(Debug)]
pub(crate) struct Feed {
    rules: FeedRules,
    ring: Mutex<Ring>,
    readers: AtomicUsize,
    skipped: AtomicU64,
    disconnected: AtomicU64,
}

#[derive(Debug, Default)]
struct Ring {
    blocks: VecDeque<Block>,
    bytes: usize,
    /// The number of the oldest block in the ring.
    first: u64,
    shards: Vec<ReadingShard>,
}

/// A shard with readers of the feed.
struct ReadingShard {
    engine: Weak<dyn Deliver>,
    shard: usize,
    /// The index of the readers' group in the shard.
    group: usize,
    /// The shard was notified of new blocks and has not read them yet.
    notified: bool,
}

/// The result of reading a feed.
#[derive(Debug)]
pub(crate) enum FeedRead {
    /// These blocks, from the cursor on.
    Blocks(Vec<Block>),
    /// The block at the cursor has left the ring. The value is the number of the next block to be
    /// published.
    Missed(u64),
}

impl Feed {
    pub(crate) fn new(rules: FeedRules) -> Feed {
        Feed {
            rules,
            ring: Mutex::default(),
            readers: AtomicUsize::new(0),
            skipped: AtomicU64::new(0),
            disconnected: AtomicU64::new(0),
        }
    }

    pub(crate) fn rules(&self) -> &FeedRules {
        &self.rules
    }

    /// Adds the block that `encode` makes from its number, and notifies the shards that have
    /// readers.
    pub(crate) fn publish(&self, encode: impl FnOnce(u64) -> Block) {
        let mut to_notify = Vec::new();
        let mut ring = lock(&self.ring);
        let block = encode(ring.first + ring.blocks.len() as u64);
        ring.push(block, &self.rules);
        ring.shards.retain_mut(|it| {
            if it.notified {
                return true;
            }
            let Some(engine) = it.engine.upgrade() else { return false };
            it.notified = true;
            to_notify.push((engine, Delivery::Published { shard: it.shard, group: it.group }));
            true
        });
        drop(ring);
        for (engine, delivery) in to_notify {
            engine.deliver(delivery);
        }
    }

    /// The number of the next block to be published.
    pub(crate) fn next_number(&self) -> u64 {
        let ring = lock(&self.ring);
        ring.first + ring.blocks.len() as u64
    }

    /// Whether the block with this number is in the ring, or is the next one to come.
    pub(crate) fn can_read_from(&self, number: u64) -> bool {
        let ring = lock(&self.ring);
        (ring.first..=ring.first + ring.blocks.len() as u64).contains(&number)
    }

    /// The blocks from a number on.
    pub(crate) fn read(&self, from: u64) -> FeedRead {
        let ring = lock(&self.ring);
        let Some(skip) = from.checked_sub(ring.first) else {
            return FeedRead::Missed(ring.first + ring.blocks.len() as u64);
        };
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        FeedRead::Blocks(ring.blocks.iter().skip(skip).cloned().collect())
    }

    /// Called when a shard has its first reader.
    pub(crate) fn join(&self, engine: Weak<dyn Deliver>, shard: usize, group: usize) {
        lock(&self.ring).shards.push(ReadingShard { engine, shard, group, notified: false });
    }

    /// Called when a shard has lost its last reader.
    pub(crate) fn leave(&self, engine: &Weak<dyn Deliver>, shard: usize) {
        let mut ring = lock(&self.ring);
        ring.shards.retain(|it| it.shard != shard || !it.engine.ptr_eq(engine));
    }

    /// Called when a shard begins to read new blocks: it is notified of the next one again.
    pub(crate) fn note_reading(&self, engine: &Weak<dyn Deliver>, shard: usize) {
        let mut ring = lock(&self.ring);
        let is_it = |it: &&mut ReadingShard| it.shard == shard && it.engine.ptr_eq(engine);
        ring.shards.iter_mut().filter(is_it).for_each(|it| it.notified = false);
    }

    pub(crate) fn note_skipped(&self) {
        self.skipped.fetch_add(1, Relaxed);
    }

    pub(crate) fn note_disconnected(&self) {
        self.disconnected.fetch_add(1, Relaxed);
    }

    pub(crate) fn counts(&self) -> FeedCounts {
        FeedCounts {
            readers: self.readers.load(Relaxed),
            skipped: self.skipped.load(Relaxed),
            disconnected: self.disconnected.load(Relaxed),
        }
    }
}

impl Ring {
    fn push(&mut self, block: Block, rules: &FeedRules) {
        self.bytes += block.length;
        self.blocks.push_back(block);
        while self.blocks.len() > 1
            && (self.blocks.len() > rules.blocks_max || self.bytes > rules.bytes_max)
        {
            let oldest = self.blocks.pop_front().map_or(0, |oldest| oldest.length);
            self.bytes -= oldest;
            self.first += 1;
        }
    }
}

impl fmt::Debug for ReadingShard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReadingShard({})", self.shard)
    }
}

/// Code of the app that runs when a reader has left.
pub(crate) type OnLeave = Box<dyn FnOnce() + Send>;

/// One reader of a feed.
pub(crate) struct Subscription {
    pub(crate) feed: Arc<Feed>,
    /// The number of the next block to send.
    pub(crate) cursor: u64,
    /// Sent before everything else.
    pub(crate) greeting: Option<Block>,
    on_leave: Option<OnLeave>,
    pub(crate) place: Option<GroupPlace>,
}

/// The place of a reader in its shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GroupPlace {
    /// The index of the reader's group.
    pub(crate) group: usize,
    /// The reader's position in the group.
    pub(crate) position: usize,
}

impl Subscription {
    /// A reader of the blocks from a number on.
    pub(crate) fn new(
        feed: Arc<Feed>,
        cursor: u64,
        greeting: Option<Block>,
        on_leave: Option<OnLeave>,
    ) -> Subscription {
        feed.readers.fetch_add(1, Relaxed);
        Subscription { feed, cursor, greeting, on_leave, place: None }
    }

    /// Takes the code that runs when the reader has left. It may block.
    pub(crate) fn take_on_leave(&mut self) -> Option<OnLeave> {
        self.on_leave.take()
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.feed.readers.fetch_sub(1, Relaxed);
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subscription(from {})", self.cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(blocks_max: usize, bytes_max: usize) -> Feed {
        Feed::new(FeedRules {
            blocks_max,
            bytes_max,
            slow: SlowReader::Disconnect,
            heartbeat: None,
        })
    }

    fn texts(feed: &Feed, from: u64) -> Option<Vec<String>> {
        let FeedRead::Blocks(blocks) = feed.read(from) else { return None };
        let text = |block: &Block| String::from_utf8(block.as_bytes().to_vec()).expect("text");
        Some(blocks.iter().map(text).collect())
    }

    #[test]
    fn a_block_is_encoded_once_and_read_with_and_without_chunk_framing() {
        let block = Block::new(b"data: x\n\n");
        assert_eq!(block.as_chunk(), b"9\r\ndata: x\n\n\r\n");
        assert_eq!(block.as_bytes(), b"data: x\n\n");
    }

    #[test]
    fn the_ring_keeps_the_newest_blocks_within_both_limits() {
        let feed = feed(3, 10);
        for number in 0..5_u64 {
            feed.publish(|at| Block::new(format!("{}", at + 10 * number).as_bytes()));
        }
        assert_eq!(texts(&feed, 2), Some(vec!["22".into(), "33".into(), "44".into()]));
        assert_eq!(texts(&feed, 5), Some(Vec::new()));
        assert!(texts(&feed, 1).is_none(), "it has left the ring");
        feed.publish(|_| Block::new(b"longer than ten"));
        assert_eq!(texts(&feed, 5), Some(vec!["longer than ten".into()]));
        assert!(
            feed.can_read_from(5)
                && feed.can_read_from(6)
                && !feed.can_read_from(4)
                && !feed.can_read_from(7)
        );
    }

    #[test]
    fn a_shard_is_notified_once_until_it_reads() {
        struct Notified(Mutex<Vec<usize>>);
        impl Deliver for Notified {
            fn deliver(&self, delivery: Delivery) {
                let Delivery::Published { group, .. } = delivery else { panic!("published") };
                lock(&self.0).push(group);
            }
        }
        let engine: Arc<Notified> = Arc::new(Notified(Mutex::default()));
        let receiver: Arc<dyn Deliver> = engine.clone();
        let place = Arc::downgrade(&receiver);
        let feed = feed(9, 99);
        feed.join(place.clone(), 0, 7);
        feed.publish(|_| Block::new(b"a"));
        feed.publish(|_| Block::new(b"b"));
        assert_eq!(*lock(&engine.0), [7]);
        feed.note_reading(&place, 0);
        feed.publish(|_| Block::new(b"c"));
        assert_eq!(*lock(&engine.0), [7, 7]);
        feed.leave(&place, 0);
        feed.publish(|_| Block::new(b"d"));
        assert_eq!(*lock(&engine.0), [7, 7]);
    }
}
