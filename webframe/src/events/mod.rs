//! Server-sent events: an app publishes events, and browsers read them with `EventSource`.
//!
//! ```
//! use webframe::{App, Channel, Event, Request, Response, Result, Urls, http::StatusCode};
//!
//! #[derive(Default)]
//! struct Board {
//!     news: Channel,
//! }
//!
//! fn live(board: &Board, request: &Request) -> Result<Response> {
//!     board.news.subscribe(request)
//! }
//!
//! fn add(board: &Board, request: &Request) -> Result<Response> {
//!     let text = String::from_utf8_lossy(&request.body()?).into_owned();
//!     board.news.send(&Event::text(text).named("entry"));
//!     Ok(Response::new(StatusCode::ACCEPTED))
//! }
//!
//! let app = App::new(Board::default()).urls(Urls::new().get("/live", live).post("/", add));
//! ```
//!
//! A subscriber holds no thread. Browsers allow six HTTP/1.1 connections to a site, so all parts of
//! a page should share one stream.

mod event;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

pub use event::Event;
use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::{
    Body, Live, Request, Response, Result,
    live::feed::{Block, Feed, FeedRules, OnLeave, SlowReader, Subscription},
};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// How to treat a slow subscriber: one whose next event has left the replay buffer.
/// [`ChannelCounts`] counts both cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SlowSubscriber {
    /// The subscriber skips the missed events and receives an event `resync` without data, so that
    /// its page can load the current state.
    #[default]
    Resync,
    /// The subscriber is disconnected. A browser connects again.
    Disconnect,
}

/// The settings of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelSettings {
    /// Maximum number of events that are kept for subscribers that are slow or reconnect. Default:
    /// 256.
    pub replay_events_max: usize,
    /// Maximum size of these events in bytes. The newest one is always kept. Default: 1 MiB.
    pub replay_bytes_max: usize,
    /// A subscriber without events for this time is sent a comment, so that proxies keep the
    /// connection open and vanished peers are noticed. Default: 15 s.
    pub heartbeat: Option<Duration>,
    /// The time after which a browser reconnects. Default: `None`, the browser's own.
    pub retry: Option<Duration>,
    /// The treatment of slow subscribers. Default: [`SlowSubscriber::Resync`].
    pub slow: SlowSubscriber,
    /// The ids of events. Without ids a browser that reconnects receives only new events. Default:
    /// [`EventIds::Numbered`].
    pub ids: EventIds,
}

/// The ids of a channel's events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EventIds {
    /// Consecutive numbers, with a prefix that differs after a restart.
    #[default]
    Numbered,
    /// Events have no ids.
    None,
}

impl Default for ChannelSettings {
    fn default() -> ChannelSettings {
        ChannelSettings {
            replay_events_max: 256,
            replay_bytes_max: 1 << 20,
            heartbeat: Some(Duration::from_secs(15)),
            retry: None,
            slow: SlowSubscriber::default(),
            ids: EventIds::default(),
        }
    }
}

/// Counts of the subscribers of a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChannelCounts {
    /// Number of connected subscribers.
    pub subscribers: usize,
    /// Number of times that a slow subscriber skipped events.
    pub resyncs: u64,
    /// Number of slow subscribers that were disconnected.
    pub disconnected: u64,
}

/// Sends events to all subscribers. Clones are the same channel.
#[derive(Clone)]
pub struct Channel {
    feed: Arc<Feed>,
    /// The part of event ids that differs after a restart; `None` without ids.
    epoch: Option<u64>,
    retry: Option<Duration>,
}

impl Default for Channel {
    fn default() -> Channel {
        Channel::with_settings(&ChannelSettings::default())
    }
}

impl Channel {
    /// A channel with the default settings.
    pub fn new() -> Channel {
        Channel::default()
    }

    /// A channel with these settings.
    pub fn with_settings(settings: &ChannelSettings) -> Channel {
        let rules = FeedRules {
            blocks_max: settings.replay_events_max,
            bytes_max: settings.replay_bytes_max,
            slow: match settings.slow {
                SlowSubscriber::Resync => SlowReader::Skip(resync()),
                SlowSubscriber::Disconnect => SlowReader::Disconnect,
            },
            heartbeat: settings.heartbeat.map(|every| (every, Block::new(b":\n\n"))),
        };
        let epoch = match settings.ids {
            EventIds::Numbered => Some(epoch()),
            EventIds::None => None,
        };
        Channel { feed: Arc::new(Feed::new(rules)), epoch, retry: settings.retry }
    }

    /// Sends an event to all subscribers without blocking: it is encoded once, and the server's
    /// event loops write it.
    pub fn send(&self, event: &Event) {
        self.feed.publish(|number| match self.epoch {
            Some(epoch) => Block::new(&event.encode(Some(&id(epoch, number + 1)))),
            None => Block::new(&event.encode(None)),
        });
    }

    /// The response that makes the client of this request a subscriber.
    ///
    /// The subscriber receives all further events. If the request has the field `Last-Event-ID`, it
    /// first receives the events of the replay buffer after that id, or an event `resync` if these
    /// are incomplete. A channel without ids ignores the field.
    ///
    /// # Errors
    /// None at present.
    pub fn subscribe(&self, request: &Request) -> Result<Response> {
        Ok(self.subscription(request, None))
    }

    /// Like [`Channel::subscribe`]. When the subscriber has disconnected, `on_leave` runs on a
    /// worker thread.
    ///
    /// # Errors
    /// None at present.
    pub fn subscribe_then(
        &self,
        request: &Request,
        on_leave: impl FnOnce() + Send + 'static,
    ) -> Result<Response> {
        Ok(self.subscription(request, Some(Box::new(on_leave))))
    }

    /// Counts of the subscribers.
    pub fn counts(&self) -> ChannelCounts {
        let counts = self.feed.counts();
        ChannelCounts {
            subscribers: counts.readers,
            resyncs: counts.skipped,
            disconnected: counts.disconnected,
        }
    }

    fn subscription(&self, request: &Request, on_leave: Option<OnLeave>) -> Response {
        let end = self.feed.next_number();
        let last = request.head.field(LAST_EVENT_ID.as_str()).filter(|last| !last.is_empty());
        let resumed = last.and_then(|last| self.next_after(std::str::from_utf8(last).ok()?));
        let mut greeting = String::new();
        if let Some(retry) = self.retry {
            greeting.push_str(&format!("retry: {}\n\n", retry.as_millis()));
        }
        if let (Some(epoch), None) = (self.epoch, resumed) {
            // An id without data: the page sees no event, and the browser sends the id if the
            // connection is lost before the first event.
            greeting.push_str(&format!("id: {}\n", id(epoch, end)));
            greeting.push_str(if last.is_some() { RESYNC } else { "\n" });
        }
        let greeting = (!greeting.is_empty()).then(|| Block::new(greeting.as_bytes()));
        let feed = Arc::clone(&self.feed);
        let cursor = resumed.unwrap_or(end);
        Response::events(Subscription::new(feed, cursor, greeting, on_leave))
    }

    /// The number of the event after the one with this id, if it is still available.
    fn next_after(&self, last: &str) -> Option<u64> {
        let number = last.split_once('-')?.1.parse().ok()?;
        // Another form of the number, such as `+1`, is not an id of this channel.
        let is_ours = self.epoch.is_some_and(|epoch| id(epoch, number) == last);
        (is_ours && self.feed.can_read_from(number)).then_some(number)
    }
}

impl Response {
    /// 200 with a stream of events.
    fn events(subscription: Subscription) -> Response {
        let media_type = HeaderValue::from_static("text/event-stream");
        let body = Body::Live(Live::subscription(subscription));
        Response::typed(media_type, body)
            .with_status(StatusCode::OK)
            .with_field(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
            // Otherwise nginx buffers responses.
            .with_field(
                HeaderName::from_static("x-accel-buffering"),
                HeaderValue::from_static("no"),
            )
    }
}

/// The encoded event `resync`: events are missing, so the page should load the current state.
const RESYNC: &str = "event: resync\ndata:\n\n";

fn resync() -> Block {
    Block::new(RESYNC.as_bytes())
}

/// The id after this number of the channel's events: that of the last of them.
fn id(epoch: u64, events: u64) -> String {
    format!("{epoch:x}-{events}")
}

/// The time of the channel's creation, in microseconds.
fn epoch() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or_default()
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel").field("counts", &self.counts()).finish_non_exhaustive()
    }
}
