//! Traces: who samples them, where they are kept, and how they leave the process.
//!
//! A [`Pipeline`] takes the spans that [`tracing`] makes and hands them on: to an OTLP collector, to a file, or, when
//! there is neither a collector nor the wish for one, to a ring of recent traces in the process that
//! [`Pipeline::recent`] reads. Each exporter has a bounded queue and a thread with a runtime of its own. Ending a span
//! never waits for one, and a span that does not arrive is counted with the reason: see [`Pipeline::snapshot`].
//!
//! ```
//! use std::time::Duration;
//! use glyph_runtime::trace::{Pipeline, Settings};
//! use tracing_subscriber::layer::SubscriberExt;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let pipeline = Pipeline::start(&Settings::new("glyphoxa"))?;
//! let subscriber = tracing_subscriber::registry().with(pipeline.layer());
//! tracing::subscriber::with_default(subscriber, || {
//!     let _request = tracing::info_span!("request").entered();
//!     tracing::info_span!("lookup").in_scope(|| {});
//! });
//! let trace = &pipeline.recent()[0];
//! let root = trace.root().ok_or("no root")?;
//! assert_eq!(root.name, "request");
//! assert_eq!(trace.children(root).count(), 1);
//! pipeline.shutdown(Duration::from_secs(5))?;
//! # Ok(())
//! # }
//! ```

mod current;
mod error;
mod file;
mod foreign;
mod link;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
mod otlp;
mod page;
mod pipeline;
mod processor;
pub mod propagation;
mod redacted;
mod resource;
mod ring;
mod sampler;
mod settings;
mod size;
mod span;
pub(crate) mod unsampled;

pub use crate::export::{DropReason, ExportCounts};
pub(crate) use current::{Around, Place, around, exemplar, exemplar_at};
pub use current::{unsampled_spans, unsampled_spans_are_built};
pub use error::{TraceError, Unflushed, UnflushedExporter};
pub use file::{Conversion, chrome};
pub(crate) use link::link;
pub(crate) use page::push as push_page;
#[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
pub(crate) use pipeline::check as check_batch;
pub use pipeline::{Pipeline, Snapshot};
pub(crate) use processor::Routes;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
pub(crate) use resource::described as resource;
pub use sampler::{MAX_RATE, Sampler};
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
pub(crate) use settings::LONGEST_TIME;
pub use settings::{
    BatchLimits, Compression, FileSettings, KeepFailures, OtlpSettings, Protocol, RingLimits,
    Settings, SpanLimits, TlsSettings,
};
pub use span::{Span, SpanEvent, SpanKind, SpanLink, SpanStatus, Trace};
