//! What webframe does, seen from outside.

mod wire;
//! webframe's integration tests, in one binary so that it is linked once.
mod source;
mod tidy;
