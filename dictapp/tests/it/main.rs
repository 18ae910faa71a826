//! The tests of dictapp from outside, in one binary.

mod books;
