//! dictapp's integration tests, in one binary so that it is linked once.

mod browser;
#[path = "../../../webframe/tests/it/source/mod.rs"]
mod source;
mod tidy;
