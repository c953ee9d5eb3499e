//! Instructions of the calls of `stages`, counted by valgrind on the thread that calls. A busy machine
//! does not change them.

use clap::ValueEnum;

use super::stages::{bench, callers, targets};
use crate::Result;
use crate::harness::child;
use crate::harness::report::{self, Row};
use crate::harness::rounds::median;
use crate::subjects::calls::{COUNTED, Form, PASS, Surroundings};
use crate::subjects::yardstick;

/// The passes of two processes, which differ by calls only.
const FEW: u32 = 1;
const MORE: u32 = 5;

/// Counts are the same in each round, apart from what a subject does once in a while.
const ROUNDS: u16 = 1;

pub(crate) fn run(rounds: Option<u16>) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for form in Form::value_variants() {
        for surroundings in Surroundings::value_variants() {
            let mut counts = Vec::new();
            for caller in callers(*surroundings) {
                let rounds = 0..rounds.unwrap_or(ROUNDS);
                let samples = rounds.map(|_| count(*form, *surroundings, caller.name));
                counts.push((caller.name, median(samples.collect::<Result<_>>()?)));
            }
            let bench = name(bench(*form, *surroundings));
            let mut table = report::rows(bench, "instructions/call", 1, counts);
            // The system call of a clock is a few instructions here.
            let targets = targets(*surroundings).iter();
            for (subject, at_most) in targets.filter(|(name, _)| *name != yardstick::TWO_READS) {
                report::aim(&mut table, subject, *at_most);
            }
            rows.append(&mut table);
        }
    }
    Ok(rows)
}

/// The name of a table of counts. There is one for each table of times.
fn name(bench: &str) -> &'static str {
    format!("{bench}-instructions").leak()
}

/// Returns the instructions of a call.
fn count(form: Form, surroundings: Surroundings, subject: &str) -> Result<f64> {
    let few = passes(form, surroundings, subject, FEW)?;
    let more = passes(form, surroundings, subject, MORE)?;
    Ok((more - few) / f64::from((MORE - FEW) * PASS))
}

fn passes(form: Form, surroundings: Surroundings, subject: &str, passes: u32) -> Result<f64> {
    let arguments = [
        "passes",
        &child::name(&form)?,
        &child::name(&surroundings)?,
        subject,
        &passes.to_string(),
    ];
    child::all_instructions_in(COUNTED, &arguments)
}
