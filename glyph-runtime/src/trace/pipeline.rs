//! The pipeline of spans: start, flush and shutdown.

use std::{
    future,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64},
    },
    thread,
    time::Duration,
};

use opentelemetry_sdk::trace::{SdkTracerProvider, SpanExporter};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::{Layer, registry::LookupSpan};

use super::{
    Trace, TraceError, TraceSettings,
    export_item::ExportItem,
    file,
    layer::SpanLayer,
    open_spans::OpenNames,
    processor::{Processor, Routes},
    recent::RecentTraces,
    records::{self, CallsiteFilter},
    ring::Ring,
    span_exporter::FromSpanExporter,
    until_shutdown::UntilShutdown,
};
use crate::{
    context::trace_context::{
        connect,
        function_names::FunctionNames,
        stage_recorder::{self, StageRecorder},
    },
    export::{self, BatchLimits, Destination, ExportCounts, Loss, OpenSpans, Queue, Undelivered},
    otlp::{self, Resource, instrumentation::ScopeNames},
    random::RandomIds,
};
use glyph_core::__runtime::{UnsampledReader, lock};

/// Samples, keeps and exports spans. See the [module](super).
///
/// Dropping it without [`Pipeline::shutdown`] waits up to one second for the export of queued
/// spans.
#[derive(Debug)]
#[must_use = "dropping it ends the export of spans"]
pub struct Pipeline {
    provider: SdkTracerProvider,
    routes: Arc<Routes>,
    layer: SpanLayer,
    unsampled: Mutex<Option<UnsampledReader>>,
    _function_names: Option<FunctionNames>,
}

impl Pipeline {
    /// Starts the exporters of the settings. It sets nothing global: install [`Pipeline::layer`]
    /// and [`Pipeline::provider`].
    ///
    /// It does not read the environment; [`config`](crate::config) does.
    ///
    /// # Errors
    ///
    /// Returns [`TraceError`] if a setting is invalid, a file cannot be read or opened, or a thread
    /// cannot be started. A collector that cannot be reached is not an error: its spans are dropped
    /// and counted.
    pub fn start(settings: &TraceSettings) -> Result<Self, TraceError> {
        Self::start_with(settings, Vec::new())
    }

    /// Starts the exporters of the settings and one more, with a queue and a thread for it.
    ///
    /// `export` of the exporter runs on that thread, inside a tokio runtime. If it panics, hangs or
    /// fails, its spans are dropped and counted. `name` is the label value of its counts.
    ///
    /// # Errors
    ///
    /// See [`Pipeline::start`].
    pub fn start_with_exporter(
        settings: &TraceSettings,
        name: &'static str,
        mut exporter: impl SpanExporter + 'static,
    ) -> Result<Self, TraceError> {
        exporter.set_resource(&resource(settings).sdk());
        let exporter = FromSpanExporter::new(exporter);
        Self::start_with(settings, vec![(name, Box::new(exporter))])
    }

    fn start_with(
        settings: &TraceSettings,
        mut destinations: Vec<(&'static str, Box<dyn Destination<ExportItem>>)>,
    ) -> Result<Self, TraceError> {
        settings.batch.check()?;
        connect();
        let resource = resource(settings);
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
            closed: AtomicBool::new(false),
            open: OpenNames::default(),
            records: records::collector(settings),
        });
        let limits = settings.limits;
        let sampler = UntilShutdown {
            sampler,
            routes: Arc::clone(&routes),
        };
        let recorder = records::recorder(settings, &sampler).map_err(|error| {
            routes.queues.iter().for_each(|queue| queue.abandon());
            TraceError::Thread(error)
        })?;
        let provider = SdkTracerProvider::builder()
            .with_resource(resource.sdk())
            .with_sampler(sampler)
            .with_id_generator(RandomIds)
            .with_max_attributes_per_span(limits.attributes)
            .with_max_events_per_span(limits.events)
            .with_max_attributes_per_event(limits.attributes_per_event)
            .with_max_links_per_span(limits.links)
            .with_max_attributes_per_link(limits.attributes_per_link)
            .with_span_processor(Processor(Arc::clone(&routes)))
            .build();
        let layer = SpanLayer {
            provider: provider.clone(),
            details: settings.details,
            names: ScopeNames::new(&settings.instrumentation_scopes),
            recorder,
        };
        Ok(Self {
            provider,
            routes,
            layer,
            unsampled: Mutex::new(settings.keep_failures.map(|_| UnsampledReader::new())),
            _function_names: settings.details.source_location.then(FunctionNames::new),
        })
    }

    /// Returns the provider of the SDK, for `opentelemetry::global::set_tracer_provider` and for
    /// spans without `tracing`.
    #[must_use]
    pub fn provider(&self) -> &SdkTracerProvider {
        &self.provider
    }

    /// Returns a layer that makes every [`tracing`] span a span of this pipeline.
    #[must_use]
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        self.layer.on()
    }

    pub(crate) const fn any_layer(&self) -> &SpanLayer {
        &self.layer
    }

    /// Sets the filter of the layer, which records of stages do not pass.
    pub(crate) fn filter_records(
        &self,
        filter: impl Fn(&Metadata<'_>) -> bool + Send + Sync + 'static,
    ) {
        if let Some(recorder) = &self.layer.recorder {
            // The layer has one filter.
            let _is_set = recorder.filter.set(CallsiteFilter::new(filter));
        }
    }

    /// Notes that the layer is on the global subscriber.
    pub(crate) fn is_global(&self) {
        if let Some(recorder) = self.layer.recorder.clone() {
            let recorder: Arc<dyn StageRecorder> = recorder;
            stage_recorder::find_global(&recorder);
        }
    }

    /// Returns the traces in the ring, the latest first: the sampled ones if there is no collector
    /// or [`RingLimits::with_collector`](super::RingLimits::with_collector) is set, and those that [`TraceSettings::keep_failures`] keeps.
    ///
    /// A trace appears with its first ended span, and is complete with its root.
    #[must_use]
    pub fn recent(&self) -> Vec<Trace> {
        self.recent_traces().all()
    }

    /// Returns a reader of the ring, which outlives the pipeline.
    pub(crate) fn recent_traces(&self) -> RecentTraces {
        RecentTraces::of(&self.routes)
    }

    /// Returns the counts of spans so far.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(&self.routes)
    }

    /// Returns the recorded spans that have not ended.
    #[must_use]
    pub fn open_spans(&self) -> OpenSpans {
        self.routes.open_spans()
    }

    /// Returns what each exporter has lost so far.
    pub(crate) fn losses(&self) -> Vec<Loss> {
        let queues = self.routes.queues.iter();
        queues.filter_map(|queue| queue.loss()).collect()
    }

    pub(crate) fn routes(&self) -> &Arc<Routes> {
        &self.routes
    }

    /// Exports every span that ended before this call.
    ///
    /// It blocks the thread, but not the export. Use [`Pipeline::flush_async`] in asynchronous
    /// code, above all if the collector runs on the same runtime, as in a test.
    ///
    /// # Errors
    ///
    /// Returns [`Undelivered`] if spans were not exported within `deadline`. Their export
    /// continues.
    pub fn flush(&self, deadline: Duration) -> Result<(), Undelivered> {
        self.routes.flush(deadline, false)
    }

    /// Exports every span that ended, and ends the pipeline: spans that end later are dropped, and
    /// counted for the reason [`DropReason::Shutdown`](super::DropReason::Shutdown).
    ///
    /// It blocks the thread, and works with and without a runtime, in a destructor and after a
    /// panic. A second call has nothing to do.
    ///
    /// # Errors
    ///
    /// Returns [`Undelivered`] if spans were not exported within `deadline`. They are dropped.
    pub fn shutdown(&self, deadline: Duration) -> Result<(), Undelivered> {
        let result = self.routes.flush(deadline, true);
        lock(&self.unsampled).take();
        // The provider goes on: one that is shut down does not say which spans end.
        result
    }

    /// [`Pipeline::flush`] for asynchronous code: a separate thread waits.
    ///
    /// # Errors
    ///
    /// See [`Pipeline::flush`].
    pub async fn flush_async(&self, deadline: Duration) -> Result<(), Undelivered> {
        let routes = Arc::clone(&self.routes);
        on_waiting_thread(move || routes.flush(deadline, false)).await
    }

    /// [`Pipeline::shutdown`] for asynchronous code: a separate thread waits.
    ///
    /// # Errors
    ///
    /// See [`Pipeline::shutdown`].
    pub async fn shutdown_async(&self, deadline: Duration) -> Result<(), Undelivered> {
        let routes = Arc::clone(&self.routes);
        let result = on_waiting_thread(move || routes.flush(deadline, true)).await;
        // Everything is exported or dropped by now.
        let _nothing_left = self.shutdown(Duration::ZERO);
        result
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        let _nothing_receives_it = self.shutdown(export::DROP_DEADLINE);
    }
}

/// The name of the exporter that writes a file.
const FILE: &str = "file";

type Named = (&'static str, Box<dyn Destination<ExportItem>>);

fn configured(settings: &TraceSettings, resource: &Resource) -> Result<Vec<Named>, TraceError> {
    let mut destinations: Vec<Named> = Vec::new();
    if let Some(otlp) = &settings.otlp {
        let exporter = otlp::traces::exporter(otlp, settings.batch.export_timeout, resource)?;
        destinations.push(("otlp", exporter));
    }
    if let Some(file) = &settings.file {
        destinations.push((FILE, Box::new(file::Writer::open(file)?)));
    }
    Ok(destinations)
}

fn resource(settings: &TraceSettings) -> Resource {
    Resource::new(
        &settings.service,
        settings.version.as_deref(),
        settings.environment.as_deref(),
        &settings.resource,
    )
}

/// Starts a thread for each exporter. If one cannot be started, the others end.
fn start_threads(
    destinations: Vec<Named>,
    batch: BatchLimits,
) -> Result<Vec<Arc<Queue<ExportItem>>>, TraceError> {
    let mut queues: Vec<Arc<Queue<ExportItem>>> = Vec::new();
    for (name, destination) in destinations {
        let queue = Arc::new(Queue::new(name, batch));
        if let Err(error) = export::start(&queue, destination, future::pending()) {
            for started in queues {
                started.abandon();
            }
            return Err(TraceError::Thread(error));
        }
        queues.push(queue);
    }
    Ok(queues)
}

/// Returns the ring, if it keeps anything. A collector replaces it; a file does not, since code
/// cannot read it.
fn ring(settings: &TraceSettings, has_collector: bool) -> Option<Ring> {
    let keeps_sampled = !has_collector || settings.ring.with_collector;
    let is_there = settings.ring.spans > 0 && (keeps_sampled || settings.keep_failures.is_some());
    is_there.then(|| Ring::new(settings.ring, keeps_sampled, settings.keep_failures))
}

/// Waits on a thread that may block. If no thread can be started, it blocks this one.
async fn on_waiting_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + Sync + Clone + 'static,
) -> T {
    let (done, result) = tokio::sync::oneshot::channel();
    let work_there = work.clone();
    let started = thread::Builder::new()
        .name("glyph-flush".to_owned())
        .spawn(move || done.send(work_there()));
    match started {
        Ok(_) => match result.await {
            Ok(result) => result,
            Err(_) => work(),
        },
        Err(_) => work(),
    }
}

/// Counts of spans at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Spans that were started and recorded. Spans of unsampled traces are not recorded, unless
    /// failures are kept.
    pub spans_started: u64,
    /// Recorded spans that ended.
    pub spans_ended: u64,
    /// Spans in the ring.
    pub ring_spans: u64,
    /// The counts of each exporter.
    pub exporters: Vec<ExportCounts>,
}

impl Snapshot {
    pub(crate) fn of(routes: &Routes) -> Self {
        routes.collect_now();
        let (spans_started, spans_ended) = routes.counts();
        Self {
            spans_started,
            spans_ended,
            ring_spans: routes.ring.as_ref().map_or(0, |ring| ring.spans() as u64),
            exporters: routes.queues.iter().map(|queue| queue.snapshot()).collect(),
        }
    }

    /// Returns the counts of one exporter.
    #[must_use]
    pub fn exporter(&self, name: &str) -> Option<&ExportCounts> {
        self.exporters.iter().find(|counts| counts.exporter == name)
    }
}
