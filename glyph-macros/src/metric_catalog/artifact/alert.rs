//! The model of `#[alert(..)]`.

use syn::LitStr;

use super::{
    MetricField, Taken, alert_args::AlertArgs, alert_texts::Mention, annotation::Annotation,
    condition::Comparison, labels, measure::Measure, on_call::OnCall, selection::Selection,
};
use crate::{
    diagnostic::{Errors, TokenRange},
    metric_catalog::{aggregate::Aggregate, args::IdentOrStr, field::Kind},
    suggestion::closest,
};

/// The severities that rules of Prometheus and routes of Alertmanager often have. Another one is allowed, unless it
/// is so near to one of these that it is that one, misspelt.
const SEVERITIES: [&str; 12] = [
    "critical",
    "warning",
    "warn",
    "info",
    "information",
    "error",
    "page",
    "ticket",
    "major",
    "minor",
    "high",
    "none",
];

pub(super) struct Alert {
    pub(super) name: IdentOrStr,
    pub(super) condition: Condition,
    pub(super) by: Vec<IdentOrStr>,
    pub(super) aggregate: Option<Aggregate>,
    pub(super) severity: String,
    pub(super) summary: Option<Annotation>,
    pub(super) description: Option<Annotation>,
    pub(super) on_call: OnCall,
    /// Labels in its texts that it may lack.
    pub(super) mentions: Vec<Mention>,
}

pub(super) enum Condition {
    Compare {
        measure: Measure,
        comparison: Comparison,
        threshold: f64,
        range: TokenRange,
    },
    Absent {
        of: Selection,
        over: Option<u64>,
    },
    Expression {
        promql: LitStr,
        external: Vec<LitStr>,
        fires: Vec<LitStr>,
        silent: Vec<LitStr>,
    },
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
    /// Whether each series of a gauge is compared by itself and keeps its labels.
    pub(super) fn keeps_labels(&self) -> bool {
        self.by.is_empty()
            && self.aggregate.is_none()
            && matches!(
                self.condition,
                Condition::Compare {
                    measure: Measure::Value(_),
                    ..
                }
            )
    }

    /// The value of a label that the rule adds to the alert.
    pub(super) fn added(&self, label: &str) -> Option<&str> {
        if label == "severity" {
            return Some(&self.severity);
        }
        let mut own = self.on_call.labels.iter();
        let (_, value) = own.find(|(name, _)| name == label)?;
        Some(value)
    }

    pub(super) fn annotations(&self) -> impl Iterator<Item = &Annotation> {
        let others = self.on_call.annotations.iter();
        let others = others.map(|(_, annotation)| annotation);
        [&self.summary, &self.description]
            .into_iter()
            .flatten()
            .chain(others)
    }
}

impl MetricField<'_> {
    pub(super) fn alert(
        &self,
        mut args: AlertArgs,
        taken: &mut Taken,
        errors: &mut Errors,
    ) -> Option<Alert> {
        let name = args.name.value();
        check_name(&name, &args.name, errors);
        if !taken.insert(name.clone()) {
            errors.at(&args.name, format!("duplicate alert `{name}`: rename one"));
        }
        // The author of an expression knows which labels it has.
        let is_written = args.expression.is_some();
        let kept = self.kept_labels().filter(|_| !is_written);
        let kept: Vec<String> = kept.collect();
        let on_call = std::mem::take(&mut args.on_call).model(&kept, errors);
        let annotation = |text: Option<LitStr>, errors: &mut Errors| {
            text.map(|text| Annotation::read(text, errors))
        };
        let summary = annotation(args.summary.take(), errors);
        let description = annotation(args.description.take(), errors);
        let by = labels::once(std::mem::take(&mut args.by), errors);
        labels::check_groups(&by, &["severity", "alertname"], &on_call.labels, errors);
        let is_whole = args.is_whole;
        let severity = args
            .severity
            .as_ref()
            .map(|written| severity(written, errors));
        let written = args.aggregate.take();
        let aggregate = written.as_ref();
        let aggregate = aggregate.and_then(|written| Aggregate::read(written, errors));
        let (name, condition) = self.condition(args, &by, aggregate, errors);
        let condition = condition?;
        if let Some(written) = &written {
            self.check_combined(&condition, written, errors);
        }
        let mut alert = Alert {
            condition,
            name,
            by,
            aggregate,
            severity: severity.unwrap_or_else(|| "warning".to_owned()),
            summary,
            description,
            on_call,
            mentions: Vec::new(),
        };
        // After an error, labels may be missing.
        if is_whole {
            alert.mentions = self.check_annotations(&alert, errors);
        }
        Some(alert)
    }

    fn condition(
        &self,
        args: AlertArgs,
        by: &[IdentOrStr],
        aggregate: Option<Aggregate>,
        errors: &mut Errors,
    ) -> (IdentOrStr, Option<Condition>) {
        let AlertArgs {
            name,
            condition,
            is_invalid,
            over,
            expression,
            ..
        } = args;
        if is_invalid {
            return (name, None);
        }
        let condition = match (condition, expression) {
            (Some(_), Some(expression)) => {
                errors.at(
                    expression,
                    "duplicate condition: remove `expr` or the condition before it",
                );
                None
            }
            (None, None) => {
                errors.at(
                    &name,
                    "missing condition: write `#[alert(Name, p95 > 2s)]` or `expr = \"..\"`",
                );
                None
            }
            (None, Some(promql)) => {
                if let Some(label) = by.first() {
                    errors.at(
                        label,
                        "`by(..)` does not apply to `expr`: group inside the expression",
                    );
                }
                check_cases(&args.fires, &args.silent, errors);
                Some(Condition::Expression {
                    promql,
                    external: args.external,
                    fires: args.fires,
                    silent: args.silent,
                })
            }
            (Some(condition), None) => {
                for key in &args.expression_keys {
                    let message = format!("`{key}(..)` needs `expr = \"..\"`: remove it");
                    errors.at(key, message);
                }
                self.measured(condition, &name, over, by, aggregate, errors)
            }
        };
        (name, condition)
    }
}

impl MetricField<'_> {
    /// Reports the operator of an alert that compares no gauges, and an operator that ratios do not
    /// have.
    fn check_combined(&self, condition: &Condition, written: &IdentOrStr, errors: &mut Errors) {
        let is_gauge = |of: &&Selection| {
            let metric = self.known.metrics.get(of.metric);
            metric.is_some_and(|metric| metric.kind == Kind::Gauge)
        };
        let measure = match condition {
            Condition::Compare { measure, .. } => Some(measure),
            _ => None,
        };
        let measure = measure.filter(|measure| measure.selections().iter().all(is_gauge));
        match measure {
            None => errors.at(
                written,
                "`aggregate` is for the values of gauges: remove it",
            ),
            Some(Measure::Ratio { .. }) if written.value() == "last" => errors.at(
                written,
                "a ratio is not scraped, so it has no last value; allowed: sum, avg, max, min",
            ),
            Some(_) => {}
        }
    }
}

/// The severity: any word that is not near to a usual one.
fn severity(written: &IdentOrStr, errors: &mut Errors) -> String {
    let severity = written.value();
    let is_usual = SEVERITIES.contains(&severity.as_str());
    // Shorter words are near to many others.
    let meant = closest(&severity, &SEVERITIES).filter(|_| !is_usual && severity.len() > 3);
    if let Some(meant) = meant {
        errors.at(
            written,
            format!("`{severity}` is not a usual severity; did you mean `{meant}`? write `severity = {meant}`, or another word"),
        );
    }
    severity
}

/// Reports a name that Grafana or Kubernetes would reject.
fn check_name(name: &str, tokens: &IdentOrStr, errors: &mut Errors) {
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || " _-.".contains(letter);
    if name.is_empty() || name.trim() != name || !name.chars().all(is_allowed) {
        errors.at(
            tokens,
            "invalid alert name: use letters, digits, spaces, `_`, `-` and `.`",
        );
    }
}

/// Reports a rule test with only firing or only silent cases.
fn check_cases(fires: &[LitStr], silent: &[LitStr], errors: &mut Errors) {
    match (fires, silent) {
        ([series, ..], []) => errors.at(
            series,
            "missing silent case: add `silent(\"series{label=\\\"value\\\"} 0\")`",
        ),
        ([], [series, ..]) => errors.at(
            series,
            "missing firing case: add `fires(\"series{label=\\\"value\\\"} 1\")`",
        ),
        _ => {}
    }
}
