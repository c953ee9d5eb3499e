//! Memory of series, and memory of recording without scrapes.
//!
//! Each figure comes from its own child process, so that no subject reuses memory that another one
//! left in the allocator.

use clap::ValueEnum;

use crate::Result;
use crate::harness::child;
use crate::harness::report::{self, Row};
use crate::harness::resident;
use crate::harness::rounds::{Operation, median};
use crate::subjects::{self, Filler, Recorder};

/// Few rounds, because the figure of a process hardly varies.
const ROUNDS: u16 = 3;
const SERIES: u32 = 100_000;
const OBSERVATIONS: u64 = 10_000_000;

/// The work of a child process.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Kind {
    /// Counter series, each incremented once.
    Counters,
    /// Ten-bucket histogram series, each with one value.
    Histograms,
    /// Ten million values into the 18 series of the `histograms` bench, without scrapes.
    Flat,
}

impl Kind {
    const fn bench(self) -> &'static str {
        match self {
            Self::Counters => "memory",
            Self::Histograms => "memory-histograms",
            Self::Flat => "memory-flat",
        }
    }

    const fn unit(self) -> &'static str {
        match self {
            Self::Counters | Self::Histograms => "bytes/series",
            Self::Flat => "bytes",
        }
    }

    fn subjects(self) -> Vec<&'static str> {
        match self {
            Self::Counters => fillers(self).map(|filler| filler.name).collect(),
            Self::Histograms => fillers(self).map(|filler| filler.name).collect(),
            Self::Flat => recorders().map(|recorder| recorder.name).collect(),
        }
    }
}

fn fillers(kind: Kind) -> impl Iterator<Item = &'static Filler> {
    subjects::ALL.iter().flat_map(move |peer| match kind {
        Kind::Counters => peer.counter_series,
        Kind::Histograms => peer.histogram_series,
        Kind::Flat => &[],
    })
}

/// Returns the subjects that keep what they record; a yardstick keeps nothing.
fn recorders() -> impl Iterator<Item = &'static Recorder> {
    subjects::ALL
        .iter()
        .filter(|peer| !peer.histogram_series.is_empty())
        .flat_map(|peer| peer.histograms)
}

pub(crate) fn run(rounds: Option<u16>) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for kind in [Kind::Counters, Kind::Histograms, Kind::Flat] {
        let mut growths: Vec<_> = kind
            .subjects()
            .into_iter()
            .map(|subject| (subject, Vec::new()))
            .collect();
        for _ in 0..rounds.unwrap_or(ROUNDS) {
            for (subject, growths) in &mut growths {
                growths.push(in_child(kind, subject)?);
            }
        }
        let medians = growths
            .into_iter()
            .map(|(subject, growths)| (subject, median(growths)))
            .collect();
        rows.extend(report::rows(kind.bench(), kind.unit(), 1, medians));
    }
    Ok(rows)
}

fn in_child(kind: Kind, subject: &str) -> Result<f64> {
    child::figure(&["grow", &child::name(&kind)?, subject])
}

/// Returns the growth of this process in bytes, per series if the kind counts series.
pub(crate) fn grow(kind: Kind, subject: &str) -> Result<f64> {
    let unknown = || format!("unknown subject {subject:?}");
    if let Kind::Flat = kind {
        let recorder = recorders()
            .find(|recorder| recorder.name == subject)
            .ok_or_else(unknown)?;
        return unscraped(&*recorder.contender()?.operation);
    }
    let filler = fillers(kind)
        .find(|filler| filler.name == subject)
        .ok_or_else(unknown)?;
    let before = resident::anonymous_bytes()?;
    let series = filler.fill(SERIES)?;
    let growth = growth_since(before)?;
    drop(series);
    Ok(growth / f64::from(SERIES))
}

/// Returns the growth from the second pass on, because the first pass creates the series.
fn unscraped(operation: &dyn Operation) -> Result<f64> {
    operation.pass()?;
    let before = resident::anonymous_bytes()?;
    let mut observations = 0;
    while observations < OBSERVATIONS {
        observations += u64::from(operation.pass()?);
    }
    growth_since(before)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "no process grows by more than 2^53 bytes"
)]
fn growth_since(before: u64) -> Result<f64> {
    Ok(resident::anonymous_bytes()?.saturating_sub(before) as f64)
}
