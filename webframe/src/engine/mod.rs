//! The engine: sockets to requests, responses to sockets; shards that own, workers that borrow.

mod pace;

pub use pace::Pace;

use crate::{
    Request, Response,
    wire::{Head, WireError},
};

/// What answers a request, as the engine sees an app.
pub(crate) trait Service: Send + Sync {
    /// Where a head leads, and the pattern of the route.
    fn find(&self, head: &Head) -> (Endpoint, &'static str);
    /// What is known of how long the endpoint takes.
    fn pace(&self, endpoint: Endpoint) -> &Pace;
    /// The answer; a panic is a 500 already.
    fn answer(&self, endpoint: Endpoint, request: &Request) -> Response;
    /// The answer to what never became a request.
    fn refuse(&self, error: WireError) -> Response;
    /// The answer to a request that would wait too long.
    fn shed(&self) -> Response;
}

/// Where a request leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// The route of that number.
    Route(u32),
    /// A place that takes other methods.
    WrongMethod,
    /// Nothing lies there.
    Nothing,
    /// `OPTIONS *`.
    WholeServer,
}
