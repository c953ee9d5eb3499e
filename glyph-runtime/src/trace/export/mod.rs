//! From the end of a span to where it goes: a bounded queue and a thread for each exporter.

mod counts;
mod destination;
mod queue;
mod worker;

pub(crate) use counts::Counts;
pub use counts::{DropReason, ExportCounts};
pub(crate) use destination::{Destination, Exporting, FromSpanExporter, Outcome};
pub(crate) use queue::Queue;
pub(crate) use worker::{is_export_thread, start};
