//! One family: its head, and the samples of its series.

use std::time::UNIX_EPOCH;

use super::{Format, escape, float};
use glyph_core::__runtime::{Hex, Series, canonical};

use glyph_core::{
    catalog::{Kind, Unit},
    metric::{ExemplarAt, ExposedMetric, Scale},
};

/// Writes the series of one metric. Common parts are formatted once.
pub(crate) struct FamilyWriter {
    metric: ExposedMetric,
    format: Format,
    /// The sample name: `glyphoxa_stt_duration_seconds_bucket`.
    sample: Vec<u8>,
    /// `le="0.01"} ` for each bucket.
    bounds: Vec<Vec<u8>>,
    labels: Vec<u8>,
    cells: Vec<u64>,
}

impl FamilyWriter {
    pub(crate) fn new(metric: ExposedMetric, format: Format) -> Self {
        let descriptor = metric.descriptor();
        let suffix = match descriptor.kind {
            Kind::Counter => "_total",
            Kind::Gauge => "",
            Kind::Histogram => "_bucket",
        };
        let bounds = descriptor.buckets.iter().copied().chain([f64::INFINITY]);
        Self {
            metric,
            format,
            sample: [descriptor.name, suffix].concat().into_bytes(),
            bounds: bounds
                .map(|bound| format!("le=\"{}\"}} ", canonical(bound)).into_bytes())
                .collect(),
            labels: Vec::new(),
            cells: Vec::new(),
        }
    }

    /// Writes HELP, TYPE and, in OpenMetrics, UNIT.
    pub(crate) fn head(&self, out: &mut Vec<u8>) {
        let descriptor = self.metric.descriptor();
        let kind = match descriptor.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        push_head(
            out,
            self.format,
            descriptor.name,
            kind,
            descriptor.help,
            descriptor.unit,
        );
    }

    pub(crate) fn series(&mut self, out: &mut Vec<u8>, series: &impl Series) {
        series.read(&mut self.cells);
        self.labels.clear();
        push_labels(&mut self.labels, series);
        match self.metric.descriptor().kind {
            Kind::Counter | Kind::Gauge => self.number(out),
            Kind::Histogram => self.histogram(out, series),
        }
    }

    fn number(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.sample);
        push_braced(out, &self.labels);
        let bits = self.cells.first().copied().unwrap_or_default();
        match (self.metric.descriptor().kind, self.metric.metric().scale()) {
            (Kind::Gauge, _) => float::push(out, f64::from_bits(bits)),
            (_, Scale::Nanoseconds) => float::push(out, self.metric.metric().scale().sum(bits)),
            _ => out.extend_from_slice(itoa::Buffer::new().format(bits).as_bytes()),
        }
        out.push(b'\n');
    }

    fn histogram(&mut self, out: &mut Vec<u8>, series: &impl Series) {
        let sum = self.cells.pop().unwrap_or_default();
        let exemplars = self.format == Format::OpenMetrics && series.has_exemplars();
        let mut integers = itoa::Buffer::new();
        let mut count = 0;
        for (bucket, (own, bound)) in self.cells.iter().zip(&self.bounds).enumerate() {
            count += own;
            out.extend_from_slice(&self.sample);
            out.push(b'{');
            out.extend_from_slice(&self.labels);
            if !self.labels.is_empty() {
                out.push(b',');
            }
            out.extend_from_slice(bound);
            out.extend_from_slice(integers.format(count).as_bytes());
            if exemplars && let Some(exemplar) = series.exemplar(bucket) {
                push_exemplar(out, &exemplar);
            }
            out.push(b'\n');
        }
        if self.has_sum() {
            self.derived(out, "_sum");
            float::push(out, self.metric.metric().scale().sum(sum));
            out.push(b'\n');
            self.derived(out, "_count");
            out.extend_from_slice(integers.format(count).as_bytes());
            out.push(b'\n');
        }
    }

    /// Whether sum and count are written. OpenMetrics forbids them for a histogram with negative
    /// buckets.
    fn has_sum(&self) -> bool {
        // A view may leave the bounds below zero out. The sum can still fall.
        let lowest = self.metric.metric().descriptor().buckets.first();
        self.format == Format::Text || lowest.is_none_or(|bound| *bound >= 0.0)
    }

    fn derived(&self, out: &mut Vec<u8>, suffix: &str) {
        out.extend_from_slice(self.metric.descriptor().name.as_bytes());
        out.extend_from_slice(suffix.as_bytes());
        push_braced(out, &self.labels);
    }
}

/// Writes HELP and TYPE of a family, and its UNIT in OpenMetrics.
pub(crate) fn push_head(
    out: &mut Vec<u8>,
    format: Format,
    name: &str,
    kind: &str,
    help: &str,
    unit: Unit,
) {
    let suffix = if kind == "counter" && format == Format::Text {
        "_total"
    } else {
        ""
    };
    out.extend_from_slice(["# HELP ", name, suffix, " "].concat().as_bytes());
    escape::push_help(out, help, format);
    out.extend_from_slice(
        ["\n# TYPE ", name, suffix, " ", kind, "\n"]
            .concat()
            .as_bytes(),
    );
    if format == Format::OpenMetrics && unit != Unit::None {
        out.extend_from_slice(
            ["# UNIT ", name, " ", unit.suffix(), "\n"]
                .concat()
                .as_bytes(),
        );
    }
}

fn push_braced(out: &mut Vec<u8>, labels: &[u8]) {
    if !labels.is_empty() {
        out.push(b'{');
        out.extend_from_slice(labels);
        out.push(b'}');
    }
    out.push(b' ');
}

/// Writes `provider="openai",kind="llm"`.
fn push_labels(out: &mut Vec<u8>, series: &impl Series) {
    for (index, (name, value)) in series.labels().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        push_label(out, name, &value);
    }
}

/// Writes `provider="openai"`.
pub(super) fn push_label(out: &mut Vec<u8>, name: &str, value: &str) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"=\"");
    escape::push_value(out, value);
    out.push(b'"');
}

/// Writes an exemplar (OpenMetrics 1.0, "Exemplars").
fn push_exemplar(out: &mut Vec<u8>, at: &ExemplarAt) {
    let trace = Hex::<32>::new(at.exemplar.trace_id());
    let span = Hex::<16>::new(at.exemplar.span_id().into());
    let (trace, span) = (trace.as_str(), span.as_str());
    out.extend_from_slice(format!(" # {{trace_id=\"{trace}\",span_id=\"{span}\"}} ").as_bytes());
    float::push(out, at.value);
    let time = at.time.duration_since(UNIX_EPOCH).unwrap_or_default();
    out.extend_from_slice(format!(" {}.{:03}", time.as_secs(), time.subsec_millis()).as_bytes());
}
