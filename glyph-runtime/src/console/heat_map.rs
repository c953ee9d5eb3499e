//! The heat map of a histogram: what each bucket counted between two snapshots, and its exemplars.

use std::{
    borrow::Cow,
    collections::HashSet,
    time::{Duration, Instant, SystemTime},
};

use glyph_core::{
    __runtime::{ExemplarAt, Series, metrics},
    catalog::Kind,
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    frame,
    history::{COVERS, History},
    key,
    metric_history::MetricHistory,
    number::unix_milliseconds,
    overview::rounded,
    subject::Subject,
};
use crate::{request::Query, trace::RecentTraces};

/// The most exemplars of one response.
const MOST: usize = 100;

/// The response of `/api/v1/heatmap`.
#[derive(Debug, Serialize)]
pub(super) struct HeatMap {
    metric: &'static str,
    unit: &'static str,
    /// The upper bounds of the buckets, without the infinite one.
    buckets: &'static [f64],
    /// The oldest first.
    columns: Vec<Column>,
    /// Those with a trace first, and the largest value first.
    exemplars: Vec<ExemplarView>,
}

/// The observations of the series between two snapshots, by bucket.
#[derive(Debug, Serialize)]
struct Column {
    age_seconds: f64,
    /// The time since the snapshot before.
    seconds: f64,
    /// One for each bucket, the infinite one last.
    counts: Vec<u64>,
}

#[derive(Debug, Serialize)]
struct ExemplarView {
    value: f64,
    bucket: usize,
    age_seconds: f64,
    time_unix_ms: f64,
    labels: Map<String, Value>,
    trace_id: String,
    span_id: String,
    /// Whether the trace is among the recent ones.
    trace_is_kept: bool,
}

/// The series that a heat map adds up: those with a label value, or all.
#[derive(Debug)]
pub(super) struct Chosen(Option<(String, String)>);

impl Chosen {
    /// # Errors
    ///
    /// Returns what is wrong with the query.
    pub(super) fn parse(query: &Query) -> Result<Self, String> {
        match (query.get("label"), query.get("value")) {
            (Some(label), Some(value)) => Ok(Self(Some((label.to_owned(), value.to_owned())))),
            (None, None) => Ok(Self(None)),
            _ => Err("`label` and `value` choose series together: set both, or neither".to_owned()),
        }
    }

    /// Whether it has the series with these labels.
    fn has<'l>(&self, mut labels: impl Iterator<Item = (&'static str, Cow<'l, str>)>) -> bool {
        let Some((label, value)) = &self.0 else {
            return true;
        };
        labels.any(|(name, of_series)| name == label && of_series == value.as_str())
    }

    /// Returns the indices of its series. `None` for all.
    fn series(&self, metric: &MetricHistory) -> Option<HashSet<usize>> {
        let (label, value) = self.0.as_ref()?;
        let has_value =
            |key: &str| key::labels(key).get(label).and_then(Value::as_str) == Some(value);
        let series = { metric.series() }.filter(|(_, entry)| has_value(&entry.key));
        Some(series.map(|(index, _)| index).collect())
    }
}

/// Returns the heat map of a histogram.
///
/// # Errors
///
/// Returns what is missing from the snapshots.
pub(super) fn heat_map(
    history: &History,
    subject: &Subject,
    name: &str,
    chosen: &Chosen,
) -> Result<HeatMap, &'static str> {
    let metric = history.metric(name);
    let metric = metric.filter(|metric| metric.descriptor.kind == Kind::Histogram);
    let metric = metric.ok_or("no histogram has this name")?;
    let series = chosen.series(metric);
    if series.as_ref().is_some_and(HashSet::is_empty) {
        return Err("no series of the histogram has this label value");
    }
    let descriptor = metric.descriptor;
    Ok(HeatMap {
        metric: descriptor.name,
        unit: descriptor.unit.suffix(),
        buckets: descriptor.buckets,
        columns: columns(history, metric, series.as_ref()),
        exemplars: exemplars(subject, name, descriptor.buckets.len(), chosen),
    })
}

/// Returns a column for each two snapshots that follow each other. Counts that fell, because an idle scope
/// was removed, are missing.
fn columns(
    history: &History,
    metric: &MetricHistory,
    series: Option<&HashSet<usize>>,
) -> Vec<Column> {
    let now = Instant::now();
    let times: Vec<Instant> = history.times().rev().collect();
    let buckets = metric.descriptor.buckets.len() + 1;
    let pairs = times.windows(2).zip(metric.frames());
    let columns = pairs.filter_map(|(times, frame)| {
        let [at, before] = times else { return None };
        let mut counts = vec![0_u64; buckets];
        frame::each(frame, |index, cell, difference| {
            let increase = u64::try_from(difference).unwrap_or_default();
            if let Some(count) = counts.get_mut(cell)
                && series.is_none_or(|series| series.contains(&index))
            {
                *count = count.saturating_add(increase);
            }
        });
        Some(Column {
            age_seconds: rounded(now.saturating_duration_since(*at).as_secs_f64()),
            seconds: rounded(at.saturating_duration_since(*before).as_secs_f64()),
            counts,
        })
    });
    let mut columns: Vec<Column> = columns.collect();
    columns.reverse();
    columns
}

/// Returns the exemplars that the buckets have at this moment, as old as the history at most.
fn exemplars(
    subject: &Subject,
    name: &str,
    last_bucket: usize,
    chosen: &Chosen,
) -> Vec<ExemplarView> {
    let traces = subject.traces.as_ref().map(RecentTraces::all);
    let kept: HashSet<String> = { traces.into_iter().flatten() }
        .map(|trace| trace.id)
        .collect();
    let now = SystemTime::now();
    let mut found = Vec::new();
    for exposed in metrics(subject.exposition.registry()) {
        if exposed.descriptor().name != name {
            continue;
        }
        for series in exposed.present_series() {
            if !series.has_exemplars() || !chosen.has(series.labels()) {
                continue;
            }
            let labels =
                || { series.labels() }.map(|(name, value)| (name.to_owned(), value.into()));
            for bucket in 0..=last_bucket {
                let view = series.exemplar(bucket).and_then(|exemplar| {
                    ExemplarView::new(&exemplar, bucket, now, labels().collect(), &kept)
                });
                found.extend(view);
            }
        }
    }
    found.sort_by(|one, other| {
        let kept = other.trace_is_kept.cmp(&one.trace_is_kept);
        kept.then(other.value.total_cmp(&one.value))
    });
    found.truncate(MOST);
    found
}

impl ExemplarView {
    /// `None` if it is older than the history.
    fn new(
        at: &ExemplarAt,
        bucket: usize,
        now: SystemTime,
        labels: Map<String, Value>,
        kept: &HashSet<String>,
    ) -> Option<Self> {
        let age: Duration = now.duration_since(at.time).unwrap_or_default();
        let trace_id = format!("{:032x}", at.exemplar.trace_id());
        (age <= COVERS).then(|| Self {
            value: at.value,
            bucket,
            age_seconds: rounded(age.as_secs_f64()),
            time_unix_ms: unix_milliseconds(at.time),
            labels,
            trace_is_kept: kept.contains(&trace_id),
            span_id: format!("{:016x}", at.exemplar.span_id()),
            trace_id,
        })
    }
}
