//! The `const` data that a catalog declares, and compile-time messages about it.

mod alert;
pub mod buckets;
mod catalog;
pub(crate) mod message;
mod nearest;
mod objective;
mod panel;

pub use alert::{AlertDescriptor, Comparison, Condition, Matcher, Measure, Selection};
pub use catalog::{
    CatalogDescriptor, Kind, MetricDescriptor, ScopeLabel, StageDescriptor, StageLabel, Unit,
};
pub(crate) use nearest::nearest;
pub use objective::{Indicator, ObjectiveDescriptor};
pub use panel::{PanelDescriptor, PanelForm, Threshold};
