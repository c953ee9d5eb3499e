//! Instructions of a request on the thread that serves it.
//!
//! callgrind counts in the loop of requests only: what a process does at its start, and what threads do
//! that export spans and write lines, does not count.

use clap::ValueEnum;

use crate::Result;
use crate::harness::child;
use crate::harness::report::Row;
use crate::harness::rounds::median;
use crate::subjects::edges::{LOOP, Tracing};

use super::rows;

const UNIT: &str = "instructions/request";

/// The passes of a process.
const PASSES: u32 = 8;

/// Returns the names of the tables for one kind of tracing, as [`super::benches`] does.
const fn benches(tracing: Tracing) -> (&'static str, &'static str) {
    match tracing {
        Tracing::NoSubscriber => (
            "edges-no-subscriber-instructions",
            "edges-no-subscriber-added-instructions",
        ),
        Tracing::Unsampled => (
            "edges-unsampled-instructions",
            "edges-unsampled-added-instructions",
        ),
        Tracing::OnePercent => (
            "edges-1-percent-instructions",
            "edges-1-percent-added-instructions",
        ),
        Tracing::Sampled => (
            "edges-sampled-instructions",
            "edges-sampled-added-instructions",
        ),
        Tracing::InstalledUnsampled => (
            "edges-installed-unsampled-instructions",
            "edges-installed-unsampled-added-instructions",
        ),
        Tracing::InstalledSampled => (
            "edges-installed-sampled-instructions",
            "edges-installed-sampled-added-instructions",
        ),
    }
}

pub(super) fn run(rounds: u16) -> Result<Vec<Row>> {
    let mut all = Vec::new();
    for tracing in Tracing::value_variants() {
        let mut medians = Vec::new();
        for subject in tracing.subjects() {
            let samples = (0..rounds).map(|_| sample(subject, *tracing));
            medians.push((*subject, median(samples.collect::<Result<_>>()?)));
        }
        all.extend(rows(*tracing, benches(*tracing), UNIT, medians));
    }
    Ok(all)
}

fn sample(subject: &str, tracing: Tracing) -> Result<f64> {
    let tracing = child::name(&tracing)?;
    let passes = PASSES.to_string();
    child::instructions_in(LOOP, &["request-edge", subject, &tracing, &passes])
}
