//! What an alert measures, and what it compares that with.

use quote::ToTokens;
use syn::Ident;

use super::{
    Site,
    alert::Condition,
    condition::{Comparison, ConditionArg, Function, MeasureArg},
    selection::Selection,
};
use crate::{
    diagnostic::{Errors, TokenRange},
    metric_catalog::{
        args::Word,
        buckets::Buckets,
        field::{Kind, Metric},
        quantity::{Dimension, Quantity, Threshold},
        unit::Unit,
    },
};

/// Rates and quantiles look back so far, in seconds, unless it is said.
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

impl Site<'_> {
    pub(super) fn measured(
        &self,
        condition: ConditionArg,
        name: &Word,
        over: Option<Quantity>,
        by: &[Word],
        errors: &mut Errors,
    ) -> Option<Condition> {
        let ConditionArg {
            mut measure,
            comparison,
        } = condition;
        let window = self.window(&mut measure, over, errors);
        let Some((comparison, threshold)) = comparison else {
            if let Some(label) = by.first() {
                errors.at(label, "what is absent has no labels: leave out `by(..)`, or select, `absent{label = value}`");
            }
            let of = self.own(measure.matchers);
            return Some(Condition::Absent { of, over: window });
        };
        let dimension = self.dimension(&measure, name, errors)?;
        let value = errors.ok(threshold.value(&dimension))?;
        check_share(&measure, value, &threshold, errors);
        let measure = self.measure(measure, window.unwrap_or(WINDOW), comparison, errors)?;
        Some(Condition::Compare {
            measure,
            comparison,
            threshold: value,
            place: TokenRange::of(&threshold),
        })
    }

    /// The window, which is said in one of two places.
    fn window(
        &self,
        measure: &mut MeasureArg,
        over: Option<Quantity>,
        errors: &mut Errors,
    ) -> Option<u64> {
        let inner = measure.window.take();
        let window = match (inner, over) {
            (Some(_), Some(over)) => {
                errors.at(over, "the window is said twice: leave out `over`");
                None
            }
            (inner, over) => inner.or(over),
        }?;
        let is_instant = match &measure.function {
            Function::Value => true,
            Function::Ratio(..) | Function::Share => self.metric.kind == Kind::Gauge,
            _ => false,
        };
        if is_instant {
            errors.at(
                &window,
                "a gauge is compared as it is: leave out the window, and say `for = ..` how long",
            );
        }
        errors.ok(window.seconds())
    }

    /// What the threshold is measured in; reports a measure that this kind of metric does not have.
    fn dimension(
        &self,
        measure: &MeasureArg,
        name: &Word,
        errors: &mut Errors,
    ) -> Option<Dimension<'_>> {
        let metric = self.metric;
        let dimension = match (&measure.function, metric.kind) {
            (Function::Value, Kind::Gauge)
            | (Function::Quantile(_), Kind::Histogram)
            | (Function::Increase, Kind::Counter) => Some(Dimension::Of(&metric.unit)),
            (Function::Rate, Kind::Counter) => Some(Dimension::PerSecond(&metric.unit)),
            // Of a histogram the observations are counted.
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
            let word = measure.word.as_ref();
            let what = word.map_or_else(|| "value".to_owned(), ToString::to_string);
            errors.at(
                word.map_or_else(|| name.to_token_stream(), ToTokens::to_token_stream),
                format!(
                    "`{}` is {}, which has no `{what}` to compare; there is {offer}, and `ratio(a / b) > 5%`",
                    metric.ident,
                    metric.kind.noun()
                ),
            );
        }
        dimension
    }

    fn measure(
        &self,
        measure: MeasureArg,
        over: u64,
        comparison: Comparison,
        errors: &mut Errors,
    ) -> Option<Measure> {
        let word = measure.word;
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
            Function::Quantile(quantile) => {
                if matches!(comparison, Comparison::Equal | Comparison::Unequal) {
                    errors.at(word, "a quantile is estimated, so that it equals nothing: compare with `>` or `<`");
                }
                Measure::Quantile {
                    quantile,
                    of: self.own(measure.matchers),
                    over,
                }
            }
            Function::Share => Measure::Ratio {
                part: self.own(measure.matchers),
                whole: self.own(Vec::new()),
                over,
            },
            Function::Ratio(part, whole) => {
                let (part, whole) = (self.selection(part, errors), self.selection(whole, errors));
                let (part, whole) = (part?, whole?);
                self.check_sides(&part, &whole, word.as_ref(), errors);
                Measure::Ratio { part, whole, over }
            }
        })
    }

    fn check_sides(
        &self,
        part: &Selection,
        whole: &Selection,
        word: Option<&Ident>,
        errors: &mut Errors,
    ) {
        let metric = |selection: &Selection| self.known.metrics.get(selection.metric);
        let (Some(above), Some(below)) = (metric(part), metric(whole)) else {
            return;
        };
        if (above.kind == Kind::Gauge) != (below.kind == Kind::Gauge) {
            errors.at(word, format!(
                "`{}` is {} and `{}` is {}: divide gauges by gauges, and what is counted by what is counted",
                above.ident, above.kind.noun(), below.ident, below.kind.noun()
            ));
        }
        if part.metric == whole.metric && part.matchers.is_empty() && whole.matchers.is_empty() {
            errors.at(
                word,
                "both sides are the same: select some of one, `ratio(self{label = value} / self)`",
            );
        }
    }
}

/// A share that nothing can pass never fires.
fn check_share(measure: &MeasureArg, value: f64, threshold: &Threshold, errors: &mut Errors) {
    if matches!(measure.function, Function::Share) && !(0.0..=1.0).contains(&value) {
        errors.at(threshold, "a share lies between 0% and 100%");
    }
}

/// The metric whose quantile has to be told from its threshold.
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
