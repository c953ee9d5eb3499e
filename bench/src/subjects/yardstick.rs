//! What the figures of the crates are read against: none of these is a metric that anybody else
//! could read.

use std::cell::Cell;
use std::hint::black_box;
use std::time::Instant;

use super::{Peer, Recorder, Recording};
use crate::Result;
use crate::workload::{COMBINATIONS, Labels};

pub(super) const PEER: Peer = Peer {
    counters: &[Recorder::of::<OwnCell>()],
    histograms: &[Recorder::of::<TwoReads>()],
    ..Peer::NONE
};

thread_local! {
    static CELLS: [Cell<u64>; COMBINATIONS] = const { [const { Cell::new(0) }; COMBINATIONS] };
}

/// Memory that no other thread touches. What it takes longer with two threads than with one is
/// the machine's doing: its cores are shared with somebody, or slower when both are busy.
struct OwnCell;

impl Recording for OwnCell {
    const NAME: &'static str = "thread's own cell (yardstick)";
    type Input = usize;

    fn build() -> Result<Self> {
        Ok(Self)
    }

    fn input(labels: Labels, _: f64) -> usize {
        labels.index()
    }

    fn record(&self, index: usize) {
        CELLS.with(|cells| {
            if let Some(cell) = cells.get(index) {
                cell.set(cell.get() + 1);
            }
        });
    }
}

/// What it takes to time anything with the standard library.
struct TwoReads;

impl Recording for TwoReads {
    const NAME: &'static str = "two Instant::now (yardstick)";
    type Input = ();

    fn build() -> Result<Self> {
        Ok(Self)
    }

    fn input(_: Labels, _: f64) {}

    fn record(&self, (): ()) {
        let start = black_box(Instant::now());
        black_box(Instant::now().duration_since(start));
    }
}
