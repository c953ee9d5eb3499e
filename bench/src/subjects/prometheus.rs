//! The `prometheus` crate, with handles looked up beforehand and with a lookup per call.

use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, Opts, Registry, TextEncoder,
};

use super::{Exposer, Exposing, Filler, Filling, Handles, Peer, Recorder, Recording};
use crate::Result;
use crate::workload::{self, BUCKETS, Labels};

pub(super) const PEER: Peer = Peer {
    counters: &[
        Recorder::of::<CachedCounters>(),
        Recorder::of::<CounterLookUp>(),
    ],
    histograms: &[
        Recorder::of::<CachedHistograms>(),
        Recorder::of::<HistogramLookUp>(),
    ],
    pages: &[Exposer::of::<Histograms>()],
    counter_series: &[Filler::of::<Counters>()],
    histogram_series: &[Filler::of::<Histograms>()],
    ..Peer::NONE
};

const CACHED: &str = "prometheus (cached)";
const LOOK_UP: &str = "prometheus (with_label_values)";
const NAME: &str = "prometheus";

/// Returns a counter with the two closed labels.
pub(super) fn counter_vec() -> Result<IntCounterVec> {
    let opts = Opts::new("bench_requests_total", "Requests.");
    Ok(IntCounterVec::new(opts, &["method", "status"])?)
}

/// Returns a histogram with the two closed labels.
pub(super) fn histogram_vec() -> Result<HistogramVec> {
    let opts = HistogramOpts::new("bench_latency_seconds", "Latency.").buckets(BUCKETS.to_vec());
    Ok(HistogramVec::new(opts, &["method", "status"])?)
}

struct CachedCounters(Handles<IntCounter>);

impl Recording for CachedCounters {
    const NAME: &'static str = CACHED;
    type Input = usize;

    fn build() -> Result<Self> {
        let vec = counter_vec()?;
        Handles::new(|labels| {
            vec.with_label_values(&[labels.method.as_str(), labels.status.as_str()])
        })
        .map(Self)
    }

    fn input(labels: Labels, _: f64) -> usize {
        labels.index()
    }

    fn record(&self, index: usize) {
        self.0.with(index, IntCounter::inc);
    }
}

struct CounterLookUp(IntCounterVec);

impl Recording for CounterLookUp {
    const NAME: &'static str = LOOK_UP;
    type Input = Labels;

    fn build() -> Result<Self> {
        counter_vec().map(Self)
    }

    fn input(labels: Labels, _: f64) -> Labels {
        labels
    }

    fn record(&self, labels: Labels) {
        self.0
            .with_label_values(&[labels.method.as_str(), labels.status.as_str()])
            .inc();
    }
}

struct CachedHistograms(Handles<Histogram>);

impl Recording for CachedHistograms {
    const NAME: &'static str = CACHED;
    type Input = (usize, f64);

    fn build() -> Result<Self> {
        let vec = histogram_vec()?;
        Handles::new(|labels| {
            vec.with_label_values(&[labels.method.as_str(), labels.status.as_str()])
        })
        .map(Self)
    }

    fn input(labels: Labels, seconds: f64) -> (usize, f64) {
        (labels.index(), seconds)
    }

    fn record(&self, (index, seconds): (usize, f64)) {
        self.0.with(index, |histogram| histogram.observe(seconds));
    }
}

struct HistogramLookUp(HistogramVec);

impl Recording for HistogramLookUp {
    const NAME: &'static str = LOOK_UP;
    type Input = (Labels, f64);

    fn build() -> Result<Self> {
        histogram_vec().map(Self)
    }

    fn input(labels: Labels, seconds: f64) -> (Labels, f64) {
        (labels, seconds)
    }

    fn record(&self, (labels, seconds): (Labels, f64)) {
        self.0
            .with_label_values(&[labels.method.as_str(), labels.status.as_str()])
            .observe(seconds);
    }
}

struct Counters {
    _registry: Registry,
}

impl Filling for Counters {
    const NAME: &'static str = NAME;

    fn fill(series: u32, values: &[f64]) -> Result<Self> {
        let registry = Registry::new();
        let opts = Opts::new("bench_series_requests_total", "Requests.");
        let counters = IntCounterVec::new(opts, &["id"])?;
        registry.register(Box::new(counters.clone()))?;
        workload::for_each_id(series, |id| {
            let counter = counters.with_label_values(&[id]);
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
        let registry = Registry::new();
        let opts = HistogramOpts::new("bench_series_latency_seconds", "Latency.")
            .buckets(BUCKETS.to_vec());
        let histograms = HistogramVec::new(opts, &["id"])?;
        registry.register(Box::new(histograms.clone()))?;
        workload::for_each_id(series, |id| {
            let histogram = histograms.with_label_values(&[id]);
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
        Ok(TextEncoder::new().encode_to_string(&self.registry.gather())?)
    }
}
