//! The integration tests of the dictionary, in one binary so that it is linked once.

mod books;
mod cli;
mod lexicon;
mod mariadb;
mod store;
