//! What the compiler checks about a catalog: const functions that expansions call at the user's token.
//!
//! `#[track_caller]` on each makes the error point there.
#![expect(
    clippy::indexing_slicing,
    reason = "evaluated in consts, and every index is compared with a length first"
)]

use super::{
    CatalogDescriptor, Kind, MetricDescriptor, StageLabel,
    message::{Message, same},
};
use crate::{
    label::{LabelDescriptor, LabelValues, Place, cardinality, places, refuse_never},
    metric::slots,
};

/// The most buckets that a histogram may have. The macros have the same limit for literal lists.
#[doc(hidden)]
pub const MAX_BUCKETS: usize = 256;

/// The first cell of each metric, and behind the last one their number.
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

/// Series on the page that a metric can have: a histogram's buckets, sum and count are one each.
const fn series(metric: &MetricDescriptor) -> usize {
    let rows = cardinality(metric.labels);
    match metric.kind {
        Kind::Counter | Kind::Gauge => rows,
        Kind::Histogram => rows.saturating_mul(metric.buckets.len() + 3),
    }
}

/// Refuses a catalog with more series than it may have.
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
            .text("; most of them, ")
            .number(series(&metrics[largest]))
            .text(", are of `")
            .text(metrics[largest].field)
            .text("`: lower a label's bound, use fewer buckets, or raise max_series")
            .refuse()
    }
}

/// Refuses bucket bounds that are not finite and rising.
#[doc(hidden)]
#[track_caller]
pub const fn buckets(bounds: &[f64]) {
    if bounds.is_empty() || bounds.len() > MAX_BUCKETS {
        Message::new("a histogram has between 1 and ")
            .number(MAX_BUCKETS)
            .text(" buckets, not ")
            .number(bounds.len())
            .refuse()
    }
    let mut index = 0;
    while index < bounds.len() {
        if !bounds[index].is_finite() {
            Message::new("bucket bounds must be finite; number ")
                .number(index + 1)
                .text(" is not")
                .refuse()
        }
        if index > 0 && bounds[index] <= bounds[index - 1] {
            Message::new("bucket bounds must rise; number ")
                .number(index + 1)
                .text(" does not")
                .refuse()
        }
        index += 1;
    }
}

/// Refuses a label that the catalog forbids.
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
                    .text("` is forbidden by `forbid_labels(..)`: put it into `fields(..)` of a span instead")
                    .refuse()
            }
            against += 1;
        }
        index += 1;
    }
}

/// Refuses a stage's label whose type may be no label.
#[doc(hidden)]
#[track_caller]
pub const fn check_stage_label(stage: &str, label: &StageLabel) {
    if let Some(never) = label.never {
        let of_stage = Message::new("stage `").text(stage).text("`: label `");
        refuse_never(&of_stage.text(label.name), never)
    }
}

/// Refuses a stage's label that the catalog forbids.
#[doc(hidden)]
#[track_caller]
pub const fn check_stage_label_allowed(stage: &str, label: &str, forbidden: &[&str]) {
    if contains(forbidden, label) {
        Message::new("label `")
            .text(label)
            .text("` of stage `")
            .text(stage)
            .text(
                "` is forbidden by `forbid_labels(..)`: put it into `fields(..)` of a span instead",
            )
            .refuse()
    }
}

const fn contains(names: &[&str], name: &str) -> bool {
    let mut index = 0;
    while index < names.len() {
        if same(names[index], name) {
            return true;
        }
        index += 1;
    }
    false
}

/// Refuses a label of the catalog's scope that one of the metrics has already, in it or in a catalog nested in it.
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
                    .text("` comes from the scope, and `")
                    .text(metric.name)
                    .text("` has one of that name in its label set: leave it out of one of the two")
                    .refuse()
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

/// Refuses a nested catalog that holds a forbidden label or a family of the same name.
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
                Message::new("metric `")
                    .text(inner.name)
                    .text("` is declared by `")
                    .text(nested.name)
                    .text("` and by field `")
                    .text(metrics[against].field)
                    .text("`")
                    .refuse()
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
            Message::new("label `")
                .text(nested.scope[index].name)
                .text("` of the scope of `")
                .text(nested.name)
                .text("` is forbidden by `forbid_labels(..)`: put it into `fields(..)` of a span instead")
                .refuse()
        }
        index += 1;
    }
}

/// Refuses a metric recorded while a call runs, such as an in-flight gauge, with a label that only the outcome
/// could fill.
#[doc(hidden)]
#[track_caller]
pub const fn check_labels_while_running(what: &str, metric: &str, labels: &[LabelDescriptor]) {
    let mut index = 0;
    while index < labels.len() {
        if labels[index].outcomes.is_some() {
            Message::new("label `")
                .text(labels[index].name)
                .text("` of ")
                .text(what)
                .text(" `")
                .text(metric)
                .text("` tells how a call ended, which is not known while it runs: leave it out")
                .refuse()
        }
        index += 1;
    }
}

/// For each label of a stage, its place in the rows of a metric that the stage binds.
///
/// Refuses a metric with a label that the stage cannot fill.
#[doc(hidden)]
#[must_use]
#[track_caller]
pub const fn stage_places<const LABELS: usize, const METRIC: usize>(
    stage: &str,
    metric: &str,
    labels: &[LabelDescriptor],
    given: &[StageLabel],
) -> [Place; LABELS] {
    let mut index = 0;
    while index < METRIC {
        match position(given, labels[index].name) {
            Some(_) if labels[index].outcomes.is_some() => Message::new("label `")
                .text(labels[index].name)
                .text("` of `")
                .text(metric)
                .text("` tells how a call ended, and stage `")
                .text(stage)
                .text("` fills it itself: leave it out of `labels(..)`")
                .refuse(),
            Some(place) => check_same_values(stage, metric, &labels[index], &given[place]),
            None if labels[index].outcomes.is_some() => {}
            None => Message::new("stage `")
                .text(stage)
                .text("` cannot fill label `")
                .text(labels[index].name)
                .text("` of `")
                .text(metric)
                .text("`: add `")
                .text(labels[index].name)
                .text(": ..` to its `labels(..)`")
                .refuse(),
        }
        index += 1;
    }
    stage_places_or_stub::<LABELS, METRIC>(labels, given)
}

/// [`stage_places`] without the refusals, for the places that need the value after a refusal was shown.
#[doc(hidden)]
#[must_use]
pub const fn stage_places_or_stub<const LABELS: usize, const METRIC: usize>(
    labels: &[LabelDescriptor],
    given: &[StageLabel],
) -> [Place; LABELS] {
    let own: [Place; METRIC] = places(labels);
    let mut found = [Place::NOWHERE; LABELS];
    let mut index = 0;
    while index < METRIC {
        if let Some(place) = position(given, labels[index].name) {
            found[place] = own[index];
        }
        index += 1;
    }
    found
}

const fn position(given: &[StageLabel], name: &str) -> Option<usize> {
    let mut index = 0;
    while index < given.len() {
        if same(given[index].name, name) {
            return Some(index);
        }
        index += 1;
    }
    None
}

#[track_caller]
const fn check_same_values(stage: &str, metric: &str, label: &LabelDescriptor, given: &StageLabel) {
    let fits = match (label.values, given.values) {
        (LabelValues::Open { .. }, None) => true,
        (LabelValues::Closed(wanted), Some(given)) => same_lists(wanted, given),
        _ => false,
    };
    if !fits {
        Message::new("label `")
            .text(label.name)
            .text("` has one type in stage `")
            .text(stage)
            .text("` and another in `")
            .text(metric)
            .text("`: give both the same")
            .refuse()
    }
}

const fn same_lists(left: &[&str], right: &[&str]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if !same(left[index], right[index]) {
            return false;
        }
        index += 1;
    }
    true
}
