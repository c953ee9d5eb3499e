//! Export of spans, metrics and log records: a bounded queue and a thread for each exporter.

#[cfg(feature = "trace")]
mod counts;
#[cfg(feature = "trace")]
mod destination;
#[cfg(feature = "trace")]
mod page;
#[cfg(feature = "trace")]
mod queue;
#[cfg(feature = "trace")]
mod transport;
mod undelivered;
#[cfg(feature = "trace")]
mod worker;

#[cfg(feature = "trace")]
pub use self::counts::{DropReason, ExportCounts};
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
pub(crate) use self::worker::{LOG, on_thread};
#[cfg(feature = "trace")]
pub(crate) use self::{
    counts::Counts,
    destination::{Destination, Exporting, Item, Outcome},
    page::{Exporters, push as push_page},
    queue::Queue,
    transport::transport,
    worker::{is_export_thread, start},
};
pub use undelivered::{Undelivered, UndeliveredPart};
