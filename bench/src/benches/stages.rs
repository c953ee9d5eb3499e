//! Calls of a function with an attribute: nanoseconds per call and thread.
//!
//! Subscribers, recorders and reporters are global, and so is the callsite cache of `tracing`. Each
//! sample therefore comes from a child process that runs one subject.

use std::time::Duration;

use clap::ValueEnum;

use crate::Result;
use crate::harness::child;
use crate::harness::report::{self, Row};
use crate::harness::rounds::{self, Contender, Schedule, median};
use crate::subjects::calls::{Caller, Form, Surroundings};
use crate::subjects::{self, fastrace, foundations, tracing, yardstick};

const ROUNDS: u16 = 9;

/// The schedule of a child process. The first of its own rounds lets it settle.
const SCHEDULE: Schedule = Schedule {
    rounds: 5,
    sample: Duration::from_millis(15),
};

pub(super) const fn bench(form: Form, surroundings: Surroundings) -> &'static str {
    match (form, surroundings) {
        (Form::Sync, Surroundings::NoSubscriber) => "stages-sync-no-subscriber",
        (Form::Sync, Surroundings::Registry) => "stages-sync-registry",
        (Form::Sync, Surroundings::Unsampled) => "stages-sync-unsampled",
        (Form::Sync, Surroundings::UnsampledLog) => "stages-sync-unsampled-log",
        (Form::Sync, Surroundings::Sampled) => "stages-sync-sampled",
        (Form::Async, Surroundings::NoSubscriber) => "stages-async-no-subscriber",
        (Form::Async, Surroundings::Registry) => "stages-async-registry",
        (Form::Async, Surroundings::Unsampled) => "stages-async-unsampled",
        (Form::Async, Surroundings::UnsampledLog) => "stages-async-unsampled-log",
        (Form::Async, Surroundings::Sampled) => "stages-async-sampled",
    }
}

/// Returns the targets of the cost of glyph's stage, each with the subject that the cost is relative to.
pub(super) const fn targets(surroundings: Surroundings) -> &'static [(&'static str, f64)] {
    match surroundings {
        Surroundings::NoSubscriber => &[(yardstick::TWO_READS, 0.5)],
        Surroundings::Registry => &[],
        // One of the two is the cheapest.
        Surroundings::Unsampled | Surroundings::UnsampledLog => {
            &[(fastrace::NAME, 1.0), (foundations::NAME, 1.0)]
        }
        Surroundings::Sampled => &[
            (tracing::EXPORTED, 0.2),
            (fastrace::NAME, 1.0),
            (foundations::NAME, 1.0),
        ],
    }
}

pub(super) fn callers(surroundings: Surroundings) -> impl Iterator<Item = &'static Caller> {
    subjects::ALL
        .iter()
        .flat_map(|peer| peer.calls)
        .filter(move |caller| caller.runs_in(surroundings))
}

pub(crate) fn run(rounds: Option<u16>) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for form in Form::value_variants() {
        for surroundings in Surroundings::value_variants() {
            for threads in [1, 2] {
                let medians = medians(*form, *surroundings, threads, rounds.unwrap_or(ROUNDS))?;
                let bench = bench(*form, *surroundings);
                let mut table = report::rows(bench, "ns", threads, medians);
                for (subject, at_most) in targets(*surroundings) {
                    report::aim(&mut table, subject, *at_most);
                }
                rows.append(&mut table);
            }
        }
    }
    Ok(rows)
}

fn medians(
    form: Form,
    surroundings: Surroundings,
    threads: usize,
    rounds: u16,
) -> Result<Vec<(&'static str, f64)>> {
    let mut samples: Vec<_> = callers(surroundings)
        .map(|caller| (caller.name, Vec::new()))
        .collect();
    let mut turns: Vec<_> = samples.iter_mut().collect();
    for _ in 0..rounds {
        for (subject, samples) in &mut turns {
            samples.push(in_child(form, surroundings, threads, subject)?);
        }
        turns.rotate_left(1);
    }
    Ok(samples
        .into_iter()
        .map(|(subject, samples)| (subject, median(samples)))
        .collect())
}

fn in_child(form: Form, surroundings: Surroundings, threads: usize, subject: &str) -> Result<f64> {
    child::figure(&[
        "call",
        &child::name(&form)?,
        &child::name(&surroundings)?,
        &threads.to_string(),
        subject,
    ])
}

/// Returns the cost of a call in this process.
pub(crate) fn call(
    form: Form,
    surroundings: Surroundings,
    threads: usize,
    subject: &str,
) -> Result<f64> {
    let contender = contender(form, surroundings, subject)?;
    let medians = rounds::medians(std::slice::from_ref(&contender), threads, SCHEDULE)?;
    contender.operation.check()?;
    let (_, median) = medians.first().ok_or("no figure")?;
    Ok(*median)
}

/// Runs passes of one subject, after the one that builds it.
pub(crate) fn passes(
    form: Form,
    surroundings: Surroundings,
    subject: &str,
    passes: u32,
) -> Result<()> {
    let contender = contender(form, surroundings, subject)?;
    for _ in 0..passes {
        contender.operation.settle();
        contender.operation.pass()?;
        contender.operation.rest();
    }
    contender.operation.check()
}

fn contender(form: Form, surroundings: Surroundings, subject: &str) -> Result<Contender> {
    let caller = callers(surroundings).find(|caller| caller.name == subject);
    let caller = caller.ok_or_else(|| format!("unknown subject {subject:?}"))?;
    caller.contender(form, surroundings)
}
