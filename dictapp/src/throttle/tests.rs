//! Tests of the limits: which failures make which log-ins wait.

use super::*;
use crate::settings::Settings;

const WINDOW: Duration = Duration::from_secs(900);
const DELAY: Duration = Duration::from_secs(10);

fn throttle() -> Throttle {
    let limits = Accounts {
        login_failures_max: 3,
        login_failures_per_network_max: 5,
        login_failures_before_delay: 8,
        login_delay: DELAY,
        registrations_per_network_max: 2,
        login_failures_window: WINDOW,
        ..Settings::default().accounts
    };
    Throttle::new(&limits).unwrap()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn from<'a>(name: &'a str, client: &str) -> LogInFrom<'a> {
    LogInFrom { name, client: ip(client), ticket: "", device: Device::Unknown }
}

/// A failed log-in.
#[track_caller]
fn fail(throttle: &Throttle, name: &str, client: &str, now: Instant) {
    throttle.begin_log_in(from(name, client), now).unwrap().keep_counted();
}

/// How long a log-in must wait; `None`: it may begin.
#[track_caller]
fn wait(throttle: &Throttle, name: &str, client: &str, now: Instant) -> Option<Duration> {
    match throttle.begin_log_in(from(name, client), now) {
        Ok(_) => None,
        Err(Throttled::Wait(wait)) => Some(wait),
        Err(Throttled::Delay { delay, .. }) => panic!("a delay of {delay:?}"),
    }
}

#[test]
fn a_name_waits_only_in_the_network_of_its_failures() {
    let (throttle, now) = (throttle(), Instant::now());
    for _ in 0..3 {
        assert_eq!(wait(&throttle, "Levi", "192.0.2.1", now), None);
        fail(&throttle, "Levi", "192.0.2.1", now);
    }
    let second = now + Duration::from_secs(1);
    let left = Some(WINDOW - Duration::from_secs(1));
    assert_eq!(wait(&throttle, "Levi", "192.0.2.1", second), left);
    assert_eq!(wait(&throttle, "Levi", "::ffff:192.0.2.1", second), left);
    assert_eq!(wait(&throttle, "Levi", "192.0.2.2", second), None);
    assert_eq!(wait(&throttle, "levi", "192.0.2.1", second), None);
    assert_eq!(wait(&throttle, "Levi", "192.0.2.1", now + WINDOW), None);
}

#[test]
fn a_network_waits_after_failures_with_any_names() {
    let (throttle, now) = (throttle(), Instant::now());
    for (i, name) in ["a", "b", "c", "d", "e"].iter().enumerate() {
        fail(&throttle, name, &format!("2001:db8::{i}"), now);
    }
    assert_eq!(wait(&throttle, "f", "2001:db8::ffff:1", now), Some(WINDOW));
    assert_eq!(wait(&throttle, "f", "2001:db8:0:1::1", now), None);
}

#[test]
fn clients_in_different_slash_64s_of_a_slash_48_share_the_limit_of_the_slash_48() {
    let (throttle, now) = (throttle(), Instant::now());
    // Each /56 twice, each /64 once: only the /48 (4 times 5 failures) reaches its limit.
    for i in 0..20 {
        fail(&throttle, &format!("name{i}"), &format!("2001:db8:1:{i:x}00::1"), now);
    }
    assert_eq!(wait(&throttle, "another", "2001:db8:1:ff00::1", now), Some(WINDOW));
    assert_eq!(wait(&throttle, "another", "2001:db8:2::1", now), None);
}

#[test]
fn a_flood_from_many_networks_does_not_shorten_the_wait_of_a_name() {
    let (throttle, now) = (throttle(), Instant::now());
    for _ in 0..3 {
        fail(&throttle, "Levi", "192.0.2.1", now);
    }
    for i in 0..130_000_u32 {
        let client = IpAddr::from((0x0A00_0000 + i).to_be_bytes());
        let flood = LogInFrom { name: "x", client, ticket: "", device: Device::Known };
        if let Ok(attempt) = throttle.begin_log_in(flood, now) {
            attempt.keep_counted();
        }
    }
    assert!(wait(&throttle, "Levi", "192.0.2.1", now).is_some());
}

#[test]
fn a_name_attacked_from_many_networks_is_delayed_and_not_locked() {
    let (throttle, now) = (throttle(), Instant::now());
    for i in 1..=8 {
        fail(&throttle, "Levi", &format!("192.0.2.{i}"), now);
    }
    let owner = from("Levi", "198.51.100.1");
    let Err(Throttled::Delay { delay, ticket }) = throttle.begin_log_in(owner, now) else {
        panic!("no delay")
    };
    assert_eq!(delay, DELAY);
    let with_ticket = LogInFrom { ticket: &ticket, ..owner };
    assert!(throttle.begin_log_in(with_ticket, now).is_err(), "before the delay is over");
    assert!(throttle.begin_log_in(with_ticket, now + DELAY).is_ok(), "after the delay");
    let known = LogInFrom { device: Device::Known, ..owner };
    assert!(throttle.begin_log_in(known, now).is_ok(), "a known device is never delayed");
    assert!(throttle.begin_log_in(from("Maria", "198.51.100.1"), now).is_ok(), "other names");
}

#[test]
fn concurrent_log_ins_are_counted_before_their_results() {
    let (throttle, now) = (throttle(), Instant::now());
    let begun: Vec<_> =
        (0..3).map(|_| throttle.begin_log_in(from("Levi", "::1"), now).unwrap()).collect();
    assert_eq!(wait(&throttle, "Levi", "::1", now), Some(WINDOW));
    drop(begun);
    assert_eq!(wait(&throttle, "Levi", "::1", now), None, "none of them failed");
}

#[test]
fn a_right_password_clears_the_name_and_not_the_network() {
    let (throttle, now) = (throttle(), Instant::now());
    for name in ["Levi", "Levi", "a", "b"] {
        fail(&throttle, name, "::1", now);
    }
    throttle.begin_log_in(from("Levi", "::1"), now).unwrap().succeeded();
    fail(&throttle, "Levi", "::1", now);
    assert_eq!(wait(&throttle, "Levi", "::1", now), Some(WINDOW), "five of the network");
}

#[test]
fn registrations_and_taken_names_are_counted_separately_from_log_ins() {
    let (throttle, now) = (throttle(), Instant::now());
    let client = ip("192.0.2.1");
    for _ in 0..2 {
        throttle.begin_registration(client, now).unwrap().keep_counted();
    }
    assert_eq!(throttle.begin_registration(client, now).unwrap_err(), WINDOW);
    for _ in 0..5 {
        throttle.begin_name_check(client, now).unwrap().keep_counted();
    }
    assert_eq!(throttle.begin_name_check(client, now).unwrap_err(), WINDOW);
    assert_eq!(wait(&throttle, "Levi", "192.0.2.1", now), None);
}

#[test]
fn a_known_device_is_not_locked_out_by_others_in_its_network() {
    let (throttle, now) = (throttle(), Instant::now());
    let known = LogInFrom { device: Device::Known, ..from("Levi", "192.0.2.1") };
    for name in ["Levi", "Levi", "Levi", "a", "b"] {
        fail(&throttle, name, "192.0.2.1", now);
    }
    assert_eq!(wait(&throttle, "Levi", "192.0.2.1", now), Some(WINDOW), "another browser");
    for _ in 0..3 {
        throttle.begin_log_in(known, now).expect("the owner's browser").keep_counted();
    }
    assert_eq!(
        throttle.begin_log_in(known, now).unwrap_err(),
        Throttled::Wait(WINDOW),
        "its own failures"
    );
}

#[test]
fn wrong_reset_codes_are_counted_separately_from_log_ins() {
    let (throttle, now) = (throttle(), Instant::now());
    for _ in 0..3 {
        fail(&throttle, "", "192.0.2.1", now);
    }
    for _ in 0..5 {
        throttle.begin_reset(ip("192.0.2.1"), now).expect("no log-in counts").keep_counted();
    }
    assert_eq!(throttle.begin_reset(ip("192.0.2.1"), now).unwrap_err(), WINDOW);
    assert_eq!(wait(&throttle, "Levi", "192.0.2.1", now), None);
}

#[test]
fn costly_actions_are_limited_for_each_user() {
    let (throttle, now) = (throttle(), Instant::now());
    let (levi, mia) = (Some(1), Some(2));
    for _ in 0..10 {
        throttle.begin_action(Action::Export, levi, now).unwrap().keep_counted();
    }
    assert_eq!(throttle.begin_action(Action::Export, levi, now).unwrap_err(), WINDOW);
    assert!(throttle.begin_action(Action::Export, levi, now + WINDOW).is_ok());
    assert!(throttle.begin_action(Action::Export, mia, now).is_ok(), "another user");
    assert!(throttle.begin_action(Action::Review, levi, now).is_ok(), "another action");
    for _ in 0..300 {
        throttle.begin_missing_word(ip("192.0.2.1"), now).unwrap().keep_counted();
    }
    assert!(throttle.begin_missing_word(ip("192.0.2.1"), now).is_err(), "one network");
    assert!(throttle.begin_missing_word(ip("192.0.2.2"), now).is_ok(), "another network");
}
