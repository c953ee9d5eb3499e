//! Export of spans, metrics and log records: a bounded queue and a thread for each exporter.

#[cfg(feature = "trace")]
mod counts;
mod deadline;
#[cfg(feature = "trace")]
mod destination;
#[cfg(feature = "trace")]
mod failure;
#[cfg(feature = "trace")]
#[cfg_attr(
    not(any(feature = "otlp-grpc", feature = "otlp-http")),
    expect(dead_code, reason = "only collectors ask for pauses")
)]
pub(crate) mod flushes;
#[cfg(feature = "trace")]
pub(crate) mod limits;
#[cfg(feature = "trace")]
mod metrics;
mod open_spans;
#[cfg(feature = "trace")]
mod queue;
#[cfg(feature = "trace")]
mod transport;
mod undelivered;
#[cfg(feature = "trace")]
mod worker;

#[cfg(feature = "trace")]
pub(crate) use self::{
    counts::Counts,
    destination::{Destination, Exporting, Item, Outcome},
    flushes::Flushes,
    metrics::{Exporters, Signal, source},
    queue::{BATCH_BYTES, Patience, Queue, flush},
    transport::transport,
    worker::{is_export_thread, start},
};
#[cfg(feature = "trace")]
pub use self::{
    counts::{DropReason, ExportCounts},
    failure::ExportFailure,
    limits::{BatchLimits, InvalidSetting},
};
pub(crate) use deadline::{DROP_DEADLINE, Deadline};
pub use open_spans::OpenSpans;
pub(crate) use undelivered::Loss;
pub use undelivered::{Undelivered, UndeliveredPart};

/// The target of events about exports.
#[cfg(feature = "trace")]
pub(crate) const LOG: &str = "glyph::export";
