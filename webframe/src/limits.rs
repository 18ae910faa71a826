//! Limits of everything that a peer can make large or slow, with units, defaults and reasons.

use std::time::Duration;

use crate::wire::HeadLimits;

/// Limits of size and number. A request that exceeds one is refused with the status named here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Maximum size of request line and fields together, in bytes; otherwise 431. Default: 16 KiB,
    /// as in Node. nginx has 32 KiB, Apache 8 KiB for each field.
    pub head_bytes_max: usize,
    /// Maximum number of fields of a head; otherwise 431. Default: 256. Apache and hyper have 100;
    /// nginx and Go limit only the bytes.
    pub head_fields_max: usize,
    /// Maximum length of the request target in bytes; otherwise 414. Default: 8 KiB, as in Apache
    /// and nginx.
    pub target_bytes_max: usize,
    /// Maximum size of a body in bytes, without its transfer coding; otherwise 413. Default: 1 MiB,
    /// as in nginx.
    pub body_bytes_max: u64,
    /// Maximum size of a body in memory, in bytes; a larger body is moved to a temporary file.
    /// Default: 64 KiB, so that ten thousand uploads take at most 640 MiB.
    pub body_memory_max: usize,
    /// Maximum size of the temporary files of all bodies together, in bytes; otherwise 503. The
    /// clients of one IPv4 address or one IPv6 /64 may take half of it. Default: 1 GiB.
    pub spool_bytes_max: u64,
    /// Maximum overhead of a chunked body (sizes, extensions, trailers) in bytes; otherwise 400.
    /// Default: 16 KiB, as in Go.
    pub chunk_overhead_max: usize,
    /// Maximum number of pairs of a form or a query; otherwise 400. Default: 1,000, as in Django.
    pub form_fields_max: usize,
    /// Maximum number of parts of a form with files; otherwise 400. Default: 1,000, as in Go.
    /// Tomcat has 50.
    pub form_parts_max: usize,
    /// Maximum size in bytes of the head of a part of a form with files; otherwise 400. Default: 4
    /// KiB. Tomcat has 512 bytes.
    pub part_head_bytes_max: usize,
    /// Maximum number of requests on a connection. The last response has `Connection: close`.
    /// Default: 100,000. nginx has 1,000.
    pub requests_per_connection_max: u32,
    /// Maximum number of open connections. Above it, the connection that has been longest without a
    /// complete request is closed, in any phase. The last 1/32 is reserved for networks with few
    /// connections. Default: 20,000, or fewer if the limit on descriptors requires it.
    pub connections_max: usize,
    /// Maximum number of connections from one IPv4 address or one IPv6 /64. Above it, a connection
    /// of the same network is closed. Trusted proxies are not counted. Default: 20,000, since all
    /// clients of a school may share one address.
    pub connections_per_address_max: usize,
    /// Maximum size in bytes of the responses that wait for a slow peer. Above it, its pipelined
    /// requests wait. Default: 256 KiB.
    pub output_bytes_max: usize,
    /// Maximum number of bytes that are read and discarded after the last response. If the server
    /// did not read them, a peer that is still sending would not receive the response. Default: 16
    /// MiB. nginx limits only the time.
    pub linger_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            head_bytes_max: 16 << 10,
            head_fields_max: 256,
            target_bytes_max: 8 << 10,
            body_bytes_max: 1 << 20,
            body_memory_max: 64 << 10,
            spool_bytes_max: 1 << 30,
            chunk_overhead_max: 16 << 10,
            form_fields_max: 1_000,
            form_parts_max: 1_000,
            part_head_bytes_max: 4 << 10,
            requests_per_connection_max: 100_000,
            connections_max: 20_000,
            connections_per_address_max: 20_000,
            output_bytes_max: 256 << 10,
            linger_bytes_max: 16 << 20,
        }
    }
}

impl Limits {
    pub(crate) fn head(&self) -> HeadLimits {
        HeadLimits {
            head_bytes_max: self.head_bytes_max,
            head_fields_max: self.head_fields_max,
            target_bytes_max: self.target_bytes_max,
        }
    }
}

/// Limits of time, each for a complete phase. Bytes that arrive do not extend a limit, except that
/// of a large body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Maximum time from the first byte of a head to its last; otherwise 408. Default: 10 s. nginx
    /// has 60 s, Apache 20 to 40 s.
    pub head: Duration,
    /// Maximum time from the head of a request to the end of its body; otherwise 408. A large body
    /// has more time: a second for each `body_rate_min` bytes that have arrived. Default: 30 s.
    pub body: Duration,
    /// Minimum rate of a large body, in bytes per second: a body that arrives at this rate never
    /// times out. Default: 4 KiB/s.
    pub body_rate_min: u64,
    /// Maximum time between two requests; then the connection is closed. Default: 75 s, as in
    /// nginx. Load balancers commonly close an idle connection after 60 s. If the server waits
    /// longer, they never send a request on a connection that the server is closing.
    pub idle: Duration,
    /// Maximum time for which the peer reads no byte of a response; then the connection is reset.
    /// Default: 30 s. nginx has 60 s.
    pub write: Duration,
    /// A handler that runs longer is reported in the log. It is never interrupted. Default: 5 s.
    pub handler: Duration,
    /// Maximum time after the last response in which the peer may continue to send. Default: 2 s.
    /// nginx has 30 s.
    pub linger: Duration,
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        Timeouts {
            head: Duration::from_secs(10),
            body: Duration::from_secs(30),
            body_rate_min: 4 << 10,
            idle: Duration::from_secs(75),
            write: Duration::from_secs(30),
            handler: Duration::from_secs(5),
            linger: Duration::from_secs(2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_connection_outlives_the_idle_time_of_common_balancers() {
        assert!(Timeouts::default().idle > Duration::from_secs(60));
    }
}
