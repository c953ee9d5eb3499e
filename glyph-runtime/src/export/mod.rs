//! From where something ends to where it goes: a bounded queue and a thread for each exporter.

mod counts;
mod destination;
mod page;
mod queue;
mod transport;
mod worker;

pub(crate) use counts::Counts;
pub use counts::{DropReason, ExportCounts};
pub(crate) use destination::{Destination, Exporting, Item, Outcome};
pub(crate) use page::{Exporters, push as push_page};
pub(crate) use queue::Queue;
pub(crate) use transport::transport;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
pub(crate) use worker::{LOG, on_thread};
pub(crate) use worker::{is_export_thread, start};
