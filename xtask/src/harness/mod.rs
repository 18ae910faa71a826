//! The test harness of the commands: starts servers, and has the clients that send them requests.

pub(crate) mod answer;
pub(crate) mod browser;
pub(crate) mod class;
pub(crate) mod random;
pub(crate) mod instance;
pub(crate) mod ledger;
pub(crate) mod mariadb;
#[path = "../../../dictapp/tests/it/proxy.rs"]
#[expect(dead_code, reason = "the tests of dictapp use all of it")]
pub(crate) mod network;
pub(crate) mod process_tree;
pub(crate) mod server;
pub(crate) mod sqlite;
pub(crate) mod visitors;
