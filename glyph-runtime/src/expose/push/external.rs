//! The metrics of external recorders as data points.

use std::{sync::Arc, time::SystemTime};

use opentelemetry_proto::tonic::{
    common::v1::KeyValue,
    metrics::v1::{
        HistogramDataPoint, SummaryDataPoint, number_data_point::Value,
        summary_data_point::ValueAtQuantile,
    },
};

use crate::{
    expose::external::{ExternalFamily, ExternalSeries, Kind, Point as Sample, family::Number},
    otlp::{
        instrumentation,
        metrics::{
            Entry, Head, Point, Shape, attribute, integer, number, process_start, unix_nanos,
        },
    },
};

/// The points of each family.
pub(super) fn entries(families: Arc<Vec<ExternalFamily>>) -> impl Iterator<Item = Entry> + Send {
    (0..families.len()).flat_map(move |at| {
        let families = Arc::clone(&families);
        let head = families.get(at).map(|family| Arc::new(head_of(family)));
        let series = families.get(at).map_or(0, |family| family.series.len());
        (0..series).filter_map(move |series| {
            let family = families.get(at)?;
            Some((head.clone()?, entry(family, family.series.get(series)?)?))
        })
    })
}

fn entry(family: &ExternalFamily, series: &ExternalSeries) -> Option<Point> {
    let labels = series.labels.iter().filter(|(_, value)| !value.is_empty());
    let labels = labels.cloned();
    let attributes = labels.map(|(name, value)| attribute(name, value));
    point(family.kind, attributes.collect(), &series.points)
}

fn head_of(family: &ExternalFamily) -> Head {
    Head {
        name: family.name.clone(),
        description: family.help.clone(),
        unit: String::new(),
        shape: match family.kind {
            Kind::Counter => Shape::Sum,
            Kind::Gauge | Kind::Unknown => Shape::Gauge,
            Kind::Histogram => Shape::Histogram,
            Kind::Summary => Shape::Summary,
        },
        // The recorder knows no crates.
        source: instrumentation::OWN,
        is_observed: false,
    }
}

fn point(kind: Kind, attributes: Vec<KeyValue>, values: &[Sample]) -> Option<Point> {
    Some(match kind {
        Kind::Counter | Kind::Gauge | Kind::Unknown => {
            let value = match values.first()?.value {
                Number::Whole(value) if matches!(kind, Kind::Counter) => integer(value),
                value => Value::AsDouble(value.float()),
            };
            Point::Number(number(attributes, value))
        }
        Kind::Histogram => Point::Histogram(histogram(attributes, values)),
        Kind::Summary => Point::Summary(summary(attributes, values)),
    })
}

fn number_of(values: &[Sample], suffix: &str) -> Option<f64> {
    let found = values.iter().find(|point| point.suffix == suffix);
    found.map(|point| point.value.float())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts are written as whole numbers"
)]
fn count(number: f64) -> u64 {
    number as u64
}

/// Prometheus's buckets include those below them, OTLP's do not.
fn histogram(attributes: Vec<KeyValue>, values: &[Sample]) -> HistogramDataPoint {
    let mut explicit_bounds = Vec::new();
    let mut bucket_counts = Vec::new();
    let mut below = 0;
    for point in values.iter().filter(|point| point.suffix == "_bucket") {
        let reached = count(point.value.float());
        bucket_counts.push(reached.saturating_sub(below));
        below = reached;
        if point.bound.is_finite() {
            explicit_bounds.push(point.bound);
        }
    }
    let in_all = number_of(values, "_count").map_or(below, count);
    if bucket_counts.len() == explicit_bounds.len() && !bucket_counts.is_empty() {
        bucket_counts.push(in_all.saturating_sub(below));
    }
    HistogramDataPoint {
        attributes,
        start_time_unix_nano: unix_nanos(process_start()),
        time_unix_nano: unix_nanos(SystemTime::now()),
        count: in_all,
        sum: number_of(values, "_sum"),
        bucket_counts,
        explicit_bounds,
        ..HistogramDataPoint::default()
    }
}

fn summary(attributes: Vec<KeyValue>, values: &[Sample]) -> SummaryDataPoint {
    let quantiles = values.iter().filter(|point| point.suffix.is_empty());
    SummaryDataPoint {
        attributes,
        start_time_unix_nano: unix_nanos(process_start()),
        time_unix_nano: unix_nanos(SystemTime::now()),
        count: number_of(values, "_count").map_or(0, count),
        sum: number_of(values, "_sum").unwrap_or_default(),
        quantile_values: quantiles
            .map(|point| ValueAtQuantile {
                quantile: point.bound,
                value: point.value.float(),
            })
            .collect(),
        ..SummaryDataPoint::default()
    }
}
