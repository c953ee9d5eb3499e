//! Series that put a measure on one side of its threshold.

use std::time::Duration;

use super::{
    Side,
    load::{Change, Load, holds, only, without},
};
use crate::families::Families;
use glyph_core::__runtime::canonical;
use glyph_core::catalog::{Comparison, Kind, Measure, MetricDescriptor, Selection};

/// What all calls together do in a second, where shares are compared.
pub(super) const WHOLE: f64 = 100.0;

impl Families {
    pub(super) fn measured(
        &self,
        measure: Measure,
        comparison: Comparison,
        threshold: f64,
        by: &[&str],
        side: Side,
    ) -> Option<Load> {
        let apart = &self.apart(by);
        let number = |least| side.number(comparison, threshold, least, f64::INFINITY);
        match measure {
            Measure::Value(of) => {
                let labels = self.inside(self.find(of)?, of);
                let own = if by.is_empty() {
                    without(&labels, &self.added_up(of))
                } else {
                    only(&labels, apart)
                };
                let value = Change::Constant(number(f64::NEG_INFINITY)?);
                Some(Load::new(Duration::ZERO, own).with(of.metric, &labels, value))
            }
            Measure::Rate { of, over } => self.rising(of, number(0.0)?, self.time(over), apart),
            Measure::Increase { of, over } => {
                let over = self.time(over);
                self.rising(of, number(0.0)? / over.as_secs_f64(), over, apart)
            }
            Measure::Quantile { of, over, .. } => {
                let metric = self.find(of)?;
                let high = matches!(comparison, Comparison::Above | Comparison::AtLeast)
                    == (side == Side::Fires);
                let fast = if high { 0.0 } else { 1.0 };
                let over = self.time(over);
                Some(self.observed(metric, of, over, apart, f64::NEG_INFINITY, fast))
            }
            Measure::Ratio { part, whole, over } => {
                let most = if part.metric == whole.metric {
                    1.0
                } else {
                    f64::INFINITY
                };
                let share = side.number(comparison, threshold, 0.0, most)?;
                self.shared(part, whole, share, self.time(over), apart)
            }
        }
    }

    fn rising(&self, of: Selection, rate: f64, over: Duration, by: &[&str]) -> Option<Load> {
        let metric = self.find(of)?;
        let labels = self.inside(metric, of);
        let load = Load::new(over, only(&labels, by));
        Some(load.with(&counted(metric), &labels, Change::Rate(rate)))
    }

    /// Series of which one part is so much of the whole.
    pub(super) fn shared(
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
        let labels = self.inside(above, part);
        let load = Load::new(window, only(&labels, by)).with(
            &counted(above),
            &labels,
            change(share * WHOLE),
        );
        if part.metric != whole.metric {
            let mut rest = self.inside(below, whole);
            rest.extend(only(&labels, by));
            return Some(load.with(&counted(below), &rest, change(WHOLE)));
        }
        let rest = self.outside(below, whole, part, by, &labels)?;
        let amount = if holds(whole, &labels) {
            WHOLE * (1.0 - share)
        } else {
            WHOLE
        };
        Some(load.with(&counted(below), &rest, change(amount)))
    }

    /// A histogram into which calls go, the share `fast` of them at most `bound` (the lowest, when that is lower), the
    /// rest above all bounds.
    pub(super) fn observed(
        &self,
        metric: &MetricDescriptor,
        of: Selection,
        over: Duration,
        by: &[&str],
        bound: f64,
        fast: f64,
    ) -> Load {
        let labels = self.inside(metric, of);
        let mut load = Load::new(over, only(&labels, by));
        let lowest = metric.buckets.first().copied().unwrap_or(bound);
        for le in metric.buckets.iter().copied().chain([f64::INFINITY]) {
            let share = if le == f64::INFINITY {
                1.0
            } else if le >= bound.max(lowest) {
                fast
            } else {
                0.0
            };
            let mut bucket = labels.clone();
            bucket.insert("le".to_owned(), canonical(le));
            let name = format!("{}_bucket", metric.name);
            load = load.with(&name, &bucket, Change::Rate(WHOLE * share));
        }
        load.with(&counted(metric), &labels, Change::Rate(WHOLE))
    }

    pub(super) fn absent(&self, of: Selection, over: Option<Duration>, side: Side) -> Load {
        let single = of.matchers.iter().filter(|matcher| matcher.equal);
        let single = single.filter_map(|matcher| match matcher.values {
            [value] => Some((matcher.label.to_owned(), (*value).to_owned())),
            _ => None,
        });
        let over = over.map(|over| self.time(over));
        let load = Load::new(over.unwrap_or_default(), single.collect());
        match (side, self.find(of)) {
            (Side::Quiet, Some(metric)) => load.with(
                &counted(metric),
                &self.inside(metric, of),
                Change::Constant(1.0),
            ),
            _ => load,
        }
    }
}

/// The series that hold a metric's value, or count its observations.
pub(super) fn counted(metric: &MetricDescriptor) -> String {
    match metric.kind {
        Kind::Counter => format!("{}_total", metric.name),
        Kind::Gauge => metric.name.to_owned(),
        Kind::Histogram => format!("{}_count", metric.name),
    }
}
