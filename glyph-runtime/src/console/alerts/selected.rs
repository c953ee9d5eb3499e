//! The series that a declaration selects, in groups.

use std::collections::BTreeMap;

use glyph_core::{
    __runtime::{ExposedMetric, Scale, Series},
    catalog::{Aggregate, Kind, Matcher, MetricDescriptor},
};

use crate::console::{key, number::float};

/// Some series of a metric, and the labels by which they are grouped.
#[derive(Clone, Debug)]
pub(super) struct Selected {
    pub(super) metric: ExposedMetric,
    pub(super) matchers: Vec<Matcher>,
    pub(super) grouping: Grouping,
}

/// The labels of a group.
#[derive(Clone, Debug)]
pub(super) enum Grouping {
    By(&'static [&'static str]),
    /// All labels but these.
    Without(Vec<&'static str>),
}

/// What is read of the series of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// The number of a counter, or of the observations of a histogram.
    Count,
    /// The buckets of a histogram, the infinite one last.
    Buckets,
    /// All observations above the bucket with this index.
    Above(usize),
    /// All observations above the bucket with this index, all observations, and those in the bucket.
    Around(usize),
}

impl Grouping {
    fn has(&self, label: &str) -> bool {
        match self {
            Self::By(labels) => labels.contains(&label),
            Self::Without(labels) => !labels.contains(&label),
        }
    }
}

impl Selected {
    pub(super) const fn descriptor(&self) -> &'static MetricDescriptor {
        self.metric.descriptor()
    }

    /// Whether there is a series.
    pub(super) fn is_present(&self) -> bool {
        self.metric
            .present_series()
            .any(|series| self.selects(&series))
    }

    /// Adds up the series of each group.
    pub(super) fn sums(&self, read: Read) -> BTreeMap<String, Vec<u64>> {
        let mut groups: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        self.each(|group, cells| {
            let counts = self.read(read, cells);
            let Some(sums) = groups.get_mut(group) else {
                groups.insert(group.to_owned(), counts);
                return;
            };
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum = sum.saturating_add(count);
            }
        });
        groups
    }

    /// Combines the values of a gauge in each group.
    pub(super) fn values(&self, aggregate: Aggregate) -> BTreeMap<String, f64> {
        let mut groups: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        self.each(|group, cells| {
            let value = cells.first().copied().map(f64::from_bits);
            let value = value.unwrap_or_default();
            match groups.get_mut(group) {
                Some(values) => values.push(value),
                None => drop(groups.insert(group.to_owned(), vec![value])),
            }
        });
        let combined = |(group, values): (String, Vec<f64>)| (group, combine(aggregate, &values));
        groups.into_iter().map(combined).collect()
    }

    /// Returns a count in the unit of the metric.
    pub(super) fn amount(&self, count: u64) -> f64 {
        let is_counter = self.descriptor().kind == Kind::Counter;
        match self.metric.metric().scale() {
            Scale::Nanoseconds if is_counter => float(count) / 1e9,
            _ => float(count),
        }
    }

    fn read(&self, read: Read, cells: &[u64]) -> Vec<u64> {
        // The last cell of a histogram is its sum.
        let buckets = match cells {
            [buckets @ .., _] if self.metric.metric().is_histogram() => buckets,
            all => all,
        };
        let sum = |counts: &[u64]| {
            let counts = counts.iter();
            counts.fold(0_u64, |sum, count| sum.saturating_add(*count))
        };
        let above = |bucket: usize| sum(buckets.get(bucket + 1..).unwrap_or_default());
        match read {
            Read::Count => vec![sum(buckets)],
            Read::Buckets => buckets.to_vec(),
            Read::Above(bucket) => vec![above(bucket)],
            Read::Around(bucket) => {
                let inside = buckets.get(bucket).copied().unwrap_or_default();
                vec![above(bucket), sum(buckets), inside]
            }
        }
    }

    /// Passes the group and the cells of each series to `visit`.
    fn each(&self, mut visit: impl FnMut(&str, &[u64])) {
        let (mut group, mut cells) = (String::new(), Vec::new());
        for series in self.metric.present_series() {
            if !self.selects(&series) {
                continue;
            }
            group.clear();
            for (label, value) in series.labels() {
                if self.grouping.has(label) {
                    key::push_label(&mut group, label, &value);
                }
            }
            series.read(&mut cells);
            visit(&group, &cells);
        }
    }

    /// A label that a series does not have is empty.
    fn selects(&self, series: &impl Series) -> bool {
        self.matchers.iter().all(|matcher| {
            let mut labels = series.labels();
            let found = labels.find(|(label, _)| *label == matcher.label);
            let value = found.map(|(_, value)| value).unwrap_or_default();
            matcher.values.contains(&&*value) == matcher.equal
        })
    }
}

/// Combines the values of a group, of which there is at least one.
fn combine(aggregate: Aggregate, values: &[f64]) -> f64 {
    let all = values.iter().copied();
    match aggregate {
        Aggregate::Sum => all.sum(),
        Aggregate::Avg => all.sum::<f64>() / float(values.len() as u64),
        // One process exposes all of its series at the same time.
        Aggregate::Max | Aggregate::Last => all.fold(f64::NEG_INFINITY, f64::max),
        Aggregate::Min => all.fold(f64::INFINITY, f64::min),
    }
}
