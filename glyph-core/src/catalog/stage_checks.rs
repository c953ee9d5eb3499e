//! Compile-time checks of the labels of stages.
#![expect(
    clippy::indexing_slicing,
    reason = "evaluated in consts, and every index is compared with a length first"
)]

use crate::{
    descriptor::{
        StageLabel,
        message::{Message, same},
    },
    label::{LabelDescriptor, LabelStride, LabelValues, strides},
};

/// Rejects an outcome label on a metric that is recorded while a call runs, such as an in-flight
/// gauge.
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
                .text("`: the outcome is unknown while a call runs; remove the label")
                .reject()
        }
        index += 1;
    }
}

/// Rejects a label that a stage sets at the end of a call on a metric that is recorded before.
#[doc(hidden)]
#[track_caller]
pub const fn check_end_labels(
    stage: &str,
    metric: &str,
    labels: &[LabelDescriptor],
    given: &[StageLabel],
) {
    let mut index = 0;
    while index < given.len() {
        if given[index].at_end && has(labels, given[index].name) {
            Message::new("stage `")
                .text(stage)
                .text("` sets label `")
                .text(given[index].name)
                .text("` at the end of a call, and `")
                .text(metric)
                .text("` is recorded before: remove the label from `")
                .text(metric)
                .text("`, or move it to `labels(..)` of the stage")
                .reject()
        }
        index += 1;
    }
}

const fn has(labels: &[LabelDescriptor], name: &str) -> bool {
    let mut index = 0;
    while index < labels.len() {
        if same(labels[index].name, name) {
            return true;
        }
        index += 1;
    }
    false
}

/// Returns, for each label of a stage, its stride in a metric that the stage binds.
///
/// Rejects a metric with a label that the stage cannot fill.
#[doc(hidden)]
#[must_use]
#[track_caller]
pub const fn stage_strides<const LABELS: usize, const METRIC: usize>(
    stage: &str,
    metric: &str,
    labels: &[LabelDescriptor],
    given: &[StageLabel],
) -> [LabelStride; LABELS] {
    let mut index = 0;
    while index < METRIC {
        let is_given = position(given, labels[index].name).is_some();
        let is_outcome = labels[index].outcomes.is_some();
        if is_given && is_outcome {
            Message::new("stage `")
                .text(stage)
                .text("` fills label `")
                .text(labels[index].name)
                .text("` of `")
                .text(metric)
                .text("` from the outcome: remove it from `labels(..)`")
                .reject()
        }
        if !is_given && !is_outcome {
            Message::new("stage `")
                .text(stage)
                .text("` cannot fill label `")
                .text(labels[index].name)
                .text("` of `")
                .text(metric)
                .text("`: add `")
                .text(labels[index].name)
                .text(": ..` to its `labels(..)`")
                .reject()
        }
        index += 1;
    }
    stage_strides_or_stub::<LABELS, METRIC>(labels, given)
}

/// [`stage_strides`] without the checks, for expansions that need the value after an error was
/// reported.
#[doc(hidden)]
#[must_use]
pub const fn stage_strides_or_stub<const LABELS: usize, const METRIC: usize>(
    labels: &[LabelDescriptor],
    given: &[StageLabel],
) -> [LabelStride; LABELS] {
    let own: [LabelStride; METRIC] = strides(labels);
    let mut found = [LabelStride::ABSENT; LABELS];
    let mut index = 0;
    while index < METRIC {
        if let Some(at) = position(given, labels[index].name) {
            found[at] = own[index];
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

/// Rejects a stage's label that has another type in a metric. Outcome labels are [`stage_strides`]'s.
#[track_caller]
pub(super) const fn check_same_type(
    stage: &str,
    given: &StageLabel,
    metric: &str,
    labels: &[LabelDescriptor],
) {
    let mut index = 0;
    while index < labels.len() && !same(labels[index].name, given.name) {
        index += 1;
    }
    if index == labels.len() || labels[index].outcomes.is_some() {
        return;
    }
    let fits = match (labels[index].values, given.values) {
        (LabelValues::Open { .. }, None) => true,
        (LabelValues::Closed(wanted), Some(given)) => same_lists(wanted, given),
        _ => false,
    };
    if !fits {
        Message::new("label `")
            .text(given.name)
            .text("` has different types in stage `")
            .text(stage)
            .text("` and metric `")
            .text(metric)
            .text("`: use the same type")
            .reject()
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
