//! Test support: captures what a test records, isolated from the rest of the process.
//!
//! A catalog is global, and the tests of one binary run on many threads. [`capture`] isolates the
//! current thread: until the [`CaptureGuard`] is dropped, all metrics start at zero, and only this
//! capture sees what the thread records, and the spans and events that it opens. Put the feature
//! `testing` into `[dev-dependencies]`: released programs do not have it, and pay nothing for it.
//!
//! ```
//! # use glyph_core as glyph_runtime;
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
//!     /// Transcriptions in flight.
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
//! Everything that the thread records while the capture is current on it: the metrics of all
//! catalogs (by handles, stages and the `metrics` facade), their exemplars, the values of open
//! labels, and all spans and events of `tracing`. `value()` and `snapshot()` of a metric, and the
//! exposition, read the captured values while the capture is current. glyph's own metrics and
//! families that no catalog declares are not isolated. A subscriber that the test sets in the
//! capture receives the spans instead.
//!
//! A call is recorded where it ends. If it started before the capture, it decrements the capture's
//! in-flight gauge after it incremented the process's, and its open labels have the digits that
//! their values had there. The same goes for a handle of the `metrics` facade that was made before
//! the capture.
//!
//! # Asynchronous code and threads
//!
//! Under `#[tokio::test]` everything runs on the test's thread, including spawned tasks, and the
//! guard is enough. On a runtime with several threads, capture a task by [`Capture::follow`], and
//! another thread by [`Capture::in_scope`]: clone the [`Capture`] and send it there. Tasks and
//! threads that those start are not captured automatically.
//!
//! ```
//! # use glyph_core as glyph_runtime;
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
//! [`Clock::advance`] moves it forward in both cases. It is independent of tokio's clock:
//! `tokio::time::pause` pauses sleeps and timeouts, and a test that uses both clocks advances both.
//! The times of exemplars are the system's.
//!
//! # Lookups
//!
//! Metrics are looked up by their stage or their handle, which returns a [`Series`].
//! [`with`](Series::with) selects some of the series. An invalid lookup, such as by a label that
//! the metric does not have, panics and lists what there is. Nothing else in this module panics.

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
