//! The changes between two schemas.

mod alert;
mod declared;
mod objective;
mod panel;
mod scope;

use crate::{
    change::Change,
    schema::{LabelSchema, MetricSchema, Schema},
};
use scope::ScopeChanges;

/// Returns the changes from one schema to the next; empty if they are equal.
///
/// The result includes compatible changes: see [`Change::is_breaking`].
///
/// ```
/// use glyph_artifacts::{Artifacts, Schema, diff};
/// use glyph_core::{Counter, metric_catalog};
///
/// #[metric_catalog(namespace = "doc_diff")]
/// pub struct Metrics {
///     /// Requests.
///     pub requests: Counter,
/// }
///
/// # fn main() {
/// let changes = diff(&Artifacts::of::<Metrics>().schema(), &Schema::default());
/// assert_eq!(changes[0].to_string(), "breaking: metric `doc_diff_requests` was removed");
/// # }
/// ```
#[must_use]
pub fn diff(old: &Schema, new: &Schema) -> Vec<Change> {
    let missing = |from: &Schema, other: &Schema| -> Vec<MetricSchema> {
        let metrics = from.metrics.iter();
        let missing = metrics.filter(|metric| find(other, &metric.name).is_none());
        missing.cloned().collect()
    };
    let (mut gone, mut fresh) = (missing(old, new), missing(new, old));
    let mut changes = Vec::new();
    let mut scopes = ScopeChanges::default();
    for (from, to) in pairs(&mut gone, &mut fresh, is_renamed) {
        // A change of the unit changes the Prometheus name too: that is not a rename.
        if from.otel_name != to.otel_name {
            changes.push(Change::MetricRenamed {
                from: from.name.clone(),
                to: to.name.clone(),
            });
        }
        let (from, to) = scopes.take(&from, &to);
        compare(&from, &to, &mut changes);
    }
    let gone = gone.into_iter().map(|metric| metric.name);
    changes.extend(gone.map(|metric| Change::MetricRemoved { metric }));
    for metric in &old.metrics {
        if let Some(now) = find(new, &metric.name) {
            let (metric, now) = scopes.take(metric, now);
            compare(&metric, &now, &mut changes);
        }
    }
    let fresh = fresh.into_iter().map(|metric| metric.name);
    changes.extend(fresh.map(|metric| Change::MetricAdded { metric }));
    changes.extend(scopes.into_changes());
    declared::compare(old, new, &mut changes);
    changes
}

fn find<'schema>(schema: &'schema Schema, name: &str) -> Option<&'schema MetricSchema> {
    schema.metrics.iter().find(|metric| metric.name == name)
}

/// Returns whether a removed metric and a new one are the same metric under two names.
fn is_renamed(from: &MetricSchema, to: &MetricSchema) -> bool {
    from.otel_name == to.otel_name
        || (from.help == to.help
            && from.kind == to.kind
            && from.unit == to.unit
            && from.labels == to.labels)
}

/// Removes matching pairs from both lists and returns them.
fn pairs<T>(old: &mut Vec<T>, new: &mut Vec<T>, fit: impl Fn(&T, &T) -> bool) -> Vec<(T, T)> {
    let mut pairs = Vec::new();
    let mut rest = Vec::new();
    for left in old.drain(..) {
        match new.iter().position(|right| fit(&left, right)) {
            Some(index) => pairs.push((left, new.remove(index))),
            None => rest.push(left),
        }
    }
    *old = rest;
    pairs
}

/// Adds the changes of a metric, with its new name.
fn compare(old: &MetricSchema, new: &MetricSchema, changes: &mut Vec<Change>) {
    let metric = &new.name;
    if old.kind != new.kind {
        changes.push(Change::KindChanged {
            metric: metric.clone(),
            from: old.kind.clone(),
            to: new.kind.clone(),
        });
    }
    if old.unit != new.unit {
        changes.push(Change::UnitChanged {
            metric: metric.clone(),
            from: old.unit.clone(),
            to: new.unit.clone(),
        });
    }
    let without = |left: &[f64], right: &[f64]| -> Vec<f64> {
        let is_gone = |bound: &&f64| !right.contains(bound);
        left.iter().filter(is_gone).copied().collect()
    };
    if old.kind == new.kind && old.unit == new.unit && old.buckets != new.buckets {
        changes.push(Change::BucketsChanged {
            metric: metric.clone(),
            removed: without(&old.buckets, &new.buckets),
            added: without(&new.buckets, &old.buckets),
        });
    }
    compare_labels(old, new, changes);
}

/// Adds the changes of a metric's labels.
fn compare_labels(old: &MetricSchema, new: &MetricSchema, changes: &mut Vec<Change>) {
    let metric = || new.name.clone();
    let missing = |from: &MetricSchema, other: &MetricSchema| -> Vec<LabelSchema> {
        let is_missing =
            |label: &&LabelSchema| !other.labels.iter().any(|other| other.name == label.name);
        from.labels.iter().filter(is_missing).cloned().collect()
    };
    let (mut gone, mut fresh) = (missing(old, new), missing(new, old));
    let renamed = pairs(&mut gone, &mut fresh, |from, to| {
        (&from.values, from.max) == (&to.values, to.max)
    });
    changes.extend(renamed.into_iter().map(|(from, to)| Change::LabelRenamed {
        metric: metric(),
        from: from.name,
        to: to.name,
    }));
    changes.extend(gone.into_iter().map(|label| Change::LabelRemoved {
        metric: metric(),
        label: label.name,
    }));
    changes.extend(fresh.into_iter().map(|label| Change::LabelAdded {
        metric: metric(),
        label: label.name,
    }));
    for before in &old.labels {
        let now = new.labels.iter().find(|label| label.name == before.name);
        if let Some(now) = now {
            compare_label(&new.name, before, now, changes);
        }
    }
}

/// Adds the changes of a label that both schemas have.
fn compare_label(metric: &str, old: &LabelSchema, new: &LabelSchema, changes: &mut Vec<Change>) {
    let (metric, label) = (metric.to_owned(), old.name.clone());
    match (&old.values, &new.values) {
        (Some(old), Some(new)) => compare_values(&metric, &label, old, new, changes),
        (Some(_), None) => changes.push(Change::LabelOpened { metric, label }),
        (None, Some(_)) => changes.push(Change::LabelClosed { metric, label }),
        (None, None) => {
            if let (Some(from), Some(to)) = (old.max, new.max)
                && from != to
            {
                changes.push(Change::LimitChanged {
                    metric,
                    label,
                    from,
                    to,
                });
            }
        }
    }
}

/// Adds the changes of a closed label's values.
fn compare_values(
    metric: &str,
    label: &str,
    old: &[String],
    new: &[String],
    changes: &mut Vec<Change>,
) {
    for value in old.iter().filter(|value| !new.contains(value)) {
        changes.push(Change::ValueRemoved {
            metric: metric.to_owned(),
            label: label.to_owned(),
            value: value.clone(),
        });
    }
    for value in new.iter().filter(|value| !old.contains(value)) {
        changes.push(Change::ValueAdded {
            metric: metric.to_owned(),
            label: label.to_owned(),
            value: value.clone(),
        });
    }
}
