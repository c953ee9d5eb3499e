//! Series that a test puts into Prometheus.

use std::{collections::BTreeMap, time::Duration};

use super::{EVALUATION, InputSeries, TestCase, Tests};
use crate::{families::Families, numbers::duration, numbers::rounded};
use glyph_core::{
    catalog::{Matcher, MetricDescriptor, Selection},
    label::LabelValues,
};

/// A value for an open label.
const EXAMPLE: &str = "example";

type Labels = BTreeMap<String, String>;

/// Series, and how they change.
pub(super) struct Load {
    series: Vec<(String, Change)>,
    /// Windows of this length see the series.
    window: Duration,
    /// The labels that an alert gets from the series.
    pub(super) labels: Labels,
}

/// How a series changes.
#[derive(Clone, Copy)]
pub(super) enum Change {
    /// It stays.
    Constant(f64),
    /// It rises by so much in a second.
    Rate(f64),
}

impl Load {
    pub(super) fn new(window: Duration, labels: Labels) -> Self {
        Self {
            series: Vec::new(),
            window,
            labels,
        }
    }

    pub(super) fn with(mut self, name: &str, labels: &Labels, change: Change) -> Self {
        self.series.push((series(name, labels), change));
        self
    }

    /// When the condition has held for `pending`.
    pub(super) fn settled(&self, pending: Duration) -> Duration {
        let minutes = (self.window + pending).as_secs().div_ceil(60) + 2;
        Duration::from_secs(minutes * 60)
    }

    /// The time between two samples: several in each window.
    fn interval(&self) -> Duration {
        if self.window.is_zero() {
            return EVALUATION;
        }
        let seconds = (self.window.as_secs() / 5).clamp(1, EVALUATION.as_secs());
        Duration::from_secs(seconds)
    }

    /// A case in which `tests` are asked at a time.
    pub(super) fn case(&self, name: String, tests: Tests, at: Duration) -> TestCase {
        let interval = self.interval();
        let steps = at.as_secs().div_ceil(interval.as_secs().max(1)) + 1;
        let series = self.series.iter().map(|(series, change)| InputSeries {
            series: series.clone(),
            values: change.values(interval, steps),
        });
        TestCase {
            name,
            interval: duration(interval),
            input_series: series.collect(),
            tests,
        }
    }
}

impl Change {
    /// In promtool's notation: a start, a step, and how many.
    fn values(self, interval: Duration, steps: u64) -> String {
        match self {
            Self::Constant(value) => format!("{value}+0x{steps}"),
            Self::Rate(rate) => {
                format!("0+{}x{steps}", rounded(rate * interval.as_secs_f64()))
            }
        }
    }
}

/// A series in promtool's notation.
pub(super) fn series(name: &str, labels: &Labels) -> String {
    let labels = labels
        .iter()
        .map(|(name, value)| format!("{name}={value:?}"));
    let labels: Vec<_> = labels.collect();
    if labels.is_empty() {
        return name.to_owned();
    }
    format!("{name}{{{}}}", labels.join(", "))
}

impl Families {
    /// Values for all labels of a metric, those of its scope among them, that a selection takes in.
    pub(super) fn inside(&self, metric: &MetricDescriptor, of: Selection) -> Labels {
        let own = metric.labels.iter();
        let own = own.map(|label| (label.name, label.values));
        let scope = self.scope(metric).iter();
        let scope = scope.map(|label| (label.name, LabelValues::Open { max: label.max }));
        let labels = own.chain(scope).map(|(name, values)| {
            let matchers = of.matchers.iter();
            let matchers: Vec<_> = matchers.filter(|matcher| matcher.label == name).collect();
            (name.to_owned(), value(values, &matchers).to_owned())
        });
        labels.collect()
    }

    /// Labels that `of` takes in and `other` does not, if there are any, with `by` as in `labels`.
    pub(super) fn outside(
        &self,
        metric: &MetricDescriptor,
        of: Selection,
        other: Selection,
        by: &[&str],
        labels: &Labels,
    ) -> Option<Labels> {
        let start = self.inside(metric, of);
        let candidates = other.matchers.iter().flat_map(|matcher| {
            let values = metric
                .labels
                .iter()
                .find(|label| label.name == matcher.label);
            let values = match values.map(|label| label.values) {
                Some(LabelValues::Closed(values)) => values,
                _ => &[EXAMPLE, "another"],
            };
            values.iter().map(|value| (matcher.label, *value))
        });
        candidates
            .map(|(label, value)| {
                let mut changed = start.clone();
                changed.insert(label.to_owned(), value.to_owned());
                for label in by {
                    if let Some(value) = labels.get(*label) {
                        changed.insert((*label).to_owned(), value.clone());
                    }
                }
                changed
            })
            .find(|labels| holds(of, labels) && !holds(other, labels))
    }
}

fn value(values: LabelValues, matchers: &[&Matcher]) -> &'static str {
    let fits = |value: &&str| matchers.iter().all(|matcher| takes(matcher, value));
    let closed = match values {
        LabelValues::Closed(values) => values,
        LabelValues::Open { .. } => &[EXAMPLE],
    };
    let named = matchers.iter().flat_map(|matcher| matcher.values);
    closed
        .iter()
        .chain(named)
        .copied()
        .find(fits)
        .unwrap_or(EXAMPLE)
}

pub(super) fn takes(matcher: &Matcher, value: &str) -> bool {
    matcher.values.contains(&value) == matcher.equal
}

/// Whether a selection takes these labels in.
pub(super) fn holds(of: Selection, labels: &Labels) -> bool {
    of.matchers.iter().all(|matcher| {
        labels
            .get(matcher.label)
            .is_some_and(|value| takes(matcher, value))
    })
}

/// Some of the labels.
pub(super) fn only(labels: &Labels, names: &[&str]) -> Labels {
    let kept = labels.iter();
    kept.filter(|(name, _)| names.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// All of the labels but some.
pub(super) fn without(labels: &Labels, names: &[&str]) -> Labels {
    let kept = labels.iter();
    kept.filter(|(name, _)| !names.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
