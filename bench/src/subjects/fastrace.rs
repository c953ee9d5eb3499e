//! fastrace's attribute, which opens a span and records no metric.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use fastrace::collector::{Config, Reporter, SpanContext, SpanRecord};
use fastrace::{Span, trace};

use super::Peer;
use super::calls::{Caller, Failure, InstrumentedFn, Surroundings, answer, answer_later};
use crate::Result;

pub(super) const PEER: Peer = Peer {
    calls: &[Caller::of::<Trace>(
        "fastrace",
        &[
            Surroundings::NoSubscriber,
            Surroundings::Unsampled,
            Surroundings::UnsampledLog,
            Surroundings::Sampled,
        ],
    )],
    ..Peer::NONE
};

/// Discards spans. The thread in which fastrace collects them takes processor time too.
struct Discard(Arc<AtomicBool>);

impl Reporter for Discard {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        if !spans.is_empty() {
            self.0.store(true, Relaxed);
        }
    }
}

/// The root, and whether its spans were exported.
struct Trace {
    root: Option<SpanContext>,
    reported: Arc<AtomicBool>,
}

impl InstrumentedFn for Trace {
    fn build(surroundings: Surroundings) -> Result<Self> {
        let reported = Arc::default();
        let sampled = match surroundings {
            Surroundings::NoSubscriber | Surroundings::Registry => {
                return Ok(Self {
                    root: None,
                    reported,
                });
            }
            Surroundings::Unsampled | Surroundings::UnsampledLog => false,
            Surroundings::Sampled => true,
        };
        fastrace::set_reporter(Discard(Arc::clone(&reported)), Config::default());
        Ok(Self {
            root: Some(SpanContext::random().sampled(sampled)),
            reported,
        })
    }

    fn call(&self, input: u64) -> Result<u64, Failure> {
        stt(input)
    }

    async fn call_async(&self, input: u64) -> Result<u64, Failure> {
        stt_later(input).await
    }

    fn under_root(&self, calls: impl FnOnce()) {
        let Some(context) = self.root else {
            return calls();
        };
        let root = Span::root("root", context);
        let _entered = root.set_local_parent();
        calls();
    }

    fn exported(&self) -> Option<bool> {
        self.root?;
        fastrace::flush();
        Some(self.reported.load(Relaxed))
    }
}

#[inline(never)]
#[trace(name = "stt", properties = { "provider": "deepgram" })]
fn stt(input: u64) -> Result<u64, Failure> {
    answer(input)
}

#[trace(name = "stt", properties = { "provider": "deepgram" })]
async fn stt_later(input: u64) -> Result<u64, Failure> {
    answer_later(input).await
}
