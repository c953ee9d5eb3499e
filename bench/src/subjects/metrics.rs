//! The `metrics` facade with `metrics-exporter-prometheus`, with handles looked up beforehand and
//! with the macros at every call.

use std::sync::OnceLock;

use metrics::{Counter, Histogram, counter, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use super::{Exposer, Exposing, Filler, Filling, Handles, Peer, Recorder, Recording};
use crate::Result;
use crate::workload::{self, BUCKETS, Labels};

pub(super) const PEER: Peer = Peer {
    counters: &[
        Recorder::of::<CachedCounters>(),
        Recorder::of::<CountersPerCall>(),
    ],
    histograms: &[
        Recorder::of::<CachedHistograms>(),
        Recorder::of::<HistogramsPerCall>(),
    ],
    pages: &[Exposer::of::<Histograms>()],
    counter_series: &[Filler::of::<Counters>()],
    histogram_series: &[Filler::of::<Histograms>()],
    ..Peer::NONE
};

const CACHED: &str = "metrics (cached)";
const COUNTER_PER_CALL: &str = "metrics (counter! per call)";
const HISTOGRAM_PER_CALL: &str = "metrics (histogram! per call)";
const NAME: &str = "metrics-exporter-prometheus";

/// Installs the recorder of this process. A second call returns the first recorder.
pub(super) fn recorder() -> Result<PrometheusHandle> {
    static INSTALLED: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = INSTALLED.get() {
        return Ok(handle.clone());
    }
    let handle = PrometheusBuilder::new()
        .set_buckets(&BUCKETS)?
        .install_recorder()?;
    Ok(INSTALLED.get_or_init(|| handle).clone())
}

fn counter(labels: Labels) -> Counter {
    counter!(
        "bench_requests_total",
        "method" => labels.method.as_str(),
        "status" => labels.status.as_str()
    )
}

fn histogram(labels: Labels) -> Histogram {
    histogram!(
        "bench_latency_seconds",
        "method" => labels.method.as_str(),
        "status" => labels.status.as_str()
    )
}

struct CachedCounters(Handles<Counter>);

impl Recording for CachedCounters {
    const NAME: &'static str = CACHED;
    type Input = usize;

    fn build() -> Result<Self> {
        recorder()?;
        Handles::new(counter).map(Self)
    }

    fn input(labels: Labels, _: f64) -> usize {
        labels.index()
    }

    fn record(&self, index: usize) {
        self.0.with(index, |counter| counter.increment(1));
    }
}

struct CountersPerCall;

impl Recording for CountersPerCall {
    const NAME: &'static str = COUNTER_PER_CALL;
    type Input = Labels;

    fn build() -> Result<Self> {
        recorder()?;
        Ok(Self)
    }

    fn input(labels: Labels, _: f64) -> Labels {
        labels
    }

    fn record(&self, labels: Labels) {
        counter(labels).increment(1);
    }
}

struct CachedHistograms {
    handles: Handles<Histogram>,
    recorder: PrometheusHandle,
}

impl Recording for CachedHistograms {
    const NAME: &'static str = CACHED;
    type Input = (usize, f64);

    fn build() -> Result<Self> {
        Ok(Self {
            recorder: recorder()?,
            handles: Handles::new(histogram)?,
        })
    }

    fn input(labels: Labels, seconds: f64) -> (usize, f64) {
        (labels.index(), seconds)
    }

    fn record(&self, (index, seconds): (usize, f64)) {
        self.handles
            .with(index, |histogram| histogram.record(seconds));
    }

    /// The exporter keeps every value until upkeep or a scrape puts it into a bucket.
    fn settle(&self) {
        self.recorder.run_upkeep();
    }
}

struct HistogramsPerCall {
    recorder: PrometheusHandle,
}

impl Recording for HistogramsPerCall {
    const NAME: &'static str = HISTOGRAM_PER_CALL;
    type Input = (Labels, f64);

    fn build() -> Result<Self> {
        Ok(Self {
            recorder: recorder()?,
        })
    }

    fn input(labels: Labels, seconds: f64) -> (Labels, f64) {
        (labels, seconds)
    }

    fn record(&self, (labels, seconds): (Labels, f64)) {
        histogram(labels).record(seconds);
    }

    fn settle(&self) {
        self.recorder.run_upkeep();
    }
}

struct Counters;

impl Filling for Counters {
    const NAME: &'static str = NAME;

    fn fill(series: u32, values: &[f64]) -> Result<Self> {
        recorder()?;
        workload::for_each_id(series, |id| {
            let counter = counter!("bench_series_requests_total", "id" => id.to_owned());
            for _ in values {
                counter.increment(1);
            }
        });
        Ok(Self)
    }
}

struct Histograms {
    recorder: PrometheusHandle,
}

impl Filling for Histograms {
    const NAME: &'static str = NAME;

    fn fill(series: u32, values: &[f64]) -> Result<Self> {
        let recorder = recorder()?;
        workload::for_each_id(series, |id| {
            let histogram = histogram!("bench_series_latency_seconds", "id" => id.to_owned());
            for seconds in values {
                histogram.record(*seconds);
            }
        });
        Ok(Self { recorder })
    }
}

impl Exposing for Histograms {
    type Page = String;

    fn page(&self) -> Result<String> {
        Ok(self.recorder.render())
    }
}
