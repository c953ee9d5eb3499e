//! What `#[alert(..)]` means.

use syn::{Ident, LitStr};

use super::{
    Site, Taken,
    alert_args::AlertArgs,
    annotation::Annotation,
    condition::{Comparison, ConditionArg, Function, MeasureArg},
    labels,
    selection::Selection,
};
use crate::{
    diagnostic::{Errors, Place},
    metric_catalog::{
        args::Word,
        buckets::Buckets,
        field::{Kind, Metric},
        quantity::{Dimension, Quantity, Threshold},
        unit::Unit,
    },
    suggestion::did_you_mean,
};

/// Rates and quantiles look back so far, in seconds, unless it is said.
const WINDOW: u64 = 300;

pub(super) struct Alert {
    pub(super) name: Ident,
    pub(super) condition: Condition,
    pub(super) by: Vec<Word>,
    /// In seconds.
    pub(super) pending: u64,
    pub(super) severity: String,
    pub(super) summary: Option<Annotation>,
    pub(super) description: Option<Annotation>,
    pub(super) labels: Vec<(String, String)>,
}

pub(super) enum Condition {
    Compare {
        measure: Measure,
        comparison: Comparison,
        threshold: f64,
        place: Place,
    },
    Absent {
        of: Selection,
        over: Option<u64>,
    },
    Expression {
        promql: LitStr,
        external: Vec<LitStr>,
    },
}

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

impl Condition {
    pub(super) fn selections(&self) -> Vec<&Selection> {
        match self {
            Self::Compare { measure, .. } => measure.selections(),
            Self::Absent { of, .. } => vec![of],
            Self::Expression { .. } => Vec::new(),
        }
    }
}

impl Alert {
    /// Whether series of a gauge are compared one by one, each with all of its labels.
    pub(super) fn keeps_labels(&self) -> bool {
        self.by.is_empty()
            && matches!(
                self.condition,
                Condition::Compare {
                    measure: Measure::Value(_),
                    ..
                }
            )
    }
}

impl Site<'_> {
    pub(super) fn alert(
        &self,
        mut args: AlertArgs,
        taken: &mut Taken,
        errors: &mut Errors,
    ) -> Option<Alert> {
        let name = args.name.to_string();
        if taken.insert(name.clone(), args.name.clone()).is_some() {
            errors.at(
                &args.name,
                format!("alert `{name}` is there already: rename one"),
            );
        }
        let pending = args.pending.take();
        let pending = pending.and_then(|pending| errors.ok(pending.seconds()));
        let annotation = |text: Option<LitStr>, errors: &mut Errors| {
            text.map(|text| Annotation::read(text, errors))
        };
        let summary = annotation(args.summary.take(), errors);
        let description = annotation(args.description.take(), errors);
        let by = labels::once(std::mem::take(&mut args.by), errors);
        let added = labels::added(std::mem::take(&mut args.labels), errors);
        let severity = args.severity.as_ref().map(Word::value);
        let name = args.name.clone();
        let alert = Alert {
            condition: self.condition(args, &by, errors)?,
            name,
            by,
            pending: pending.unwrap_or(0),
            severity: severity.unwrap_or_else(|| "warning".to_owned()),
            summary,
            description,
            labels: added,
        };
        check_annotations(&alert, errors);
        Some(alert)
    }

    fn condition(&self, args: AlertArgs, by: &[Word], errors: &mut Errors) -> Option<Condition> {
        if args.is_broken {
            return None;
        }
        let condition = match (args.condition, args.expression) {
            (Some(_), Some(expression)) => {
                errors.at(
                    expression,
                    "an alert has one condition: leave out `expr`, or what stands in front",
                );
                return None;
            }
            (None, None) => {
                errors.at(
                    &args.name,
                    "say when it fires: `#[alert(Name, p95 > 2s)]`, or `expr = \"..\"`",
                );
                return None;
            }
            (None, Some(promql)) => {
                if let Some(label) = by.first() {
                    errors.at(
                        label,
                        "an expression says itself what it groups by: leave out `by(..)`",
                    );
                }
                return Some(Condition::Expression {
                    promql,
                    external: args.external,
                });
            }
            (Some(condition), None) => condition,
        };
        if let Some(pattern) = args.external.first() {
            errors.at(
                pattern,
                "`external(..)` goes with `expr = \"..\"`: leave it out",
            );
        }
        self.measured(condition, &args.name, args.over, by, errors)
    }

    fn measured(
        &self,
        condition: ConditionArg,
        name: &Ident,
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
            place: Place::of(&threshold),
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
        name: &Ident,
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
                word.unwrap_or(name),
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

/// An annotation reads labels that the alert has.
fn check_annotations(alert: &Alert, errors: &mut Errors) {
    if alert.keeps_labels() || matches!(alert.condition, Condition::Expression { .. }) {
        return;
    }
    let mut known: Vec<String> = vec!["severity".to_owned()];
    known.extend(alert.by.iter().map(Word::value));
    known.extend(alert.labels.iter().map(|(name, _)| name.clone()));
    if let Condition::Absent { of, .. } = &alert.condition {
        known.extend(of.matchers.iter().map(|matcher| matcher.label.value()));
    }
    for annotation in [&alert.summary, &alert.description].into_iter().flatten() {
        for label in &annotation.labels {
            if !known.contains(label) {
                let hint = did_you_mean(label, &known);
                errors.at(
                    &annotation.place,
                    format!(
                        "alert `{}` has no label `{label}`; {hint}it has those of `by(..)` and its own",
                        alert.name
                    ),
                );
            }
        }
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
