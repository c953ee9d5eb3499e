//! The stages of the catalogs, and the sums of what their calls have recorded.

use glyph_core::{
    __runtime::{ExposedMetric, Exposure, Series, exposures},
    Outcome,
    catalog::{CatalogDescriptor, MetricDescriptor, Registry, StageDescriptor},
    label::{LabelDescriptor, LabelValues},
};

/// A stage, and the metrics from which its calls are read.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) name: &'static str,
    duration: ExposedMetric,
    failures: Option<Failures>,
    in_flight: Option<ExposedMetric>,
}

/// The counts from which failed calls are read.
#[derive(Debug)]
struct Failures {
    metric: ExposedMetric,
    /// The label of the outcome and its values for failures. `None` if every count is a failure.
    outcome: Option<(&'static str, Vec<&'static str>)>,
}

/// What the calls of a stage have recorded since the start of the process.
#[derive(Debug)]
pub(super) struct Totals {
    /// The calls by their duration, the infinite bucket last.
    pub(super) buckets: Box<[u64]>,
    /// The failed calls. `None` if no metric of the stage has them alone.
    pub(super) failures: Option<u64>,
    /// The calls that run. `None` if the stage has no gauge for them.
    pub(super) in_flight: Option<f64>,
}

/// Returns the stages of all catalogs in the order of their declaration.
pub(super) fn stages(registry: &Registry) -> Vec<Stage> {
    let mut found = Vec::new();
    for exposure in exposures(registry) {
        collect(exposure.catalog(), exposure, &mut found);
    }
    let mut stages: Vec<Stage> = Vec::new();
    for (stage, exposure) in &found {
        let is_shared = |family: &str| {
            let mut stages = found.iter().filter(|(other, _)| records_in(other, family));
            stages.nth(1).is_some()
        };
        if let Some(stage) = Stage::new(stage, exposure, is_shared)
            && !stages.iter().any(|known| known.is_same(&stage))
        {
            stages.push(stage);
        }
    }
    stages
}

type Found<'e> = Vec<(&'static StageDescriptor, &'e Exposure)>;

fn collect<'e>(catalog: &'static CatalogDescriptor, exposure: &'e Exposure, found: &mut Found<'e>) {
    found.extend(catalog.stages.iter().map(|stage| (stage, exposure)));
    for nested in catalog.nested {
        collect(nested, exposure, found);
    }
}

/// Whether a stage records its calls in this family, in addition to its histogram.
fn records_in(stage: &StageDescriptor, family: &str) -> bool {
    [stage.requests, stage.errors, stage.in_flight].contains(&Some(family))
}

impl Stage {
    /// `None` if a view leaves out the histogram of the stage.
    fn new(
        stage: &'static StageDescriptor,
        exposure: &Exposure,
        is_shared: impl Fn(&str) -> bool,
    ) -> Option<Self> {
        let exposed = |family: &str| {
            let mut metrics = exposure.metrics().iter();
            metrics.find_map(|(metric, exposed)| {
                exposed.filter(|_| metric.descriptor().name == family)
            })
        };
        let duration = exposed(stage.duration)?;
        let of_own = |family: Option<&'static str>| {
            let family = family.filter(|family| !is_shared(family))?;
            exposed(family)
        };
        let failures = Failures::by_outcome(duration)
            .or_else(|| of_own(stage.errors).map(Failures::all))
            .or_else(|| of_own(stage.requests).and_then(Failures::by_outcome));
        Some(Self {
            name: stage.name,
            duration,
            failures,
            in_flight: of_own(stage.in_flight),
        })
    }

    /// The histogram of the durations, as it is exposed.
    pub(super) const fn duration(&self) -> &'static MetricDescriptor {
        self.duration.descriptor()
    }

    fn is_same(&self, other: &Self) -> bool {
        (self.name, self.duration().name) == (other.name, other.duration().name)
    }

    /// Reads what all calls have recorded so far.
    pub(super) fn read(&self) -> Totals {
        let buckets = self.duration().buckets.len() + 1;
        let mut sums = vec![0_u64; buckets];
        each(self.duration, |cells| {
            for (sum, count) in sums.iter_mut().zip(cells) {
                *sum = sum.saturating_add(*count);
            }
        });
        Totals {
            buckets: sums.into(),
            failures: self.failures.as_ref().map(Failures::read),
            in_flight: self.in_flight.map(sum_of_gauge),
        }
    }
}

impl Failures {
    const fn all(metric: ExposedMetric) -> Self {
        Self {
            metric,
            outcome: None,
        }
    }

    /// `None` if no label of the metric distinguishes failures.
    fn by_outcome(metric: ExposedMetric) -> Option<Self> {
        let outcome = metric.descriptor().labels.iter().find_map(outcome)?;
        Some(Self {
            metric,
            outcome: Some(outcome),
        })
    }

    fn read(&self) -> u64 {
        let mut count = 0_u64;
        let mut cells = Vec::new();
        for series in self.metric.present_series() {
            if self.has(&series) {
                series.read(&mut cells);
                count = count.saturating_add(self.calls(&cells));
            }
        }
        count
    }

    /// The last cell of a histogram is its sum.
    fn calls(&self, cells: &[u64]) -> u64 {
        let counts = match cells {
            [counts @ .., _] if self.metric.metric().is_histogram() => counts,
            counts => counts,
        };
        counts
            .iter()
            .fold(0, |sum, count| sum.saturating_add(*count))
    }

    fn has(&self, series: &impl Series) -> bool {
        let Some((name, failed)) = &self.outcome else {
            return true;
        };
        let mut labels = series.labels();
        labels.any(|(label, value)| label == *name && failed.contains(&&*value))
    }
}

/// Returns the name of an outcome label, and its values for failures.
fn outcome(label: &LabelDescriptor) -> Option<(&'static str, Vec<&'static str>)> {
    let (LabelValues::Closed(values), Some(indices)) = (label.values, label.outcomes) else {
        return None;
    };
    let outcomes = || Outcome::ALL.into_iter().zip(indices);
    let failed = |index: &usize| {
        outcomes().any(|(outcome, of_outcome)| outcome.is_error() && of_outcome == *index)
    };
    let values = values.iter().enumerate();
    let failed = values.filter_map(|(index, value)| failed(&index).then_some(*value));
    Some((label.name, failed.collect()))
}

/// Passes the cells of each series to `visit`.
fn each(metric: ExposedMetric, mut visit: impl FnMut(&[u64])) {
    let mut cells = Vec::new();
    for series in metric.present_series() {
        series.read(&mut cells);
        visit(&cells);
    }
}

fn sum_of_gauge(metric: ExposedMetric) -> f64 {
    let mut sum = 0.0;
    each(metric, |cells| {
        let value = cells.first().copied().map(f64::from_bits);
        sum += value.unwrap_or_default();
    });
    sum
}
