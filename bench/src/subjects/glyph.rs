//! glyph.

use glyph_runtime::expose::Format;
use glyph_runtime::{Counter, Histogram, Label, LabelSet, Telemetry, metric_catalog};

use super::{Exposer, Exposing, Filler, Filling, GLYPH, Peer, Recorder, Recording};
use crate::Result;
use crate::workload::{self, Labels};

pub(super) const PEER: Peer = Peer {
    counters: &[Recorder::of::<Requests>()],
    histograms: &[Recorder::of::<Latency>()],
    pages: &[Exposer::of::<Histograms>()],
    counter_series: &[Filler::of::<Counters>()],
    histogram_series: &[Filler::of::<Histograms>()],
    ..Peer::NONE
};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Ok,
    ClientError,
    ServerError,
}

#[derive(LabelSet, Clone, Copy)]
struct Request {
    method: Method,
    status: Status,
}

impl From<Labels> for Request {
    fn from(labels: Labels) -> Self {
        let (method, status) = labels.pick(
            [
                Method::Get,
                Method::Head,
                Method::Post,
                Method::Put,
                Method::Patch,
                Method::Delete,
            ],
            [Status::Ok, Status::ClientError, Status::ServerError],
        );
        Self { method, status }
    }
}

#[metric_catalog(namespace = "bench", max_series = 1_000_000)]
struct BenchMetrics {
    /// Requests.
    requests: Counter<Request>,

    /// Latency.
    #[metric(unit = seconds, buckets = [10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s, 2.5s, 5s, 10s])]
    latency: Histogram<Request>,
}

#[derive(LabelSet, Clone, Copy)]
struct Series<'a> {
    #[label(max = 100_000)]
    id: &'a str,
}

#[metric_catalog(namespace = "bench_series", max_series = 10_000_000)]
struct SeriesMetrics {
    /// Requests.
    requests: Counter<Series<'_>>,

    /// Latency.
    #[metric(unit = seconds, buckets = [10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s, 2.5s, 5s, 10s])]
    latency: Histogram<Series<'_>>,
}

struct Requests;

impl Recording for Requests {
    const NAME: &'static str = GLYPH;
    type Input = Request;

    fn build() -> Result<Self> {
        Ok(Self)
    }

    fn input(labels: Labels, _: f64) -> Request {
        labels.into()
    }

    fn record(&self, request: Request) {
        BenchMetrics::global().requests.inc(request);
    }
}

struct Latency;

impl Recording for Latency {
    const NAME: &'static str = GLYPH;
    type Input = (Request, f64);

    fn build() -> Result<Self> {
        Ok(Self)
    }

    fn input(labels: Labels, seconds: f64) -> (Request, f64) {
        (labels.into(), seconds)
    }

    fn record(&self, (request, seconds): (Request, f64)) {
        BenchMetrics::global().latency.observe(request, seconds);
    }
}

struct Counters;

impl Filling for Counters {
    const NAME: &'static str = GLYPH;

    fn fill(series: u32, values: &[f64]) -> Result<Self> {
        let metrics = SeriesMetrics::global();
        workload::for_each_id(series, |id| {
            for _ in values {
                metrics.requests.inc(Series { id });
            }
        });
        Ok(Self)
    }
}

struct Histograms(Telemetry);

impl Filling for Histograms {
    const NAME: &'static str = GLYPH;

    fn fill(series: u32, values: &[f64]) -> Result<Self> {
        let metrics = SeriesMetrics::global();
        workload::for_each_id(series, |id| {
            for seconds in values {
                metrics.latency.observe(Series { id }, *seconds);
            }
        });
        let telemetry = Telemetry::builder("bench").catalog(metrics).build()?;
        Ok(Self(telemetry))
    }
}

impl Exposing for Histograms {
    type Page = String;

    fn page(&self) -> Result<String> {
        Ok(self.0.render(Format::Text))
    }
}
