//! Rounds in which every contender runs once, so that disturbances of the machine affect all.

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;

/// Work that can be repeated and timed.
pub(crate) trait Operation: Sync {
    /// Does the work a fixed number of times and returns that number. Several threads call it
    /// concurrently.
    fn pass(&self) -> Result<u32>;

    /// Runs work outside of the measurement, such as a peer's upkeep. Default: nothing.
    fn settle(&self) {}

    /// Waits between two passes, outside of the clock, until a peer can take the next one. Default:
    /// returns at once.
    fn rest(&self) {}

    /// Checks that the work was done as a whole, after the last sample. Default: it was.
    fn check(&self) -> Result<()> {
        Ok(())
    }
}

/// An operation and its subject.
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) operation: Box<dyn Operation>,
}

/// Number of rounds and duration of a sample.
#[derive(Clone, Copy)]
pub(crate) struct Schedule {
    /// Samples of each contender. One more round comes first and is discarded.
    pub(crate) rounds: u16,
    /// Minimum duration of a sample. Zero means one pass.
    pub(crate) sample: Duration,
}

/// Returns the nanoseconds per operation of each contender when `threads` threads work
/// concurrently: the median over the rounds of the mean over the threads.
pub(crate) fn medians(
    contenders: &[Contender],
    threads: usize,
    schedule: Schedule,
) -> Result<Vec<(&'static str, f64)>> {
    let barrier = Barrier::new(threads);
    let workers: Vec<Vec<Vec<f64>>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|number| {
                let barrier = &barrier;
                scope.spawn(move || work(contenders, schedule, barrier, number == 0))
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().map_err(|_| "a worker panicked")?)
            .collect::<Result<_>>()
    })?;

    Ok(contenders
        .iter()
        .enumerate()
        .map(|(position, contender)| {
            let rounds = (0..usize::from(schedule.rounds)).filter_map(|round| {
                mean(
                    workers
                        .iter()
                        .filter_map(|worker| worker.get(position)?.get(round).copied()),
                )
            });
            (contender.name, median(rounds.collect()))
        })
        .collect())
}

/// Returns one thread's samples by contender and round. The thread lives through all rounds, so
/// that a subject's thread-local state is created once.
fn work(
    contenders: &[Contender],
    schedule: Schedule,
    barrier: &Barrier,
    leads: bool,
) -> Result<Vec<Vec<f64>>> {
    let mut samples: Vec<Vec<Result<f64>>> = contenders.iter().map(|_| Vec::new()).collect();
    let mut turns: Vec<_> = contenders.iter().zip(&mut samples).collect();
    for round in 0..=schedule.rounds {
        for (contender, samples) in &mut turns {
            if leads {
                contender.operation.settle();
            }
            barrier.wait();
            let sample = sample(&*contender.operation, schedule.sample);
            // Keep a failure until the end: returning now would block the other threads at the
            // barrier.
            if round > 0 || sample.is_err() {
                samples.push(sample);
            }
        }
        turns.rotate_left(1);
    }
    samples
        .into_iter()
        .map(|of_one| of_one.into_iter().collect())
        .collect()
}

fn sample(operation: &dyn Operation, at_least: Duration) -> Result<f64> {
    let mut operations = 0_u32;
    let mut elapsed = Duration::ZERO;
    loop {
        let start = Instant::now();
        operations += black_box(operation).pass()?;
        elapsed += start.elapsed();
        if elapsed >= at_least {
            return Ok(elapsed.as_secs_f64() * 1e9 / f64::from(operations));
        }
        operation.rest();
    }
}

/// Returns the middle value, or the mean of the middle two. NaN if there are none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let lower = values.len().saturating_sub(1) / 2;
    let upper = values.len() / 2;
    let middle = values.get(lower).zip(values.get(upper));
    middle.map_or(f64::NAN, |(lower, upper)| f64::midpoint(*lower, *upper))
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}
