//! The middleware that webframe provides. Middleware is code around handlers (a layer): it sees
//! each request before the handler, and each response after it.

mod access_log;
mod request_id;
mod same_origin;
mod security_headers;
#[cfg(feature = "compression")]
mod compression;
mod cors;
mod guard;
mod rate_limit;

pub use access_log::{AccessLog, LogFormat, LoggedTarget};
#[cfg(feature = "compression")]
pub use compression::compression;
pub use cors::Cors;
pub use guard::Guard;
pub use rate_limit::RateLimit;
pub use request_id::request_id;
pub use same_origin::SameOrigin;
pub use security_headers::SecurityHeaders;
