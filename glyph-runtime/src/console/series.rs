//! The series of one metric over the time that the history covers.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use glyph_core::{__runtime::Scale, catalog::Kind};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    catalog::kind,
    frame,
    history::History,
    key,
    metric_history::{Entry, MetricHistory},
    number::float,
    overview::rounded,
    quantile::quantile,
};

/// The most series of one response.
const MOST: usize = 50;

/// What `/api/v1/series` responds with.
#[derive(Debug, Serialize)]
pub(super) struct SeriesOfMetric {
    metric: &'static str,
    kind: &'static str,
    unit: &'static str,
    /// The number of series that the history has.
    series_in_all: usize,
    /// At most 50 of them.
    series: Vec<SeriesView>,
}

#[derive(Debug, Serialize)]
struct SeriesView {
    labels: Map<String, Value>,
    /// The oldest first.
    points: Vec<Point>,
}

/// A series at one snapshot: the value of a gauge, or what was counted since the snapshot before.
#[derive(Debug, Serialize)]
struct Point {
    age_seconds: f64,
    value: Option<f64>,
    rate: Option<f64>,
    p50: Option<f64>,
    p95: Option<f64>,
    p99: Option<f64>,
}

/// Returns the series of a metric. `None` if no snapshot has the metric.
pub(super) fn series(history: &History, name: &str) -> Option<SeriesOfMetric> {
    let metric = history.metric(name)?;
    let mut walks: HashMap<usize, Walk<'_>> = metric
        .series()
        .take(MOST)
        .map(|(index, entry)| (index, Walk::new(metric, entry)))
        .collect();
    let now = Instant::now();
    let times: Vec<Instant> = history.times().rev().collect();
    let numbers = history.numbers().rev();
    let snapshots = metric.frames().zip(numbers).enumerate();
    for (index, (frame, number)) in snapshots {
        frame::each(frame, |series, cell, difference| {
            if let Some(walk) = walks.get_mut(&series) {
                walk.note(cell, difference);
            }
        });
        let Some(at) = times.get(index) else { break };
        let before = times.get(index + 1);
        let time = before.map(|before| at.saturating_duration_since(*before));
        for walk in walks.values_mut() {
            walk.step(number, now.saturating_duration_since(*at), time);
        }
    }
    let mut walks: Vec<_> = walks.into_iter().collect();
    walks.sort_by_key(|(index, _)| *index);
    Some(SeriesOfMetric {
        metric: metric.descriptor.name,
        kind: kind(metric.descriptor.kind),
        unit: metric.descriptor.unit.suffix(),
        series_in_all: metric.series().count(),
        series: walks
            .into_iter()
            .map(|(_, walk)| walk.into_view())
            .collect(),
    })
}

/// A series, followed from the latest snapshot back to the oldest.
struct Walk<'h> {
    metric: &'h MetricHistory,
    entry: &'h Entry,
    /// The cells at the snapshot.
    cells: Vec<u64>,
    /// What changed since the snapshot before.
    changes: Vec<i64>,
    points: Vec<Point>,
}

impl<'h> Walk<'h> {
    fn new(metric: &'h MetricHistory, entry: &'h Entry) -> Self {
        Self {
            metric,
            entry,
            cells: entry.cells.to_vec(),
            changes: vec![0; entry.cells.len()],
            points: Vec::new(),
        }
    }

    fn note(&mut self, cell: usize, difference: i64) {
        if let Some(change) = self.changes.get_mut(cell) {
            *change = difference;
        }
    }

    /// Adds the point of the snapshot with this number, and goes to the one before, which was `time`
    /// earlier.
    fn step(&mut self, number: u64, age: Duration, time: Option<Duration>) {
        if number < self.entry.first {
            return;
        }
        self.points.extend(self.point(age, time));
        for (cell, change) in self.cells.iter_mut().zip(&mut self.changes) {
            *cell = cell.wrapping_sub(change.cast_unsigned());
            *change = 0;
        }
    }

    fn point(&self, age: Duration, time: Option<Duration>) -> Option<Point> {
        let empty = Point {
            age_seconds: rounded(age.as_secs_f64()),
            value: None,
            rate: None,
            p50: None,
            p95: None,
            p99: None,
        };
        let descriptor = self.metric.descriptor;
        if descriptor.kind == Kind::Gauge {
            let value = self.cells.first().copied().map(f64::from_bits);
            return Some(Point { value, ..empty });
        }
        let seconds = time.filter(|time| !time.is_zero())?.as_secs_f64();
        if descriptor.kind == Kind::Counter {
            let rate = self.increase(0) / seconds;
            let rate = Some(rounded(rate));
            return Some(Point { rate, ..empty });
        }
        let counts: Vec<u64> = (0..=descriptor.buckets.len())
            .map(|bucket| self.counted(bucket))
            .collect();
        let of = |share| quantile(share, descriptor.buckets, &counts).map(rounded);
        Some(Point {
            rate: Some(rounded(float(counts.iter().sum()) / seconds)),
            p50: of(0.5),
            p95: of(0.95),
            p99: of(0.99),
            ..empty
        })
    }

    /// The increase of a counter, in its unit.
    fn increase(&self, cell: usize) -> f64 {
        let counted = self.counted(cell);
        match self.metric.scale {
            Scale::Nanoseconds => float(counted) / 1e9,
            Scale::Whole | Scale::Float => float(counted),
        }
    }

    /// What a cell has counted since the snapshot before. One that fell has begun again at zero.
    fn counted(&self, cell: usize) -> u64 {
        let change = self.changes.get(cell).copied().unwrap_or_default();
        let now = self.cells.get(cell).copied().unwrap_or_default();
        u64::try_from(change).unwrap_or(now)
    }

    fn into_view(mut self) -> SeriesView {
        self.points.reverse();
        SeriesView {
            labels: key::labels(&self.entry.key),
            points: self.points,
        }
    }
}
