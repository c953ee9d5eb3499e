//! Support for the crates that publish what is recorded. Not public API.
//!
//! Methods that would stand on documented types are functions here.

pub use crate::{
    catalog::{
        AnyCatalog, Measured, Observe, ObservedFamily, Observer, Source, is_reserved, sample_names,
    },
    clock::{Moment, calibrate},
    descriptor::canonical,
    hex::{Hex, parse_hex},
    label::{LabelStride, OpenValues, sanitized},
    metric::{CurrentTrace, ExemplarAt, Metric, PresentSeries, Scale, Series},
    scope::{ScopeGuard, current_values},
    span::{Link, ParentSpanId, REDACTED, SpanParent, Traces, TypeName, connect, parent_span},
    sync::{ignore_poison, lock},
    text::prefix,
    within::{Environment, Within},
};
use crate::{
    catalog::{CatalogDescriptor, Registry},
    label::LabelDescriptor,
    scope::ScopeLabels,
};

/// The metrics of the catalogs in the order of their names.
#[must_use]
pub fn metrics(registry: &Registry) -> &[&'static Metric] {
    registry.metrics()
}

/// The catalogs, without the ones nested in them.
#[must_use]
pub fn catalogs(registry: &Registry) -> &[&'static CatalogDescriptor] {
    registry.catalogs()
}

/// Whether the label takes any text.
#[must_use]
pub const fn is_open(label: &LabelDescriptor) -> bool {
    label.is_open()
}

/// The labels of the running code, if it has any.
#[inline]
#[must_use]
pub fn current_if_any() -> Option<ScopeLabels> {
    ScopeLabels::current_if_any()
}

/// Enters the labels on top of those of the running code.
#[inline]
pub fn enter(labels: &ScopeLabels) -> ScopeGuard<'_> {
    labels.enter()
}

/// Enters the labels in place of those of the running code.
#[inline]
pub fn enter_alone(labels: &ScopeLabels) -> ScopeGuard<'_> {
    labels.enter_alone()
}
