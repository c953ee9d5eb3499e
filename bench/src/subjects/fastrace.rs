//! fastrace's attribute, which opens a span and records no metric.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use fastrace::collector::{Config, Reporter, SpanContext, SpanRecord};
use fastrace::{Span, trace};

use super::Peer;
use super::calls::{Caller, Failure, InstrumentedFn, PASS, Surroundings, answer, answer_later};
use crate::Result;

pub(crate) const NAME: &str = "fastrace";

pub(super) const PEER: Peer = Peer {
    calls: &[Caller::of::<Trace>(
        NAME,
        &[
            Surroundings::NoSubscriber,
            Surroundings::Unsampled,
            Surroundings::UnsampledLog,
            Surroundings::Sampled,
        ],
    )],
    ..Peer::NONE
};

/// Counts spans and discards them. The thread in which fastrace collects them takes processor time
/// too.
struct Discard(Arc<AtomicU64>);

impl Reporter for Discard {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        self.0.fetch_add(spans.len() as u64, Relaxed);
    }
}

/// The root, the number of its passes, and the number of spans that were exported.
struct Trace {
    root: Option<SpanContext>,
    passes: AtomicU64,
    reported: Arc<AtomicU64>,
}

impl InstrumentedFn for Trace {
    fn build(surroundings: Surroundings) -> Result<Self> {
        let reported = Arc::default();
        let sampled = match surroundings {
            Surroundings::NoSubscriber | Surroundings::Registry => {
                return Ok(Self {
                    root: None,
                    passes: AtomicU64::new(0),
                    reported,
                });
            }
            Surroundings::Unsampled | Surroundings::UnsampledLog => false,
            Surroundings::Sampled => true,
        };
        fastrace::set_reporter(Discard(Arc::clone(&reported)), Config::default());
        Ok(Self {
            root: Some(SpanContext::random().sampled(sampled)),
            passes: AtomicU64::new(0),
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
        self.passes.fetch_add(1, Relaxed);
        let root = Span::root("root", context);
        let _entered = root.set_local_parent();
        calls();
    }

    fn exported(&self) -> Option<bool> {
        self.root?;
        fastrace::flush();
        Some(self.reported.load(Relaxed) > 0)
    }

    /// The queue of each thread holds 10,240 messages, some for each call, and what does not fit is
    /// lost.
    fn rest(&self) {
        if self.root.is_some() {
            fastrace::flush();
        }
    }

    fn check(&self) -> Result<()> {
        let is_sampled = self.root.is_some_and(|root| root.sampled);
        if !is_sampled {
            return Ok(());
        }
        fastrace::flush();
        let reported = self.reported.load(Relaxed);
        let opened = self.passes.load(Relaxed) * u64::from(PASS + 1);
        if reported < opened {
            return Err(format!("fastrace lost {} of {opened} spans", opened - reported).into());
        }
        Ok(())
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
