//! `opentelemetry_sdk`, read by `opentelemetry-prometheus`: attributes at every call, or bound
//! beforehand (an experimental feature of the SDK).

use opentelemetry::KeyValue;
use opentelemetry::metrics::{
    BoundCounter, BoundHistogram, Counter, Histogram, Meter, MeterProvider,
};
use opentelemetry_sdk::metrics::{Instrument, SdkMeterProvider, Stream};
use prometheus::{Registry, TextEncoder};

use super::{Exposer, Exposing, Filler, Filling, Handles, Peer, Recorder, Recording};
use crate::Result;
use crate::workload::{self, BUCKETS, COMBINATIONS, Labels};

pub(super) const PEER: Peer = Peer {
    counters: &[Recorder::of::<Counters>(), Recorder::of::<BoundCounters>()],
    histograms: &[
        Recorder::of::<Histograms>(),
        Recorder::of::<BoundHistograms>(),
    ],
    pages: &[Exposer::of::<ManyHistograms>()],
    counter_series: &[Filler::of::<ManyCounters>()],
    histogram_series: &[Filler::of::<ManyHistograms>()],
    ..Peer::NONE
};

const NAME: &str = "opentelemetry_sdk";
const BOUND: &str = "opentelemetry_sdk (bound)";

/// The SDK and the registry that its exporter fills.
struct Sdk {
    provider: SdkMeterProvider,
    registry: Registry,
}

impl Sdk {
    /// The SDK's default limit is 2,000 series; here it is `series`.
    fn build(series: usize) -> Result<Self> {
        let registry = Registry::new();
        let exporter = opentelemetry_prometheus::exporter()
            .with_registry(registry.clone())
            .scope_info_enabled(false)
            .without_target_info()
            .build()?;
        let provider = SdkMeterProvider::builder()
            .with_reader(exporter)
            .with_view(move |_: &Instrument| {
                Stream::builder()
                    .with_cardinality_limit(series)
                    .build()
                    .ok()
            })
            .build();
        Ok(Self { provider, registry })
    }

    fn meter(&self) -> Meter {
        self.provider.meter("bench")
    }

    fn counter(&self) -> Counter<u64> {
        self.meter().u64_counter("bench.requests").build()
    }

    fn histogram(&self) -> Histogram<f64> {
        self.meter()
            .f64_histogram("bench.latency")
            .with_unit("s")
            .with_boundaries(BUCKETS.to_vec())
            .build()
    }
}

fn attributes(labels: Labels) -> [KeyValue; 2] {
    [
        KeyValue::new("method", labels.method.as_str()),
        KeyValue::new("status", labels.status.as_str()),
    ]
}

struct Counters {
    counter: Counter<u64>,
    _sdk: Sdk,
}

impl Recording for Counters {
    const NAME: &'static str = NAME;
    type Input = Labels;

    fn build() -> Result<Self> {
        let sdk = Sdk::build(COMBINATIONS)?;
        Ok(Self {
            counter: sdk.counter(),
            _sdk: sdk,
        })
    }

    fn input(labels: Labels, _: f64) -> Labels {
        labels
    }

    fn record(&self, labels: Labels) {
        self.counter.add(1, &attributes(labels));
    }
}

struct BoundCounters {
    handles: Handles<BoundCounter<u64>>,
    _sdk: Sdk,
}

impl Recording for BoundCounters {
    const NAME: &'static str = BOUND;
    type Input = usize;

    fn build() -> Result<Self> {
        let sdk = Sdk::build(COMBINATIONS)?;
        let counter = sdk.counter();
        Ok(Self {
            handles: Handles::new(|labels| counter.bind(&attributes(labels)))?,
            _sdk: sdk,
        })
    }

    fn input(labels: Labels, _: f64) -> usize {
        labels.index()
    }

    fn record(&self, index: usize) {
        self.handles.with(index, |counter| counter.add(1));
    }
}

struct Histograms {
    histogram: Histogram<f64>,
    _sdk: Sdk,
}

impl Recording for Histograms {
    const NAME: &'static str = NAME;
    type Input = (Labels, f64);

    fn build() -> Result<Self> {
        let sdk = Sdk::build(COMBINATIONS)?;
        Ok(Self {
            histogram: sdk.histogram(),
            _sdk: sdk,
        })
    }

    fn input(labels: Labels, seconds: f64) -> (Labels, f64) {
        (labels, seconds)
    }

    fn record(&self, (labels, seconds): (Labels, f64)) {
        self.histogram.record(seconds, &attributes(labels));
    }
}

struct BoundHistograms {
    handles: Handles<BoundHistogram<f64>>,
    _sdk: Sdk,
}

impl Recording for BoundHistograms {
    const NAME: &'static str = BOUND;
    type Input = (usize, f64);

    fn build() -> Result<Self> {
        let sdk = Sdk::build(COMBINATIONS)?;
        let histogram = sdk.histogram();
        Ok(Self {
            handles: Handles::new(|labels| histogram.bind(&attributes(labels)))?,
            _sdk: sdk,
        })
    }

    fn input(labels: Labels, seconds: f64) -> (usize, f64) {
        (labels.index(), seconds)
    }

    fn record(&self, (index, seconds): (usize, f64)) {
        self.handles
            .with(index, |histogram| histogram.record(seconds));
    }
}

struct ManyCounters {
    _sdk: Sdk,
}

impl Filling for ManyCounters {
    const NAME: &'static str = NAME;

    fn fill(series: u32, values: &[f64]) -> Result<Self> {
        let sdk = Sdk::build(usize::try_from(series)?)?;
        let counter = sdk.counter();
        workload::for_each_id(series, |id| {
            let id = [KeyValue::new("id", id.to_owned())];
            for _ in values {
                counter.add(1, &id);
            }
        });
        Ok(Self { _sdk: sdk })
    }
}

struct ManyHistograms {
    sdk: Sdk,
}

impl Filling for ManyHistograms {
    const NAME: &'static str = NAME;

    fn fill(series: u32, values: &[f64]) -> Result<Self> {
        let sdk = Sdk::build(usize::try_from(series)?)?;
        let histogram = sdk.histogram();
        workload::for_each_id(series, |id| {
            let id = [KeyValue::new("id", id.to_owned())];
            for seconds in values {
                histogram.record(*seconds, &id);
            }
        });
        Ok(Self { sdk })
    }
}

impl Exposing for ManyHistograms {
    type Page = String;

    fn page(&self) -> Result<String> {
        Ok(TextEncoder::new().encode_to_string(&self.sdk.registry.gather())?)
    }
}
