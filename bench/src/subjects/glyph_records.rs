//! glyph's attribute with records of stages in place of spans of `tracing`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use glyph_runtime::trace::{Pipeline, StageSpans, TraceSettings};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use tracing::info_span;
use tracing::subscriber::set_global_default;
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt;

use super::calls::{Caller, Failure, InstrumentedFn, PASS, Surroundings};
use super::glyph_stage::{transcribe, transcribe_later};
use super::{GLYPH, Peer};
use crate::Result;

pub(super) const PEER: Peer = Peer {
    calls: &[Caller::of::<Recorded>(GLYPH, &[Surroundings::Sampled])],
    ..Peer::NONE
};

/// Far more spans than a sample makes: none is dropped.
const QUEUE: usize = 1 << 24;
const QUEUE_BYTES: usize = 1 << 32;
/// Short enough that the threads of the pipeline convert and export spans during a sample.
const DELAY: Duration = Duration::from_millis(100);
const LONG: Duration = Duration::from_secs(10);

/// A pipeline whose exporter counts spans and discards them.
struct Recorded {
    pipeline: Pipeline,
    passes: AtomicU64,
    seen: Arc<AtomicU64>,
}

#[derive(Debug)]
struct Discard(Arc<AtomicU64>);

impl SpanExporter for Discard {
    async fn export(&self, spans: Vec<SpanData>) -> OTelSdkResult {
        self.0.fetch_add(spans.len() as u64, Relaxed);
        Ok(())
    }
}

impl InstrumentedFn for Recorded {
    fn build(_: Surroundings) -> Result<Self> {
        let mut settings = TraceSettings::new("bench");
        settings.stages = StageSpans::Records;
        settings.batch.queue = QUEUE;
        settings.batch.queue_bytes = QUEUE_BYTES;
        settings.batch.delay = DELAY;
        let seen = Arc::default();
        let exporter = Discard(Arc::clone(&seen));
        let pipeline = Pipeline::start_with_exporter(&settings, "discard", exporter)?;
        set_global_default(Registry::default().with(pipeline.layer()))?;
        // The pipeline finds out that its subscriber is the global one.
        std::thread::sleep(2 * DELAY);
        Ok(Self {
            pipeline,
            passes: AtomicU64::new(0),
            seen,
        })
    }

    fn call(&self, input: u64) -> Result<u64, Failure> {
        transcribe(input)
    }

    async fn call_async(&self, input: u64) -> Result<u64, Failure> {
        transcribe_later(input).await
    }

    fn under_root(&self, calls: impl FnOnce()) {
        self.passes.fetch_add(1, Relaxed);
        info_span!("root").in_scope(calls);
    }

    fn exported(&self) -> Option<bool> {
        let is_flushed = self.pipeline.flush(LONG).is_ok();
        Some(is_flushed && self.seen.load(Relaxed) > 0)
    }

    /// Empties the buffers and the queue, as for fastrace: a queue that grows takes new memory all the
    /// time.
    fn rest(&self) {
        let _late = self.pipeline.flush(LONG);
    }

    /// Fails a sample that has lost spans: it would compare less work.
    fn check(&self) -> Result<()> {
        self.pipeline.flush(LONG)?;
        let seen = self.seen.load(Relaxed);
        let opened = self.passes.load(Relaxed) * u64::from(PASS + 1);
        if seen == opened {
            Ok(())
        } else {
            Err(format!("glyph exported {seen} of {opened} spans").into())
        }
    }
}
