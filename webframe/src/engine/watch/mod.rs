//! Watching calls of handlers: parked shards, the watchdog that steals them, and slow routes.

pub(crate) mod calls;
pub(crate) mod parking;
pub(crate) mod watchdog;
