//! `fast-telemetry`. Its labeled metrics take one enum, so one enum has a variant for each
//! combination of the workload's two labels. Histograms count integers.

use fast_telemetry::{
    DeriveLabel, DynamicCounter, DynamicHistogram, LabelEnum, LabeledCounter, LabeledHistogram,
    PrometheusExport,
};

use super::{Exposer, Exposing, Filler, Filling, Peer, Recorder, Recording};
use crate::Result;
use crate::workload::{self, BUCKETS_MICROSECONDS, Labels, microseconds};

pub(super) const PEER: Peer = Peer {
    counters: &[Recorder::of::<Requests>()],
    histograms: &[Recorder::of::<Latency>()],
    pages: &[Exposer::of::<Histograms>()],
    counter_series: &[Filler::of::<Counters>()],
    histogram_series: &[Filler::of::<Histograms>()],
    ..Peer::NONE
};

const ONE_LABEL: &str = "fast-telemetry (one enum label)";
const NAME: &str = "fast-telemetry (dynamic)";

/// The number in the crate's own examples.
const SHARDS: usize = 4;

#[derive(Clone, Copy, Debug, DeriveLabel)]
#[label_name = "request"]
enum Request {
    GetOk,
    GetClientError,
    GetServerError,
    HeadOk,
    HeadClientError,
    HeadServerError,
    PostOk,
    PostClientError,
    PostServerError,
    PutOk,
    PutClientError,
    PutServerError,
    PatchOk,
    PatchClientError,
    PatchServerError,
    DeleteOk,
    DeleteClientError,
    DeleteServerError,
}

struct Requests(LabeledCounter<Request>);

impl Recording for Requests {
    const NAME: &'static str = ONE_LABEL;
    type Input = Request;

    fn build() -> Result<Self> {
        Ok(Self(LabeledCounter::new(SHARDS)))
    }

    fn input(labels: Labels, _: f64) -> Request {
        Request::from_index(labels.index())
    }

    fn record(&self, request: Request) {
        self.0.inc(request);
    }
}

struct Latency(LabeledHistogram<Request>);

impl Recording for Latency {
    const NAME: &'static str = ONE_LABEL;
    type Input = (Request, u64);

    fn build() -> Result<Self> {
        Ok(Self(LabeledHistogram::new(&BUCKETS_MICROSECONDS, SHARDS)))
    }

    fn input(labels: Labels, seconds: f64) -> (Request, u64) {
        (Request::from_index(labels.index()), microseconds(seconds))
    }

    fn record(&self, (request, microseconds): (Request, u64)) {
        self.0.record(request, microseconds);
    }
}

struct Counters {
    _requests: DynamicCounter,
}

impl Filling for Counters {
    const NAME: &'static str = NAME;

    fn fill(series: u32, values: &[f64]) -> Result<Self> {
        let requests = DynamicCounter::with_max_series(SHARDS, usize::try_from(series)?);
        workload::for_each_id(series, |id| {
            let counter = requests.series(&[("id", id)]);
            for _ in values {
                counter.inc();
            }
        });
        Ok(Self {
            _requests: requests,
        })
    }
}

struct Histograms(DynamicHistogram);

impl Filling for Histograms {
    const NAME: &'static str = NAME;

    fn fill(series: u32, values: &[f64]) -> Result<Self> {
        let bound = usize::try_from(series)?;
        let latency = DynamicHistogram::with_limits(&BUCKETS_MICROSECONDS, SHARDS, bound);
        workload::for_each_id(series, |id| {
            let histogram = latency.series(&[("id", id)]);
            for seconds in values {
                histogram.record(microseconds(*seconds));
            }
        });
        Ok(Self(latency))
    }
}

impl Exposing for Histograms {
    type Page = String;

    fn page(&self) -> Result<String> {
        let mut page = String::new();
        self.0
            .export_prometheus(&mut page, "bench_series_latency_microseconds", "Latency.");
        Ok(page)
    }
}
