//! Recording a value into a histogram: nanoseconds per operation and thread.

use crate::Result;
use crate::harness::report::Row;
use crate::subjects;

const ROUNDS: u16 = 21;

pub(crate) fn run(rounds: Option<u16>) -> Result<Vec<Row>> {
    let contenders = subjects::ALL
        .iter()
        .flat_map(|peer| peer.histograms)
        .map(subjects::Recorder::contender)
        .collect::<Result<Vec<_>>>()?;
    super::record("histograms", &contenders, rounds.unwrap_or(ROUNDS))
}
