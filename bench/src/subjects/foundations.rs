//! The attribute of foundations, which opens a span and records no metric.

use foundations::telemetry::settings::{
    ActiveSamplingSettings, SamplingStrategy, TelemetrySettings,
};
use foundations::telemetry::tracing::{span, span_fn};
use foundations::telemetry::{TelemetryConfig, TelemetryDriver};
use std::sync::Mutex;
use tokio::runtime::Runtime;

use super::Peer;
use super::calls::{Caller, Failure, InstrumentedFn, Surroundings, answer, answer_later};
use crate::Result;

pub(crate) const NAME: &str = "foundations";

pub(super) const PEER: Peer = Peer {
    calls: &[Caller::of::<SpanFn>(
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

/// Keeps telemetry alive, although the driver never runs.
struct SpanFn(Option<(Runtime, Mutex<TelemetryDriver>)>);

impl InstrumentedFn for SpanFn {
    fn build(surroundings: Surroundings) -> Result<Self> {
        let sampling_ratio = match surroundings {
            Surroundings::NoSubscriber | Surroundings::Registry => return Ok(Self(None)),
            Surroundings::Unsampled | Surroundings::UnsampledLog => 0.0,
            Surroundings::Sampled => 1.0,
        };
        let mut settings = TelemetrySettings::default();
        settings.tracing.sampling_strategy = SamplingStrategy::Active(ActiveSamplingSettings {
            sampling_ratio,
            ..ActiveSamplingSettings::default()
        });
        // The queue is never emptied. Without a limit it keeps all spans of the sample.
        settings.tracing.max_queue_size = None;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()?;
        let driver = {
            let _entered = runtime.enter();
            foundations::telemetry::init(TelemetryConfig {
                service_info: &foundations::service_info!(),
                settings: &settings,
            })?
        };
        Ok(Self(Some((runtime, Mutex::new(driver)))))
    }

    fn call(&self, input: u64) -> Result<u64, Failure> {
        stt(input)
    }

    async fn call_async(&self, input: u64) -> Result<u64, Failure> {
        stt_later(input).await
    }

    fn under_root(&self, calls: impl FnOnce()) {
        let _root = self.0.is_some().then(|| span("root"));
        calls();
    }
}

#[inline(never)]
#[span_fn("stt")]
fn stt(input: u64) -> Result<u64, Failure> {
    answer(input)
}

#[span_fn("stt")]
async fn stt_later(input: u64) -> Result<u64, Failure> {
    answer_later(input).await
}
