//! The input series of a test.

use std::{collections::BTreeMap, time::Duration};

use super::{EVALUATION, InputSeries, TestCase, Tests};
use crate::{families::Families, numbers::duration, numbers::rounded};
use glyph_core::{
    catalog::{Matcher, MetricDescriptor, Selection},
    label::LabelValues,
};

/// The value of an open label.
const EXAMPLE: &str = "example";

type Labels = BTreeMap<String, String>;

/// Input series, and how they change.
pub(super) struct Load {
    series: Vec<(String, Change)>,
    /// The window of the tested expression.
    window: Duration,
    /// The labels of the series that the alert keeps.
    pub(super) labels: Labels,
}

/// How a series changes.
#[derive(Clone, Copy)]
pub(super) enum Change {
    /// The value does not change.
    Constant(f64),
    /// The value rises by this much each second.
    Rate(f64),
    /// The value rises by this much each second until the series ends.
    Ending(f64, Duration),
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

    /// Returns the same series with all rates multiplied.
    pub(super) fn scaled(mut self, factor: f64) -> Self {
        self.change_rates(|rate| Change::Rate(rate * factor));
        self
    }

    /// Returns the same series, which end at a time.
    pub(super) fn ending(mut self, at: Duration) -> Self {
        self.change_rates(|rate| Change::Ending(rate, at));
        self
    }

    fn change_rates(&mut self, change: impl Fn(f64) -> Change) {
        for (_, own) in &mut self.series {
            if let Change::Rate(rate) = *own {
                *own = change(rate);
            }
        }
    }

    /// Returns the time after which the window is full and the condition has held for `pending`.
    pub(super) fn settled(&self, pending: Duration) -> Duration {
        let minutes = (self.window + pending).as_secs().div_ceil(60) + 2;
        Duration::from_secs(minutes * 60)
    }

    /// Returns the time between two samples. Each window has several.
    fn interval(&self) -> Duration {
        if self.window.is_zero() {
            return EVALUATION;
        }
        let seconds = (self.window.as_secs() / 5).clamp(1, EVALUATION.as_secs());
        Duration::from_secs(seconds)
    }

    /// Returns a case with these assertions and series that last until `at`.
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
    /// Returns the values in the notation of promtool: a start, a step and the number of steps.
    fn values(self, interval: Duration, steps: u64) -> String {
        match self {
            Self::Constant(value) => format!("{value}+0x{steps}"),
            Self::Rate(rate) => {
                format!("0+{}x{steps}", rounded(rate * interval.as_secs_f64()))
            }
            Self::Ending(rate, at) => {
                let steps = at.as_secs() / interval.as_secs().max(1);
                format!("{} stale", Self::Rate(rate).values(interval, steps))
            }
        }
    }
}

/// Returns a series in the notation of promtool.
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
    /// Returns a value for each label of a metric, of its scope and of a scrape, so that the
    /// selection matches.
    pub(super) fn labels_inside(&self, metric: &MetricDescriptor, of: Selection) -> Labels {
        let own = metric.labels.iter();
        let own = own.map(|label| (label.name, label.values));
        let scope = self.scope(metric).iter();
        let scope = scope.map(|label| (label.name, LabelValues::Open { max: label.max }));
        let targets = self.series_target_labels();
        let targets = targets.map(|label| (label, LabelValues::Open { max: usize::MAX }));
        // A label of the metric comes last: it wins over a target label of the same name.
        let labels = targets.chain(scope).chain(own).map(|(name, values)| {
            let matchers = of.matchers.iter();
            let matchers: Vec<_> = matchers.filter(|matcher| matcher.label == name).collect();
            (name.to_owned(), value(values, &matchers).to_owned())
        });
        labels.collect()
    }

    /// Returns labels that `of` selects and `other` does not, or `None` if there are no such
    /// labels. The labels in `by` have the values of `labels`.
    pub(super) fn labels_outside(
        &self,
        metric: &MetricDescriptor,
        of: Selection,
        other: Selection,
        by: &[&str],
        labels: &Labels,
    ) -> Option<Labels> {
        let start = self.labels_inside(metric, of);
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
            .find(|labels| selects(of, labels) && !selects(other, labels))
    }
}

/// Returns a value of a label that all its matchers accept.
fn value(values: LabelValues, matchers: &[&Matcher]) -> &'static str {
    let fits = |value: &&str| matchers.iter().all(|matcher| accepts(matcher, value));
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

/// Returns whether a matcher accepts a value.
pub(super) fn accepts(matcher: &Matcher, value: &str) -> bool {
    matcher.values.contains(&value) == matcher.equal
}

/// Returns whether a selection matches these labels.
pub(super) fn selects(of: Selection, labels: &Labels) -> bool {
    of.matchers.iter().all(|matcher| {
        labels
            .get(matcher.label)
            .is_some_and(|value| accepts(matcher, value))
    })
}

/// Returns the labels with these names.
pub(super) fn only(labels: &Labels, names: &[&str]) -> Labels {
    let kept = labels.iter();
    kept.filter(|(name, _)| names.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Returns the labels without these names.
pub(super) fn without(labels: &Labels, names: &[&str]) -> Labels {
    let kept = labels.iter();
    kept.filter(|(name, _)| !names.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
