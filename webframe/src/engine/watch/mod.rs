//! Finds handlers that take long: parked shards (event loops), the watchdog that gives them to
//! other workers, and the timing of routes.

pub(crate) mod calls;
pub(crate) mod parking;
pub(crate) mod watchdog;
