//! Tests of the pages in a headless Chromium.

mod driver;
mod driver_tests;
mod protocol;
mod suggest;
mod visit;
mod accessible;
