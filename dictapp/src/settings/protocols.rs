//! The sections of the interfaces for programs: `[api]`, `[course]`, `[dict]` and `[monitoring]`.

use std::time::Duration;

use super::network::{Address, address, origin};
use super::reader::Reader;
use super::value::{Checked, Value, boolean, choice, count, duration, list, optional};

/// `[api]`: the JSON API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// Maximum number of requests from one network in a minute.
    pub requests_per_minute_max: usize,
    /// The origins (`https://HOST[:PORT]`) of other sites whose scripts may use the API;
    /// [`ANY_ORIGIN`]: all sites.
    pub cors_origins: Vec<String>,
}

/// The value in [`Api::cors_origins`] that allows the scripts of every site.
pub const ANY_ORIGIN: &str = "*";

/// `[course]`: the protocol of the terminal clients that are written in a programming course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// Whether it is enabled.
    pub enabled: bool,
    /// The address to listen at.
    pub address: Address,
    /// A request without a line end is complete when nothing has arrived for this time.
    pub request_pause: Duration,
    /// The time between two messages of a reply, so that a client reads them one by one.
    pub message_pause: Duration,
    /// The form of the reply to a query if the word was found.
    pub query_reply: QueryReply,
}

/// The reply of the course's protocol to a query if the word was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QueryReply {
    /// `word : mean` (the word and its explanation), as in the later course notes.
    #[default]
    Meaning,
    /// `OK`, then `word : mean` as a second message, as in the first course notes.
    OkFirst,
}

/// `[dict]`: the protocol DICT, RFC 2229, for dictionary programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dict {
    /// Whether it is enabled.
    pub enabled: bool,
    /// The address to listen at.
    pub address: Address,
    /// A client that sends no command for this time is disconnected.
    pub idle: Duration,
}

/// `[monitoring]`: the paths with metrics and the state of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Monitoring {
    /// A separate address for these paths. `None`: they are served with the pages.
    pub address: Option<Address>,
}

impl Api {
    pub(super) fn read(r: &mut Reader) -> Api {
        r.section("api");
        Api {
            requests_per_minute_max: r.key("requests_per_minute_max", "6000", count(1..=1_000_000)),
            cors_origins: r.key("cors_origins", "", list(cors_origin)),
        }
    }
}

/// Parses [`ANY_ORIGIN`] or an origin.
fn cors_origin(value: &Value) -> Checked<String> {
    match value.text() {
        Some(ANY_ORIGIN) => Ok(ANY_ORIGIN.to_owned()),
        _ => origin(value),
    }
}

impl Course {
    pub(super) fn read(r: &mut Reader) -> Course {
        r.section("course");
        let replies = [("meaning", QueryReply::Meaning), ("ok-first", QueryReply::OkFirst)];
        Course {
            enabled: r.key("enabled", "false", boolean),
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
            enabled: r.key("enabled", "false", boolean),
            address: r.key("address", "127.0.0.1:2628", address),
            idle: r.key("idle", "10m", duration("1s"..="1d")),
        }
    }
}

impl Monitoring {
    pub(super) fn read(r: &mut Reader) -> Monitoring {
        r.section("monitoring");
        Monitoring { address: r.key("address", "", optional(address)) }
    }
}
