//! Tests of the engine on real sockets.

pub(crate) mod site;
mod process;
mod unlogged;
mod blocking;
mod bounds;
mod clients;
mod descriptors;
mod gauges;
mod hosts;
mod proxies;
mod refusals;
mod resets;
#[cfg(target_os = "linux")]
mod scheduling;
mod sockets;
mod stopping;
mod streaming;
mod waiting_sources;
mod events;
mod lines;
mod websockets;
mod tls;
mod certificates;
mod time_limits;
mod tls_backlog;
mod unencrypted;
mod uploads;
