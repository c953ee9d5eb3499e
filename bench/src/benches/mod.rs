//! One module per bench: the work, the schedule and the unit.

pub(crate) mod check;
pub(crate) mod compile;
pub(crate) mod counters;
pub(crate) mod edges;
pub(crate) mod export;
pub(crate) mod faults;
pub(crate) mod histograms;
pub(crate) mod log;
pub(crate) mod memory;
pub(crate) mod render;
pub(crate) mod stage_instructions;
pub(crate) mod stages;

use std::time::Duration;

use crate::Result;
use crate::harness::report::{self, Row};
use crate::harness::rounds::{self, Contender, Schedule};

/// Long enough that the start of a sample and one context switch do not matter.
const SAMPLE: Duration = Duration::from_millis(15);

/// Times the contenders with one thread, then with two.
fn record(bench: &'static str, contenders: &[Contender], rounds: u16) -> Result<Vec<Row>> {
    let schedule = Schedule {
        rounds,
        sample: SAMPLE,
    };
    let mut rows = Vec::new();
    for threads in [1, 2] {
        let medians = rounds::medians(contenders, threads, schedule)?;
        rows.extend(report::rows(bench, "ns", threads, medians));
    }
    Ok(rows)
}
