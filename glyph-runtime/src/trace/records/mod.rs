//! Spans of stages that do not pass through `tracing`'s registry.
//!
//! A call of a stage has a [`RecordSpan`] beside the record of its fields. While a thread is in the
//! call, OpenTelemetry's current context has it as its span, so spans of `tracing`'s below it are its
//! children, and it is a child of those around it. When the call ends, the fields are copied into a
//! buffer of the thread. A thread of the pipeline, or the thread that flushes it, passes full buffers, and
//! those that have waited for some time, to the queues of the exporters. OTLP requests are encoded from
//! the buffers; for the ring and other exporters, the calls become spans of the SDK.

mod buffer;
mod collector;
mod context_span;
mod convert;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
mod encode;
mod ended;
mod event;
mod field_names;
mod filter;
mod local;
mod plain;
mod recorder;
mod span;
mod start_clock;
mod thread_details;

use std::{
    io,
    sync::{Arc, OnceLock, Weak},
    time::Duration,
};

#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
pub(super) use self::encode::EncoderMemory;
pub(super) use self::{
    collector::Collector,
    context_span::is_current,
    ended::{EndedPart, EndedSpans},
    event::add as add_event,
    field_names::FieldNames,
    filter::CallsiteFilter,
    recorder::Recorder,
};
use self::{collector::FullLimits, convert::Conversion};
use super::{Sampler, StageSpans, TraceSettings, until_shutdown::UntilShutdown};
use crate::{context::trace_context::stage_recorder, export::BATCH_BYTES};
use glyph_core::__runtime::export_records;

/// The most spans that a thread keeps before it hands them over.
const FULL: usize = 256;
/// The part of the queue at which calls are taken before it has a batch.
const PART: usize = 4;
/// The shortest time after which calls are taken from a thread that ends no further ones.
const SHORTEST: Duration = Duration::from_millis(1);

/// Returns the collector of the records, if the settings ask for records.
pub(super) fn collector(settings: &TraceSettings) -> Option<Arc<Collector>> {
    let is_wanted = settings.stages == StageSpans::Records && !settings.details.busy_and_idle;
    is_wanted.then(|| {
        let limits = FullLimits {
            buffer: settings.batch.batch.clamp(1, FULL),
            spans: settings.batch.queue,
            bytes: settings.batch.queue_bytes,
            many: settings.batch.batch.min(settings.batch.queue / PART),
            much: BATCH_BYTES.min(settings.batch.queue_bytes / PART),
        };
        Arc::new(Collector::new(Conversion::new(settings), limits))
    })
}

/// Returns the recorder of the records, if there is a collector, whose thread is started.
pub(super) fn recorder(
    settings: &TraceSettings,
    sampler: &UntilShutdown,
) -> io::Result<Option<Arc<Recorder>>> {
    let routes = &sampler.routes;
    let Some(collector) = &routes.records else {
        return Ok(None);
    };
    let every = settings.batch.delay.max(SHORTEST);
    let recorder = Arc::new_cyclic(|this| Recorder {
        this: Weak::clone(this),
        routes: Arc::clone(routes),
        collector: Arc::clone(collector),
        sampler: sampler.clone(),
        follows_parent: matches!(settings.sampler, Sampler::ParentBased(_)),
        details: settings.details,
        limits: settings.limits,
        filter: OnceLock::new(),
    });
    collector::start(Arc::clone(&recorder), every)?;
    export_records();
    stage_recorder::is_used();
    Ok(Some(recorder))
}
