//! Sums and histograms as changes since the last push, in place of totals.

use std::collections::HashMap;

use opentelemetry_proto::tonic::{
    common::v1::KeyValue,
    metrics::v1::{
        AggregationTemporality, HistogramDataPoint, Metric, NumberDataPoint, metric::Data,
        number_data_point::Value,
    },
};
use prost::Message;

use super::{Batch, request::Family};

/// The time that the counts of a push cover (OpenTelemetry Protocol Exporter, "Additional environment
/// variable configuration", `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`).
///
/// ```
/// use glyph_runtime::{
///     expose::push::{MetricPushSettings, Temporality},
///     trace::{OtlpSettings, Protocol},
/// };
///
/// let otlp = OtlpSettings::new("http://localhost:4318", Protocol::HttpProtobuf);
/// let mut settings = MetricPushSettings::new("shop", otlp);
/// settings.temporality = Temporality::Delta;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Temporality {
    /// `cumulative`: since the start of the process.
    #[default]
    Cumulative,
    /// `delta`: since the last push, for counters and histograms. The pipeline keeps the last counts of
    /// each series.
    ///
    /// If a response of the collector is lost, the next push has the same changes again, and the
    /// collector counts them twice. Totals do not have that fault.
    Delta,
    /// `lowmemory`: as `delta`, except for counters whose counts are read at each push: those of glyph's
    /// own metrics.
    LowMemory,
}

/// The name of a metric and the attributes of a series.
type Key = Box<[u8]>;

/// The totals of a series in the last push that the collector took.
#[derive(Clone, Debug)]
struct Sent {
    /// The start of the series.
    start: u64,
    time: u64,
    total: Total,
    /// The push that last had the series.
    push: u64,
}

#[derive(Clone, Debug)]
enum Total {
    Number(Value),
    Histogram {
        count: u64,
        sum: Option<f64>,
        buckets: Vec<u64>,
    },
}

/// The totals of a request that is sent now.
#[derive(Debug, Default)]
pub(crate) struct Pending(Vec<(Key, Sent)>);

/// Subtracts what the collector has from what is sent.
#[derive(Debug, Default)]
pub(crate) struct Deltas {
    temporality: Temporality,
    sent: HashMap<Key, Sent>,
    push: u64,
}

impl Deltas {
    pub(crate) fn new(temporality: Temporality) -> Self {
        Self {
            temporality,
            ..Self::default()
        }
    }

    /// Begins a push of all series.
    pub(crate) fn begin(&mut self) {
        self.push += 1;
    }

    /// Forgets series that the push did not have: they were removed.
    pub(crate) fn end(&mut self) {
        let push = self.push;
        self.sent.retain(|_, sent| sent.push == push);
    }

    /// Replaces totals by changes. Pass the result to [`keep`](Self::keep) once the collector has taken
    /// or rejected the request: until then the next push has the same changes again.
    pub(crate) fn apply(&mut self, batch: &mut Batch) -> Pending {
        let mut pending = Pending::default();
        if self.temporality != Temporality::Cumulative {
            for family in batch.families_mut() {
                self.apply_to(family, &mut pending);
            }
        }
        pending
    }

    pub(crate) fn keep(&mut self, pending: Pending) {
        self.sent.extend(pending.0);
    }

    fn apply_to(&mut self, family: &mut Family, pending: &mut Pending) {
        let is_read = family.is_observed && self.temporality == Temporality::LowMemory;
        let Metric { name, data, .. } = &mut family.metric;
        match data {
            Some(Data::Sum(sum)) if !is_read => {
                sum.aggregation_temporality = AggregationTemporality::Delta.into();
                for point in &mut sum.data_points {
                    self.change_number(name, point, pending);
                }
            }
            Some(Data::Histogram(histogram)) => {
                histogram.aggregation_temporality = AggregationTemporality::Delta.into();
                for point in &mut histogram.data_points {
                    self.change_histogram(name, point, pending);
                }
            }
            _ => {}
        }
    }

    fn change_number(&mut self, name: &str, point: &mut NumberDataPoint, pending: &mut Pending) {
        let Some(total) = point.value else {
            return;
        };
        let (key, start) = (key(name, &point.attributes), point.start_time_unix_nano);
        if let Some(sent) = self.sent_of(&key, start)
            && let Total::Number(before) = sent.total
            && let Some(change) = change(total, before)
        {
            point.value = Some(change);
            point.start_time_unix_nano = sent.until(point.time_unix_nano);
        }
        let time = point.time_unix_nano;
        self.add(pending, key, [start, time], Total::Number(total));
    }

    fn change_histogram(
        &mut self,
        name: &str,
        point: &mut HistogramDataPoint,
        pending: &mut Pending,
    ) {
        let (key, start) = (key(name, &point.attributes), point.start_time_unix_nano);
        let total = Total::Histogram {
            count: point.count,
            sum: point.sum,
            buckets: point.bucket_counts.clone(),
        };
        if let Some(sent) = self.sent_of(&key, start) {
            subtract(point, sent);
        }
        self.add(pending, key, [start, point.time_unix_nano], total);
    }

    /// Returns what the collector has of a series that started then. Another start is a new series.
    fn sent_of(&mut self, key: &Key, start: u64) -> Option<&Sent> {
        let sent = self.sent.get_mut(key)?;
        sent.push = self.push;
        (sent.start == start).then_some(sent)
    }

    fn add(&self, pending: &mut Pending, key: Key, [start, time]: [u64; 2], total: Total) {
        let sent = Sent {
            start,
            time,
            total,
            push: self.push,
        };
        pending.0.push((key, sent));
    }
}

impl Sent {
    /// Returns the start of a change that ends then. The clock may have been set back.
    fn until(&self, end: u64) -> u64 {
        self.time.min(end)
    }
}

fn key(name: &str, attributes: &[KeyValue]) -> Key {
    let mut key = Vec::from(name);
    for attribute in attributes {
        // The length of the part before tells keys apart that would be joined in the same way.
        key.extend(key.len().to_be_bytes());
        key.extend(attribute.encode_to_vec());
    }
    key.into()
}

/// Returns the change of a counter. `None` if it fell, so that it is a new one.
#[expect(clippy::cast_precision_loss, reason = "OTLP has no wider integer")]
fn change(total: Value, before: Value) -> Option<Value> {
    let float = |value| match value {
        Value::AsInt(integer) => integer as f64,
        Value::AsDouble(number) => number,
    };
    if let (Value::AsInt(total), Value::AsInt(before)) = (total, before) {
        return (total >= before).then(|| Value::AsInt(total - before));
    }
    let change = float(total) - float(before);
    (change >= 0.0).then_some(Value::AsDouble(change))
}

/// Subtracts counts, if none of them fell.
fn subtract(point: &mut HistogramDataPoint, sent: &Sent) {
    let Total::Histogram {
        count,
        sum,
        buckets,
    } = &sent.total
    else {
        return;
    };
    let mut pairs = point.bucket_counts.iter().zip(buckets);
    let is_same = point.bucket_counts.len() == buckets.len();
    if !is_same || point.count < *count || pairs.any(|(now, before)| now < before) {
        return;
    }
    point.count -= count;
    for (now, before) in point.bucket_counts.iter_mut().zip(buckets) {
        *now -= before;
    }
    point.sum = point.sum.zip(*sum).map(|(now, before)| now - before);
    point.start_time_unix_nano = sent.until(point.time_unix_nano);
    let is_new = |time: u64| time > sent.time;
    point
        .exemplars
        .retain(|exemplar| is_new(exemplar.time_unix_nano));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use opentelemetry_proto::tonic::metrics::v1::{NumberDataPoint, number_data_point::Value};

    use super::{Deltas, Pending, Temporality, change, key};
    use crate::otlp::metrics::attribute;

    #[test]
    fn counter_that_fell_is_a_new_one() {
        let integer = |total, before| change(Value::AsInt(total), Value::AsInt(before));
        assert_eq!(integer(7, 5), Some(Value::AsInt(2)));
        assert_eq!(integer(5, 5), Some(Value::AsInt(0)));
        assert_eq!(integer(4, 5), None);
        // A count beyond the integers of OTLP is a floating-point number.
        let beyond = change(Value::AsDouble(1e19), Value::AsInt(0));
        assert_eq!(beyond, Some(Value::AsDouble(1e19)));
        assert_eq!(change(Value::AsDouble(1.0), Value::AsDouble(2.0)), None);
    }

    #[test]
    fn clock_that_is_set_back_neither_turns_a_change_nor_repeats_it() {
        let mut deltas = Deltas::new(Temporality::Delta);
        let mut push = |start, time, total| {
            let mut point = NumberDataPoint {
                start_time_unix_nano: start,
                time_unix_nano: time,
                value: Some(Value::AsInt(total)),
                ..NumberDataPoint::default()
            };
            let mut pending = Pending::default();
            deltas.begin();
            deltas.change_number("things", &mut point, &mut pending);
            deltas.keep(pending);
            deltas.end();
            (point.start_time_unix_nano, point.value)
        };
        assert_eq!(push(100, 200, 1), (100, Some(Value::AsInt(1))));
        assert_eq!(push(100, 150, 3), (150, Some(Value::AsInt(2))));
        // The clock is before the start of the process.
        assert_eq!(push(100, 50, 7), (50, Some(Value::AsInt(4))));
        assert_eq!(push(100, 60, 8), (50, Some(Value::AsInt(1))));
        // A series that was removed returns.
        assert_eq!(push(55, 70, 9), (55, Some(Value::AsInt(9))));
    }

    #[test]
    fn keys_of_different_series_differ() {
        let series = [
            ("requests", vec![]),
            ("requests", vec![attribute("a", "b")]),
            ("requests", vec![attribute("a", "b"), attribute("c", "d")]),
            ("requests", vec![attribute("a", "bc"), attribute("", "d")]),
            ("requestsa", vec![]),
        ];
        let keys = series.map(|(name, attributes)| key(name, &attributes));
        let distinct = BTreeSet::from(keys.clone());
        assert_eq!(distinct.len(), keys.len(), "{keys:?}");
    }
}
