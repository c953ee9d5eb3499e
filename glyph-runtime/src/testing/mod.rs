//! Aids for tests: what a test records, apart from everything else in the process.
//!
//! A catalog is global, and tests of one binary run on many threads. [`capture`] isolates the current thread:
//! until the [`CaptureGuard`] is dropped, whatever is recorded on it starts at zero and is seen by this capture
//! alone, and so are the spans and events that are opened on it. The feature `testing` belongs into
//! `[dev-dependencies]`: what a program ships does not have it, and pays nothing.
//!
//! ```
//! use std::time::Duration;
//! use glyph_runtime::{Gauge, Histogram, Label, LabelSet, instrument_stage, metric_catalog, testing};
//!
//! #[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
//! #[label(outcome)]
//! pub enum Status { Ok, Error, Cancelled }
//!
//! #[derive(LabelSet)]
//! pub struct Transcription {
//!     pub status: Status,
//! }
//!
//! #[metric_catalog(namespace = "doc_testing", stages = stage)]
//! pub struct Metrics {
//!     /// Latency of transcription.
//!     #[metric(unit = seconds, buckets = [10ms, 1s])]
//!     #[stage(stt, in_flight = transcribing)]
//!     pub stt: Histogram<Transcription>,
//!     /// Transcriptions under way.
//!     pub transcribing: Gauge,
//! }
//!
//! #[instrument_stage(stage::stt, fields(samples = audio.len()))]
//! async fn transcribe(audio: &[i16]) -> String {
//!     std::future::pending().await
//! }
//!
//! # fn main() {
//! let captured = testing::capture().frozen();
//! {
//!     let mut transcription = std::pin::pin!(transcribe(&[0; 160]));
//!     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
//!     assert!(transcription.as_mut().poll(&mut context).is_pending());
//!     assert_eq!(captured.in_flight::<stage::stt>().value(), 1.0);
//!     captured.clock().advance(Duration::from_millis(250));
//! } // the caller leaves
//!
//! let cancelled = captured.histogram::<stage::stt>().with(Status::Cancelled);
//! assert_eq!(cancelled.count(), 1);
//! assert_eq!(cancelled.sum(), 0.25);
//! assert_eq!(captured.in_flight::<stage::stt>().value(), 0.0);
//!
//! let span = captured.span("stt");
//! assert_eq!(span.field("samples"), Some("160"));
//! assert_eq!(span.error_type(), Some("cancelled"));
//! assert!(span.is_closed());
//! # }
//! ```
//!
//! # What is captured
//!
//! All that code on the thread records while the capture is current on it: metrics of every catalog by whatever
//! way (handles, stages, the `metrics` facade), their exemplars, the values that open labels have taken, spans and events of
//! `tracing` by whomever. `value()` and `snapshot()` of a metric, and the page of a
//! [`Telemetry`](crate::Telemetry), read the captured values as well while the capture is current. What a
//! page tells of itself, and families that no catalog declares, are not isolated. A subscriber that the test sets
//! inside of the capture has the spans instead.
//!
//! A call is recorded where it ends. One that starts before the capture and ends in it takes from the capture's in-flight
//! gauge what it gave to another, and an open label of it has the number that its value was given there; so does a handle
//! of the `metrics` facade that is kept from elsewhere.
//!
//! # Asynchronous code and threads
//!
//! Under `#[tokio::test]` everything runs on the test's thread, spawned tasks too, and the guard is enough. On a
//! runtime with several threads a task is captured by [`Capture::follow`], another thread by [`Capture::in_scope`];
//! a [`Capture`] can be cloned and sent to them. Tasks and threads which those start are not followed by
//! themselves.
//!
//! ```
//! # use glyph_runtime::{Counter, metric_catalog, testing};
//! # #[metric_catalog(namespace = "doc_testing_threads")]
//! # pub struct Metrics {
//! #     /// Jobs that ended.
//! #     pub jobs: Counter,
//! # }
//! # fn main() {
//! let captured = testing::capture();
//! let worker = captured.clone();
//! std::thread::spawn(move || worker.in_scope(|| Metrics::global().jobs.inc())).join().unwrap();
//! assert_eq!(captured.counter(&Metrics::global().jobs).value(), 1);
//! # }
//! ```
//!
//! # The clock
//!
//! Stages measure by the capture's [`Clock`]. It runs unless [`CaptureGuard::frozen`] stops it, and
//! [`Clock::advance`] moves it on in both cases. It has nothing to do with tokio's clock: sleeps and time-outs are paused by
//! `tokio::time::pause`, and a test that uses both advances both. The times of exemplars are the system's.
//!
//! # Look-ups
//!
//! Metrics are looked up by the stage whose they are or by their handle, and give a [`Series`], which
//! [`with`](Series::with) narrows down. A look-up that cannot be meant, by a label that the metric lacks for example,
//! panics and says what there is; nothing else in this module panics.

mod capture;
mod current;
mod follow;
mod series;
mod spans;
mod subscriber;

pub use capture::{Capture, CaptureGuard, capture};
pub use follow::Followed;
pub use series::Series;
pub use spans::{CapturedEvent, CapturedSpan};

pub use crate::clock::moved::Clock;
