//! The integration tests of the dictionary, in one binary so that it is linked once.

mod books;
mod browser;
mod cli;
mod lexicon;
mod mariadb;
#[path = "../../../webframe/tests/it/source/mod.rs"]
mod source;
mod store;
mod tidy;
