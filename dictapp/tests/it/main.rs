//! Every integration test of the dictionary, in one binary.

mod mariadb;
mod store;
//! The integration tests of the dictionary, one file a part.
mod lexicon;
//! The tests of dictapp from outside, in one binary.
mod books;
//! The program from outside: its command line, its files and its pages.
mod cli;
