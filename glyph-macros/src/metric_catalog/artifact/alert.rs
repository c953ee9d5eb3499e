//! What `#[alert(..)]` means.

use syn::LitStr;

use super::{
    Site, Taken, alert_args::AlertArgs, annotation::Annotation, condition::Comparison, labels,
    measure::Measure, selection::Selection,
};
use crate::{
    diagnostic::{Errors, TokenRange},
    metric_catalog::args::Word,
    suggestion::did_you_mean,
};

pub(super) struct Alert {
    pub(super) name: Word,
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
        place: TokenRange,
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

    pub(super) fn annotations(&self) -> impl Iterator<Item = &Annotation> {
        [&self.summary, &self.description].into_iter().flatten()
    }
}

impl Site<'_> {
    pub(super) fn alert(
        &self,
        mut args: AlertArgs,
        taken: &mut Taken,
        errors: &mut Errors,
    ) -> Option<Alert> {
        let name = args.name.value();
        check_name(&name, &args.name, errors);
        if !taken.insert(name.clone()) {
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
        let (name, condition) = self.condition(args, &by, errors);
        let alert = Alert {
            condition: condition?,
            name,
            by,
            pending: pending.unwrap_or(0),
            severity: severity.unwrap_or_else(|| "warning".to_owned()),
            summary,
            description,
            labels: added,
        };
        self.check_annotations(&alert, errors);
        Some(alert)
    }

    fn condition(
        &self,
        args: AlertArgs,
        by: &[Word],
        errors: &mut Errors,
    ) -> (Word, Option<Condition>) {
        let AlertArgs {
            name,
            condition,
            is_broken,
            over,
            expression,
            ..
        } = args;
        if is_broken {
            return (name, None);
        }
        let condition = match (condition, expression) {
            (Some(_), Some(expression)) => {
                errors.at(
                    expression,
                    "an alert has one condition: leave out `expr`, or what stands in front",
                );
                None
            }
            (None, None) => {
                errors.at(
                    &name,
                    "say when it fires: `#[alert(Name, p95 > 2s)]`, or `expr = \"..\"`",
                );
                None
            }
            (None, Some(promql)) => {
                if let Some(label) = by.first() {
                    errors.at(
                        label,
                        "an expression says itself what it groups by: leave out `by(..)`",
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
                let keys = [
                    ("external", &args.external),
                    ("fires", &args.fires),
                    ("silent", &args.silent),
                ];
                for (key, words) in keys {
                    if let Some(word) = words.first() {
                        let message =
                            format!("`{key}(..)` goes with `expr = \"..\"`: leave it out");
                        errors.at(word, message);
                    }
                }
                self.measured(condition, &name, over, by, errors)
            }
        };
        (name, condition)
    }
}

/// Grafana, Kubernetes and whoever is on call read it: letters, digits, and what parts words.
fn check_name(name: &str, place: &Word, errors: &mut Errors) {
    let parts = |letter: char| letter.is_ascii_alphanumeric() || " _-.".contains(letter);
    if name.is_empty() || name.trim() != name || !name.chars().all(parts) {
        errors.at(
            place,
            "an alert's name is made of letters, digits, spaces, `_`, `-` and `.`",
        );
    }
}

/// A rule is tested from both sides.
fn check_cases(fires: &[LitStr], silent: &[LitStr], errors: &mut Errors) {
    match (fires, silent) {
        ([series, ..], []) => errors.at(
            series,
            "say when it stays silent, too: `silent(\"series{label=\\\"value\\\"} 0\")`",
        ),
        ([], [series, ..]) => errors.at(
            series,
            "say when it fires, too: `fires(\"series{label=\\\"value\\\"} 1\")`",
        ),
        _ => {}
    }
}

impl Site<'_> {
    /// An annotation reads labels that the alert has.
    fn check_annotations(&self, alert: &Alert, errors: &mut Errors) {
        if matches!(alert.condition, Condition::Expression { .. }) {
            return;
        }
        if alert.keeps_labels() {
            self.refuse_scope_labels(alert, errors);
        } else {
            check_annotations(alert, errors);
        }
    }

    /// The series of a gauge are added up over the scope.
    fn refuse_scope_labels(&self, alert: &Alert, errors: &mut Errors) {
        let scope = self.known.scope.iter().flat_map(|scope| &scope.labels);
        let scope: Vec<&str> = scope.map(|label| label.name.as_str()).collect();
        let own = |label: &str| alert.labels.iter().any(|(name, _)| name == label);
        for annotation in alert.annotations() {
            let labels = annotation.labels.iter().map(String::as_str);
            for label in labels.filter(|label| scope.contains(label) && !own(label)) {
                errors.at(
                    &annotation.place,
                    format!(
                        "alert `{}` has no label `{label}`, it adds up all that is in the scope: add `by({label})`",
                        alert.name.value()
                    ),
                );
            }
        }
    }
}

fn check_annotations(alert: &Alert, errors: &mut Errors) {
    let mut known: Vec<String> = vec!["severity".to_owned()];
    known.extend(alert.by.iter().map(Word::value));
    known.extend(alert.labels.iter().map(|(name, _)| name.clone()));
    if let Condition::Absent { of, .. } = &alert.condition {
        known.extend(of.matchers.iter().map(|matcher| matcher.label.value()));
    }
    for annotation in alert.annotations() {
        for label in &annotation.labels {
            if !known.contains(label) {
                let hint = did_you_mean(label, &known);
                errors.at(
                    &annotation.place,
                    format!(
                        "alert `{}` has no label `{label}`; {hint}it has those of `by(..)` and its own",
                        alert.name.value()
                    ),
                );
            }
        }
    }
}
