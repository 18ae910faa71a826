//! The integration tests of the framework, in one binary so that it is linked once.

mod source;
mod tidy;
mod wire;
