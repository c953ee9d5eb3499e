//! What `#[objective(..)]` means.

use heck::ToUpperCamelCase;
use proc_macro2::Span;

use super::{Site, labels, objective_args::ObjectiveArgs, selection::Selection};
use crate::{
    diagnostic::{Errors, TokenRange},
    metric_catalog::{
        args::Word,
        field::Kind,
        quantity::{Dimension, Quantity, Threshold},
        unit::Unit,
    },
};

/// Below this even the fastest burn could not be told from an outage.
const LOWEST_TARGET: f64 = 0.5;

pub(super) struct Objective {
    pub(super) name: String,
    pub(super) indicator: Indicator,
    pub(super) target: f64,
    pub(super) by: Vec<Word>,
    pub(super) span: Span,
}

pub(super) enum Indicator {
    Latency {
        of: Selection,
        threshold: f64,
        written: String,
        place: TokenRange,
    },
    Outcome {
        of: Selection,
        place: TokenRange,
    },
    Errors {
        errors: Selection,
        of: Selection,
    },
}

impl Indicator {
    pub(super) fn selections(&self) -> Vec<&Selection> {
        match self {
            Self::Latency { of, .. } | Self::Outcome { of, .. } => vec![of],
            Self::Errors { errors, of } => vec![errors, of],
        }
    }
}

impl Site<'_> {
    pub(super) fn objective(
        &self,
        mut args: ObjectiveArgs,
        errors: &mut Errors,
    ) -> Option<Objective> {
        let span = args.attribute.segments.first()?.ident.span();
        let by = labels::once(std::mem::take(&mut args.by), errors);
        let (aim, indicator, what) = match (args.latency, args.availability) {
            (Some(latency), None) => {
                if let Some(bad) = &args.errors {
                    errors.at(bad, "what is too slow is bad: leave out `errors`");
                }
                let indicator = self.latency(&latency, errors);
                let Some(target) = args.target else {
                    errors.at(
                        &latency,
                        "say how many calls are to be that fast: `target = 99%`",
                    );
                    return None;
                };
                (target, indicator, "Latency")
            }
            (None, Some(availability)) => {
                if let Some(target) = &args.target {
                    errors.at(
                        target,
                        "`availability = ..` is the target: leave out `target`",
                    );
                }
                let indicator = self.availability(args.errors, &availability, errors);
                (availability, indicator, "Availability")
            }
            _ => {
                errors.at(
                    &args.attribute,
                    "an objective is `latency = 500ms, target = 99%` or `availability = 99.9%`",
                );
                return None;
            }
        };
        let name = args.name.as_ref().map(Word::value);
        // With the namespace: Prometheus keeps the objectives of all services together.
        let metric = self.metric.name.otel.to_upper_camel_case();
        Some(Objective {
            name: name.unwrap_or_else(|| format!("{metric}{what}")),
            target: target(&aim, errors)?,
            indicator: indicator?,
            by,
            span,
        })
    }

    fn latency(&self, latency: &Quantity, errors: &mut Errors) -> Option<Indicator> {
        if self.metric.kind != Kind::Histogram || self.metric.unit != Unit::Seconds {
            errors.at(
                latency,
                format!(
                    "latency is told by a histogram of `unit = seconds`, which `{}` is not",
                    self.metric.ident
                ),
            );
            return None;
        }
        Some(Indicator::Latency {
            of: self.own(Vec::new()),
            threshold: errors.ok(latency.value(&self.metric.unit, "threshold"))?,
            written: latency.text(),
            place: TokenRange::of(latency),
        })
    }

    fn availability(
        &self,
        bad: Option<super::selection::SelectionArg>,
        place: &Threshold,
        errors: &mut Errors,
    ) -> Option<Indicator> {
        if self.metric.kind == Kind::Gauge {
            errors.at(
                place,
                format!(
                    "availability is told by counting calls, and `{}` is a gauge",
                    self.metric.ident
                ),
            );
            return None;
        }
        let of = self.own(Vec::new());
        let Some(bad) = bad else {
            return Some(Indicator::Outcome {
                of,
                place: TokenRange::of(place),
            });
        };
        let word = bad_place(&bad);
        let bad = self.selection(bad, errors)?;
        let counted = self.known.metrics.get(bad.metric);
        if counted.is_some_and(|metric| metric.kind == Kind::Gauge) {
            errors.at(&word, "errors are counted: name a counter");
        }
        if bad.metric == self.index && bad.matchers.is_empty() {
            errors.at(
                &word,
                "say which of them are bad: `errors = self{label = value}`",
            );
        }
        Some(Indicator::Errors { errors: bad, of })
    }
}

fn bad_place(bad: &super::selection::SelectionArg) -> proc_macro2::TokenStream {
    quote::ToTokens::to_token_stream(bad)
}

fn target(aim: &Threshold, errors: &mut Errors) -> Option<f64> {
    let target = errors.ok(aim.value(&Dimension::Share))?;
    if (LOWEST_TARGET..1.0).contains(&target) {
        return Some(target);
    }
    errors.at(
        aim,
        "a target lies between 50% and less than 100%: what must never fail has no budget to burn",
    );
    None
}
