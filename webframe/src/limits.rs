//! Every bound on what a peer can make large or slow: its name, unit, default, and the reason.

use std::time::Duration;

use crate::wire::HeadLimits;

/// Bounds of size and number. What passes one gets the status that its field names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Request line and fields together, in bytes; 431 beyond. 16 KiB, as Node; nginx 32 KiB, Apache 8 KiB a field.
    pub head_bytes_max: usize,
    /// Fields of one head; 431 beyond. 256; Apache and hyper 100, nginx and Go bound the bytes alone.
    pub head_fields_max: usize,
    /// The request target in bytes; 414 beyond. 8 KiB, as Apache and nginx.
    pub target_bytes_max: usize,
    /// The content of a request in bytes after its transfer coding; 413 beyond. 1 MiB, as nginx.
    pub body_bytes_max: u64,
    /// Content beyond this many bytes waits in a temporary file. 64 KiB, so that ten thousand
    /// uploads hold no more than 640 MiB.
    pub body_memory_max: usize,
    /// Bytes in the temporary files of all bodies together; 503 beyond. 1 GiB.
    pub spool_bytes_max: u64,
    /// Overhead of a chunked body (sizes, extensions, trailers) in bytes; 400 or 431 beyond. 16 KiB, as Go.
    pub chunk_overhead_max: usize,
    /// Pairs of a form or a query; 400 beyond. 1,000, as Django.
    pub form_fields_max: usize,
    /// Parts of a form with files; 400 beyond. 1,000, as Go; Tomcat 50.
    pub form_parts_max: usize,
    /// The head of one part of such a form in bytes; 400 beyond. 4 KiB; Tomcat 512 bytes.
    pub part_head_bytes_max: usize,
    /// Requests answered on one connection before it is closed politely. 100,000; nginx 1,000.
    pub requests_per_connection_max: u32,
    /// Connections open at once; beyond, the one without a whole request for longest is closed, in
    /// whatever phase it is. The last 1/32 is kept for networks that hold few. 20,000, and at most
    /// what the limit on descriptors allows.
    pub connections_max: usize,
    /// Connections from one IPv4 address or one IPv6 /64; beyond, one of its own is closed. 20,000:
    /// a school is one address. Trusted proxies are not counted.
    pub connections_per_address_max: usize,
    /// Bytes of answers that may wait for one slow reader before its pipelined requests wait. 256 KiB.
    pub output_bytes_max: usize,
    /// Bytes read and dropped behind the last answer, so that the peer reads it: who sends a file
    /// that is too large learns so. 16 MiB; nginx bounds the time alone.
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

/// Deadlines, each of a whole phase: sending one byte more never moves one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// From the first byte of a head to its last; 408 beyond. 10 s; nginx 60 s, Apache 20 to 40 s.
    pub head: Duration,
    /// For a body, plus its length over `body_rate_min`; 408 beyond. 30 s.
    pub body: Duration,
    /// Bytes a second that a body may count on beyond `body`. 4 KiB.
    pub body_rate_min: u64,
    /// Between two requests; then the connection is closed. 75 s, as in nginx: longer than the 60 s
    /// after which common balancers drop a connection, so that none of them sends into a closed one.
    pub idle: Duration,
    /// Without the peer taking a byte of an answer; then the connection is reset. 30 s; nginx 60 s.
    pub write: Duration,
    /// A handler that runs longer is named in the log. 5 s; it is never interrupted.
    pub handler: Duration,
    /// After the last answer, how long the peer may go on sending before it is cut off. 2 s; nginx 30 s.
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
