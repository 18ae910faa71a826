//! What a small GET costs in allocations has an upper bound.
//!
//! A binary of its own beside `it/`, because the allocator that counts is the whole process's, and other tests would be counted too.

mod small_get;

use small_get::{SmallGet, allocations};

const ALLOCATIONS_MAX: f64 = 4.0;

#[test]
fn a_small_get_through_the_router_costs_at_most_four_allocations() {
    let mut server = SmallGet::start();
    let each = allocations(|| server.ask());
    println!("{each} allocations a request");
    assert!(each <= ALLOCATIONS_MAX, "{each} allocations a request");
}

/// Once, each made anew what a request needs on its way to a worker and back.
#[test]
fn a_small_get_that_a_worker_answers_costs_no_more() {
    let mut server = SmallGet::start_blocking();
    let each = allocations(|| server.ask());
    println!("{each} allocations a request");
    assert!(each <= ALLOCATIONS_MAX, "{each} allocations a request");
}
