//! What a small GET costs in allocations has an upper bound.
//!
//! A binary of its own beside `it/`, because the allocator that counts is the whole process's, and other tests would be counted too.

mod small_get;

use small_get::{SmallGet, allocations};

const ALLOCATIONS_MAX: f64 = 4.0;
/// The way to a worker and back adds none; one is the handler's.
const ALLOCATIONS_BLOCKING_MAX: f64 = 1.5;

/// One test, for two of them would count each other's. Once, what a request needs on its way to a worker and back was made anew each time.
#[test]
fn a_small_get_costs_few_allocations_in_the_shard_and_by_a_worker() {
    let servers = [
        ("in the shard", SmallGet::start(), ALLOCATIONS_MAX),
        ("by a worker", SmallGet::start_blocking(), ALLOCATIONS_BLOCKING_MAX),
    ];
    for (place, mut server, most) in servers {
        let each = allocations(|| server.ask());
        println!("{each} allocations a request {place}");
        assert!(each <= most, "{each} allocations a request {place}");
    }
}
