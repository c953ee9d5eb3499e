//! Snapshots of all series and of the stages, within a budget of memory.
//!
//! The history covers 15 minutes, with a snapshot every five seconds. When that does not fit into the
//! budget, snapshots become rarer, up to one a minute, and the oldest are removed.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use glyph_core::{
    __runtime::{ObservedFamily, Scale, metrics},
    catalog::{MetricDescriptor, Registry},
};

use super::{
    metric_history::MetricHistory,
    stages::{Stage, Totals, stages},
};

/// The time that the history covers.
pub(super) const COVERS: Duration = Duration::from_secs(900);

/// The time between two snapshots.
const STEP: Duration = Duration::from_secs(5);

/// The longest time between two snapshots.
const LONGEST_STEP: Duration = Duration::from_secs(60);

/// The bytes of a snapshot's time and number.
const SNAPSHOT: usize = 32;

/// The history of a registry.
#[derive(Debug)]
pub(super) struct History {
    budget: usize,
    step: Duration,
    /// The number of the next snapshot.
    number: u64,
    snapshots: VecDeque<Snapshot>,
    metrics: BTreeMap<&'static str, MetricHistory>,
    stages: Vec<StageHistory>,
}

#[derive(Clone, Copy, Debug)]
struct Snapshot {
    at: Instant,
    number: u64,
}

/// The sums of a stage at each snapshot, the oldest first.
#[derive(Debug)]
pub(super) struct StageHistory {
    pub(super) stage: Stage,
    pub(super) totals: VecDeque<Totals>,
}

impl StageHistory {
    /// The bytes of the sums at one snapshot.
    fn size(&self) -> usize {
        let buckets = self.stage.duration().buckets.len() + 1;
        size_of::<Totals>() + (buckets + 2) * size_of::<u64>()
    }
}

impl History {
    pub(super) fn new(registry: &Registry, budget: usize) -> Self {
        let stages = stages(registry).into_iter().map(|stage| StageHistory {
            stage,
            totals: VecDeque::new(),
        });
        Self {
            budget,
            step: STEP,
            number: 0,
            snapshots: VecDeque::new(),
            metrics: BTreeMap::new(),
            stages: stages.collect(),
        }
    }

    /// The time until the next snapshot.
    pub(super) const fn step(&self) -> Duration {
        self.step
    }

    /// Sets the time between the first snapshots.
    pub(super) const fn begin_with(&mut self, step: Duration) {
        self.step = step;
    }

    /// The limit of bytes.
    pub(super) const fn budget(&self) -> usize {
        self.budget
    }

    pub(super) fn stages(&self) -> &[StageHistory] {
        &self.stages
    }

    /// Returns the times of the snapshots, the oldest first.
    pub(super) fn times(&self) -> impl DoubleEndedIterator<Item = Instant> + ExactSizeIterator {
        self.snapshots.iter().map(|snapshot| snapshot.at)
    }

    /// Returns the numbers of the snapshots, the oldest first.
    pub(super) fn numbers(&self) -> impl DoubleEndedIterator<Item = u64> {
        self.snapshots.iter().map(|snapshot| snapshot.number)
    }

    /// Returns the history of a metric by its family name.
    pub(super) fn metric(&self, name: &str) -> Option<&MetricHistory> {
        self.metrics.get(name)
    }

    /// Returns the number of series that the budget leaves out.
    pub(super) fn left_out(&self) -> usize {
        self.metrics.values().map(|metric| metric.left_out).sum()
    }

    /// Returns the bytes that the history takes.
    pub(super) fn bytes(&self) -> usize {
        let stages: usize = self.stages.iter().map(StageHistory::size).sum();
        let snapshots = self.snapshots.len() * (SNAPSHOT + stages);
        snapshots + self.bytes_of_metrics()
    }

    fn bytes_of_metrics(&self) -> usize {
        self.metrics.values().map(MetricHistory::bytes).sum()
    }

    /// Takes a snapshot of declared and observed metrics, and keeps the budget.
    pub(super) fn record(
        &mut self,
        at: Instant,
        registry: &Registry,
        observed: Vec<ObservedFamily>,
    ) {
        let number = self.number;
        self.number += 1;
        for stage in &mut self.stages {
            stage.totals.push_back(stage.stage.read());
        }
        // Half of the budget is for the series, and the rest for their changes.
        let mut room = (self.budget / 2).saturating_sub(self.bytes_of_series());
        for exposed in metrics(registry) {
            let series = exposed.present_series();
            let metric = self.metric_mut(exposed.descriptor(), exposed.metric().scale());
            metric.record(number, series, &mut room);
        }
        for family in observed {
            let metric = self.metric_mut(family.metric.descriptor(), family.metric.scale());
            metric.record(number, family.series.into_iter(), &mut room);
        }
        self.snapshots.push_back(Snapshot { at, number });
        let snapshots = self.snapshots.len();
        for metric in self.metrics.values_mut() {
            if metric.frames().len() < snapshots {
                metric.skip();
            }
        }
        self.keep_limits(at);
    }

    fn metric_mut(
        &mut self,
        descriptor: &'static MetricDescriptor,
        scale: Scale,
    ) -> &mut MetricHistory {
        let snapshots = self.snapshots.len();
        let new = || MetricHistory::new(descriptor, scale, snapshots);
        self.metrics.entry(descriptor.name).or_insert_with(new)
    }

    fn bytes_of_series(&self) -> usize {
        self.metrics
            .values()
            .map(MetricHistory::bytes_of_series)
            .sum()
    }

    /// Removes snapshots that are too old, and as many as the budget needs.
    fn keep_limits(&mut self, now: Instant) {
        while self
            .oldest()
            .is_some_and(|oldest| now.duration_since(oldest) > COVERS)
        {
            self.drop_oldest();
        }
        if self.bytes() <= self.budget {
            return;
        }
        if !self.is_thinning(now) {
            self.step = (self.step * 2).min(LONGEST_STEP);
        }
        while self.bytes() > self.budget && !self.snapshots.is_empty() {
            self.drop_oldest();
        }
    }

    /// Whether there are still snapshots of a shorter step. They go first, before the step changes again.
    fn is_thinning(&self, now: Instant) -> bool {
        let intervals = u32::try_from(self.snapshots.len().saturating_sub(1));
        let at_this_step = self.step.saturating_mul(intervals.unwrap_or(u32::MAX));
        let covered = self.oldest().map(|oldest| now.duration_since(oldest));
        // Timers are late, and never early.
        covered.is_some_and(|covered| covered < at_this_step.mul_f64(0.9))
    }

    fn oldest(&self) -> Option<Instant> {
        self.snapshots.front().map(|snapshot| snapshot.at)
    }

    fn drop_oldest(&mut self) {
        self.snapshots.pop_front();
        let oldest = self.snapshots.front();
        let oldest = oldest.map_or(self.number, |snapshot| snapshot.number);
        for metric in self.metrics.values_mut() {
            metric.drop_oldest(oldest);
        }
        for stage in &mut self.stages {
            stage.totals.pop_front();
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
mod tests;
