//! Series for which a measure is on one side of its threshold.

use std::{collections::BTreeMap, time::Duration};

use super::{
    Side,
    load::{Change, Load, only, selects, without},
};
use crate::families::{Families, INSTANCE};
use glyph_core::__runtime::canonical;
use glyph_core::catalog::{
    Aggregate, AlertDescriptor, Comparison, Kind, Measure, MetricDescriptor, ProcessSign,
    Selection, Unit,
};

/// The limit of replicas in a test.
pub(super) const MOST_REPLICAS: u32 = 1000;

/// The rate of all calls per second, of which shares are a part.
pub(super) const WHOLE: f64 = 100.0;

impl Families {
    /// Returns series for which a comparison holds or not, depending on `side`; `None` if there are
    /// no such series.
    pub(super) fn measure_load(
        &self,
        measure: Measure,
        comparison: Comparison,
        threshold: f64,
        alert: &AlertDescriptor,
        side: Side,
    ) -> Option<Load> {
        let grouping = &self.grouping_labels(alert.by);
        let number = |least| side.number(comparison, threshold, least, f64::INFINITY);
        match measure {
            Measure::Value(of) => {
                let metric = self.find(of)?;
                let labels = self.labels_inside(metric, of);
                let own = if alert.by.is_empty() && alert.aggregate.is_none() {
                    without(&labels, &self.summed_labels(of))
                } else {
                    only(&labels, grouping)
                };
                let load = Load::new(Duration::ZERO, own);
                if metric.sign == Some(ProcessSign::Liveness) {
                    let most = most_replicas(metric, comparison, threshold, alert);
                    let replicas = side.replicas(comparison, threshold, most)?;
                    return Some(running(load, metric, &labels, replicas));
                }
                // A share of a whole stays one.
                let is_share = metric.unit == Unit::Ratio && (0.0..1.0).contains(&threshold);
                let (least, most) = if is_share {
                    (0.0, 1.0)
                } else {
                    (f64::NEG_INFINITY, f64::INFINITY)
                };
                let value = side.number(comparison, threshold, least, most)?;
                Some(load.with(of.metric, &labels, Change::Constant(value)))
            }
            Measure::Rate { of, over } => {
                self.rising_load(of, number(0.0)?, self.time(over), grouping)
            }
            Measure::Increase { of, over } => {
                let over = self.time(over);
                self.rising_load(of, number(0.0)? / over.as_secs_f64(), over, grouping)
            }
            Measure::Quantile { of, over, .. } => {
                let metric = self.find(of)?;
                let high = matches!(comparison, Comparison::Above | Comparison::AtLeast)
                    == (side == Side::Fires);
                let fast = if high { 0.0 } else { 1.0 };
                Some(self.histogram_load(metric, of, self.time(over), grouping, |_| fast))
            }
            Measure::Ratio { part, whole, over } => {
                let most = if part.metric == whole.metric {
                    1.0
                } else {
                    f64::INFINITY
                };
                let share = side.number(comparison, threshold, 0.0, most)?;
                self.ratio_load(part, whole, share, self.time(over), grouping)
            }
        }
    }

    /// Returns a series that rises by `rate` each second.
    fn rising_load(&self, of: Selection, rate: f64, over: Duration, by: &[&str]) -> Option<Load> {
        let metric = self.find(of)?;
        let labels = self.labels_inside(metric, of);
        let load = Load::new(over, only(&labels, by));
        Some(load.with(&value_series_name(metric), &labels, Change::Rate(rate)))
    }

    /// Returns series of which `part` is this share of `whole`.
    pub(super) fn ratio_load(
        &self,
        part: Selection,
        whole: Selection,
        share: f64,
        over: Duration,
        by: &[&str],
    ) -> Option<Load> {
        let (above, below) = (self.find(part)?, self.find(whole)?);
        let is_gauge = above.kind == Kind::Gauge;
        let window = if is_gauge { Duration::ZERO } else { over };
        let change = |amount| {
            if is_gauge {
                Change::Constant(amount)
            } else {
                Change::Rate(amount)
            }
        };
        let labels = self.labels_inside(above, part);
        let load = Load::new(window, only(&labels, by)).with(
            &value_series_name(above),
            &labels,
            change(share * WHOLE),
        );
        if part.metric != whole.metric {
            let mut rest = self.labels_inside(below, whole);
            rest.extend(only(&labels, by));
            return Some(load.with(&value_series_name(below), &rest, change(WHOLE)));
        }
        let rest = self.labels_outside(below, whole, part, by, &labels)?;
        let amount = if selects(whole, &labels) {
            WHOLE * (1.0 - share)
        } else {
            WHOLE
        };
        Some(load.with(&value_series_name(below), &rest, change(amount)))
    }

    /// Returns the series of a histogram. `share` returns the share of its observations up to a bucket
    /// bound; the others are above all bounds.
    pub(super) fn histogram_load(
        &self,
        metric: &MetricDescriptor,
        of: Selection,
        over: Duration,
        by: &[&str],
        share: impl Fn(f64) -> f64,
    ) -> Load {
        let labels = self.labels_inside(metric, of);
        let mut load = Load::new(over, only(&labels, by));
        let finite = metric.buckets.iter().map(|le| (*le, share(*le)));
        for (le, share) in finite.chain([(f64::INFINITY, 1.0)]) {
            let mut bucket = labels.clone();
            bucket.insert("le".to_owned(), canonical(le));
            let name = format!("{}_bucket", metric.name);
            load = load.with(&name, &bucket, Change::Rate(WHOLE * share));
        }
        load.with(&value_series_name(metric), &labels, Change::Rate(WHOLE))
    }

    /// Returns a series for the quiet side, and no series for the side on which absence fires.
    pub(super) fn absent_load(&self, of: Selection, over: Option<Duration>, side: Side) -> Load {
        let single = Families::matched_labels(of).into_iter();
        let single = single.filter_map(|label| {
            let mut matchers = of.matchers.iter();
            let matcher = matchers.find(|matcher| matcher.label == label)?;
            Some((label.to_owned(), (*matcher.values.first()?).to_owned()))
        });
        let over = over.map(|over| self.time(over));
        let load = Load::new(over.unwrap_or_default(), single.collect());
        match (side, self.find(of)) {
            (Side::Quiet, Some(metric)) => load.with(
                &value_series_name(metric),
                &self.labels_inside(metric, of),
                Change::Constant(1.0),
            ),
            _ => load,
        }
    }

    /// Returns series of two jobs, of which one ends at a time.
    pub(super) fn stopped_load(
        &self,
        of: Selection,
        over: Option<Duration>,
        end: Duration,
    ) -> Option<Load> {
        let metric = self.find(of)?;
        let (name, labels) = (value_series_name(metric), self.labels_inside(metric, of));
        let mut others = labels.clone();
        others.insert("job".to_owned(), "another".to_owned());
        let window = over.map_or(Duration::ZERO, |over| self.time(over));
        let kept = only(
            &labels,
            &self.grouping_labels(&Families::matched_labels(of)),
        );
        let load = Load::new(window, kept).with(&name, &labels, Change::Ending(0.0, end));
        Some(load.with(&name, &others, Change::Constant(1.0)))
    }
}

/// Returns the number of replicas of a test, whose liveness gauges are all 1. It is one unless the
/// alert adds them up.
fn most_replicas(
    metric: &MetricDescriptor,
    comparison: Comparison,
    threshold: f64,
    alert: &AlertDescriptor,
) -> u32 {
    let default = || metric.aggregate_for(Some(comparison));
    let aggregate = alert.aggregate.unwrap_or_else(default);
    let is_combined = !alert.by.is_empty() || alert.aggregate.is_some();
    if !is_combined || alert.by.contains(&INSTANCE) || aggregate != Aggregate::Sum {
        return 1;
    }
    // One more than the threshold is enough on either side.
    let beyond = (1..MOST_REPLICAS).find(|number| f64::from(*number) > threshold);
    beyond.unwrap_or(MOST_REPLICAS)
}

/// Adds a liveness gauge of each replica.
pub(super) fn running(
    load: Load,
    metric: &MetricDescriptor,
    labels: &BTreeMap<String, String>,
    replicas: u32,
) -> Load {
    (0..replicas).fold(load, |load, replica| {
        let mut labels = labels.clone();
        labels.insert(INSTANCE.to_owned(), format!("replica-{replica}"));
        load.with(metric.name, &labels, Change::Constant(1.0))
    })
}

/// Returns the name of a metric's values; of its number of observations for a histogram.
pub(super) fn value_series_name(metric: &MetricDescriptor) -> String {
    match metric.kind {
        Kind::Counter => format!("{}_total", metric.name),
        Kind::Gauge => metric.name.to_owned(),
        Kind::Histogram => format!("{}_count", metric.name),
    }
}
