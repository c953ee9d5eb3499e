//! glyph's attribute. Its spans go to the same subscriber as those of `#[tracing::instrument]`.

use glyph_runtime::{
    Counter, Gauge, Histogram, Label, LabelSet, Status, instrument_stage, metric_catalog,
};

use super::calls::{Caller, Failure, InstrumentedFn, Surroundings, answer, answer_later};
use super::sources::Source;
use super::tracing::Subscriber;
use super::{GLYPH, Peer};
use crate::Result;

pub(super) const PEER: Peer = Peer {
    calls: &[
        Caller::of::<Stage>(
            GLYPH,
            &[
                Surroundings::NoSubscriber,
                Surroundings::Registry,
                Surroundings::Unsampled,
                Surroundings::UnsampledLog,
            ],
        ),
        Caller::of::<Stage>("glyph (spans of tracing)", &[Surroundings::Sampled]),
    ],
    sources: &[Source::of(
        GLYPH,
        "glyph-runtime = { path = {runtime}, default-features = false }",
        CATALOG,
        "#[glyph_runtime::instrument_stage(stage::stt, labels(provider = \"deepgram\"), fields(session = session))]",
    )],
    ..Peer::NONE
};

/// The catalog below, as source text for a separate crate.
const CATALOG: &str = "
use glyph_runtime::{Counter, Gauge, Histogram, Label, LabelSet, Status, metric_catalog};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    Deepgram,
    Elevenlabs,
}

#[derive(LabelSet, Clone, Copy)]
pub struct Request {
    provider: Provider,
    status: Status,
}

#[derive(LabelSet, Clone, Copy)]
pub struct Of {
    provider: Provider,
}

#[metric_catalog(namespace = \"bench_stage\", stages = stage)]
pub struct StageMetrics {
    /// Latency of transcription.
    #[metric(unit = seconds, buckets = [10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s, 2.5s, 5s, 10s])]
    #[stage(stt, requests = requests, errors = errors, in_flight = in_flight, labels(provider: Provider))]
    latency: Histogram,

    /// Requests.
    requests: Counter<Request>,

    /// Requests that failed.
    errors: Counter<Of>,

    /// Requests under way.
    in_flight: Gauge,
}
";

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    Deepgram,
    Elevenlabs,
}

#[derive(LabelSet, Clone, Copy)]
pub(crate) struct Request {
    provider: Provider,
    status: Status,
}

#[derive(LabelSet, Clone, Copy)]
pub(crate) struct Of {
    provider: Provider,
}

#[metric_catalog(namespace = "bench_stage", stages = stage)]
pub(crate) struct StageMetrics {
    /// Latency of transcription.
    #[metric(unit = seconds, buckets = [10ms, 25ms, 50ms, 100ms, 250ms, 500ms, 1s, 2.5s, 5s, 10s])]
    #[stage(stt, requests = requests, errors = errors, in_flight = in_flight, labels(provider: Provider))]
    latency: Histogram,

    /// Requests.
    requests: Counter<Request>,

    /// Requests that failed.
    errors: Counter<Of>,

    /// Requests under way.
    in_flight: Gauge,
}

struct Stage(Subscriber);

impl InstrumentedFn for Stage {
    fn build(surroundings: Surroundings) -> Result<Self> {
        Subscriber::install(surroundings).map(Self)
    }

    fn call(&self, input: u64) -> Result<u64, Failure> {
        transcribe(input)
    }

    async fn call_async(&self, input: u64) -> Result<u64, Failure> {
        transcribe_later(input).await
    }

    fn under_root(&self, calls: impl FnOnce()) {
        self.0.under_root(calls);
    }

    fn exported(&self) -> Option<bool> {
        self.0.exported()
    }
}

#[inline(never)]
#[instrument_stage(stage::stt, labels(provider = "deepgram"))]
pub(crate) fn transcribe(input: u64) -> Result<u64, Failure> {
    answer(input)
}

#[instrument_stage(stage::stt, labels(provider = "deepgram"))]
pub(super) async fn transcribe_later(input: u64) -> Result<u64, Failure> {
    answer_later(input).await
}
