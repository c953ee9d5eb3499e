//! The current context (trace, ids, baggage, labels), and how to carry it to other tasks.
//!
//! The context of a thread has four parts: the current span of [`tracing`], OpenTelemetry's context
//! (the trace, the [request id](crate::log::RequestId) and the [baggage](Baggage)), the labels of
//! catalogs' scopes ([`ScopeLabels`](crate::scope::ScopeLabels)), and the subscriber.
//!
//! A new task or thread starts without them. [`spawn`] and [`spawn_blocking`] carry them along. For
//! a thread, a pool or a queue use [`Context`]:
//!
//! ```
//! use glyph_runtime::{context::{self, Context}, correlation_id, trace::propagation};
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
//!     let context = Context::current();
//!     let thread = std::thread::spawn(move || context.in_scope(correlation_id));
//!     assert_eq!(thread.join().unwrap(), here);
//! }).await;
//! # }
//! ```
//!
//! The current call of a stage is not carried along. Retries and fallbacks in a task count for the
//! stages of that task.
//!
//! A span stays open while anything runs in its context. So a request ends after the tasks that
//! [`spawn`] started from it. For work that outlives its request, call `tokio::spawn`, and open a
//! span with `parent = None` and a link to the request's (`links`).

#[cfg(any(feature = "log", feature = "trace"))]
pub(crate) mod current_context;
#[cfg(feature = "log")]
pub(crate) mod ids;
pub(crate) mod redaction;
pub(crate) mod thread_marks;
#[cfg(feature = "trace")]
pub(crate) mod trace_context;

#[cfg(any(feature = "log", feature = "trace"))]
pub use current_context::{InTraceContext, TraceContext};
#[cfg(feature = "trace")]
pub use trace_context::{
    Baggage, BaggageError, Context, CorrelationId, InContext, MAX_BYTES, MAX_ENTRIES, baggage,
    correlation_id, spawn, spawn_blocking,
};
