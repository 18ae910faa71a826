//! Limits the number of allocations of a small GET.
//!
//! A separate binary, because the counting allocator counts the whole process, including other
//! tests.

mod small_get;

use small_get::{SmallGet, allocations};

/// The limit that ARCHITECTURE.md states.
const ALLOCATIONS_MAX: f64 = 4.0;
/// The hand-off to a worker adds none; the handler makes one.
const ALLOCATIONS_BLOCKING_MAX: f64 = 1.5;

/// A single test, since two would count each other's allocations.
#[test]
fn a_small_get_makes_few_allocations_in_the_shard_and_on_a_worker() {
    let servers = [
        ("in the shard", SmallGet::start(), ALLOCATIONS_MAX),
        ("by a worker", SmallGet::start_blocking(), ALLOCATIONS_BLOCKING_MAX),
    ];
    for (place, mut server, most) in servers {
        let each = allocations(|| server.get());
        println!("{each} allocations a request {place}");
        assert!(each <= most, "{each} allocations a request {place}");
    }
}
