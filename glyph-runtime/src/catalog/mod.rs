//! Catalogs: everything that a program declares about its metrics, known at compile time.

mod alert;
mod artifact_checks;
mod checks;
mod descriptor;
mod labels;
pub(crate) mod message;
mod nearest;
mod objective;
mod panel;
mod registry;

pub use alert::{AlertDescriptor, Comparison, Condition, Matcher, Measure, Selection};
#[doc(hidden)]
pub use artifact_checks::{
    check_artifact_label, check_artifact_value, check_objective_bound, check_outcome_known,
    check_quantile_reach,
};
pub use checks::{
    buckets, check_budget, check_labels_allowed, check_labels_while_running, check_nested,
    check_scope_label, check_stage_label, check_stage_label_allowed, offsets, stage_places,
    stage_places_or_stub,
};
pub use descriptor::{
    CatalogDescriptor, Kind, MetricDescriptor, ScopeLabel, StageDescriptor, StageLabel, Unit,
};
#[doc(hidden)]
pub use labels::{counter_labels, gauge_labels, histogram_labels};
pub use objective::{Indicator, ObjectiveDescriptor};
pub use panel::{PanelDescriptor, PanelForm, Threshold};
#[cfg(feature = "metrics")]
pub(crate) use registry::sample_names;
pub use registry::{CatalogClash, Registry};

use crate::{metric::Metric, scope::labels::Scopes};

/// A struct under `#[metric_catalog]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a catalog",
    label = "not a catalog",
    note = "put `#[metric_catalog]` on the struct of metrics"
)]
pub trait Catalog: AnyCatalog + Sized {
    /// Everything declared, as a constant.
    const DESCRIPTOR: CatalogDescriptor;
}

/// A catalog whose type is forgotten.
#[doc(hidden)]
pub trait AnyCatalog: Send + Sync + 'static {
    fn descriptor(&self) -> &'static CatalogDescriptor;
    fn metrics(&self) -> &'static [Metric];
    fn nested(&self) -> Vec<&'static dyn AnyCatalog>;
    /// The scopes that it declares.
    fn scopes(&self) -> Option<&'static Scopes> {
        None
    }
}

impl std::fmt::Debug for dyn AnyCatalog {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.descriptor().name)
    }
}
