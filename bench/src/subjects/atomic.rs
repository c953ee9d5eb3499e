//! The minimum of a shared counter: an atomic integer for each series, without padding.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Handles, Peer, Recorder, Recording};
use crate::Result;
use crate::workload::Labels;

pub(super) const PEER: Peer = Peer {
    counters: &[Recorder::of::<Counters>()],
    ..Peer::NONE
};

struct Counters(Handles<AtomicU64>);

impl Recording for Counters {
    const NAME: &'static str = "bare atomic";
    type Input = usize;

    fn build() -> Result<Self> {
        Handles::new(|_| AtomicU64::new(0)).map(Self)
    }

    fn input(labels: Labels, _: f64) -> usize {
        labels.index()
    }

    fn record(&self, index: usize) {
        self.0.with(index, |counter| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
    }
}
