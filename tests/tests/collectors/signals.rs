//! The three signals, for tests that treat them alike.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use glyph_runtime::{
    Counter, Gauge,
    catalog::Registry,
    expose::push,
    log, metric_catalog,
    trace::{self, ExportCounts, OtlpSettings, Protocol, Undelivered},
};
use glyph_tests::{
    receiver::{PROTOCOLS, any::Receiver},
    wait,
};
use opentelemetry::trace::{Tracer, TracerProvider};
use tracing::Dispatch;
use tracing_subscriber::layer::SubscriberExt;

/// Longer than any operation here takes on a busy machine.
pub(crate) const LONG: Duration = Duration::from_secs(20);

/// The data points of one push.
const POINTS: u64 = 3;

#[metric_catalog(namespace = "signals")]
struct Metrics {
    /// One thing.
    one: Counter,
    /// Another one.
    two: Gauge,
    /// What rises from push to push.
    three: Counter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Traces,
    Metrics,
    Logs,
}

impl Signal {
    pub(crate) const ALL: [Self; 3] = [Self::Traces, Self::Metrics, Self::Logs];

    /// Each signal over each protocol.
    pub(crate) fn over_each_protocol() -> impl Iterator<Item = (Self, Protocol)> {
        let each = |signal| PROTOCOLS.map(|protocol| (signal, protocol));
        Self::ALL.into_iter().flat_map(each)
    }

    /// The part of a path that only this signal has, in either protocol.
    fn in_path(self) -> &'static str {
        match self {
            Self::Traces => "trace",
            Self::Metrics => "metrics",
            Self::Logs => "logs",
        }
    }

    /// Returns when the requests of this signal arrived.
    pub(crate) fn requests(self, receiver: &Receiver) -> Vec<std::time::Instant> {
        let all = receiver.received().into_iter();
        let own = all.filter(|one| one.path.to_lowercase().contains(self.in_path()));
        own.map(|one| one.at).collect()
    }
}

/// Returns settings with a second for an attempt.
pub(crate) fn impatient(endpoint: &str, protocol: Protocol) -> OtlpSettings {
    let mut settings = OtlpSettings::new(endpoint, protocol);
    settings.timeout = Duration::from_secs(1);
    settings
}

/// An exporter of one signal.
#[derive(Debug)]
pub(crate) struct Exporter {
    pipeline: Pipeline,
    produced: AtomicU64,
}

#[derive(Debug)]
enum Pipeline {
    Traces(trace::Pipeline),
    Metrics(push::Pipeline),
    Logs(log::export::Pipeline, Dispatch),
}

impl Exporter {
    /// Starts an exporter that sends what it has after `delay`. A batch has the time `limit`.
    pub(crate) fn start(
        signal: Signal,
        otlp: OtlpSettings,
        delay: Duration,
        limit: Duration,
    ) -> Self {
        let pipeline = match signal {
            Signal::Traces => {
                let mut settings = trace::TraceSettings::new("shop");
                settings.otlp = Some(otlp);
                (settings.batch.delay, settings.batch.export_timeout) = (delay, limit);
                Pipeline::Traces(trace::Pipeline::start(&settings).unwrap())
            }
            Signal::Metrics => {
                let mut settings = push::MetricPushSettings::new("shop", otlp);
                (settings.interval, settings.export_timeout) = (delay, limit);
                let registry = Registry::new([Metrics::global() as _]).unwrap();
                Pipeline::Metrics(push::Pipeline::start(settings, registry).unwrap())
            }
            Signal::Logs => {
                let mut settings = log::export::LogExportSettings::new("shop", otlp);
                (settings.batch.delay, settings.batch.export_timeout) = (delay, limit);
                let (layer, pipeline) = log::export::Pipeline::start(settings).unwrap();
                let subscriber = tracing_subscriber::registry().with(layer);
                Pipeline::Logs(pipeline, Dispatch::new(subscriber))
            }
        };
        Self {
            pipeline,
            produced: AtomicU64::new(0),
        }
    }

    /// Makes spans or log records. Data points are there without it.
    pub(crate) fn produce(&self, count: u64) {
        match &self.pipeline {
            Pipeline::Traces(pipeline) => {
                let tracer = pipeline.provider().tracer("test");
                (0..count).for_each(|_| tracer.in_span("work", |_| {}));
            }
            Pipeline::Metrics(_) => {
                let metrics = Metrics::global();
                metrics.one.inc();
                metrics.two.inc();
                metrics.three.add(2);
            }
            Pipeline::Logs(_, dispatch) => tracing::dispatcher::with_default(dispatch, || {
                (0..count).for_each(|number| tracing::info!(number, "an event"));
            }),
        }
        self.produced.fetch_add(count, Relaxed);
    }

    pub(crate) fn flush(&self, deadline: Duration) -> Result<(), Undelivered> {
        match &self.pipeline {
            Pipeline::Traces(pipeline) => pipeline.flush(deadline),
            Pipeline::Metrics(pipeline) => pipeline.flush(deadline),
            Pipeline::Logs(pipeline, _) => pipeline.flush(deadline),
        }
    }

    pub(crate) fn shutdown(&self, deadline: Duration) -> Result<(), Undelivered> {
        match &self.pipeline {
            Pipeline::Traces(pipeline) => pipeline.shutdown(deadline),
            Pipeline::Metrics(pipeline) => pipeline.shutdown(deadline),
            Pipeline::Logs(pipeline, _) => pipeline.shutdown(deadline),
        }
    }

    pub(crate) fn counts(&self) -> ExportCounts {
        match &self.pipeline {
            Pipeline::Traces(pipeline) => pipeline.snapshot().exporters[0].clone(),
            Pipeline::Metrics(pipeline) => pipeline.snapshot(),
            Pipeline::Logs(pipeline, _) => pipeline.snapshot(),
        }
    }

    /// Checks that each item was counted once, after a shutdown.
    #[track_caller]
    pub(crate) fn assert_counted_once(&self) {
        let counts = self.counts();
        let counted = counts.exported + counts.dropped_in_all();
        match self.pipeline {
            // The shutdown ends a push that is not one of the exports then.
            Pipeline::Metrics(_) => {
                let pushes = counts.exports..=counts.exports + 1;
                assert_eq!(counted % POINTS, 0, "{counts:?}");
                assert!(pushes.contains(&(counted / POINTS)), "{counts:?}");
            }
            _ => assert_eq!(counted, self.produced.load(Relaxed), "{counts:?}"),
        }
    }
}

/// Returns the first error of an exporter.
pub(crate) fn first_error(signal: Signal, mut otlp: OtlpSettings) -> String {
    otlp.timeout = LONG;
    let exporter = Exporter::start(signal, otlp, Duration::from_millis(1), LONG);
    exporter.produce(1);
    wait::until("an attempt has failed", || exporter.counts().failures > 0);
    let _lost = exporter.shutdown(Duration::ZERO);
    exporter.counts().last_error.unwrap()
}

/// Returns the counts after one batch of three items, which has four times the limit of an attempt.
pub(crate) fn after_one_batch(signal: Signal, otlp: OtlpSettings) -> ExportCounts {
    let hour = Duration::from_secs(3600);
    let limit = otlp.timeout * 4;
    let exporter = Exporter::start(signal, otlp, hour, limit);
    exporter.produce(POINTS);
    let result = exporter.shutdown(LONG);
    let counts = exporter.counts();
    let lost = counts.dropped_in_all();
    exporter.assert_counted_once();
    assert_eq!(
        result.map_or_else(|undelivered| undelivered.count(), |()| 0),
        lost
    );
    counts
}
