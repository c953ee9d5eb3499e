//! Reference points for the figures of the crates. None of them is a metric that another thread
//! could read.

use std::cell::Cell;
use std::hint::black_box;
use std::time::Instant;

use super::calls::{Caller, Failure, InstrumentedFn, Surroundings, answer, answer_later};
use super::sources::Source;
use super::{Peer, Recorder, Recording};
use crate::Result;
use crate::workload::{COMBINATIONS, Labels};

pub(super) const PEER: Peer = Peer {
    counters: &[Recorder::of::<OwnCell>()],
    histograms: &[Recorder::of::<TwoReads>()],
    calls: &[
        Caller::of::<Bare>(BARE, EVERYWHERE),
        Caller::of::<TwoReads>(TWO_READS, EVERYWHERE),
    ],
    sources: &[Source::of(BARE, "", "", "")],
    ..Peer::NONE
};

const BARE: &str = "bare function (yardstick)";

pub(crate) const TWO_READS: &str = "two Instant::now (yardstick)";

const EVERYWHERE: &[Surroundings] = &[
    Surroundings::NoSubscriber,
    Surroundings::Registry,
    Surroundings::Unsampled,
    Surroundings::UnsampledLog,
    Surroundings::Sampled,
];

thread_local! {
    static CELLS: [Cell<u64>; COMBINATIONS] = const { [const { Cell::new(0) }; COMBINATIONS] };
}

/// Memory that only one thread uses. If it takes longer with two threads than with one, the machine
/// is the reason: its cores are busy with other work, or slower when both run.
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

/// The cost of timing with the standard library.
struct TwoReads;

impl Recording for TwoReads {
    const NAME: &'static str = TWO_READS;
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

impl InstrumentedFn for TwoReads {
    fn build(_: Surroundings) -> Result<Self> {
        Ok(Self)
    }

    fn call(&self, input: u64) -> Result<u64, Failure> {
        timed(input)
    }

    async fn call_async(&self, input: u64) -> Result<u64, Failure> {
        let start = black_box(Instant::now());
        let answer = answer_later(input).await;
        black_box(Instant::now().duration_since(start));
        answer
    }
}

#[inline(never)]
fn timed(input: u64) -> Result<u64, Failure> {
    let start = black_box(Instant::now());
    let answer = answer(input);
    black_box(Instant::now().duration_since(start));
    answer
}

/// The function without an attribute.
struct Bare;

impl InstrumentedFn for Bare {
    fn build(_: Surroundings) -> Result<Self> {
        Ok(Self)
    }

    fn call(&self, input: u64) -> Result<u64, Failure> {
        bare(input)
    }

    async fn call_async(&self, input: u64) -> Result<u64, Failure> {
        answer_later(input).await
    }
}

#[inline(never)]
fn bare(input: u64) -> Result<u64, Failure> {
    answer(input)
}
