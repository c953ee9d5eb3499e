//! Spans: sampling, recent traces, and export.
//!
//! A [`Pipeline`] records the spans of [`tracing`], and exports them to an OTLP collector, to a
//! file, or to an exporter of the program. Without a collector, it keeps recent traces in a ring in
//! the process; [`Pipeline::recent`] reads it. Each exporter has a bounded queue and a separate
//! thread with a runtime. Ending a span never waits for an exporter. Every span that is not
//! exported is counted with the reason: see [`Pipeline::snapshot`].
//!
//! ```
//! use std::time::Duration;
//! use glyph_runtime::trace::{Pipeline, TraceSettings};
//! use tracing_subscriber::layer::SubscriberExt;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let pipeline = Pipeline::start(&TraceSettings::new("glyphoxa"))?;
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

mod details;
pub(crate) mod edge_lines;
mod error;
mod export_item;
mod file;
mod layer;
mod metrics;
mod open_spans;
mod pipeline;
mod processor;
mod received;
mod recent;
mod records;
mod redacted;
mod ring;
mod sampler;
mod settings;
mod size;
mod span;
mod span_exporter;
mod stage_spans;
mod until_shutdown;

pub use crate::{
    context::trace_context::{
        build_unsampled_spans, connect, propagation, remote, unsampled_spans_are_built,
    },
    export::{
        BatchLimits, DropReason, ExportCounts, ExportFailure, InvalidSetting, OpenSpans,
        Undelivered, UndeliveredPart,
    },
    otlp::{Compression, OtlpError, OtlpSettings, Protocol, ProxySettings, TlsSettings},
};
pub use details::SpanDetails;
pub use error::TraceError;
pub use file::{Conversion, chrome};
pub(crate) use layer::SpanLayer;
pub use pipeline::{Pipeline, Snapshot};
#[cfg(feature = "console")]
pub(crate) use recent::RecentTraces;
pub use sampler::{MAX_RATE, Sampler};
pub use settings::{FileSettings, KeepFailures, RingLimits, SpanLimits, TraceSettings};
pub use span::{Span, SpanEvent, SpanKind, SpanLink, SpanStatus, Trace};
pub use stage_spans::StageSpans;
