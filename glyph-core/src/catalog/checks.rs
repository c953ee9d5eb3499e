//! Compile-time checks of catalogs: const functions that expansions call at the user's token.
//!
//! `#[track_caller]` on each makes the error point there.
#![expect(
    clippy::indexing_slicing,
    reason = "evaluated in consts, and every index is compared with a length first"
)]

use crate::{
    descriptor::{
        CatalogDescriptor, Kind, MetricDescriptor, StageLabel,
        message::{Message, same},
        reject_never,
    },
    label::{LabelDescriptor, cardinality},
    metric::slots,
};

use super::stage_checks::check_same_type;

/// The limit of buckets of a histogram. The macros have the same limit for lists of literals.
#[doc(hidden)]
pub const MAX_BUCKETS: usize = 256;

/// Returns the index of each metric's first cell, followed by the number of cells.
#[doc(hidden)]
#[must_use]
pub const fn offsets<const N: usize>(metrics: &[MetricDescriptor]) -> [usize; N] {
    let mut offsets = [0; N];
    let mut index = 1;
    while index < N {
        offsets[index] = usize::saturating_add(offsets[index - 1], slots(&metrics[index - 1]));
        index += 1;
    }
    offsets
}

/// Returns the number of series that a metric can have. Each bucket of a histogram is a series, and
/// so are its sum and its count.
const fn series(metric: &MetricDescriptor) -> usize {
    let series = cardinality(metric.labels);
    match metric.kind {
        Kind::Counter | Kind::Gauge => series,
        Kind::Histogram => series.saturating_mul(metric.buckets.len() + 3),
    }
}

/// Rejects a catalog with more series than its limit.
#[doc(hidden)]
#[track_caller]
pub const fn check_budget(catalog: &str, metrics: &[MetricDescriptor], max: usize) {
    let (mut index, mut total, mut largest) = (0, 0usize, 0);
    while index < metrics.len() {
        total = total.saturating_add(series(&metrics[index]));
        if series(&metrics[index]) > series(&metrics[largest]) {
            largest = index;
        }
        index += 1;
    }
    if total > max {
        Message::new("catalog `")
            .text(catalog)
            .text("` can have ")
            .number(total)
            .text(" series, ")
            .number(total - max)
            .text(" more than max_series = ")
            .number(max)
            .text("; `")
            .text(metrics[largest].field)
            .text("` has the most, ")
            .number(series(&metrics[largest]))
            .text(": lower the limit of a label, use fewer buckets, or raise max_series")
            .reject()
    }
}

/// Rejects bucket bounds that are not finite and rising, or below zero in a unit that has no such
/// values. `magnitude` is the suffix of that unit, or else empty.
#[doc(hidden)]
#[track_caller]
pub const fn buckets(bounds: &[f64], magnitude: &str) {
    if bounds.is_empty() || bounds.len() > MAX_BUCKETS {
        Message::new("a histogram has from 1 to ")
            .number(MAX_BUCKETS)
            .text(" buckets, not ")
            .number(bounds.len())
            .reject()
    }
    let mut index = 0;
    while index < bounds.len() {
        if !bounds[index].is_finite() {
            Message::new("bucket bounds must be finite; number ")
                .number(index + 1)
                .text(" is not")
                .reject()
        }
        if bounds[index] < 0.0 && !magnitude.is_empty() {
            Message::new("a histogram of ")
                .text(magnitude)
                .text(" rejects values below zero: remove bound number ")
                .number(index + 1)
                .reject()
        }
        if index > 0 && bounds[index] <= bounds[index - 1] {
            Message::new("bucket bounds must rise; number ")
                .number(index + 1)
                .text(" does not")
                .reject()
        }
        index += 1;
    }
}

/// Rejects a label that the catalog forbids.
#[doc(hidden)]
#[track_caller]
pub const fn check_labels_allowed(metric: &str, labels: &[LabelDescriptor], forbidden: &[&str]) {
    let mut index = 0;
    while index < labels.len() {
        let mut against = 0;
        while against < forbidden.len() {
            if same(labels[index].name, forbidden[against]) {
                Message::new("label `")
                    .text(labels[index].name)
                    .text("` of `")
                    .text(metric)
                    .text("` is forbidden by `forbid_labels(..)`: put it in `fields(..)` of a span instead")
                    .reject()
            }
            against += 1;
        }
        index += 1;
    }
}

/// Rejects a stage's label whose type is marked `#[label(never)]`, or is another than in one of the
/// stage's metrics, which are given with their labels.
#[doc(hidden)]
#[track_caller]
pub const fn check_stage_label(
    stage: &str,
    label: &StageLabel,
    metrics: &[(&str, &[LabelDescriptor])],
) {
    if let Some(never) = label.never {
        let of_stage = Message::new("stage `").text(stage).text("`: label `");
        reject_never(&of_stage.text(label.name), never)
    }
    let mut index = 0;
    while index < metrics.len() {
        let (metric, labels) = metrics[index];
        check_same_type(stage, label, metric, labels);
        index += 1;
    }
}

/// Rejects a stage's label that the catalog forbids.
#[doc(hidden)]
#[track_caller]
pub const fn check_stage_label_allowed(stage: &str, label: &str, forbidden: &[&str]) {
    if contains(forbidden, label) {
        Message::new("label `")
            .text(label)
            .text("` of stage `")
            .text(stage)
            .text("` is forbidden by `forbid_labels(..)`: put it in `fields(..)` of a span instead")
            .reject()
    }
}

pub(super) const fn contains(names: &[&str], name: &str) -> bool {
    let mut index = 0;
    while index < names.len() {
        if same(names[index], name) {
            return true;
        }
        index += 1;
    }
    false
}

/// Rejects a scope label that is also in the label set of a metric, here or in a nested catalog.
#[doc(hidden)]
#[track_caller]
pub const fn check_scope_label(
    label: &str,
    metrics: &[MetricDescriptor],
    nested: &[&CatalogDescriptor],
) {
    let mut index = 0;
    while index < metrics.len() {
        let metric = &metrics[index];
        let mut of_metric = 0;
        while of_metric < metric.labels.len() {
            if same(metric.labels[of_metric].name, label) {
                Message::new("label `")
                    .text(label)
                    .text("` is both a scope label and in the label set of `")
                    .text(metric.name)
                    .text("`: remove one")
                    .reject()
            }
            of_metric += 1;
        }
        index += 1;
    }
    let mut index = 0;
    while index < nested.len() {
        if nested[index].scope.is_empty() {
            check_scope_label(label, nested[index].metrics, nested[index].nested);
        }
        index += 1;
    }
}

/// Rejects a nested catalog with a forbidden label or a duplicate family.
#[doc(hidden)]
#[track_caller]
pub const fn check_nested(
    metrics: &[MetricDescriptor],
    nested: &CatalogDescriptor,
    forbidden: &[&str],
) {
    let mut index = 0;
    while index < nested.metrics.len() {
        let inner = &nested.metrics[index];
        check_labels_allowed(inner.name, inner.labels, forbidden);
        let mut against = 0;
        while against < metrics.len() {
            if same(inner.name, metrics[against].name) {
                Message::new("duplicate metric `")
                    .text(inner.name)
                    .text("`, in `")
                    .text(nested.name)
                    .text("` and as field `")
                    .text(metrics[against].field)
                    .text("`: rename one")
                    .reject()
            }
            against += 1;
        }
        index += 1;
    }
    check_nested_stages(nested, forbidden);
    check_nested_scope(nested, forbidden);
    let mut index = 0;
    while index < nested.nested.len() {
        check_nested(metrics, nested.nested[index], forbidden);
        index += 1;
    }
}

#[track_caller]
const fn check_nested_stages(nested: &CatalogDescriptor, forbidden: &[&str]) {
    let mut index = 0;
    while index < nested.stages.len() {
        let stage = &nested.stages[index];
        let mut label = 0;
        while label < stage.labels.len() {
            check_stage_label_allowed(stage.name, stage.labels[label].name, forbidden);
            label += 1;
        }
        index += 1;
    }
}

#[track_caller]
const fn check_nested_scope(nested: &CatalogDescriptor, forbidden: &[&str]) {
    let mut index = 0;
    while index < nested.scope.len() {
        if contains(forbidden, nested.scope[index].name) {
            Message::new("scope label `")
                .text(nested.scope[index].name)
                .text("` of `")
                .text(nested.name)
                .text("` is forbidden by `forbid_labels(..)`: put it in `fields(..)` of a span instead")
                .reject()
        }
        index += 1;
    }
}
