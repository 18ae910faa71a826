//! The scheduling class of the threads that run handlers. These tests fail if their process runs in
//! another class than `SCHED_OTHER`, or may not change its class.

use std::{
    fs,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use webframe::{Request, Response, Result, ServerSettings, Urls};

use super::site::{PATIENCE, Site, settings};

/// `SCHED_OTHER` and `SCHED_BATCH` of sched(7).
const NORMAL: &str = "0";
const BATCH: &str = "3";

/// The scheduling class of the thread that runs this handler: field 41 of proc_pid_stat(5).
fn class(_: &(), _: &Request) -> Result<Response> {
    let stat = fs::read_to_string("/proc/thread-self/stat").expect("Linux tells it");
    let (_, behind_name) = stat.rsplit_once(") ").expect("a name in parentheses");
    Ok(Response::text(behind_name.split(' ').nth(41 - 3).expect("so many fields").to_owned()))
}

fn nap(_: &(), _: &Request) -> Result<Response> {
    thread::sleep(Duration::from_millis(5));
    Ok(Response::text("rested"))
}

/// Blocks unexpectedly.
fn stall(_: &(), _: &Request) -> Result<Response> {
    thread::sleep(Duration::from_millis(500));
    Ok(Response::text(format!("{:?}", thread::current().id())))
}

fn thread_id(_: &(), _: &Request) -> Result<Response> {
    Ok(Response::text(format!("{:?}", thread::current().id())))
}

fn site() -> Site {
    let urls = Urls::new()
        .get("/in-a-worker", class)
        .blocking()
        .get("/in-the-shard", class)
        .quick()
        .get("/nap", nap)
        .blocking()
        .get("/stall", stall)
        .quick()
        .get("/id-in-the-shard", thread_id)
        .quick();
    Site::start_with(&ServerSettings { shards: 1, ..settings() }, (), urls)
}

#[test]
fn a_worker_is_batch() {
    assert_eq!(site().get("/in-a-worker").body, BATCH);
}

#[test]
fn a_shard_is_batch_in_a_flood_of_connections_and_normal_when_it_is_over() {
    let site = site();
    assert_eq!(site.get("/in-the-shard").body, NORMAL);
    let flood_ends = Instant::now() + PATIENCE;
    // All clients stop when one has seen the class `BATCH`: the last client alone would not flood
    // the server.
    let seen = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while !seen.load(Relaxed) {
                    assert!(Instant::now() < flood_ends, "no shard became batch");
                    seen.fetch_or(site.get("/in-the-shard").body == BATCH, Relaxed);
                }
            });
        }
    });
    let mut client = site.client();
    let calm_ends = Instant::now() + PATIENCE;
    while client.get("/in-the-shard").body != NORMAL {
        assert!(Instant::now() < calm_ends, "no shard became normal again");
        client.get("/nap");
    }
}

#[test]
fn a_worker_takes_the_class_of_its_shard() {
    let site = site();
    let stalled = site.get("/stall").body;
    assert_ne!(site.get("/id-in-the-shard").body, stalled, "it was not given on");
    assert_eq!(site.get("/in-the-shard").body, NORMAL);
}
