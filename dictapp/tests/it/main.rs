//! Every integration test of the dictionary, in one binary.

mod books;
mod import;
mod mariadb;
mod proxy;
mod store;
mod store_crash;
mod store_faults;
mod store_migration;
mod store_sqlite;
