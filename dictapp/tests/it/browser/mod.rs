//! The pages in a real browser: a test's words become what a person would do in a headless Chromium, and what they would see.

mod driver;
mod driver_tests;
mod protocol;
mod suggest;
mod visit;
mod accessible;
