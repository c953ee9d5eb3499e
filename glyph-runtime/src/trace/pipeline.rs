//! The pipeline: built from settings, read, flushed, and shut down.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::{
    Resource,
    trace::{SdkTracer, SdkTracerProvider, SpanData, SpanExporter},
};
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::registry::LookupSpan;

use super::{
    BatchLimits, Settings, Trace, TraceError, Unflushed, file,
    foreign::FromSpanExporter,
    processor::{Processor, Routes},
    resource,
    ring::Ring,
    unsampled::Wanted,
};
use crate::export::{self, Destination, ExportCounts, Queue};

/// How long dropping a pipeline that was not shut down waits for its spans.
const DROP_DEADLINE: Duration = Duration::from_secs(1);

/// Takes spans from where they end to where they are read. See the [module](super).
///
/// Dropping it without [`Pipeline::shutdown`] gives the spans that still wait one second.
#[derive(Debug)]
#[must_use = "dropping it ends the export of spans"]
pub struct Pipeline {
    provider: SdkTracerProvider,
    routes: Arc<Routes>,
    wanted: Mutex<Option<Wanted>>,
}

impl Pipeline {
    /// Starts what the settings ask for. Nothing global is touched: [`Pipeline::layer`] and [`Pipeline::provider`] are
    /// for the caller to install.
    ///
    /// The environment is not read, whoever fills the settings does that.
    ///
    /// # Errors
    ///
    /// When a setting makes no sense, certificates do not fit, the file cannot be opened, or a thread cannot be
    /// started. A collector that cannot be reached is no error: its spans are dropped and counted.
    pub fn start(settings: &Settings) -> Result<Self, TraceError> {
        Self::start_with(settings, Vec::new())
    }

    /// [`Pipeline::start`] with one more exporter, which gets a queue and a thread as the others do.
    ///
    /// Its `export` runs in a runtime of its own thread. When it panics, hangs or fails, its spans are dropped and
    /// counted. Its name is the label value of its counts.
    ///
    /// # Errors
    ///
    /// See [`Pipeline::start`].
    pub fn start_with_exporter(
        settings: &Settings,
        name: &'static str,
        mut exporter: impl SpanExporter + 'static,
    ) -> Result<Self, TraceError> {
        exporter.set_resource(&resource::of(settings));
        Self::start_with(settings, vec![(name, Box::new(FromSpanExporter(exporter)))])
    }

    fn start_with(
        settings: &Settings,
        mut destinations: Vec<(&'static str, Box<dyn Destination<SpanData>>)>,
    ) -> Result<Self, TraceError> {
        check(&settings.batch)?;
        let resource = resource::of(settings);
        let sampler = settings.sampler.build(settings.keep_failures.is_some())?;
        destinations.extend(configured(settings, &resource)?);
        let ring = ring(settings, destinations.iter().any(|(name, _)| *name != FILE));
        let queues = start_threads(destinations, settings.batch)?;
        let routes = Arc::new(Routes {
            queues,
            ring,
            redaction: settings.redaction.clone(),
            value_length: settings.limits.attribute_value_length,
            started: AtomicU64::new(0),
            ended: AtomicU64::new(0),
        });
        let limits = settings.limits;
        let provider = SdkTracerProvider::builder()
            .with_resource(resource)
            .with_sampler(sampler)
            .with_max_attributes_per_span(limits.attributes)
            .with_max_events_per_span(limits.events)
            .with_max_attributes_per_event(limits.attributes_per_event)
            .with_max_links_per_span(limits.links)
            .with_max_attributes_per_link(limits.attributes_per_link)
            .with_span_processor(Processor(Arc::clone(&routes)))
            .build();
        Ok(Self {
            provider,
            routes,
            wanted: Mutex::new(settings.keep_failures.map(|_| Wanted::new())),
        })
    }

    /// The SDK's provider, for `opentelemetry::global::set_tracer_provider` and for code that makes its spans itself.
    #[must_use]
    pub fn provider(&self) -> &SdkTracerProvider {
        &self.provider
    }

    /// A layer that makes every [`tracing`] span a span of this pipeline.
    #[must_use]
    pub fn layer<S>(&self) -> OpenTelemetryLayer<S, SdkTracer>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer().with_tracer(self.provider.tracer("glyph"))
    }

    /// The traces in the ring, the latest first: without a collector all that were sampled, and with
    /// [`Settings::keep_failures`] those that failed.
    ///
    /// A trace appears with its first ended span, and is complete when its root is there.
    #[must_use]
    pub fn recent(&self) -> Vec<Trace> {
        self.routes
            .ring
            .as_ref()
            .map(Ring::recent)
            .unwrap_or_default()
    }

    /// What became of the spans so far.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(&self.routes)
    }

    pub(crate) fn routes(&self) -> &Arc<Routes> {
        &self.routes
    }

    /// Exports every span that has ended before this call.
    ///
    /// It blocks, but not the export: in asynchronous code whose runtime also runs the collector, as in a test, take
    /// [`Pipeline::flush_async`].
    ///
    /// # Errors
    ///
    /// What was not exported within `deadline`. It still will be, if it can.
    pub fn flush(&self, deadline: Duration) -> Result<(), Unflushed> {
        self.routes.flush(deadline, false)
    }

    /// Exports every span that has ended, and ends the pipeline: spans that end later are not recorded. It works
    /// under any runtime and under none, in a destructor, after a panic, and again, when there is nothing left to do.
    ///
    /// It blocks as [`Pipeline::flush`] does.
    ///
    /// # Errors
    ///
    /// What was not exported within `deadline`, and now never will be.
    pub fn shutdown(&self, deadline: Duration) -> Result<(), Unflushed> {
        let result = self.routes.flush(deadline, true);
        self.wanted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        // Its processor is shut down already, so this takes no time.
        let _already = self.provider.shutdown_with_timeout(Duration::ZERO);
        result
    }

    /// [`Pipeline::flush`], waiting on a thread of its own.
    ///
    /// # Errors
    ///
    /// See [`Pipeline::flush`].
    pub async fn flush_async(&self, deadline: Duration) -> Result<(), Unflushed> {
        let routes = Arc::clone(&self.routes);
        elsewhere(move || routes.flush(deadline, false)).await
    }

    /// [`Pipeline::shutdown`], waiting on a thread of its own.
    ///
    /// # Errors
    ///
    /// See [`Pipeline::shutdown`].
    pub async fn shutdown_async(&self, deadline: Duration) -> Result<(), Unflushed> {
        let routes = Arc::clone(&self.routes);
        let result = elsewhere(move || routes.flush(deadline, true)).await;
        // Everything is settled by now.
        let _nothing_left = self.shutdown(Duration::ZERO);
        result
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        let _nobody_is_there_to_tell = self.shutdown(DROP_DEADLINE);
    }
}

/// The name of the exporter that writes a file.
const FILE: &str = "file";

type Named = (&'static str, Box<dyn Destination<SpanData>>);

fn configured(settings: &Settings, resource: &Resource) -> Result<Vec<Named>, TraceError> {
    let mut destinations: Vec<Named> = Vec::new();
    if let Some(otlp) = &settings.otlp {
        destinations.push(("otlp", collector(otlp, settings, resource)?));
    }
    if let Some(file) = &settings.file {
        destinations.push((FILE, Box::new(file::Writer::open(file)?)));
    }
    Ok(destinations)
}

#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
fn collector(
    otlp: &super::OtlpSettings,
    settings: &Settings,
    resource: &Resource,
) -> Result<Box<dyn Destination<SpanData>>, TraceError> {
    let exporter = super::otlp::Exporter::new(otlp, settings.batch.export_timeout, resource)?;
    Ok(Box::new(exporter))
}

#[cfg(not(any(feature = "otlp-grpc", feature = "otlp-http")))]
fn collector(
    otlp: &super::OtlpSettings,
    _: &Settings,
    _: &Resource,
) -> Result<Box<dyn Destination<SpanData>>, TraceError> {
    Err(otlp.protocol.missing())
}

/// A queue and a thread for each; none is left behind when one cannot be started.
fn start_threads(
    destinations: Vec<Named>,
    batch: BatchLimits,
) -> Result<Vec<Arc<Queue<SpanData>>>, TraceError> {
    let mut queues: Vec<Arc<Queue<SpanData>>> = Vec::new();
    for (name, destination) in destinations {
        let queue = Arc::new(Queue::new(name, batch));
        if let Err(error) = export::start(&queue, destination) {
            for started in queues {
                started.abandon();
            }
            return Err(TraceError::Thread(error));
        }
        queues.push(queue);
    }
    Ok(queues)
}

/// A collector makes the ring superfluous, a file does not: code cannot read that.
fn ring(settings: &Settings, has_collector: bool) -> Option<Ring> {
    let keeps_sampled = !has_collector || settings.ring.beside_collector;
    let is_there = settings.ring.spans > 0 && (keeps_sampled || settings.keep_failures.is_some());
    is_there.then(|| Ring::new(settings.ring, keeps_sampled, settings.keep_failures))
}

pub(crate) fn check(batch: &BatchLimits) -> Result<(), TraceError> {
    let setting = |name, value: String, allowed| {
        Err(TraceError::Setting {
            name,
            value,
            allowed,
        })
    };
    if batch.queue == 0 {
        return setting("the queue's length", "0".into(), "it is at least 1");
    }
    if batch.batch == 0 || batch.batch > batch.queue {
        let allowed = "it is at least 1 and at most the queue's length";
        return setting("the batch's length", batch.batch.to_string(), allowed);
    }
    if batch.export_timeout.is_zero() {
        return setting(
            "the export's time limit",
            "0".into(),
            "it is longer than nothing",
        );
    }
    Ok(())
}

/// Waits on a thread that may block. Without a thread there is no choice but to block here.
async fn elsewhere<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + Sync + Clone + 'static,
) -> T {
    let (done, result) = tokio::sync::oneshot::channel();
    let there = work.clone();
    let started = thread::Builder::new()
        .name("glyph-flush".to_owned())
        .spawn(move || done.send(there()));
    match started {
        Ok(_) => match result.await {
            Ok(result) => result,
            Err(_) => work(),
        },
        Err(_) => work(),
    }
}

/// What became of the spans up to one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Spans that were started and recorded; those of unsampled traces are not, unless failures are kept.
    pub spans_started: u64,
    /// Spans of those that have ended.
    pub spans_ended: u64,
    /// Spans in the ring.
    pub ring_spans: u64,
    /// What became of them, by exporter.
    pub exporters: Vec<ExportCounts>,
}

impl Snapshot {
    pub(crate) fn of(routes: &Routes) -> Self {
        Self {
            spans_started: routes.started.load(Relaxed),
            spans_ended: routes.ended.load(Relaxed),
            ring_spans: routes.ring.as_ref().map_or(0, |ring| ring.spans() as u64),
            exporters: routes.queues.iter().map(|queue| queue.snapshot()).collect(),
        }
    }

    /// The counts of one exporter.
    #[must_use]
    pub fn exporter(&self, name: &str) -> Option<&ExportCounts> {
        self.exporters.iter().find(|counts| counts.exporter == name)
    }
}
