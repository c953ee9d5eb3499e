//! Alerts and objectives under a view.

use glyph_core::{
    __runtime::BucketAround,
    catalog::{
        AlertDescriptor, Condition, Indicator, Measure, MetricDescriptor, ObjectiveDescriptor,
        Selection,
    },
};

use super::{Follow, Reason, leaked_text};

impl Follow<'_> {
    pub(super) fn alert(&self, alert: &AlertDescriptor) -> Result<AlertDescriptor, Reason> {
        let condition = self.condition(alert)?;
        let used = selections(&alert.condition);
        self.check_labels(&used, alert.by.iter().copied())?;
        let written = alert.labels.iter().chain(alert.annotations);
        let values = written.map(|(_, value)| *value);
        let texts = [alert.summary, alert.description].into_iter().chain(values);
        self.check_labels(&used, texts.flat_map(labels_in))?;
        Ok(AlertDescriptor {
            condition,
            ..*alert
        })
    }

    fn condition(&self, alert: &AlertDescriptor) -> Result<Condition, Reason> {
        Ok(match alert.condition {
            Condition::Compare {
                measure,
                comparison,
                threshold,
            } => {
                self.check_measure(measure, comparison, threshold, alert.by)?;
                Condition::Compare {
                    measure: self.measure(measure)?,
                    comparison,
                    threshold,
                }
            }
            Condition::Absent { of, over } => Condition::Absent {
                of: self.selection(of)?,
                over,
            },
            expression @ Condition::Expression { .. } => self.expression(alert, expression)?,
        })
    }

    /// Rejects labels that the view leaves out of one of these metrics.
    fn check_labels<'label>(
        &self,
        of: &[Selection],
        labels: impl Iterator<Item = &'label str>,
    ) -> Result<(), Reason> {
        for label in labels {
            for shown in of.iter().filter_map(|of| self.shown(of.metric)) {
                shown.check_label(label)?;
            }
        }
        Ok(())
    }

    pub(super) fn objective(
        &self,
        metric: &MetricDescriptor,
        exposed: &MetricDescriptor,
        objective: &ObjectiveDescriptor,
    ) -> Result<ObjectiveDescriptor, Reason> {
        let (indicator, used) = match objective.indicator {
            Indicator::Latency {
                of,
                threshold,
                interpolated,
            } => {
                self.check_bound(of, threshold, interpolated)?;
                let of_view = self.selection(of)?;
                let indicator = Indicator::Latency {
                    of: of_view,
                    threshold,
                    interpolated,
                };
                (indicator, vec![of])
            }
            Indicator::Outcome { of } => {
                self.check_outcome(of)?;
                let indicator = Indicator::Outcome {
                    of: self.selection(of)?,
                };
                (indicator, vec![of])
            }
            Indicator::Errors { errors, of } => {
                let indicator = Indicator::Errors {
                    errors: self.selection(errors)?,
                    of: self.selection(of)?,
                };
                (indicator, vec![errors, of])
            }
        };
        self.check_labels(&used, objective.by.iter().copied())?;
        Ok(ObjectiveDescriptor {
            name: objective_name(metric, exposed, objective.name),
            indicator,
            ..*objective
        })
    }

    /// Rejects an objective whose bucket the view leaves out. An interpolated one follows the view, with
    /// the bucket that is then around its threshold.
    fn check_bound(&self, of: Selection, threshold: f64, interpolated: bool) -> Result<(), Reason> {
        match self.shown(of.metric) {
            Some(shown) if interpolated => {
                let buckets = shown.visible()?.buckets;
                let around = BucketAround::new(buckets, threshold);
                around.map(drop).ok_or_else(|| {
                    let metric = of.metric;
                    format!("the view leaves `{metric}` no bucket bounds around {threshold}")
                })
            }
            Some(shown) if !shown.has_bucket(threshold)? => Err(format!(
                "the view leaves out bucket bound {threshold} of `{}`",
                of.metric
            )),
            _ => Ok(()),
        }
    }

    /// Rejects an objective whose outcome label the view leaves out.
    fn check_outcome(&self, of: Selection) -> Result<(), Reason> {
        let Some(shown) = self.shown(of.metric) else {
            return Ok(());
        };
        let mut labels = shown.declared.labels.iter();
        let outcome = labels.find(|label| label.outcomes.is_some());
        outcome.map_or(Ok(()), |label| shown.check_label(label.name))
    }
}

/// Returns the name of an objective. The default begins with the metric's name, which the view can change:
/// it is the only label that distinguishes the recorded series of objectives.
fn objective_name(
    metric: &MetricDescriptor,
    exposed: &MetricDescriptor,
    name: &'static str,
) -> &'static str {
    let default = name.strip_prefix(&camel_case(metric.otel_name));
    match default {
        Some(suffix) if metric.otel_name != exposed.otel_name => {
            leaked_text(&(camel_case(exposed.otel_name) + suffix))
        }
        _ => name,
    }
}

/// Returns `SttDuration` for `stt.duration`, as the macro does.
fn camel_case(name: &str) -> String {
    let words = name.split(['.', '_']);
    let capital = words.map(|word| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        first.to_ascii_uppercase() + rest
    });
    capital.collect()
}

/// Returns the metrics that a condition measures. Those of an expression are checked apart.
fn selections(condition: &Condition) -> Vec<Selection> {
    match *condition {
        Condition::Absent { of, .. } => vec![of],
        Condition::Compare { measure, .. } => match measure {
            Measure::Value(of)
            | Measure::Quantile { of, .. }
            | Measure::Rate { of, .. }
            | Measure::Increase { of, .. } => vec![of],
            Measure::Ratio { part, whole, .. } => vec![part, whole],
        },
        Condition::Expression { .. } => Vec::new(),
    }
}

/// Returns the labels that a template uses: `$labels.tool`.
pub(crate) fn labels_in(template: &str) -> impl Iterator<Item = &str> {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let after = template.split("$labels.").skip(1);
    after.map(move |rest| rest.split(|letter| !is_name(letter)).next().unwrap_or(rest))
}
