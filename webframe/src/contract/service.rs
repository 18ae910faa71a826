//! The app as the engine calls it: the engine finds the endpoint of a request, asks for its limits,
//! and calls it.

use std::time::Duration;

use crate::{Request, Response, contract::refusal::Refused, pace::Pace};

/// An app, as the engine sees it.
pub(crate) trait Service: Send + Sync {
    /// Finds the endpoint of a request and stores the route's pattern in the request. Only the
    /// head has been read. The app may check it here and refuse the request.
    fn find(&self, request: &mut Request) -> Endpoint;
    /// The pattern of the route; empty if the endpoint is not a route.
    fn pattern(&self, endpoint: Endpoint) -> &'static str;
    /// The pace of the endpoint: whether its handler is quick or may block.
    fn pace(&self, endpoint: Endpoint) -> &Pace;
    /// Whether the app has declared, by [`Urls::blocking_if`](crate::Urls::blocking_if), that the
    /// call for this request blocks.
    fn is_declared_blocking(&self, endpoint: Endpoint, request: &Request) -> bool;
    /// Maximum size of the body of a request; `None`: the server's limit applies.
    fn body_bytes_max(&self, endpoint: Endpoint) -> Option<u64>;
    /// Maximum time that a client waits for the response; `None`: unlimited.
    fn time_limit(&self, endpoint: Endpoint) -> Option<Duration>;
    /// Answers the request. Panics are caught and become a 500.
    fn answer(&self, endpoint: Endpoint, request: &mut Request) -> Response;
    /// The response to a request that reaches no handler.
    fn refuse(&self, refused: &Refused<'_>) -> Response;
}

/// The part of an app that answers a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// The route with this number.
    Route(u32),
    /// The path has routes, but none for this method.
    WrongMethod,
    /// No route matches the path.
    Nothing,
    /// The app's check of the head ([`Urls::check_head`](crate::Urls::check_head)) refused it.
    Refused,
    /// `OPTIONS *`.
    WholeServer,
}

impl Endpoint {
    // The numbers of endpoints that are not routes. Routes are numbered from 0, so these are the
    // largest numbers.
    const WRONG_METHOD: u32 = u32::MAX;
    const NOTHING: u32 = u32::MAX - 1;
    const WHOLE_SERVER: u32 = u32::MAX - 2;
    const REFUSED: u32 = u32::MAX - 3;

    /// A number that is unique for each endpoint.
    pub(crate) fn to_number(self) -> u32 {
        match self {
            Endpoint::Route(number) => number,
            Endpoint::WrongMethod => Endpoint::WRONG_METHOD,
            Endpoint::Nothing => Endpoint::NOTHING,
            Endpoint::WholeServer => Endpoint::WHOLE_SERVER,
            Endpoint::Refused => Endpoint::REFUSED,
        }
    }

    /// The endpoint with the number that [`Endpoint::to_number`] returned.
    pub(crate) fn from_number(number: u32) -> Endpoint {
        match number {
            Endpoint::WRONG_METHOD => Endpoint::WrongMethod,
            Endpoint::NOTHING => Endpoint::Nothing,
            Endpoint::WHOLE_SERVER => Endpoint::WholeServer,
            Endpoint::REFUSED => Endpoint::Refused,
            number => Endpoint::Route(number),
        }
    }
}
