//! The subjects of the benches: one module per crate, with a `PEER` that lists its capabilities.

mod atomic;
mod autometrics;
pub(crate) mod calls;
pub(crate) mod declarations;
pub(crate) mod edges;
pub(crate) mod export;
mod fast_telemetry;
pub(crate) mod fastrace;
pub(crate) mod foundations;
mod glyph;
mod glyph_records;
pub(crate) mod glyph_stage;
mod measured;
mod metrics;
mod metrics_helper_macros;
mod opentelemetry;
mod prometheus;
mod prometheus_client;
mod prometheus_static_metric;
pub(crate) mod sources;
pub(crate) mod tracing;
pub(crate) mod yardstick;

use std::any::Any;
use std::hint::black_box;

use crate::Result;
use crate::harness::rounds::{Contender, Operation};
use crate::workload::{self, BUCKETS, COMBINATIONS, Labels};
use calls::Caller;
use sources::Source;

/// The subject that the others are compared with.
pub(crate) const GLYPH: &str = "glyph";

/// All subjects.
pub(crate) const ALL: &[Peer] = &[
    glyph::PEER,
    glyph_stage::PEER,
    glyph_records::PEER,
    atomic::PEER,
    autometrics::PEER,
    fast_telemetry::PEER,
    fastrace::PEER,
    foundations::PEER,
    measured::PEER,
    metrics::PEER,
    metrics_helper_macros::PEER,
    opentelemetry::PEER,
    prometheus::PEER,
    prometheus_client::PEER,
    prometheus_static_metric::PEER,
    tracing::PEER,
    yardstick::PEER,
];

/// The work of one crate in each bench; empty if the crate cannot do it.
#[derive(Clone, Copy)]
pub(crate) struct Peer {
    pub(crate) counters: &'static [Recorder],
    pub(crate) histograms: &'static [Recorder],
    pub(crate) pages: &'static [Exposer],
    pub(crate) counter_series: &'static [Filler],
    pub(crate) histogram_series: &'static [Filler],
    pub(crate) calls: &'static [Caller],
    pub(crate) sources: &'static [Source],
}

impl Peer {
    const NONE: Self = Self {
        counters: &[],
        histograms: &[],
        pages: &[],
        counter_series: &[],
        histogram_series: &[],
        calls: &[],
        sources: &[],
    };
}

/// A metric with two closed labels and 18 series.
trait Recording: Sized + Sync + 'static {
    const NAME: &'static str;

    /// The labels, and the value of a histogram, in the form that the crate takes at a callsite. It
    /// is created before the clock starts.
    type Input: Copy + Send + Sync;

    fn build() -> Result<Self>;

    fn input(labels: Labels, seconds: f64) -> Self::Input;

    /// Runs one operation.
    fn record(&self, input: Self::Input);

    /// Runs what a program that uses the crate must do from time to time. Default: nothing.
    fn settle(&self) {}
}

/// A metric with one open label, `id`.
trait Filling: Sized + Sync + 'static {
    const NAME: &'static str;

    /// Creates the series and records `values` in each of them. A counter counts the values.
    fn fill(series: u32, values: &[f64]) -> Result<Self>;
}

/// A crate that writes the Prometheus text format.
trait Exposing: Filling {
    type Page: AsRef<[u8]>;

    fn page(&self) -> Result<Self::Page>;
}

/// A `Recording`, to be built when its bench runs.
pub(crate) struct Recorder {
    pub(crate) name: &'static str,
    operation: fn() -> Result<Box<dyn Operation>>,
}

impl Recorder {
    const fn of<R: Recording>() -> Self {
        Self {
            name: R::NAME,
            operation: || Ok(Box::new(Pass::<R>::build()?)),
        }
    }

    pub(crate) fn contender(&self) -> Result<Contender> {
        Ok(Contender {
            name: self.name,
            operation: (self.operation)()?,
        })
    }
}

/// A `Filling`, to be built when its bench runs.
pub(crate) struct Filler {
    pub(crate) name: &'static str,
    fill: fn(u32) -> Result<Box<dyn Any>>,
}

impl Filler {
    const fn of<F: Filling>() -> Self {
        Self {
            name: F::NAME,
            fill: |series| Ok(Box::new(F::fill(series, &[0.3])?)),
        }
    }

    /// Records one value in each series.
    pub(crate) fn fill(&self, series: u32) -> Result<Box<dyn Any>> {
        (self.fill)(series)
    }
}

/// An `Exposing`, to be built when its bench runs.
pub(crate) struct Exposer {
    name: &'static str,
    operation: fn(u32, usize) -> Result<Box<dyn Operation>>,
}

impl Exposer {
    const fn of<E: Exposing>() -> Self {
        Self {
            name: E::NAME,
            operation: |series, count| Ok(Box::new(Scrape::<E>::build(series, count)?)),
        }
    }

    pub(crate) fn contender(&self, series: u32, observations: usize) -> Result<Contender> {
        Ok(Contender {
            name: self.name,
            operation: (self.operation)(series, observations)?,
        })
    }
}

/// One pass over the workload.
struct Pass<R: Recording> {
    recording: R,
    inputs: Vec<R::Input>,
}

impl<R: Recording> Pass<R> {
    fn build() -> Result<Self> {
        Ok(Self {
            recording: R::build()?,
            inputs: workload::operations()
                .map(|(labels, seconds)| R::input(labels, seconds))
                .collect(),
        })
    }
}

impl<R: Recording> Operation for Pass<R> {
    fn pass(&self) -> Result<u32> {
        for input in black_box(&*self.inputs) {
            // All memory may have changed, as between two callsites of a program: no operation
            // reuses what an earlier one loaded.
            black_box(());
            self.recording.record(*input);
        }
        Ok(u32::try_from(self.inputs.len())?)
    }

    fn settle(&self) {
        self.recording.settle();
    }
}

/// One page.
struct Scrape<E>(E);

impl<E: Exposing> Scrape<E> {
    fn build(series: u32, observations: usize) -> Result<Self> {
        let exposing = E::fill(series, &workload::values(observations))?;
        let page = exposing.page()?;
        let lines = std::str::from_utf8(page.as_ref())?
            .matches("_bucket{")
            .count();
        let expected = usize::try_from(series)? * (BUCKETS.len() + 1);
        if lines < expected {
            return Err(format!("{}: {lines} buckets instead of {expected}", E::NAME).into());
        }
        Ok(Self(exposing))
    }
}

impl<E: Exposing> Operation for Scrape<E> {
    fn pass(&self) -> Result<u32> {
        black_box(self.0.page()?.as_ref());
        Ok(1)
    }
}

/// One handle for each combination of labels, as in a program that looks them up beforehand.
struct Handles<H>([H; COMBINATIONS]);

impl<H> Handles<H> {
    fn new(handle: impl Fn(Labels) -> H) -> Result<Self> {
        let handles: Vec<H> = Labels::all().map(handle).collect();
        let handles = handles.try_into().map_err(|_| "a handle is missing")?;
        Ok(Self(handles))
    }

    fn with(&self, index: usize, record: impl FnOnce(&H)) {
        if let Some(handle) = self.0.get(index) {
            record(handle);
        }
    }
}
