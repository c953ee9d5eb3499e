//! Waits: for a limiter, a lock or a permit, and in queues.
//!
//! [`wait`] wraps a future that is ready when a wait is over. [`Queue`] wraps items that go through
//! a channel. Each wait is recorded once, however it ends. A wait that delays something has a span
//! below the delayed one.
//!
//! ```
//! # use glyph_core as glyph_runtime;
//! use std::{future::ready, time::Duration};
//! use glyph_runtime::{metric_catalog, wait::{QueueMetrics, WaitMetrics, wait}};
//!
//! #[metric_catalog(namespace = "doc_wait", max_series = 100_000)]
//! pub struct Metrics {
//!     #[catalog]
//!     pub waits: WaitMetrics,
//!     #[catalog]
//!     pub queues: QueueMetrics,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! # let limiter = Limiter;
//! # struct Limiter;
//! # impl Limiter { fn until_ready(&self) -> std::future::Ready<()> { ready(()) } }
//! wait("netgate.rate_limit_wait").scope("per_host").of(limiter.until_ready()).await;
//! # }
//! ```
//!
//! # The span
//!
//! A wait that ends at its first poll has no span; its metrics count it. Any other wait has a span
//! with the name of the wait. The span has the fields `wait.scope`, `wait.duration` (in seconds,
//! including the first poll) and `wait.outcome`. In a trace that is not sampled there is no span.
//!
//! # How a wait ends
//!
//! | what happens | outcome |
//! |---|---|
//! | the future is ready, the item is taken | `ok`, or the outcome from [`of_as`](Wait::of_as) |
//! | it is dropped before, for example by a timeout around it | `cancelled` |
//! | it panics | `panicked` |

mod end;
mod future;
pub mod labels;
mod metrics;
mod queue;
mod recorder;
mod running;
mod span;

pub use end::{WaitEnd, WaitOutcome};
pub use future::{Wait, Waiting, wait};
pub use metrics::{QueueMetrics, WaitMetrics};
pub use queue::{Queue, Queued};
pub use recorder::{QueueRecorder, WaitRecorder, WaitRequest};
