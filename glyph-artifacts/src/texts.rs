//! Annotations of alerts: what fired, where, and by how much.

use std::collections::BTreeMap;

use crate::{
    families::{Families, INSTANCE},
    numbers::{duration, rounded},
    panel_link::{Aspect, url},
    quantity::quantity,
};
use glyph_core::catalog::{
    AlertDescriptor, Comparison, Condition, Kind, Measure, MetricDescriptor, ObjectiveDescriptor,
    Selection, Unit,
};

impl Families {
    /// Returns the annotations of an alert: the declared ones, and a description with the value
    /// and the labels if none is declared.
    pub(super) fn alert_annotations(&self, alert: &AlertDescriptor) -> BTreeMap<String, String> {
        let mut annotations: BTreeMap<String, String> = alert
            .annotations
            .iter()
            .copied()
            .map(super::rules::owned)
            .collect();
        if !alert.summary.is_empty() {
            annotations.insert("summary".to_owned(), alert.summary.to_owned());
        }
        if let Some(description) = self.description(alert) {
            annotations.insert("description".to_owned(), description);
        }
        if let Some(url) = self.alert_url(alert) {
            annotations.entry("dashboard_url".to_owned()).or_insert(url);
        }
        annotations
    }

    /// Returns a link to the panel that shows why an alert fires, with the labels of the alert.
    fn alert_url(&self, alert: &AlertDescriptor) -> Option<String> {
        let dashboard = self.dashboard_url()?;
        let labels = match alert.condition {
            Condition::Compare { measure, .. } => self.alert_labels(alert, measure),
            // What these return can have no labels.
            Condition::Absent { .. } | Condition::Expression { .. } => Vec::new(),
        };
        let panel = self.alert_panel(alert.name);
        Some(url(dashboard, panel, &self.with_variables(&labels)))
    }

    /// Returns a link to the panel of an objective's budget, with the labels of an alert: the target
    /// labels and `by`.
    pub(super) fn objective_url(
        &self,
        objective: &ObjectiveDescriptor,
        by: &[&str],
    ) -> Option<String> {
        let labels = self.grouping_labels(by).into_iter();
        let labels: Vec<String> = labels.map(str::to_owned).collect();
        let panel = self.panel_ids().get(Aspect::Burn, objective.name);
        let labels = self.with_variables(&labels);
        Some(url(self.dashboard_url()?, panel, &labels))
    }

    /// Returns the id of the panel that shows why an alert fires, if there is one.
    pub(super) fn alert_panel(&self, alert: &str) -> Option<u32> {
        let has_alert = |metric: &&MetricDescriptor| {
            let mut alerts = metric.alerts.iter();
            alerts.any(|own| own.name == alert)
        };
        let metric = self.metrics().find(has_alert)?;
        let mut alerts = metric.alerts.iter();
        let condition = alerts.find(|own| own.name == alert)?.condition;
        let value = self.value_panel(metric)?;
        let shares = matches!(
            condition,
            Condition::Compare { measure: Measure::Ratio { part, whole, .. }, .. }
                if part.metric == metric.name && whole.metric == metric.name
        );
        let failures = Some(metric).filter(|_| shares);
        let failures = failures.and_then(|metric| self.failures_panel(metric));
        Some(failures.unwrap_or(value))
    }

    /// Returns the labels that are variables of the dashboard.
    fn with_variables<'labels>(&self, labels: &'labels [String]) -> Vec<&'labels str> {
        let variables = self.variable_labels();
        let labels = labels.iter().map(String::as_str);
        let is_variable = |label: &&str| self.is_target(label) || variables.contains(label);
        labels.filter(is_variable).collect()
    }

    fn description(&self, alert: &AlertDescriptor) -> Option<String> {
        let declared = Some(alert.description).filter(|text| !text.is_empty());
        let Condition::Compare {
            measure,
            comparison,
            threshold,
        } = alert.condition
        else {
            return declared.map(str::to_owned);
        };
        let labels = self.alert_labels(alert, measure);
        let Some(declared) = declared else {
            let subject = self.subject_of(measure);
            let form = self.form(measure, threshold);
            let (value, limit) = (form.template(), form.written(threshold));
            let relation = relation(comparison);
            return Some(format!(
                "{subject} is {value}, {relation} {limit}, for{}.",
                labels_text(&labels)
            ));
        };
        // An alert on one series of a gauge names the series.
        let is_named = |text: &str| text.contains("$labels.instance");
        let is_one_series = labels.iter().any(|label| label == INSTANCE);
        if !is_one_series || is_named(alert.summary) || is_named(declared) {
            return Some(declared.to_owned());
        }
        let declared = declared.trim_end();
        Some(format!("{declared} It is about{}.", labels_text(&labels)))
    }

    /// Returns the labels of an alert, those of the target first.
    fn alert_labels(&self, alert: &AlertDescriptor, measure: Measure) -> Vec<String> {
        let is_one_series = alert.by.is_empty() && alert.aggregate.is_none();
        let mut labels: Vec<String> = match measure {
            Measure::Value(of) if is_one_series => {
                let own = self.find(of).map_or(&[][..], |metric| metric.labels);
                let own = own.iter().map(|label| label.name);
                self.series_target_labels()
                    .chain(own)
                    .map(str::to_owned)
                    .collect()
            }
            _ => {
                let labels = self.grouping_labels(alert.by).into_iter();
                labels.map(str::to_owned).collect()
            }
        };
        labels.sort_by_key(|label| !self.is_target(label));
        labels
    }

    /// Returns what an alert measures: `p95 of app_latency_seconds over 5m`.
    fn subject_of(&self, measure: Measure) -> String {
        let over = |time| duration(self.time(time));
        match measure {
            Measure::Value(of) => selected(of),
            Measure::Quantile {
                quantile,
                of,
                over: time,
            } => {
                let percentile = rounded(quantile * 100.0).to_string().replace('.', "");
                format!("p{percentile} of {} over {}", selected(of), over(time))
            }
            Measure::Rate { of, over: time } => {
                format!("The rate of {} over {}", selected(of), over(time))
            }
            Measure::Increase { of, over: time } => {
                format!("The increase of {} in {}", selected(of), over(time))
            }
            Measure::Ratio {
                part,
                whole,
                over: time,
            } => {
                let ratio = format!("The ratio of {} to {}", selected(part), selected(whole));
                if self.is_gauge(part) {
                    ratio
                } else {
                    format!("{ratio} over {}", over(time))
                }
            }
        }
    }

    /// Returns how the value of a measure is written.
    fn form(&self, measure: Measure, threshold: f64) -> Form {
        let of_unit = |unit| match unit {
            Unit::Seconds => Form::Duration,
            Unit::Bytes => Form::Bytes,
            Unit::Ratio => Form::Share,
            Unit::None | Unit::Other(_) => Form::Number,
        };
        let unit = |of: Selection| self.find(of).map_or(Unit::None, |metric| metric.unit);
        match measure {
            Measure::Value(of) | Measure::Quantile { of, .. } => of_unit(unit(of)),
            Measure::Increase { of, .. } => match self.find(of).map(|metric| metric.kind) {
                Some(Kind::Counter) => of_unit(unit(of)),
                _ => Form::Number,
            },
            Measure::Rate { .. } => Form::Rate,
            // `3` and not `300%`.
            Measure::Ratio { .. } if threshold > 1.0 => Form::Number,
            Measure::Ratio { .. } => Form::Share,
        }
    }
}

/// How a value is written, by functions of Prometheus's templates that Grafana has too.
#[derive(Clone, Copy)]
enum Form {
    Number,
    Rate,
    Share,
    Duration,
    Bytes,
}

impl Form {
    fn template(self) -> &'static str {
        match self {
            Self::Number => "{{ $value | humanize }}",
            Self::Rate => "{{ $value | humanize }}/s",
            Self::Share => "{{ $value | humanizePercentage }}",
            Self::Duration => "{{ $value | humanizeDuration }}",
            Self::Bytes => "{{ $value | humanize1024 }}B",
        }
    }

    fn written(self, threshold: f64) -> String {
        match self {
            Self::Number => rounded(threshold).to_string(),
            Self::Rate => format!("{}/s", rounded(threshold)),
            Self::Share => crate::numbers::percent(threshold),
            Self::Duration => seconds(threshold),
            Self::Bytes => quantity(threshold, Unit::Bytes),
        }
    }
}

/// Returns a time as it is declared: `250ms`, `2.5s`, `14d`.
fn seconds(time: f64) -> String {
    if time.abs() < 1.0 && time.abs() > 0.0 {
        return format!("{}ms", rounded(time * 1000.0));
    }
    let units = [(86_400.0, "d"), (3600.0, "h"), (60.0, "m")];
    let whole = |(size, _): &(f64, &str)| time.abs() >= *size && (time / size).fract() == 0.0;
    match units.into_iter().find(whole) {
        Some((size, unit)) => format!("{}{unit}", time / size),
        None => format!("{}s", rounded(time)),
    }
}

fn selected(of: Selection) -> String {
    let matchers = of.matchers.iter().map(|matcher| {
        let operator = if matcher.equal { "" } else { "not " };
        format!(
            "{} {operator}{}",
            matcher.label,
            matcher.values.join(" or ")
        )
    });
    let matchers: Vec<_> = matchers.collect();
    if matchers.is_empty() {
        of.metric.to_owned()
    } else {
        format!("{} ({})", of.metric, matchers.join(", "))
    }
}

fn relation(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Above => "above",
        Comparison::AtLeast => "at least",
        Comparison::Below => "below",
        Comparison::AtMost => "at most",
        Comparison::Equal => "equal to",
        Comparison::Unequal => "other than",
    }
}

/// Returns the values of labels, as a template. Absent labels are left out.
pub(super) fn labels_text(labels: &[String]) -> String {
    let labels = labels
        .iter()
        .map(|label| format!("{{{{ with $labels.{label} }}}} {label} {{{{ . }}}}{{{{ end }}}}"));
    labels.collect()
}
