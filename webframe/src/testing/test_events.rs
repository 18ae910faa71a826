//! A subscriber of an event stream for tests: reads the events of an app without a socket.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Condvar, Mutex},
    time::Instant,
};

use http::StatusCode;

use super::{TIMEOUT, test_request::TestRequest, test_response::shown};
use crate::{
    Body,
    live::{
        feed::{Block, FeedRead, SlowReader, Subscription},
        outlet::{Deliver, Delivery},
    },
    lock::lock,
};

/// A subscriber of an event stream; made by [`TestRequest::subscribe`]. Dropping it
/// disconnects it.
///
/// ```
/// use webframe::{App, Channel, Event, TestClient, Urls};
///
/// let app = App::new(Channel::new()).urls(Urls::new().get("/live", Channel::subscribe));
/// let client = TestClient::new(&app);
/// let mut events = client.get("/live").subscribe();
/// app.state().send(&Event::text("hello").named("greeting"));
/// let event = events.next_event();
/// assert_eq!((event.name.as_deref(), &*event.data), (Some("greeting"), "hello"));
/// assert!(events.ready_event().is_none());
/// ```
pub struct TestEvents {
    subscription: Subscription,
    /// The waker, as the receiver that the feed notifies.
    receiver: Arc<dyn Deliver>,
    waker: Arc<Waker>,
    /// Events that were read from the feed and not returned yet.
    ready: VecDeque<TestEvent>,
}

/// An event as a page receives it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestEvent {
    /// The name; without one a page receives the event as `message`.
    pub name: Option<String>,
    /// The id, for `Last-Event-ID`.
    pub id: Option<String>,
    /// The lines of data.
    pub data: String,
}

/// A feed addresses its readers by a shard of the engine and a group in it. A subscriber in a test
/// is the only reader of its receiver, so the numbers may have any value.
const SHARD: usize = 0;
const GROUP: usize = 0;

/// Receives the notice of a feed, in place of the engine, and wakes the test.
#[derive(Default)]
struct Waker {
    is_woken: Mutex<bool>,
    woken: Condvar,
}

impl Deliver for Waker {
    fn deliver(&self, _: Delivery) {
        *lock(&self.is_woken) = true;
        self.woken.notify_all();
    }
}

impl<S: Send + Sync + 'static> TestRequest<'_, S> {
    /// Subscribes to an event stream. Panics if the app answers with something else.
    #[track_caller]
    pub fn subscribe(self) -> TestEvents {
        let (status, _, body) = self.answer();
        let live = match body {
            Body::Live(live) if status == StatusCode::OK => live,
            body => panic!("the answer is not an event stream: {}", shown(status, body)),
        };
        let subscription = live.subscription.expect("the answer is an event stream");
        let waker = Arc::new(Waker::default());
        let receiver: Arc<dyn Deliver> = waker.clone();
        subscription.feed.join(Arc::downgrade(&receiver), SHARD, GROUP);
        let mut events =
            TestEvents { subscription: *subscription, receiver, waker, ready: VecDeque::new() };
        if let Some(greeting) = events.subscription.greeting.take() {
            events.add(&greeting);
        }
        events
    }
}

impl TestEvents {
    /// The next event. Waiting for more than ten seconds panics.
    #[track_caller]
    pub fn next_event(&mut self) -> TestEvent {
        let until = Instant::now() + TIMEOUT;
        loop {
            if let Some(event) = self.ready_event() {
                return event;
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "no event within {TIMEOUT:?}");
            let is_woken = lock(&self.waker.is_woken);
            drop(self.waker.woken.wait_timeout_while(is_woken, left, |is_woken| !*is_woken));
        }
    }

    /// The next event if it has been published already.
    #[track_caller]
    pub fn ready_event(&mut self) -> Option<TestEvent> {
        if self.ready.is_empty() {
            self.read();
        }
        self.ready.pop_front()
    }

    /// Reads the blocks that were published since the last read.
    #[track_caller]
    fn read(&mut self) {
        *lock(&self.waker.is_woken) = false;
        // The feed notifies a receiver once, until the receiver reads.
        self.subscription.feed.note_reading(&Arc::downgrade(&self.receiver), SHARD);
        match self.subscription.feed.read(self.subscription.cursor) {
            FeedRead::Blocks(blocks) => {
                self.subscription.cursor += blocks.len() as u64;
                blocks.iter().for_each(|block| self.add(block));
            }
            FeedRead::Missed(next) => match &self.subscription.feed.rules().slow {
                SlowReader::Skip(block) => {
                    let block = block.clone();
                    self.subscription.cursor = next;
                    self.add(&block);
                }
                SlowReader::Disconnect => panic!("the subscriber was too slow and is disconnected"),
            },
        }
    }

    /// Adds the events of a block to `ready`.
    fn add(&mut self, block: &Block) {
        let text = String::from_utf8_lossy(block.as_bytes());
        self.ready.extend(text.split_terminator("\n\n").filter_map(TestEvent::parse));
    }
}

impl TestEvent {
    /// Parses the lines of an event. `None` for a comment or a `retry` alone.
    fn parse(lines: &str) -> Option<TestEvent> {
        let (mut event, mut data) = (TestEvent::default(), None::<String>);
        for line in lines.lines() {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => event.name = Some(value.to_owned()),
                "id" => event.id = Some(value.to_owned()),
                "data" => {
                    data = Some(data.map_or(value.to_owned(), |before| before + "\n" + value));
                }
                _ => {}
            }
        }
        event.data = data?;
        Some(event)
    }
}

impl Drop for TestEvents {
    fn drop(&mut self) {
        self.subscription.feed.leave(&Arc::downgrade(&self.receiver), SHARD);
        if let Some(on_leave) = self.subscription.take_on_leave() {
            on_leave();
        }
    }
}

impl fmt::Debug for TestEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TestEvents({} wait)", self.ready.len())
    }
}

#[cfg(test)]
mod tests {
    use crate::{App, Channel, ChannelSettings, Event, TestClient, Urls};

    #[test]
    fn events_come_in_order_from_other_threads_and_after_a_reconnect() {
        let app = App::new(Channel::new()).urls(Urls::new().get("/", Channel::subscribe));
        let client = TestClient::new(&app);
        let mut events = client.get("/").subscribe();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for text in ["a\nb", "c"] {
                    app.state().send(&Event::text(text));
                }
            });
            assert_eq!(events.next_event().data, "a\nb");
        });
        let last = events.next_event();
        assert_eq!(last.data, "c");
        drop(events);
        assert_eq!(app.state().counts().subscribers, 0);
        app.state().send(&Event::text("missed"));
        let id = last.id.expect("a numbered event");
        let mut again = client.get("/").with_field("Last-Event-ID", &id).subscribe();
        assert_eq!(again.next_event().data, "missed");
    }

    #[test]
    fn a_slow_subscriber_resyncs() {
        let settings = ChannelSettings { replay_events_max: 1, ..ChannelSettings::default() };
        let urls = Urls::new().get("/", Channel::subscribe);
        let app = App::new(Channel::with_settings(&settings)).urls(urls);
        let client = TestClient::new(&app);
        let mut events = client.get("/").subscribe();
        for text in ["a", "b"] {
            app.state().send(&Event::text(text));
        }
        assert_eq!(events.next_event().name.as_deref(), Some("resync"));
        app.state().send(&Event::text("c"));
        assert_eq!(events.next_event().data, "c");
    }
}
