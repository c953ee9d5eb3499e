//! The `const` data that a catalog declares, and compile-time messages about it.

mod aggregate;
mod alert;
pub mod buckets;
mod catalog;
mod label;
pub(crate) mod message;
mod number;
mod objective;
mod panel;
mod roles;
mod source_crate;
mod stage;

pub use aggregate::Aggregate;
pub use alert::{AlertDescriptor, Comparison, Condition, Matcher, Measure, Selection};
pub(crate) use catalog::MOST_LABELS;
pub use catalog::{
    CatalogDescriptor, Kind, MetricDescriptor, ProcessSign, ScopeLabel, TARGET_LABELS, Unit,
};
pub(crate) use label::reject_never;
pub use label::{check_bound, check_never, stage_label};
pub use number::canonical;
pub use objective::{BucketAround, BurnWindows, Indicator, ObjectiveDescriptor};
pub use panel::{PanelDescriptor, PanelForm, Threshold};
pub(crate) use roles::with_roles;
pub use source_crate::SourceCrate;
pub use stage::{StageDescriptor, StageLabel};
