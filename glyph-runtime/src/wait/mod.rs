//! Waits: for a limiter, a lock or a permit, and in queues.
//!
//! [`wait`] goes around any future that is ready when a wait is over, and [`Queue`] around what goes through a channel.
//! Both are measured however they end, once, and what delays something is a span below the one that it delays.
//!
//! ```
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
//! A wait that is over at once delays nothing and has no span; its metrics count it. One that is not has a span of
//! the wait's name, from the moment it began to wait until its end, with `wait.scope`, the exact `wait.duration` in seconds
//! and `wait.outcome`. Below a trace that is not sampled there is none.
//!
//! # How a wait ends
//!
//! | what happens | outcome |
//! |---|---|
//! | the future is ready, the item is taken | `ok`, or what [`of_as`](Wait::of_as) says |
//! | it is dropped before, as by a time-out around it | `cancelled` |
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
