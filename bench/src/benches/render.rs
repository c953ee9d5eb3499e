//! Rendering `/metrics` with many histograms: milliseconds per page.

use std::time::Duration;

use crate::Result;
use crate::harness::report::{self, Row};
use crate::harness::rounds::{self, Schedule};
use crate::subjects;

const ROUNDS: u16 = 7;
const SERIES: u32 = 20_000;
const OBSERVATIONS: usize = 10;

pub(crate) fn run(rounds: Option<u16>) -> Result<Vec<Row>> {
    let contenders = subjects::ALL
        .iter()
        .flat_map(|peer| peer.pages)
        .map(|exposer| exposer.contender(SERIES, OBSERVATIONS))
        .collect::<Result<Vec<_>>>()?;
    let schedule = Schedule {
        rounds: rounds.unwrap_or(ROUNDS),
        sample: Duration::ZERO,
    };
    let medians = rounds::medians(&contenders, 1, schedule)?
        .into_iter()
        .map(|(subject, nanoseconds)| (subject, nanoseconds / 1e6))
        .collect();
    Ok(report::rows("render", "ms", 1, medians))
}
