//! What webframe does, seen from outside.

mod wire;
