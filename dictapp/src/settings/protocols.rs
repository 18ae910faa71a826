//! The sections of the line protocols beside HTTP: `[course]` and `[dict]`.

use std::time::Duration;

use super::network::{Address, address};
use super::reader::Reader;
use super::value::{choice, duration, switch};

/// `[course]`: the protocol of the course's clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// Whether it is spoken at all.
    pub enabled: bool,
    /// Where it listens.
    pub address: Address,
    /// A request without a line end is complete when nothing more has come for so long.
    pub request_pause: Duration,
    /// The time between two messages of a reply.
    pub message_pause: Duration,
    /// How a query that finds its word is answered.
    pub query_reply: QueryReply,
}

/// How the course's protocol answers a query that finds its word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueryReply {
    /// `word : mean`, as the later notes have it.
    #[default]
    Meaning,
    /// `OK`, and `word : mean` as a message of its own, as the first notes have it.
    OkFirst,
}

/// `[dict]`: DICT, RFC 2229.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dict {
    /// Whether it is spoken at all.
    pub enabled: bool,
    /// Where it listens.
    pub address: Address,
    /// A client that sends no command for so long is disconnected.
    pub idle: Duration,
}

impl Course {
    pub(super) fn read(r: &mut Reader) -> Course {
        r.section("course");
        let replies = [("meaning", QueryReply::Meaning), ("ok-first", QueryReply::OkFirst)];
        Course {
            enabled: r.key("enabled", "false", switch),
            address: r.key("address", "127.0.0.1:8001", address),
            request_pause: r.key("request_pause", "50ms", duration("10ms"..="10s")),
            message_pause: r.key("message_pause", "100ms", duration("10ms"..="10s")),
            query_reply: r.key("query_reply", "meaning", choice(replies)),
        }
    }
}

impl Dict {
    pub(super) fn read(r: &mut Reader) -> Dict {
        r.section("dict");
        Dict {
            enabled: r.key("enabled", "false", switch),
            address: r.key("address", "127.0.0.1:2628", address),
            idle: r.key("idle", "10m", duration("1s"..="1d")),
        }
    }
}
