//! Every integration test of the dictionary, in one binary.

mod mariadb;
mod store;
