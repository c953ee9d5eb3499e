//! The attribute of metrics-helper-macros, with the same recorder as `metrics`.

use metrics_exporter_prometheus::PrometheusHandle;
use metrics_helper_macros::instrument;

use super::calls::{Caller, Failure, InstrumentedFn, Surroundings, answer, answer_later};
use super::{Peer, metrics};
use crate::Result;

pub(super) const PEER: Peer = Peer {
    calls: &[Caller::of::<Instrument>(
        "metrics-helper-macros",
        &[Surroundings::NoSubscriber],
    )],
    ..Peer::NONE
};

struct Instrument(PrometheusHandle);

impl InstrumentedFn for Instrument {
    fn build(_: Surroundings) -> Result<Self> {
        metrics::recorder().map(Self)
    }

    fn call(&self, input: u64) -> Result<u64, Failure> {
        transcribe(input)
    }

    async fn call_async(&self, input: u64) -> Result<u64, Failure> {
        transcribe_later(input).await
    }

    fn settle(&self) {
        self.0.run_upkeep();
    }
}

#[inline(never)]
#[instrument(labels(provider = "deepgram"))]
fn transcribe(input: u64) -> Result<u64, Failure> {
    answer(input)
}

#[instrument(labels(provider = "deepgram"))]
async fn transcribe_later(input: u64) -> Result<u64, Failure> {
    answer_later(input).await
}
