//! `prometheus-client`: its `Family`, and handles looked up beforehand.

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::{Exposer, Exposing, Filler, Filling, Handles, Peer, Recorder, Recording};
use crate::Result;
use crate::workload::{self, BUCKETS, Labels};

pub(super) const PEER: Peer = Peer {
    counters: &[
        Recorder::of::<CachedCounters>(),
        Recorder::of::<CounterFamily>(),
    ],
    histograms: &[
        Recorder::of::<CachedHistograms>(),
        Recorder::of::<HistogramFamily>(),
    ],
    pages: &[Exposer::of::<Histograms>()],
    counter_series: &[Filler::of::<Counters>()],
    histogram_series: &[Filler::of::<Histograms>()],
    ..Peer::NONE
};

const CACHED: &str = "prometheus-client (cached)";
const FAMILY: &str = "prometheus-client (Family)";
const NAME: &str = "prometheus-client";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
enum Status {
    Ok,
    ClientError,
    ServerError,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
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

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Series {
    id: String,
}

fn histogram() -> Histogram {
    Histogram::new(BUCKETS)
}

struct CachedCounters(Handles<Counter>);

impl Recording for CachedCounters {
    const NAME: &'static str = CACHED;
    type Input = usize;

    fn build() -> Result<Self> {
        let family = Family::<Request, Counter>::default();
        Handles::new(|labels| family.get_or_create_owned(&labels.into())).map(Self)
    }

    fn input(labels: Labels, _: f64) -> usize {
        labels.index()
    }

    fn record(&self, index: usize) {
        self.0.with(index, |counter| {
            counter.inc();
        });
    }
}

struct CounterFamily(Family<Request, Counter>);

impl Recording for CounterFamily {
    const NAME: &'static str = FAMILY;
    type Input = Request;

    fn build() -> Result<Self> {
        Ok(Self(Family::default()))
    }

    fn input(labels: Labels, _: f64) -> Request {
        labels.into()
    }

    fn record(&self, request: Request) {
        self.0.get_or_create(&request).inc();
    }
}

struct CachedHistograms(Handles<Histogram>);

impl Recording for CachedHistograms {
    const NAME: &'static str = CACHED;
    type Input = (usize, f64);

    fn build() -> Result<Self> {
        let family = Family::<Request, _>::new_with_constructor(histogram as fn() -> Histogram);
        Handles::new(|labels| family.get_or_create_owned(&labels.into())).map(Self)
    }

    fn input(labels: Labels, seconds: f64) -> (usize, f64) {
        (labels.index(), seconds)
    }

    fn record(&self, (index, seconds): (usize, f64)) {
        self.0.with(index, |histogram| histogram.observe(seconds));
    }
}

struct HistogramFamily(Family<Request, Histogram, fn() -> Histogram>);

impl Recording for HistogramFamily {
    const NAME: &'static str = FAMILY;
    type Input = (Request, f64);

    fn build() -> Result<Self> {
        Ok(Self(Family::new_with_constructor(histogram)))
    }

    fn input(labels: Labels, seconds: f64) -> (Request, f64) {
        (labels.into(), seconds)
    }

    fn record(&self, (request, seconds): (Request, f64)) {
        self.0.get_or_create(&request).observe(seconds);
    }
}

struct Counters {
    _registry: Registry,
}

impl Filling for Counters {
    const NAME: &'static str = NAME;

    fn fill(series: u32, values: &[f64]) -> Result<Self> {
        let family = Family::<Series, Counter>::default();
        let mut registry = Registry::default();
        registry.register("bench_series_requests", "Requests", family.clone());
        workload::for_each_id(series, |id| {
            let counter = family.get_or_create_owned(&Series { id: id.to_owned() });
            for _ in values {
                counter.inc();
            }
        });
        Ok(Self {
            _registry: registry,
        })
    }
}

struct Histograms {
    registry: Registry,
}

impl Filling for Histograms {
    const NAME: &'static str = NAME;

    fn fill(series: u32, values: &[f64]) -> Result<Self> {
        let family = Family::<Series, _>::new_with_constructor(histogram as fn() -> Histogram);
        let mut registry = Registry::default();
        registry.register_with_unit(
            "bench_series_latency",
            "Latency",
            Unit::Seconds,
            family.clone(),
        );
        workload::for_each_id(series, |id| {
            let histogram = family.get_or_create_owned(&Series { id: id.to_owned() });
            for seconds in values {
                histogram.observe(*seconds);
            }
        });
        Ok(Self { registry })
    }
}

impl Exposing for Histograms {
    type Page = String;

    fn page(&self) -> Result<String> {
        let mut page = String::new();
        text::encode(&mut page, &self.registry)?;
        Ok(page)
    }
}
