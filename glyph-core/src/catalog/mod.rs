//! Catalogs: the metrics of a program, declared and checked at compile time.
//!
//! A program reads what a catalog declares from its descriptor, a constant:
//!
//! ```
//! # use glyph_core as glyph_runtime;
//! use glyph_runtime::{Catalog, Counter, catalog::Kind, metric_catalog};
//!
//! #[metric_catalog(namespace = "doc_catalog")]
//! pub struct Metrics {
//!     /// Orders.
//!     pub orders: Counter,
//! }
//!
//! # fn main() {
//! let [orders] = Metrics::DESCRIPTOR.metrics else { unreachable!("one metric is declared") };
//! assert_eq!((orders.name, orders.help), ("doc_catalog_orders", "Orders."));
//! assert!(matches!(orders.kind, Kind::Counter));
//! # }
//! ```

mod artifact_checks;
mod checks;
mod labels;
mod limits;
mod observed;
mod registry;
mod reserved;
mod stage_checks;
mod view;

#[doc(hidden)]
pub use artifact_checks::{
    check_artifact_label, check_artifact_mention, check_artifact_text, check_artifact_value,
    check_objective_between, check_objective_bound, check_objective_reach, check_outcome_known,
    check_quantile_reach,
};
pub use checks::{
    MAX_BUCKETS, buckets, check_budget, check_labels_allowed, check_nested, check_scope_label,
    check_stage_label, check_stage_label_allowed, offsets,
};
#[doc(hidden)]
pub use labels::{Labelled, check_label_names, metric_labels};
#[doc(hidden)]
pub use observed::{Measured, Observe, ObservedFamily, ObservedSeries, Observer, Source};
#[doc(hidden)]
pub use registry::sample_names;
pub use registry::{CatalogClash, Registry, RegistryError};
#[doc(hidden)]
pub use reserved::{RESERVED, is_reserved};
#[doc(hidden)]
pub use stage_checks::{
    check_end_labels, check_labels_while_running, stage_strides, stage_strides_or_stub,
};
#[doc(hidden)]
pub use view::Exposure;
pub use view::{AddedUp, CatalogField, CatalogView, IntoView, View, ViewError, ViewProblem};

#[doc(hidden)]
pub use crate::descriptor::stage_label;
pub use crate::descriptor::{
    Aggregate, AlertDescriptor, BurnWindows, CatalogDescriptor, Comparison, Condition, Indicator,
    Kind, Matcher, Measure, MetricDescriptor, ObjectiveDescriptor, PanelDescriptor, PanelForm,
    ProcessSign, ScopeLabel, Selection, StageDescriptor, StageLabel, TARGET_LABELS, Threshold,
    Unit,
};
use crate::metric::Metric;

/// A catalog: a struct of metrics. `#[metric_catalog]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a catalog",
    label = "not a catalog",
    note = "put `#[metric_catalog]` on the struct of metrics"
)]
pub trait Catalog: AnyCatalog + Sized {
    /// The declaration.
    const DESCRIPTOR: CatalogDescriptor;

    /// The catalog of any type.
    #[doc(hidden)]
    fn erased(&'static self) -> &'static dyn AnyCatalog {
        self
    }
}

/// A catalog of any type.
#[doc(hidden)]
pub trait AnyCatalog: Send + Sync + 'static {
    fn descriptor(&self) -> &'static CatalogDescriptor;
    fn metrics(&self) -> &'static [Metric];
    fn nested(&self) -> Vec<&'static dyn AnyCatalog>;
}

/// The instance of a nested field whose type is not a catalog, where an expansion reports it. It is
/// type-checked, and never evaluated.
#[doc(hidden)]
pub trait NotACatalog {
    #[must_use]
    #[expect(
        clippy::empty_loop,
        reason = "nothing calls it, and a panic is an error of the static that has the call"
    )]
    fn global() -> &'static Self {
        loop {}
    }
}

impl<T> NotACatalog for T {}

impl std::fmt::Debug for dyn AnyCatalog {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.descriptor().name)
    }
}
