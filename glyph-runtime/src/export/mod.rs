//! From where something ends to where it goes: a bounded queue and a thread for each exporter.

mod counts;
mod destination;
mod metrics;
mod queue;
#[cfg(any(feature = "prometheus", all(feature = "log", feature = "_otlp")))]
mod transport;
mod worker;

pub(crate) use counts::Counts;
pub use counts::{DropReason, ExportCounts};
pub(crate) use destination::{Destination, Exporting, Item, Outcome};
pub(crate) use metrics::{Exporters, Signal, source};
pub(crate) use queue::Queue;
#[cfg(any(feature = "prometheus", all(feature = "log", feature = "_otlp")))]
pub(crate) use transport::transport;
#[cfg(feature = "_otlp")]
pub(crate) use worker::{LOG, on_thread};
pub(crate) use worker::{is_export_thread, start};
