//! One series of a declared metric as a data point.

use std::time::SystemTime;

use opentelemetry_proto::tonic::{
    common::v1::KeyValue,
    metrics::v1::{
        Exemplar, HistogramDataPoint, NumberDataPoint, exemplar, number_data_point::Value,
    },
};

use super::{
    process_start::process_start,
    request::{Head, Point, Shape},
};
use glyph_core::__runtime::Series;

use crate::otlp::encoded::{self, unix_nanos};
use glyph_core::{
    catalog::Kind,
    metric::{ExemplarAt, ExposedMetric, Scale},
};

pub(crate) fn head_of(metric: ExposedMetric) -> Head {
    let descriptor = metric.descriptor();
    Head {
        name: descriptor.otel_name.to_owned(),
        description: descriptor.help.to_owned(),
        unit: descriptor.unit.ucum(),
        shape: match descriptor.kind {
            Kind::Counter => Shape::Sum,
            Kind::Gauge => Shape::Gauge,
            Kind::Histogram => Shape::Histogram,
        },
        source: metric.metric().source_crate(),
        is_observed: false,
    }
}

pub(crate) fn point_of(metric: ExposedMetric, series: &impl Series, cells: &mut Vec<u64>) -> Point {
    series.read(cells);
    // An empty label is one that is absent (Prometheus, "Data model").
    let attributes = series
        .labels()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| attribute(name, value))
        .collect();
    match metric.descriptor().kind {
        Kind::Counter | Kind::Gauge => {
            let bits = cells.first().copied().unwrap_or_default();
            Point::Number(NumberDataPoint {
                start_time_unix_nano: start(series),
                ..number(attributes, value(metric, bits))
            })
        }
        Kind::Histogram => Point::Histogram(histogram(metric, series, attributes, cells)),
    }
}

pub(crate) fn attribute(name: impl Into<String>, value: impl Into<String>) -> KeyValue {
    encoded::attribute(name, encoded::text(value))
}

pub(crate) fn number(attributes: Vec<KeyValue>, value: Value) -> NumberDataPoint {
    NumberDataPoint {
        attributes,
        start_time_unix_nano: unix_nanos(process_start()),
        time_unix_nano: unix_nanos(SystemTime::now()),
        value: Some(value),
        ..NumberDataPoint::default()
    }
}

/// Series of a scope that expired and came back start at that time, not with the process.
fn start(series: &impl Series) -> u64 {
    unix_nanos(series.since().unwrap_or_else(process_start))
}

/// Returns counts as integers as far as OTLP has them.
fn value(metric: ExposedMetric, bits: u64) -> Value {
    match (metric.descriptor().kind, metric.metric().scale()) {
        (Kind::Gauge, _) => Value::AsDouble(f64::from_bits(bits)),
        (_, Scale::Nanoseconds) => Value::AsDouble(metric.metric().scale().sum(bits)),
        _ => integer(bits),
    }
}

#[expect(clippy::cast_precision_loss, reason = "OTLP has no wider integer")]
pub(crate) fn integer(count: u64) -> Value {
    i64::try_from(count).map_or(Value::AsDouble(count as f64), Value::AsInt)
}

fn histogram(
    metric: ExposedMetric,
    series: &impl Series,
    attributes: Vec<KeyValue>,
    cells: &mut Vec<u64>,
) -> HistogramDataPoint {
    let sum = cells.pop().unwrap_or_default();
    let bounds = metric.descriptor().buckets;
    let exemplars = if series.has_exemplars() {
        let buckets = 0..=bounds.len();
        let kept = buckets.filter_map(|bucket| series.exemplar(bucket));
        kept.map(|at| exemplar(&at)).collect()
    } else {
        Vec::new()
    };
    // OTLP forbids a sum if values can be negative.
    let declared = metric.metric().descriptor().buckets;
    let has_sum = declared.first().is_none_or(|lowest| *lowest >= 0.0);
    HistogramDataPoint {
        attributes,
        start_time_unix_nano: start(series),
        time_unix_nano: unix_nanos(SystemTime::now()),
        count: cells.iter().sum(),
        sum: has_sum.then(|| metric.metric().scale().sum(sum)),
        bucket_counts: cells.clone(),
        explicit_bounds: bounds.to_vec(),
        exemplars,
        ..HistogramDataPoint::default()
    }
}

fn exemplar(at: &ExemplarAt) -> Exemplar {
    Exemplar {
        time_unix_nano: unix_nanos(at.time),
        trace_id: at.exemplar.trace_id().to_be_bytes().to_vec(),
        span_id: at.exemplar.span_id().to_be_bytes().to_vec(),
        value: Some(exemplar::Value::AsDouble(at.value)),
        ..Exemplar::default()
    }
}
