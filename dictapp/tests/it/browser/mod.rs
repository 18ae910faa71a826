//! Tests of the pages in a headless Chromium.

mod driver;
mod driver_tests;
mod elsewhere;
mod entry;
mod every;
mod firefox;
mod protocol;
mod suggest;
mod visit;
mod walk;
mod reviewing;
mod accessible;
mod colours;
