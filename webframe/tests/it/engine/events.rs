//! Event streams on real sockets: subscribers get all events, and none of them holds a thread.

use std::{
    sync::{Arc, mpsc},
    time::Duration,
};

use webframe::{
    Channel, ChannelSettings, Event, EventIds, Request, Response, Result, SlowSubscriber, Urls,
};

use super::site::{Client, Site, WORKERS_MAX};

/// Ends the data of each event of these tests.
const END: &str = "\n\n";

fn settings() -> ChannelSettings {
    ChannelSettings { ids: EventIds::None, ..ChannelSettings::default() }
}

fn subscribe(channel: &Channel, request: &Request) -> Result<Response> {
    channel.subscribe(request)
}

fn plain(_: &Channel, _: &Request) -> Result<Response> {
    Ok(Response::text("plain"))
}

fn site(channel: &Channel) -> Site {
    let urls = Urls::new().get("/live", subscribe).quick().get("/", plain).quick();
    Site::start(channel.clone(), urls)
}

fn subscriber(site: &Site, fields: &str) -> Client {
    let mut client = site.client();
    client.send(&format!("GET /live HTTP/1.1\r\nHost: x\r\n{fields}\r\n"));
    client.read_until("\r\n\r\n");
    client
}

fn wait_until(is_so: impl Fn() -> bool) {
    let ends = std::time::Instant::now() + super::site::PATIENCE;
    while !is_so() {
        assert!(std::time::Instant::now() < ends, "it does not become so");
        std::thread::yield_now();
    }
}

#[test]
fn every_subscriber_gets_every_event_in_order_and_none_holds_a_worker() {
    let channel = Channel::with_settings(&settings());
    let site = site(&channel);
    let open = |_| subscriber(&site, "");
    let mut subscribers: Vec<Client> = (0..20 * WORKERS_MAX).map(open).collect();
    for number in 0..3 {
        channel.send(&Event::text(format!("event {number}")));
    }
    for subscriber in &mut subscribers {
        subscriber.read_until("data: event 0\n\n");
        subscriber.read_until("data: event 1\n\n");
        subscriber.read_until("data: event 2\n\n");
    }
    assert_eq!(site.gauges.read().requests_waiting, 0);
    assert!(site.gauges.read().workers <= WORKERS_MAX * 2);
    assert_eq!(site.get("/").body, "plain");
}

#[test]
fn the_body_is_chunked_for_http_1_1_and_plain_for_http_1_0() {
    let channel = Channel::with_settings(&settings());
    let site = site(&channel);
    let mut new = subscriber(&site, "");
    let mut old = site.client();
    old.send("GET /live HTTP/1.0\r\n\r\n");
    old.read_until("\r\n\r\n");
    channel.send(&Event::text("x"));
    new.read_until("9\r\ndata: x\n\n\r\n");
    old.read_until("data: x\n\n");
    drop(site);
    assert_eq!(new.read_to_end(), b"0\r\n\r\n", "the stream ends in order");
    assert_eq!(old.read_to_end(), b"");
}

#[test]
fn a_subscriber_that_connects_again_gets_what_it_missed() {
    let channel = Channel::new();
    let site = site(&channel);
    let mut first = subscriber(&site, "");
    channel.send(&Event::text("a"));
    first.read_until("id: ");
    let id = first.read_line();
    drop(first);
    channel.send(&Event::text("b"));
    channel.send(&Event::text("c"));
    let mut again = subscriber(&site, &format!("Last-Event-ID: {id}\r\n"));
    again.read_line(); // the size of a chunk
    assert_eq!(again.read_line().split('-').next(), format!("id: {id}").split('-').next());
    again.read_until("data: b\n\n");
    again.read_until("data: c\n\n");
    let (epoch, number) = id.split_once('-').expect("an id");
    let other_forms = [format!("{epoch}-+{number}"), format!("{epoch}-0{number}")];
    let [plus, zero] = other_forms.each_ref().map(String::as_str);
    let later = format!("{id}9");
    for garbage in ["1-1", "x", "-", "ffff-99999999999999999999", "字", plus, zero, &later] {
        let mut lost = subscriber(&site, &format!("Last-Event-ID: {garbage}\r\n"));
        lost.read_until("event: resync\ndata:\n\n");
        channel.send(&Event::text("d"));
        lost.read_until(&format!("data: d{END}"));
    }
}

#[test]
fn a_subscriber_that_is_cut_off_before_its_first_event_misses_none() {
    let channel = Channel::new();
    let site = site(&channel);
    channel.send(&Event::text("before"));
    let mut first = subscriber(&site, "");
    first.read_until("id: ");
    let id = first.read_line();
    first.read_until("\n");
    drop(first);
    channel.send(&Event::text("meanwhile"));
    let mut again = subscriber(&site, &format!("Last-Event-ID: {id}\r\n"));
    again.read_line(); // the size of a chunk
    again.read_line(); // the id
    assert_eq!(again.read_line(), "data: meanwhile");
}

#[test]
fn a_silent_stream_gets_heartbeats_and_a_lost_subscriber_is_noticed() {
    let heartbeat = Some(Duration::from_millis(10));
    let channel = Channel::with_settings(&ChannelSettings { heartbeat, ..settings() });
    let (left, has_left) = mpsc::channel();
    let left = std::sync::Mutex::new(left);
    let state = Arc::new((channel.clone(), left));
    let urls = Urls::new()
        .get(
            "/live",
            |state: &Arc<(Channel, std::sync::Mutex<mpsc::Sender<()>>)>, request: &Request| {
                let left = state.1.lock().expect("no panic").clone();
                state.0.subscribe_then(request, move || left.send(()).expect("the test listens"))
            },
        )
        .quick();
    let site = Site::start(state, urls);
    let mut client = site.client();
    client.send("GET /live HTTP/1.1\r\nHost: x\r\n\r\n");
    client.read_until("3\r\n:\n\n\r\n");
    client.read_until("3\r\n:\n\n\r\n");
    assert_eq!(channel.counts().subscribers, 1);
    drop(client);
    has_left
        .recv_timeout(super::site::PATIENCE)
        .expect("the app is notified that the subscriber has left");
    wait_until(|| channel.counts().subscribers == 0);
}

#[test]
fn a_slow_subscriber_skips_events_or_is_disconnected_and_keeps_nobody_waiting() {
    for slow in [SlowSubscriber::Resync, SlowSubscriber::Disconnect] {
        let channel =
            Channel::with_settings(&ChannelSettings { replay_events_max: 4, slow, ..settings() });
        let site = site(&channel);
        let mut lazy = subscriber(&site, "");
        let mut eager = subscriber(&site, "");
        let large = Event::text("x".repeat(1 << 20));
        for _ in 0..40 {
            channel.send(&large); // more than the buffers of the kernel hold
            eager.read_until(END);
        }
        match slow {
            SlowSubscriber::Resync => {
                lazy.read_until("event: resync\ndata:\n\n");
                assert_eq!(channel.counts().disconnected, 0);
            }
            SlowSubscriber::Disconnect => {
                wait_until(|| channel.counts().disconnected == 1);
                assert!(lazy.read_to_end().len() < 40 << 20);
            }
        }
    }
}

#[test]
fn head_of_a_stream_ends_at_once() {
    let channel = Channel::new();
    let site = site(&channel);
    let mut client = site.client();
    client.send("HEAD /live HTTP/1.1\r\nHost: x\r\n\r\n");
    client.read_until("\r\n\r\n");
    assert!(client.is_closed());
    wait_until(|| channel.counts().subscribers == 0);
}
