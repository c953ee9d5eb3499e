//! A series of a declared metric as a data point.

use std::time::SystemTime;

use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, KeyValue, any_value},
    metrics::v1::{
        Exemplar, HistogramDataPoint, NumberDataPoint, exemplar, number_data_point::Value,
    },
};

use super::{
    process_start::{nanoseconds, process_start},
    request::{Head, Point, Shape},
};
use crate::{
    catalog::{Kind, ObservedSeries},
    expose::Series,
    metric::{ExemplarAt, Metric, PresentRow, Scale},
};

/// A series whose count may have begun after the process did.
pub(super) trait Begun: Series {
    /// When it began, if that was later.
    fn since(&self) -> Option<SystemTime>;
}

impl Begun for PresentRow {
    fn since(&self) -> Option<SystemTime> {
        Self::since(self)
    }
}

impl Begun for ObservedSeries {
    fn since(&self) -> Option<SystemTime> {
        None
    }
}

pub(super) fn head_of(metric: &Metric) -> Head {
    let descriptor = metric.parts.descriptor;
    Head {
        name: descriptor.otel_name.to_owned(),
        description: descriptor.help.to_owned(),
        unit: descriptor.unit.ucum(),
        shape: match descriptor.kind {
            Kind::Counter => Shape::Sum,
            Kind::Gauge => Shape::Gauge,
            Kind::Histogram => Shape::Histogram,
        },
    }
}

pub(super) fn point_of(metric: &Metric, row: &impl Begun, cells: &mut Vec<u64>) -> Point {
    row.read(cells);
    let attributes = row
        .labels()
        .map(|(name, value)| attribute(name, value))
        .collect();
    match metric.parts.descriptor.kind {
        Kind::Counter | Kind::Gauge => {
            let bits = cells.first().copied().unwrap_or_default();
            Point::Number(NumberDataPoint {
                start_time_unix_nano: start(row),
                ..number(attributes, value(metric, bits))
            })
        }
        Kind::Histogram => Point::Histogram(histogram(metric, row, attributes, cells)),
    }
}

pub(super) fn attribute(name: impl Into<String>, value: impl Into<String>) -> KeyValue {
    KeyValue {
        key: name.into(),
        value: Some(AnyValue {
            value: Some(any_value::Value::StringValue(value.into())),
        }),
        ..KeyValue::default()
    }
}

pub(super) fn number(attributes: Vec<KeyValue>, value: Value) -> NumberDataPoint {
    NumberDataPoint {
        attributes,
        start_time_unix_nano: nanoseconds(process_start()),
        time_unix_nano: nanoseconds(SystemTime::now()),
        value: Some(value),
        ..NumberDataPoint::default()
    }
}

/// A tenant that comes back after it was idle starts anew.
fn start(row: &impl Begun) -> u64 {
    nanoseconds(row.since().unwrap_or_else(process_start))
}

/// Counts are whole numbers as long as OTLP has such ones.
fn value(metric: &Metric, bits: u64) -> Value {
    match (metric.parts.descriptor.kind, metric.scale) {
        (Kind::Gauge, _) => Value::AsDouble(f64::from_bits(bits)),
        (_, Scale::Nanoseconds) => Value::AsDouble(metric.scale.sum(bits)),
        _ => whole(bits),
    }
}

#[expect(clippy::cast_precision_loss, reason = "OTLP has no wider whole number")]
pub(super) fn whole(count: u64) -> Value {
    i64::try_from(count).map_or(Value::AsDouble(count as f64), Value::AsInt)
}

fn histogram(
    metric: &Metric,
    row: &impl Begun,
    attributes: Vec<KeyValue>,
    cells: &mut Vec<u64>,
) -> HistogramDataPoint {
    let sum = cells.pop().unwrap_or_default();
    let bounds = metric.parts.descriptor.buckets;
    let exemplars = if row.has_exemplars() {
        let buckets = 0..metric.buckets();
        let kept = buckets.filter_map(|bucket| row.exemplar(bucket));
        kept.map(|at| exemplar(&at)).collect()
    } else {
        Vec::new()
    };
    // OTLP wants no sum where negative values may be in it.
    let has_sum = bounds.first().is_none_or(|lowest| *lowest >= 0.0);
    HistogramDataPoint {
        attributes,
        start_time_unix_nano: start(row),
        time_unix_nano: nanoseconds(SystemTime::now()),
        count: cells.iter().sum(),
        sum: has_sum.then(|| metric.scale.sum(sum)),
        bucket_counts: cells.clone(),
        explicit_bounds: bounds.to_vec(),
        exemplars,
        ..HistogramDataPoint::default()
    }
}

fn exemplar(at: &ExemplarAt) -> Exemplar {
    Exemplar {
        time_unix_nano: nanoseconds(at.time),
        trace_id: at.exemplar.trace_id().to_be_bytes().to_vec(),
        span_id: at.exemplar.span_id().to_be_bytes().to_vec(),
        value: Some(exemplar::Value::AsDouble(at.value)),
        ..Exemplar::default()
    }
}
