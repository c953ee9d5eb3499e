//! The names that expressions may use.

use std::collections::{BTreeMap, BTreeSet};

use crate::{families::Families, objective::record_names};
use glyph_core::{
    catalog::{Kind, MetricDescriptor, ScopeLabel},
    label::LabelValues,
};

/// The labels that each scrape sets.
const TARGET: [&str; 2] = ["job", "instance"];

/// The series that Prometheus adds, with their labels.
const PROMETHEUS: [(&str, &[&str]); 5] = [
    ("up", &[]),
    ("scrape_duration_seconds", &[]),
    ("scrape_samples_scraped", &[]),
    ("ALERTS", &["alertname", "alertstate", "severity"]),
    ("ALERTS_FOR_STATE", &["alertname", "severity"]),
];

/// The labels of an exporter.
const EXPORTER: &[&str] = &["signal", "exporter"];

/// The series of glyph's internal metrics, with their labels.
///
/// The runtime declares these metrics, and this crate does not depend on the runtime. A test
/// compares the list with the declarations.
#[doc(hidden)]
pub const INTERNAL_SERIES: [(&str, &[&str]); 25] = [
    ("glyph_audit_failures_total", &[]),
    ("glyph_audit_lines_total", &[]),
    ("glyph_audit_lost_total", &[]),
    ("glyph_catalog_unregistered", &["catalog"]),
    (
        "glyph_export_dropped_total",
        &["signal", "exporter", "reason"],
    ),
    (
        "glyph_export_duration_seconds_bucket",
        &["signal", "exporter", "le"],
    ),
    ("glyph_export_duration_seconds_count", EXPORTER),
    ("glyph_export_duration_seconds_sum", EXPORTER),
    ("glyph_export_exported_total", EXPORTER),
    ("glyph_export_failures_total", EXPORTER),
    ("glyph_export_queue_capacity", EXPORTER),
    ("glyph_export_queue_length", EXPORTER),
    ("glyph_facade_refused_total", &["metric"]),
    ("glyph_label_overflow_total", &["metric", "label"]),
    ("glyph_log_lines_dropped_total", &["reason", "level"]),
    ("glyph_log_lines_total", &[]),
    ("glyph_observations_refused_total", &["metric"]),
    ("glyph_scrape_duration_seconds", &[]),
    ("glyph_scrape_read_failures_total", &["metric", "reason"]),
    ("glyph_scrapes_total", &[]),
    ("glyph_series", &[]),
    ("glyph_trace_ring_spans", &[]),
    ("glyph_trace_spans_ended_total", &[]),
    ("glyph_trace_spans_started_total", &[]),
    ("target_info", &["service_name", "service_version"]),
];

/// The series that expressions may use, by name.
pub(super) struct Names {
    series: BTreeMap<String, Series>,
    /// The labels that every series may have.
    target: BTreeSet<String>,
}

/// The labels of the series of one name. A closed label has its values.
#[derive(Clone, Debug, Default)]
pub(super) struct Series {
    labels: BTreeMap<String, Option<&'static [&'static str]>>,
    /// Whether the series may have other labels too.
    pub(super) is_open: bool,
}

impl Names {
    pub(super) fn new(families: &Families, target_labels: &[String]) -> Self {
        let mut names = Self {
            series: BTreeMap::new(),
            target: TARGET.map(str::to_owned).into_iter().collect(),
        };
        names.target.extend(target_labels.iter().cloned());
        for (name, labels) in PROMETHEUS.into_iter().chain(INTERNAL_SERIES) {
            let labels = labels.iter().map(|label| ((*label).to_owned(), None));
            let series = Series {
                labels: labels.collect(),
                is_open: name.starts_with("ALERTS") || name == "target_info",
            };
            names.series.insert(name.to_owned(), series);
        }
        for metric in families.metrics() {
            names.declare(metric, families.scope(metric));
        }
        for objective in families.metrics().flat_map(|metric| metric.objectives) {
            let by = objective.by.iter().chain(&["objective"]);
            let by: Vec<String> = by.map(|label| (*label).to_owned()).collect();
            for name in record_names() {
                let series = names.series.entry(name).or_default();
                series
                    .labels
                    .extend(by.iter().map(|label| (label.clone(), None)));
            }
        }
        names
    }

    fn declare(&mut self, metric: &MetricDescriptor, scope: &[ScopeLabel]) {
        let labels = metric.labels.iter().map(|label| {
            let values = match label.values {
                LabelValues::Closed(values) => Some(values),
                LabelValues::Open { .. } => None,
            };
            (label.name.to_owned(), values)
        });
        let scope = scope.iter().map(|label| (label.name.to_owned(), None));
        let series = Series {
            labels: scope.chain(labels).collect(),
            is_open: false,
        };
        // Counters and histograms have no sample with the name of the family.
        let suffixes = metric.kind.sample_suffixes().iter();
        let suffixes = suffixes.filter(|suffix| !suffix.is_empty() || metric.kind == Kind::Gauge);
        for suffix in suffixes {
            let mut series = series.clone();
            if *suffix == "_bucket" {
                series.labels.insert("le".to_owned(), None);
            }
            self.series
                .insert(format!("{}{suffix}", metric.name), series);
        }
    }

    pub(super) fn series(&self, name: &str) -> Option<&Series> {
        self.series.get(name)
    }

    /// Returns the declared name nearest to an unknown one.
    pub(super) fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.series.keys().map(String::as_str))
    }

    pub(super) fn is_target_label(&self, label: &str) -> bool {
        self.target.contains(label)
    }

    /// Returns the labels that a series may have: its declared labels, then the target labels.
    pub(super) fn labels<'names>(
        &'names self,
        series: &'names Series,
    ) -> impl Iterator<Item = &'names str> {
        let target = self.target.iter().map(String::as_str);
        series.labels.keys().map(String::as_str).chain(target)
    }
}

impl Series {
    pub(super) fn has(&self, label: &str) -> bool {
        self.is_open || self.labels.contains_key(label)
    }

    /// Returns the values of a closed label; `None` for an open one.
    pub(super) fn values(&self, label: &str) -> Option<&'static [&'static str]> {
        self.labels.get(label).copied().flatten()
    }
}

/// Returns the known name that `name` was probably meant to be: one with a small edit distance, or
/// one that starts with it, such as `tenant_id` for `tenant`.
pub(super) fn nearest<'known>(
    name: &str,
    known: impl Iterator<Item = &'known str>,
) -> Option<&'known str> {
    let limit = (name.chars().count() / 3).max(1);
    let known: Vec<&str> = known.collect();
    let continues = |known: &&str| {
        let rest = known.strip_prefix(name);
        !name.is_empty() && rest.is_some_and(|rest| rest.starts_with('_'))
    };
    let longer = known.iter().copied().find(continues);
    known
        .into_iter()
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, known)| known)
        .or(longer)
}
