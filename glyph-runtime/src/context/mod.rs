//! What the running code is part of, and how other tasks and threads become part of it.
//!
//! Four things say it: the current span of [`tracing`], OpenTelemetry's context (the trace, the
//! [request id](crate::log::RequestId) and the [baggage](Baggage)), the labels of catalogs' scopes ([`ScopeLabels`](crate::scope::ScopeLabels)), and
//! the subscriber that is told. A thread has them, and a
//! task or a thread that is started from there begins without. [`spawn`] and [`spawn_blocking`] take them along;
//! for a thread, a pool or a queue there is [`Scope`]:
//!
//! ```
//! use glyph_runtime::{correlation_id, context::{self, Scope}, trace::propagation};
//! # use std::collections::HashMap;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! # let headers = HashMap::from([(
//! #     "traceparent".to_owned(),
//! #     "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned(),
//! # )]);
//! propagation::extract(&headers).scope(async {
//!     let here = correlation_id();
//!     assert!(here.is_some());
//!
//!     let task = context::spawn(async { correlation_id() });
//!     assert_eq!(task.await.unwrap(), here);
//!
//!     let scope = Scope::current();
//!     let thread = std::thread::spawn(move || scope.in_scope(correlation_id));
//!     assert_eq!(thread.join().unwrap(), here);
//! }).await;
//! # }
//! ```
//!
//! The call that a stage is about stays behind: retries and fallbacks that a task counts are its own stages'.
//!
//! A span is open as long as anything is in its scope, so that a request from which a task is spawned in this way ends
//! when the task has. Work that is to outlive its request belongs into a span of its own, opened with `parent = None`
//! and linked to the request's (`links`), and is spawned by plain `tokio::spawn`.

#[cfg(feature = "log")]
pub(crate) mod ids;
pub(crate) mod redaction;
#[cfg(feature = "trace")]
pub(crate) mod trace_context;

#[cfg(feature = "trace")]
pub use trace_context::{
    Baggage, BaggageError, CorrelationId, MAX_BYTES, MAX_ENTRIES, Scope, Scoped, baggage,
    correlation_id, spawn, spawn_blocking,
};
