//! autometrics with its prometheus backend. Its labels are the function, the caller and the result.

use autometrics::autometrics;
use autometrics::settings::AutometricsSettings;

use super::Peer;
use super::calls::{Caller, Failure, InstrumentedFn, Surroundings, answer, answer_later};
use crate::Result;
use crate::workload::BUCKETS;

pub(super) const PEER: Peer = Peer {
    calls: &[Caller::of::<Autometrics>(
        "autometrics",
        &[Surroundings::NoSubscriber],
    )],
    ..Peer::NONE
};

struct Autometrics;

impl InstrumentedFn for Autometrics {
    fn build(_: Surroundings) -> Result<Self> {
        AutometricsSettings::builder()
            .histogram_buckets(BUCKETS)
            .try_init()?;
        Ok(Self)
    }

    fn call(&self, input: u64) -> Result<u64, Failure> {
        transcribe(input)
    }

    async fn call_async(&self, input: u64) -> Result<u64, Failure> {
        transcribe_later(input).await
    }
}

#[inline(never)]
#[autometrics(track_concurrency)]
fn transcribe(input: u64) -> Result<u64, Failure> {
    answer(input)
}

#[autometrics(track_concurrency)]
async fn transcribe_later(input: u64) -> Result<u64, Failure> {
    answer_later(input).await
}
