//! The readers of feeds (rings of published blocks) in a shard (event loop), a group for each feed.
//!
//! A publication is sent to 64 readers at a time. In between, the shard answers requests.

use std::sync::Arc;

use super::{Framing, LiveConnection};
use crate::{
    engine::{
        connection::{Written, phase::Phase},
        shard::{Shard, Todo, slots::Token},
    },
    live::feed::{Block, Feed, FeedRead, GroupPlace, SlowReader},
};

/// Maximum number of readers in a row to which new blocks are sent, before the shard does other
/// work.
const READERS_AT_ONCE: usize = 64;

/// The groups of a shard.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    /// A group keeps its index while it has members. `None`: the index is free.
    groups: Vec<Option<Group>>,
}

#[derive(Debug)]
struct Group {
    feed: Arc<Feed>,
    members: Vec<Token>,
    /// Whether new blocks are being sent to the members.
    publishing: bool,
    /// Send to all members again afterwards: further blocks were published, or a member has moved
    /// to a position that was already served.
    resend: bool,
}

impl Groups {
    fn get(&mut self, group: usize) -> Option<&mut Group> {
        self.groups.get_mut(group)?.as_mut()
    }

    /// The index of the group of a feed.
    fn index_of(&self, feed: &Arc<Feed>) -> Option<usize> {
        let is_it =
            |group: &Option<Group>| group.as_ref().is_some_and(|it| Arc::ptr_eq(&it.feed, feed));
        self.groups.iter().position(is_it)
    }

    /// Adds a group without members and returns its index.
    fn add(&mut self, feed: Arc<Feed>) -> usize {
        let group = Group { feed, members: Vec::new(), publishing: false, resend: false };
        match self.groups.iter().position(Option::is_none) {
            Some(free) => {
                self.groups[free] = Some(group);
                free
            }
            None => {
                self.groups.push(Some(group));
                self.groups.len() - 1
            }
        }
    }
}

impl Shard {
    /// Puts the subscription of a connection into the group of its feed, and sends its greeting:
    /// the block that comes before all published ones.
    pub(super) fn join_feed(&mut self, token: Token) {
        let Some(live) = self.live(token) else { return };
        let Some(subscription) = &mut live.subscription else { return };
        let framing = live.framing;
        let feed = Arc::clone(&subscription.feed);
        let greeting = subscription.greeting.take();
        let group = self.groups.index_of(&feed).unwrap_or_else(|| {
            let group = self.groups.add(Arc::clone(&feed));
            feed.join(self.receiver.clone(), self.number, group); // publications notify this shard
            group
        });
        let Some(members) = self.groups.get(group).map(|group| &mut group.members) else { return };
        members.push(token);
        let place = GroupPlace { group, position: members.len() - 1 };
        if let Some(subscription) = self.live(token).and_then(|live| live.subscription.as_mut()) {
            subscription.place = Some(place);
        }
        if let Some(greeting) = greeting {
            self.write_live(token, framing.bytes_of(&greeting));
        }
    }

    /// Takes the subscription of a connection out of its group. The last member of the group moves
    /// to the free position. A group without members is removed.
    pub(super) fn leave_feed(&mut self, live: &mut LiveConnection) {
        let place = live.subscription.as_mut().and_then(|it| it.place.take());
        let Some(GroupPlace { group, position }) = place else { return };
        let Some(it) = self.groups.get(group) else { return };
        it.members.swap_remove(position);
        it.resend = it.publishing;
        let moved = it.members.get(position).copied();
        if it.members.is_empty() {
            let feed = Arc::clone(&it.feed);
            feed.leave(&self.receiver, self.number);
            self.groups.groups[group] = None;
        }
        if let Some(subscription) =
            moved.and_then(|token| self.live(token)).and_then(|live| live.subscription.as_mut())
        {
            subscription.place = Some(GroupPlace { group, position });
        }
    }

    /// Called when the feed of this group has new blocks.
    pub(super) fn publish(&mut self, group: usize) {
        let Some(it) = self.groups.get(group) else { return };
        if it.publishing {
            it.resend = true;
            return;
        }
        it.publishing = true;
        self.todo.push_back(Todo::Publish { group, from: 0 });
    }

    /// Sends new blocks to the readers of a group, [`READERS_AT_ONCE`] of them from the position
    /// `from` on, and queues the rest.
    pub(crate) fn publish_from(&mut self, group: usize, from: usize) {
        let Some(it) = self.groups.get(group) else { return };
        if from == 0 {
            it.resend = false;
            let feed = Arc::clone(&it.feed);
            feed.note_reading(&self.receiver, self.number); // later blocks notify this shard again
        }
        let mut prepared = None;
        for position in from..from + READERS_AT_ONCE {
            let it = self.groups.get(group);
            let Some(token) = it.and_then(|group| group.members.get(position).copied()) else {
                break;
            };
            self.send_prepared(token, &mut prepared);
        }
        let Some(it) = self.groups.get(group) else { return };
        let next = from + READERS_AT_ONCE;
        if next < it.members.len() {
            self.todo.push_back(Todo::Publish { group, from: next });
        } else if it.resend {
            self.todo.push_back(Todo::Publish { group, from: 0 });
        } else {
            it.publishing = false;
        }
    }

    /// Sends new blocks to a reader until it has all of them or its socket is full.
    pub(super) fn send_published(&mut self, token: Token) {
        self.send_prepared(token, &mut None);
    }

    /// Like [`Shard::send_published`]. Most readers wait for the same blocks, so the bytes of these
    /// blocks are kept in `prepared` for the next reader. Blocks that are published meanwhile are
    /// not missed: they make the group send again.
    fn send_prepared(&mut self, token: Token, prepared: &mut Option<PreparedBlocks>) {
        let bytes_max = self.engine.settings.limits.output_bytes_max;
        loop {
            let Some(connection) = self.connections.get(token) else { return };
            let has_output = connection.has_output();
            let Phase::Live(live) = &mut connection.phase else { return };
            let framing = live.framing;
            let Some(subscription) = &mut live.subscription else { return };
            let feed = &subscription.feed;
            let cursor = subscription.cursor;
            if has_output {
                if matches!(feed.rules().slow, SlowReader::Disconnect)
                    && !feed.can_read_from(cursor)
                {
                    feed.note_disconnected();
                    self.close(token);
                }
                return; // continues when the output is written
            }
            let next = match prepared {
                Some(next) if next.is_for(cursor, framing) => next,
                _ => match feed.read(cursor) {
                    FeedRead::Blocks(blocks) if blocks.is_empty() => return,
                    FeedRead::Blocks(blocks) => {
                        prepared.insert(PreparedBlocks::new(&blocks, cursor, framing, bytes_max))
                    }
                    FeedRead::Missed(end) => match feed.rules().slow.clone() {
                        SlowReader::Skip(note) => {
                            feed.note_skipped();
                            subscription.cursor = end;
                            return self.write_published(token, framing.bytes_of(&note));
                        }
                        SlowReader::Disconnect => {
                            feed.note_disconnected();
                            return self.close(token);
                        }
                    },
                },
            };
            subscription.cursor = next.end;
            self.write_published(token, next.bytes());
            if next.is_complete {
                return;
            }
        }
    }

    /// Like [`Shard::write_live`], but a complete write does not lead to [`Shard::send_published`]:
    /// the caller sends the blocks that follow.
    fn write_published(&mut self, token: Token, bytes: &[u8]) {
        let now = self.now;
        let Some(connection) = self.connections.get(token) else { return };
        match connection.write(bytes) {
            Written::All => {
                connection.last_request = now; // a reader is active while it reads
                self.wait_for_live(token);
            }
            outcome => self.after_write(token, outcome),
        }
    }
}

/// Blocks to be written together, for all readers at one position.
struct PreparedBlocks {
    /// The number of the first block.
    from: u64,
    /// The number of the block after the last one.
    end: u64,
    framing: Framing,
    /// Whether the ring had no further block.
    is_complete: bool,
    /// The only block, or the first of `joined`.
    first: Block,
    /// The bytes of the blocks if there are several.
    joined: Option<Vec<u8>>,
}

impl PreparedBlocks {
    /// Takes the blocks that fit into `bytes_max`, but at least one. `blocks` are all blocks of the
    /// feed from the number `from` on, at least one.
    fn new(blocks: &[Block], from: u64, framing: Framing, bytes_max: usize) -> PreparedBlocks {
        let mut joined = Vec::new();
        let mut count = 0;
        for block in blocks {
            let bytes = framing.bytes_of(block);
            if count > 0 && joined.len() + bytes.len() > bytes_max {
                break;
            }
            count += 1;
            if blocks.len() > 1 {
                joined.extend_from_slice(bytes);
            }
        }
        PreparedBlocks {
            from,
            end: from + count as u64,
            framing,
            is_complete: count == blocks.len(),
            first: blocks[0].clone(),
            joined: (blocks.len() > 1).then_some(joined),
        }
    }

    fn is_for(&self, cursor: u64, framing: Framing) -> bool {
        self.from == cursor && self.framing == framing
    }

    fn bytes(&self) -> &[u8] {
        self.joined.as_deref().unwrap_or_else(|| self.framing.bytes_of(&self.first))
    }
}
