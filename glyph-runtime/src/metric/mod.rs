//! Metrics: handles for recording, and the cells behind them.
//!
//! A metric's series are rows of a fixed grid, found by arithmetic from label values. Each thread
//! writes cells of its own, so that recording is a plain load and store; a reader adds the
//! threads' cells up.

mod amount;
mod atomic;
mod block;
mod bounds;
mod cells;
mod counter;
mod exemplar;
mod gauge;
mod histogram;
mod reading;
mod scale;
mod scoped;
mod slab;
mod state;
mod storage;

pub use amount::{GaugeValue, Observation};
pub use counter::Counter;
pub(crate) use exemplar::current_exemplar;
pub use exemplar::{Exemplar, InvalidTraceId};
pub use gauge::Gauge;
pub use histogram::{Histogram, HistogramSnapshot};

pub(crate) use amount::Observed;
pub(crate) use block::Block;
pub use bounds::{padded_bounds, scaled_bounds};
pub(crate) use cells::slots;
pub use cells::{Metric, MetricParts};
pub(crate) use exemplar::ExemplarAt;
use exemplar::ExemplarSlots;
pub(crate) use reading::PresentRow;
pub(crate) use scale::{Scale, Scaled};
pub(crate) use scoped::InBlock;
pub use state::MetricState;
pub(crate) use storage::Own;
pub use storage::Storage;
#[cfg(feature = "testing")]
pub(crate) use {slab::Slab, storage::OwnTable};
