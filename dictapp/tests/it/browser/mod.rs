//! Tests of the pages in a headless Chromium or Firefox. `driver` and `protocol` control Chromium,
//! `firefox` Firefox.

mod all_pages;
mod bookmarklet;
mod direction;
mod driver;
mod driver_tests;
mod entry;
mod firefox;
mod protocol;
mod suggest;
mod visit;
mod layout;
mod reviewing;
mod accessible;
mod colours;
mod controls;

/// Waits until this is so. Fails with `what` after [`EVENT_WAIT_MAX`](crate::EVENT_WAIT_MAX).
#[track_caller]
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = std::time::Instant::now() + crate::EVENT_WAIT_MAX;
    while !is_so() {
        assert!(std::time::Instant::now() < deadline, "{what}");
    }
}
