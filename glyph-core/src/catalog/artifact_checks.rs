//! Compile-time checks of alerts, objectives and panels.
#![expect(
    clippy::indexing_slicing,
    reason = "evaluated in consts, and every index is compared with a length first"
)]

use super::checks::contains;
use crate::{
    descriptor::{
        ScopeLabel, TARGET_LABELS, Unit,
        message::{Message, same},
    },
    label::{LabelDescriptor, LabelValues},
    nearest::nearest,
};

/// The limit of labels listed in a message.
const LISTED: usize = 32;

/// Rejects a label that is neither in the metric's label set nor in the catalog's scope, nor a
/// target label.
#[doc(hidden)]
#[track_caller]
pub const fn check_artifact_label(
    metric: &str,
    labels: &[LabelDescriptor],
    scope: &[ScopeLabel],
    targets: &[&str],
    label: &str,
) {
    if has(labels, scope, targets, label) {
        return;
    }
    let message = Message::new("metric `")
        .text(metric)
        .text("` has no label `")
        .text(label)
        .text("`");
    let mut names = [""; LISTED];
    let mut index = 0;
    while index < labels.len() && index < LISTED {
        names[index] = labels[index].name;
        index += 1;
    }
    let mut of_scope = 0;
    while of_scope < scope.len() && index < LISTED {
        names[index] = scope[of_scope].name;
        index += 1;
        of_scope += 1;
    }
    let mut of_target = 0;
    while of_target < TARGET_LABELS.len() + targets.len() && index < LISTED {
        names[index] = if of_target < TARGET_LABELS.len() {
            TARGET_LABELS[of_target]
        } else {
            targets[of_target - TARGET_LABELS.len()]
        };
        index += 1;
        of_target += 1;
    }
    let (names, _) = names.split_at(index);
    suggested(&message, label, names)
        .text("allowed: ")
        .list(names)
        .reject()
}

/// Whether a metric can be grouped by this label.
const fn has(
    labels: &[LabelDescriptor],
    scope: &[ScopeLabel],
    targets: &[&str],
    label: &str,
) -> bool {
    let mut index = 0;
    while index < scope.len() {
        if same(scope[index].name, label) {
            return true;
        }
        index += 1;
    }
    find(labels, label).is_some() || contains(&TARGET_LABELS, label) || contains(targets, label)
}

/// Rejects a label in a text with `message`. The alert lacks it, and has `near` in its `by(..)`: if the
/// metric lacks `near`, then that is the misspelt one, and is reported there.
#[doc(hidden)]
#[track_caller]
pub const fn check_artifact_mention(
    labels: &[LabelDescriptor],
    scope: &[ScopeLabel],
    targets: &[&str],
    near: &str,
    message: &str,
) {
    if has(labels, scope, targets, near) {
        Message::new(message).reject()
    }
}

/// Rejects a label in a text that the series lack and the rule adds: Prometheus writes the text before.
#[doc(hidden)]
#[track_caller]
pub const fn check_artifact_text(labels: &[LabelDescriptor], label: &str, value: &str) {
    if find(labels, label).is_none() {
        Message::new("`{")
            .text(label)
            .text("}` is empty in a text, because the rule adds this label after it: write `")
            .text(value)
            .text("`")
            .reject()
    }
}

/// Rejects a value that a closed label does not have. Missing labels are reported by
/// [`check_artifact_label`].
#[doc(hidden)]
#[track_caller]
pub const fn check_artifact_value(labels: &[LabelDescriptor], label: &str, value: &str) {
    let Some(index) = find(labels, label) else {
        return;
    };
    let LabelValues::Closed(values) = labels[index].values else {
        return;
    };
    let mut against = 0;
    while against < values.len() {
        if same(values[against], value) {
            return;
        }
        against += 1;
    }
    let message = Message::new("`")
        .text(value)
        .text("` is not a value of label `")
        .text(label)
        .text("`");
    suggested(&message, value, values)
        .text("allowed: ")
        .list(values)
        .reject()
}

const fn suggested(message: &Message, written: &str, names: &[&str]) -> Message {
    match nearest(written, names) {
        Some(index) => (*message)
            .text("; did you mean `")
            .text(names[index])
            .text("`? "),
        None => (*message).text("; "),
    }
}

const fn find(labels: &[LabelDescriptor], name: &str) -> Option<usize> {
    let mut index = 0;
    while index < labels.len() {
        if same(labels[index].name, name) {
            return Some(index);
        }
        index += 1;
    }
    None
}

/// Rejects a threshold of a quantile that the buckets cannot resolve.
///
/// Values above the highest bound count as that bound. Quantiles below the lowest bound are
/// interpolated between it and zero (Prometheus, `histogram_quantile`).
#[doc(hidden)]
#[track_caller]
pub const fn check_quantile_reach(metric: &str, bounds: &[f64], unit: Unit, threshold: f64) {
    let (Some(lowest), Some(highest)) = (bounds.first(), bounds.last()) else {
        return;
    };
    if threshold >= *highest {
        let message = Message::new("quantiles of `")
            .text(metric)
            .text("` never exceed its highest bucket bound, ");
        quantity(&message, *highest, unit)
            .text(": lower the threshold, or add a bucket above it")
            .reject()
    }
    if threshold < *lowest {
        let message = Message::new("quantiles of `")
            .text(metric)
            .text("` below its lowest bound, ");
        quantity(&message, *lowest, unit)
            .text(", are interpolated: raise the threshold, or add a bucket at it")
            .reject()
    }
}

/// Rejects an objective whose threshold is not a bucket bound: no bucket counts the calls below it.
#[doc(hidden)]
#[track_caller]
pub const fn check_objective_bound(
    metric: &str,
    bounds: &[f64],
    unit: Unit,
    threshold: f64,
    written: &str,
) {
    let above = first_from(bounds, threshold);
    if is_bound(bounds, threshold) {
        return;
    }
    let mut message = Message::new("`")
        .text(written)
        .text("` is not a bucket bound of `")
        .text(metric)
        .text("`; nearest: ");
    message = match (above, above < bounds.len()) {
        (0, true) => quantity(&message, bounds[0], unit),
        (_, true) => {
            let below = quantity(&message, bounds[above - 1], unit);
            quantity(&below.text(" and "), bounds[above], unit)
                .text("; to estimate between them, add `interpolated`")
        }
        (0, false) => message,
        (_, false) => quantity(&message, bounds[above - 1], unit),
    };
    message.reject()
}

/// Rejects an interpolated objective whose threshold has no finite bucket bound on one side.
///
/// Prometheus interpolates between zero and the lowest bound. But a lowest bucket says nothing of how
/// far below its bound the calls are, and quantiles there are rejected too.
#[doc(hidden)]
#[track_caller]
pub const fn check_objective_reach(
    metric: &str,
    bounds: &[f64],
    unit: Unit,
    threshold: f64,
    written: &str,
) {
    let (Some(lowest), Some(highest)) = (bounds.first(), bounds.last()) else {
        return;
    };
    let (side, bound, fix) = if threshold < *lowest {
        (
            "below the lowest",
            *lowest,
            ": raise it, or add a lower bucket",
        )
    } else if threshold > *highest {
        (
            "above the highest",
            *highest,
            ": lower it, or add a higher bucket",
        )
    } else {
        return;
    };
    let message = Message::new("`")
        .text(written)
        .text("` is ")
        .text(side)
        .text(" bucket bound of `")
        .text(metric)
        .text("`, ");
    quantity(&message, bound, unit).text(fix).reject()
}

/// Rejects `interpolated` on an objective whose threshold is a bucket bound.
#[doc(hidden)]
#[track_caller]
pub const fn check_objective_between(metric: &str, bounds: &[f64], threshold: f64, written: &str) {
    if is_bound(bounds, threshold) {
        Message::new("`")
            .text(written)
            .text("` is a bucket bound of `")
            .text(metric)
            .text("`, so nothing is estimated: remove `interpolated`")
            .reject()
    }
}

/// Returns the index of the first bound from `threshold` on.
const fn first_from(bounds: &[f64], threshold: f64) -> usize {
    let mut above = 0;
    while above < bounds.len() && bounds[above] < threshold {
        above += 1;
    }
    above
}

const fn is_bound(bounds: &[f64], threshold: f64) -> bool {
    let from = first_from(bounds, threshold);
    from < bounds.len() && bounds[from] <= threshold
}

/// Appends a number with its unit, as it is written in a declaration.
const fn quantity(message: &Message, number: f64, unit: Unit) -> Message {
    match unit {
        Unit::Seconds if number > 0.0 && number < 1.0 => {
            (*message).decimal(number * 1000.0).text("ms")
        }
        Unit::Seconds => (*message).decimal(number).text("s"),
        _ => (*message).decimal(number),
    }
}

/// Rejects an availability objective on a metric without an outcome label.
#[doc(hidden)]
#[track_caller]
pub const fn check_outcome_known(metric: &str, labels: &[LabelDescriptor]) {
    let mut index = 0;
    while index < labels.len() {
        if labels[index].outcomes.is_some() {
            return;
        }
        index += 1;
    }
    Message::new("`")
        .text(metric)
        .text("` has no outcome label: add one, such as `status: Status`, or name the errors, `errors = other_metric` or `errors = self{label = value}`")
        .reject()
}
