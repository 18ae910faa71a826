//! Handlers for monitoring: liveness, readiness, and metrics of requests.
//!
//! ```
//! use webframe::{App, Request, Response, Result, TestClient, Urls};
//! use webframe::monitoring::{Metrics, alive, ready};
//!
//! struct Shop {
//!     is_open: bool,
//! }
//!
//! fn home(_: &Shop, _: &Request) -> Result<Response> {
//!     Ok(Response::text("hello"))
//! }
//!
//! /// Why the shop is not ready.
//! fn obstacles(shop: &Shop) -> Vec<&'static str> {
//!     if shop.is_open { vec![] } else { vec!["the shop is closed"] }
//! }
//!
//! let metrics = Metrics::new("shop");
//! let app = App::new(Shop { is_open: false }).wrap(metrics.clone()).urls(
//!     Urls::new()
//!         .get("/", home)
//!         .get("/healthz", alive)
//!         .get("/readyz", ready(obstacles))
//!         .get("/metrics", metrics.handler()),
//! );
//! let client = TestClient::new(&app);
//! client.get("/").send();
//! let counted = client.get("/metrics").send();
//! assert!(counted.text().contains("shop_requests_total{route=\"/\",status=\"200\"} 1\n"));
//! let ready = client.get("/readyz").send();
//! assert_eq!((ready.status().as_u16(), ready.text()), (503, "the shop is closed\n"));
//! ```

mod exposition;
mod metrics;
mod probes;

pub use exposition::Exposition;
pub use metrics::{Metrics, Timing};
pub use probes::{alive, ready};
