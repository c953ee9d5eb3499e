//! The reference of the metrics, in Markdown.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;

use crate::{
    ArtifactError, artifacts::Artifacts, artifacts::HEADER, families::Families, numbers::duration,
    numbers::percent, promql::in_one_line, quantity::burn_windows, quantity::quantity,
};
use glyph_core::{
    catalog::{
        Aggregate, BurnWindows, Comparison, Indicator, Kind, MetricDescriptor, ObjectiveDescriptor,
        Selection, Unit,
    },
    label::LabelValues,
};

impl Artifacts {
    /// Returns the reference: Markdown tables of the metrics, labels, alerts and objectives.
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::Problems`] if an expression or a name in the catalogs is invalid.
    pub fn reference(&self) -> Result<String, ArtifactError> {
        self.checked()?;
        let families = self.families();
        let sections = [
            format!("# Metrics\n\n<!-- {HEADER} -->\n"),
            metrics(&families, Kind::Histogram, "Histograms"),
            metrics(&families, Kind::Counter, "Counters"),
            gauges(&families),
            buckets(&families),
            labels(&families),
            alerts(&families),
            objectives(&families),
        ];
        let sections: Vec<_> = sections
            .into_iter()
            .filter(|section| !section.is_empty())
            .collect();
        Ok(sections.join("\n"))
    }
}

/// Returns a section with a table, or an empty string if there are no rows.
fn section<const COLUMNS: usize>(
    title: &str,
    head: [&str; COLUMNS],
    rows: impl Iterator<Item = [String; COLUMNS]>,
) -> String {
    let rows: Vec<String> = rows
        .map(|row| line(&row.map(|cell| escaped(&cell))))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let head = line(&head.map(str::to_owned));
    let rule = format!("|{}\n", "---|".repeat(COLUMNS));
    format!("## {title}\n\n{head}{rule}{}", rows.concat())
}

fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// Returns a string that ends neither a table cell nor the table.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn list(names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| code(name.as_ref())).collect();
    if names.is_empty() {
        "(none)".to_owned()
    } else {
        names.join(", ")
    }
}

/// Returns the table of the counters or of the histograms.
fn metrics(families: &Families, kind: Kind, title: &str) -> String {
    let of_kind = families.metrics().filter(|metric| metric.kind == kind);
    section(title, HEAD, of_kind.map(|metric| columns(families, metric)))
}

/// Returns the table of the gauges, which also says how several series combine.
fn gauges(families: &Families) -> String {
    let gauges = families.metrics();
    let gauges = gauges.filter(|metric| metric.kind == Kind::Gauge);
    let rows = gauges.map(|metric| {
        let [otel_name, name, unit, labels, help] = columns(families, metric);
        [otel_name, name, unit, labels, combined(metric), help]
    });
    let [otel_name, name, unit, labels, help] = HEAD;
    let head = [otel_name, name, unit, labels, "Several series", help];
    section("Gauges", head, rows)
}

const HEAD: [&str; 5] = [
    "OpenTelemetry name",
    "Prometheus name",
    "Unit",
    "Labels",
    "Description",
];

fn columns(families: &Families, metric: &MetricDescriptor) -> [String; 5] {
    let counter = metric.kind == Kind::Counter;
    let suffix = if counter { "_total" } else { "" };
    let unit = metric.unit.suffix();
    [
        code(metric.otel_name),
        code(&format!("{}{suffix}", metric.name)),
        if unit.is_empty() { "-" } else { unit }.to_owned(),
        list(label_names(families, metric)),
        metric.help.to_owned(),
    ]
}

/// Returns how several series of a gauge combine, in panels and alerts that do not say otherwise.
fn combined(metric: &MetricDescriptor) -> String {
    let word = |comparison| match metric.aggregate_for(comparison) {
        Aggregate::Sum => "sum",
        Aggregate::Avg => "average",
        Aggregate::Max => "highest",
        Aggregate::Min => "lowest",
        Aggregate::Last => "last scraped",
    };
    let (usual, below) = (word(None), word(Some(Comparison::Below)));
    if usual == below {
        usual.to_owned()
    } else {
        format!("{usual}; {below} in alerts with `<`")
    }
}

/// Returns the labels of a metric: its label set, then its scope.
fn label_names(
    families: &Families,
    metric: &MetricDescriptor,
) -> impl Iterator<Item = &'static str> {
    let own = metric.labels.iter().map(|label| label.name);
    own.chain(families.scope(metric).iter().map(|label| label.name))
}

/// Returns the table of bucket bounds. Histograms with the same bounds share a row.
fn buckets(families: &Families) -> String {
    let mut by_bounds: Vec<(Vec<String>, Vec<&str>)> = Vec::new();
    for metric in families
        .metrics()
        .filter(|metric| metric.kind == Kind::Histogram)
    {
        let bounds = metric.buckets.iter().copied();
        let bounds: Vec<_> = bounds.map(|bound| quantity(bound, metric.unit)).collect();
        match by_bounds.iter_mut().find(|(known, _)| *known == bounds) {
            Some((_, metrics)) => metrics.push(metric.name),
            None => by_bounds.push((bounds, vec![metric.name])),
        }
    }
    let rows = by_bounds
        .into_iter()
        .map(|(bounds, metrics)| [bounds.join(", "), list(metrics)]);
    section("Bucket bounds", ["Bounds", "Histograms"], rows)
}

fn labels(families: &Families) -> String {
    let mut by_name: BTreeMap<(&str, String), Vec<&MetricDescriptor>> = BTreeMap::new();
    for metric in families.metrics() {
        for label in metric.labels {
            let values = match label.values {
                LabelValues::Closed(values) => list(values),
                LabelValues::Open { max } => format!("any string, at most {max} values"),
            };
            by_name
                .entry((label.name, values))
                .or_default()
                .push(metric);
        }
        for label in families.scope(metric) {
            let values = format!(
                "any string, at most {} values; from the scope, absent outside it",
                label.max
            );
            by_name
                .entry((label.name, values))
                .or_default()
                .push(metric);
        }
    }
    let rows = by_name.into_iter().map(|((label, values), metrics)| {
        [
            code(label),
            list(metrics.iter().map(|metric| metric.otel_name)),
            values,
        ]
    });
    section("Labels", ["Label", "Used by", "Values"], rows)
}

fn alerts(families: &Families) -> String {
    let alerts = families.metrics().flat_map(|metric| metric.alerts);
    let rows = alerts.map(|alert| {
        let expr = families.condition(alert);
        let meaning = [alert.summary, alert.description];
        let meaning = meaning.into_iter().filter(|text| !text.is_empty());
        let meaning: Vec<_> = meaning.map(without_templates).collect();
        let pending = if alert.pending.is_zero() {
            "at once".to_owned()
        } else {
            duration(alert.pending)
        };
        [
            alert.name.to_owned(),
            alert.severity.to_owned(),
            code(&in_one_line(&expr)),
            pending,
            meaning.join(". "),
        ]
    });
    section(
        "Alerts",
        ["Alert", "Severity", "Fires when", "For", "Meaning"],
        rows,
    )
}

fn objectives(families: &Families) -> String {
    let objectives = families.metrics().flat_map(|metric| metric.objectives);
    let rows = objectives.map(|objective| {
        let good = match objective.indicator {
            Indicator::Latency { of, threshold, .. } => {
                let unit = families.find(of).map_or(Unit::None, |metric| metric.unit);
                let threshold = quantity(threshold, unit);
                let estimate = families.estimate(objective);
                let (metric, selected) = (code(of.metric), selected(of));
                format!("{metric} at most {threshold}{estimate}{selected}")
            }
            Indicator::Outcome { of } => {
                format!("{} that did not fail{}", code(of.metric), selected(of))
            }
            Indicator::Errors { errors, of } => {
                let (all, errors) = (code(of.metric), code(errors.metric));
                format!("{all} without {errors}{}", selected(of))
            }
        };
        [
            objective.name.to_owned(),
            good,
            percent(objective.target),
            duration(objective.period),
            list(objective.by),
            burns(objective),
        ]
    });
    section(
        "Objectives",
        [
            "Objective",
            "Good calls",
            "Target",
            "Period",
            "For each",
            "Alerts at burn rates",
        ],
        rows,
    )
}

/// Returns when the alerts of an objective fire.
fn burns(objective: &ObjectiveDescriptor) -> String {
    let rates = |name: &str, windows: &[BurnWindows]| {
        let windows: Vec<_> = windows.iter().map(burn_windows).collect();
        (!windows.is_empty()).then(|| format!("{name} {}", windows.join(", ")))
    };
    let least = Some(objective.min_requests).filter(|least| *least > 0);
    let parts = [
        rates("fast", objective.fast),
        rates("slow", objective.slow),
        least.map(|least| format!("from {least} calls")),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    parts.join("; ")
}

/// Returns a text with `{provider}` in the place of `{{ $labels.provider }}`.
fn without_templates(text: &str) -> String {
    static LABEL: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\{\{\s*\$(?:labels\.)?(\w+)\s*\}\}").ok());
    match LABEL.as_ref() {
        Some(label) => label.replace_all(text, "{$1}").into_owned(),
        None => text.to_owned(),
    }
}

/// Returns the calls that an objective is about, after a comma: `, where path is not /healthz`.
fn selected(of: Selection) -> String {
    let matchers = of.matchers.iter().map(|matcher| {
        let is = if matcher.equal { "is" } else { "is not" };
        let values: Vec<_> = matcher.values.iter().map(|value| code(value)).collect();
        format!("{} {is} {}", code(matcher.label), any_of(&values))
    });
    let matchers: Vec<_> = matchers.collect();
    if matchers.is_empty() {
        return String::new();
    }
    format!(", where {}", matchers.join(" and "))
}

/// Returns a list as a sentence has it: `a, b or c`.
fn any_of(values: &[String]) -> String {
    match values {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        values => values.concat(),
    }
}
