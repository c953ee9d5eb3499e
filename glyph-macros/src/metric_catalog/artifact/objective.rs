//! The model of `#[objective(..)]`.

use heck::ToUpperCamelCase;
use proc_macro2::Span;
use quote::ToTokens;
use syn::{Ident, Path};

use super::{
    MetricField, Taken,
    alert_texts::added_later,
    burn::Burn,
    labels,
    objective_args::ObjectiveArgs,
    on_call::OnCall,
    selection::{Matcher, Selection, SelectionArg},
};
use crate::{
    diagnostic::{Errors, TokenRange},
    metric_catalog::{
        args::IdentOrStr,
        field::Kind,
        quantity::{Dimension, Quantity, Threshold},
        unit::Unit,
    },
    suggestion::did_you_mean,
};

/// Below this, even the fastest burn rate cannot be distinguished from an outage.
const LOWEST_TARGET: f64 = 0.5;

pub(super) struct Objective {
    pub(super) name: String,
    pub(super) indicator: Indicator,
    pub(super) target: f64,
    pub(super) by: Vec<IdentOrStr>,
    pub(super) burn: Burn,
    pub(super) on_call: OnCall,
    pub(super) span: Span,
}

pub(super) enum Indicator {
    Latency {
        of: Selection,
        threshold: f64,
        written: String,
        range: TokenRange,
        /// The word `interpolated`.
        interpolated: Option<TokenRange>,
    },
    Outcome {
        of: Selection,
        range: TokenRange,
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

impl MetricField<'_> {
    pub(super) fn objective(
        &self,
        mut args: ObjectiveArgs,
        taken: &mut Taken,
        errors: &mut Errors,
    ) -> Option<Objective> {
        let span = args.attribute.segments.first()?.ident.span();
        let by = labels::once(std::mem::take(&mut args.by), errors);
        labels::check_groups(&by, &labels::OF_OBJECTIVES, &[], errors);
        let kept: Vec<String> = self.kept_labels().collect();
        let on_call = std::mem::take(&mut args.on_call).model(&kept, errors);
        labels::check_groups(&by, &[], &on_call.labels, errors);
        self.check_texts(&by, &on_call, errors);
        let of = args.of.take();
        let of = of.map(|of| self.calls(of, errors)).unwrap_or_default();
        let (aim, indicator, what) = match (args.latency, args.availability) {
            (Some(latency), None) => {
                if let Some(bad) = &args.errors {
                    errors.at(bad, "a latency objective takes no `errors`: remove it");
                }
                let key = args.latency_key.as_ref();
                let interpolated = args.interpolated.as_ref();
                let indicator = self.latency(&latency, (key, interpolated), of, errors);
                let Some(target) = args.target else {
                    errors.at(key, "missing target: add `target = 99%`");
                    return None;
                };
                (target, indicator, "Latency")
            }
            (None, Some((key, availability))) => {
                if let Some(target) = &args.target {
                    errors.at(target, "`availability = ..` is the target: remove `target`");
                }
                if let Some(interpolated) = &args.interpolated {
                    errors.at(interpolated, "only a latency is interpolated: remove this");
                }
                let aim = (&key, &availability);
                let indicator = self.availability(args.errors, aim, of, errors);
                (availability, indicator, "Availability")
            }
            (_, availability) => {
                let key = availability.map(|(key, _)| key);
                without_aim(&args.attribute, key, errors);
                return None;
            }
        };
        let target = target(&aim, errors)?;
        let burn = args.burn.model(target, errors);
        let name = self.objective_name(&args.attribute, args.name.as_ref(), what, taken, errors);
        Some(Objective {
            name,
            target,
            indicator: indicator?,
            by,
            burn,
            on_call,
            span,
        })
    }

    /// The name, which is unique in the catalog: it tells the recorded series of objectives apart.
    fn objective_name(
        &self,
        attribute: &Path,
        written: Option<&IdentOrStr>,
        kind: &str,
        taken: &mut Taken,
        errors: &mut Errors,
    ) -> String {
        // The name includes the namespace: one Prometheus has the objectives of many services.
        let metric = self.metric.name.otel.to_upper_camel_case();
        let name = written.map_or_else(|| format!("{metric}{kind}"), IdentOrStr::value);
        if !taken.insert(name.clone()) {
            let message = format!("objective `{name}` already exists: add `name = ..`");
            match written {
                Some(written) => errors.at(written, message),
                None => errors.at(attribute, message),
            }
        }
        name
    }

    /// Reports labels in the texts that the alerts of an objective do not have.
    fn check_texts(&self, by: &[IdentOrStr], on_call: &OnCall, errors: &mut Errors) {
        let mut known = vec!["objective".to_owned()];
        known.extend(by.iter().map(IdentOrStr::value));
        known.extend(self.kept_labels());
        for (_, annotation) in &on_call.annotations {
            let labels = annotation.labels.iter();
            for label in labels.filter(|label| !known.contains(label)) {
                let hint = did_you_mean(label, &known);
                let known = known.join(", ");
                let message = match on_call.labels.iter().find(|(name, _)| name == label) {
                    Some((_, value)) => added_later(label, value),
                    None => {
                        format!("the objective has no label `{label}`; {hint}allowed: {known}")
                    }
                };
                errors.at(&annotation.text, message);
            }
        }
    }

    /// Returns the matchers of the calls that count, from `of = self{label = value}`.
    fn calls(&self, of: SelectionArg, errors: &mut Errors) -> Vec<Matcher> {
        let tokens = of.to_token_stream();
        let Some(of) = self.selection(of, errors) else {
            return Vec::new();
        };
        if of.metric != self.index || of.matchers.is_empty() {
            errors.at(
                &tokens,
                "`of` needs a selection of `self`: `of = self{label != value}`",
            );
            return Vec::new();
        }
        of.matchers
    }

    fn latency(
        &self,
        latency: &Quantity,
        (key, interpolated): (Option<&Ident>, Option<&Ident>),
        of: Vec<Matcher>,
        errors: &mut Errors,
    ) -> Option<Indicator> {
        if self.metric.kind != Kind::Histogram || self.metric.unit != Unit::Seconds {
            errors.at(
                key,
                format!(
                    "a latency objective needs a histogram with `unit = seconds`; `{}` is not one",
                    self.metric.ident
                ),
            );
            return None;
        }
        if latency.is_plain() {
            let number = latency.text();
            let message = format!("a latency has a unit: write `{number}ms` or `{number}s`");
            errors.at(latency, message);
            return None;
        }
        Some(Indicator::Latency {
            of: self.own(of),
            threshold: errors.ok(latency.value(&self.metric.unit, "threshold"))?,
            written: latency.text(),
            range: TokenRange::of(latency),
            interpolated: interpolated.map(TokenRange::of),
        })
    }

    fn availability(
        &self,
        bad: Option<SelectionArg>,
        (key, target): (&Ident, &Threshold),
        of: Vec<Matcher>,
        errors: &mut Errors,
    ) -> Option<Indicator> {
        if self.metric.kind == Kind::Gauge {
            errors.at(
                key,
                format!(
                    "an availability objective needs a counter or a histogram; `{}` is a gauge",
                    self.metric.ident
                ),
            );
            return None;
        }
        let of = self.own(of);
        let Some(bad) = bad else {
            return Some(Indicator::Outcome {
                of,
                range: TokenRange::of(target),
            });
        };
        let tokens = bad.to_token_stream();
        let bad = self.selection(bad, errors)?;
        let counted = self.known.metrics.get(bad.metric);
        if counted.is_some_and(|metric| metric.kind == Kind::Gauge) {
            errors.at(&tokens, "`errors` needs a counter, not a gauge");
        }
        if bad.metric == self.index && bad.matchers.is_empty() {
            errors.at(
                &tokens,
                "`errors` needs a selection of `self`: `errors = self{label = value}`",
            );
        }
        Some(Indicator::Errors { errors: bad, of })
    }
}

/// Reports an objective without an aim, or with a second one after `availability`.
fn without_aim(attribute: &Path, availability: Option<Ident>, errors: &mut Errors) {
    match availability {
        Some(key) => errors.at(
            key,
            "an objective has `latency` or `availability`, not both: remove one",
        ),
        None => errors.at(
            attribute,
            "expected `latency = 500ms, target = 99%` or `availability = 99.9%`",
        ),
    }
}

fn target(aim: &Threshold, errors: &mut Errors) -> Option<f64> {
    let target = errors.ok(aim.value(&Dimension::Share))?;
    if let Some(percent) = aim.as_percent() {
        errors.at(aim, format!("a target is a percentage: write `{percent}%`"));
        return None;
    }
    if (LOWEST_TARGET..1.0).contains(&target) {
        return Some(target);
    }
    errors.at(
        aim,
        "`target` must be at least 50% and below 100%: 100% leaves no error budget",
    );
    None
}
