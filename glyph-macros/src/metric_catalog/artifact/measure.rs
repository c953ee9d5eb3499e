//! The measure of an alert and its threshold.

use quote::ToTokens;
use syn::Ident;

use super::{
    MetricField,
    alert::Condition,
    condition::{ConditionArg, Function, MeasureArg},
    selection::Selection,
};
use crate::{
    diagnostic::{Errors, TokenRange},
    metric_catalog::{
        aggregate::Aggregate,
        args::IdentOrStr,
        buckets::Buckets,
        field::{Kind, Metric},
        quantity::{Dimension, Quantity, Threshold},
        unit::Unit,
    },
};

/// The default window of rates and quantiles, in seconds.
const WINDOW: u64 = 300;

pub(super) enum Measure {
    Value(Selection),
    Quantile {
        quantile: f64,
        of: Selection,
        over: u64,
    },
    Rate {
        of: Selection,
        over: u64,
    },
    Increase {
        of: Selection,
        over: u64,
    },
    Ratio {
        part: Selection,
        whole: Selection,
        over: u64,
    },
}

impl Measure {
    pub(super) fn selections(&self) -> Vec<&Selection> {
        match self {
            Self::Value(of)
            | Self::Quantile { of, .. }
            | Self::Rate { of, .. }
            | Self::Increase { of, .. } => vec![of],
            Self::Ratio { part, whole, .. } => vec![part, whole],
        }
    }
}

impl MetricField<'_> {
    pub(super) fn measured(
        &self,
        condition: ConditionArg,
        name: &IdentOrStr,
        over: Option<(Ident, Quantity)>,
        by: &[IdentOrStr],
        aggregate: Option<Aggregate>,
        errors: &mut Errors,
    ) -> Option<Condition> {
        let ConditionArg {
            mut measure,
            comparison,
        } = condition;
        let window = self.window(&mut measure, over, errors);
        let Some((comparison, threshold)) = comparison else {
            if let Some(label) = by.first() {
                errors.at(label, "`absent` has no labels to group by: remove `by(..)`, or use `absent{label = value}`");
            }
            let of = self.own(measure.matchers);
            return Some(Condition::Absent { of, over: window });
        };
        let dimension = self.dimension(&measure, name, errors)?;
        let value = errors.ok(threshold.value(&dimension))?;
        let is_valid = check_share(&measure, value, &threshold, errors);
        let measure = self.measure(measure, window.unwrap_or(WINDOW), errors)?;
        if is_valid {
            let compared = (comparison, value);
            self.check_possible(&measure, compared, &threshold, (aggregate, by), errors);
        }
        Self::check_share_groups(&measure, by, errors);
        Some(Condition::Compare {
            measure,
            comparison,
            threshold: value,
            range: TokenRange::of(&threshold),
        })
    }

    /// The window: `rate(10m)` or `over = 10m`.
    fn window(
        &self,
        measure: &mut MeasureArg,
        over: Option<(Ident, Quantity)>,
        errors: &mut Errors,
    ) -> Option<u64> {
        let inner = measure.window.take();
        let (key, window) = match (inner, over) {
            (Some(_), Some((key, _))) => {
                errors.at(key, "duplicate window: remove `over`");
                return None;
            }
            (Some(inner), None) => (None, inner),
            (None, over) => over.map(|(key, window)| (Some(key), window))?,
        };
        let is_instant = match &measure.function {
            Function::Value => true,
            Function::Ratio(..) | Function::Share => self.metric.kind == Kind::Gauge,
            _ => false,
        };
        if is_instant {
            let message = "a gauge has no window: remove it and set the duration with `for = ..`";
            match key {
                Some(key) => errors.at(key, message),
                None => errors.at(&window, message),
            }
        }
        errors.ok(window.seconds())
    }

    /// The dimension of the threshold. Reports a measure that this kind of metric does not have.
    fn dimension(
        &self,
        measure: &MeasureArg,
        name: &IdentOrStr,
        errors: &mut Errors,
    ) -> Option<Dimension<'_>> {
        let metric = self.metric;
        let dimension = match (&measure.function, metric.kind) {
            (Function::Value, Kind::Gauge)
            | (Function::Quantile(_), Kind::Histogram)
            | (Function::Increase, Kind::Counter) => Some(Dimension::Of(&metric.unit)),
            (Function::Rate, Kind::Counter) => Some(Dimension::PerSecond(&metric.unit)),
            // The rate of a histogram is that of its observations.
            (Function::Rate, Kind::Histogram) => Some(Dimension::PerSecond(&Unit::None)),
            (Function::Increase, Kind::Histogram) => Some(Dimension::Of(&Unit::None)),
            (Function::Ratio(..) | Function::Share, _) => Some(Dimension::Share),
            _ => None,
        };
        if dimension.is_none() {
            let offer = match metric.kind {
                Kind::Counter => "`rate > 10/s`, `increase(15m) > 5`, `share(label = value) > 5%`",
                Kind::Gauge => "a comparison alone, `> 100`",
                Kind::Histogram => "`p95 > 2s`, `rate > 10/s`",
            };
            let written = measure.name.as_ref();
            let what = written.map_or_else(|| "value".to_owned(), ToString::to_string);
            errors.at(
                written.map_or_else(|| name.to_token_stream(), ToTokens::to_token_stream),
                format!(
                    "`{}` is {}, which has no `{what}`; allowed: {offer}, `ratio(a / b) > 5%`",
                    metric.ident,
                    metric.kind.noun()
                ),
            );
        }
        dimension
    }

    fn measure(&self, measure: MeasureArg, over: u64, errors: &mut Errors) -> Option<Measure> {
        let name = measure.name;
        Some(match measure.function {
            Function::Value | Function::Absent => Measure::Value(self.own(measure.matchers)),
            Function::Rate => Measure::Rate {
                of: self.own(measure.matchers),
                over,
            },
            Function::Increase => Measure::Increase {
                of: self.own(measure.matchers),
                over,
            },
            Function::Quantile(quantile) => Measure::Quantile {
                quantile,
                of: self.own(measure.matchers),
                over,
            },
            Function::Share => Measure::Ratio {
                part: self.own(measure.matchers),
                whole: self.own(Vec::new()),
                over,
            },
            Function::Ratio(part, whole) => {
                let (part, whole) = (self.selection(part, errors), self.selection(whole, errors));
                let (part, whole) = (part?, whole?);
                self.check_sides(&part, &whole, name.as_ref(), errors);
                Measure::Ratio { part, whole, over }
            }
        })
    }

    fn check_sides(
        &self,
        part: &Selection,
        whole: &Selection,
        ratio: Option<&Ident>,
        errors: &mut Errors,
    ) {
        let metric = |selection: &Selection| self.known.metrics.get(selection.metric);
        let (Some(above), Some(below)) = (metric(part), metric(whole)) else {
            return;
        };
        if (above.kind == Kind::Gauge) != (below.kind == Kind::Gauge) {
            errors.at(
                ratio,
                format!(
                    "`{}` is {} and `{}` is {}: `ratio` cannot mix a gauge with another kind",
                    above.ident,
                    above.kind.noun(),
                    below.ident,
                    below.kind.noun()
                ),
            );
        }
        if part.metric == whole.metric && part.matchers.is_empty() && whole.matchers.is_empty() {
            errors.at(
                ratio,
                "both sides are the same: select series of one, `ratio(self{label = value} / self)`",
            );
        }
    }
}

/// Reports a threshold that is not a share. Returns whether the threshold is valid.
fn check_share(
    measure: &MeasureArg,
    value: f64,
    threshold: &Threshold,
    errors: &mut Errors,
) -> bool {
    let is_valid = !matches!(measure.function, Function::Share) || (0.0..=1.0).contains(&value);
    if !is_valid {
        errors.at(threshold, "a share must be from 0% to 100%");
    }
    is_valid
}

/// The metric whose buckets must be able to resolve the threshold of a quantile.
pub(super) fn quantile_metric<'metrics>(
    measure: &Measure,
    metrics: &'metrics [Metric],
) -> Option<(usize, &'metrics Metric)> {
    let Measure::Quantile { of, .. } = measure else {
        return None;
    };
    let metric = metrics.get(of.metric)?;
    matches!(
        metric.buckets,
        Some(Buckets::List(_) | Buckets::Constant(_))
    )
    .then_some((of.metric, metric))
}
