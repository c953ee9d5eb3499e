//! Metrics: the handles that record, and the cells that they record in.
//!
//! The index of a series is computed from its label values. Each thread writes separate cells, so
//! recording is a plain load and store. A reader adds up the cells of all threads.
//!
//! ```
//! # use glyph_core as glyph_runtime;
//! use std::time::Duration;
//! use glyph_runtime::{Counter, Gauge, Histogram, metric_catalog};
//!
//! #[metric_catalog(namespace = "doc_metric")]
//! pub struct Metrics {
//!     /// Orders.
//!     pub orders: Counter,
//!     /// Open carts.
//!     pub carts: Gauge,
//!     /// Time to pay.
//!     #[metric(unit = seconds, buckets = [10ms, 1s])]
//!     pub payment: Histogram,
//! }
//!
//! # fn main() {
//! let metrics = Metrics::global();
//! metrics.orders.inc();
//! metrics.carts.add(3);
//! metrics.payment.observe(Duration::from_millis(20));
//! assert_eq!(metrics.orders.value(), 1);
//! assert_eq!(metrics.carts.value(), 3.0);
//! assert_eq!(metrics.payment.snapshot().count(), 1);
//! # }
//! ```

mod amount;
mod atomic;
mod bounds;
mod catalog_cells;
mod cells;
mod counter;
mod counting;
mod exemplar;
mod exemplar_slots;
mod exposed;
mod gauge;
mod gauge_values;
mod gauging;
mod histogram;
#[cfg(feature = "testing")]
mod lent_cells;
mod no_label_set;
mod reading;
mod recording_target;
mod scale;
mod scope_cells;
mod scoped;
mod slab;
mod state;
mod thread_cells;
mod totals;

pub use amount::{AnyValue, CounterAmount, GaugeValue, NotTime, Observation};
pub use counter::Counter;
pub use exemplar::{CurrentTrace, Exemplar, InvalidTraceId};
pub(crate) use exemplar::{connect_current_trace, current_exemplar, unsampled_exemplar};
pub use gauge::Gauge;
pub use histogram::{Histogram, HistogramSnapshot};

pub(crate) use amount::Observed;
pub use bounds::scaled_bounds;
pub use catalog_cells::{CatalogCells, DeclaredCatalog, unexposed_catalogs};
pub(crate) use cells::slots;
pub use cells::{Metric, MetricParts};
#[doc(hidden)]
pub use exemplar::{ExemplarAt, keep_unsampled_exemplars};
#[doc(hidden)]
pub use exposed::ExposedMetric;
pub use exposed::GaugeMerge;
pub(crate) use exposed::SeriesChanges;
pub(crate) use no_label_set::{NoLabelSet, unrecorded};
#[doc(hidden)]
pub use reading::{PresentSeries, Series};
pub use recording_target::{ReadTarget, RecordingTarget, TargetCells};
#[doc(hidden)]
pub use scale::Scale;
pub(crate) use scale::Scaled;
pub use scope_cells::ScopeCells;
pub use state::MetricState;
#[cfg(feature = "testing")]
pub(crate) use thread_cells::ThreadTable;
pub use thread_cells::{ThreadCells, ThreadSlot, cells_in, mask_in};
