//! The integration tests of the framework, in one binary so that it is linked once.

mod app;
mod engine;
mod examples;
mod face;
mod source;
mod static_files;
mod tidy;
mod wire;
mod wording;
