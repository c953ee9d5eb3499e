//! Recorded scrapes on the time of a test.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use glyph_tests::Sample;

use super::targets::Recorded;
use crate::{api::Labels, evaluator::Database};

/// The time between two scrapes, which is not the time in which the program was scraped.
pub(super) const STEP: Duration = Duration::from_secs(15);

/// The time of a test: longer than the windows in which series are absent and burn rates are high.
pub(super) const END: Duration = Duration::from_secs(30 * 60);

/// The scrapes of one target. `None` for one that failed.
pub(super) type Steps = Vec<Option<Scrape>>;

/// The values of a scrape, by the names and labels of the series.
pub(super) type Scrape = BTreeMap<(String, Labels), f64>;

/// The scrapes of all targets until the end of a test.
pub(super) struct Timeline(Vec<Recorded>);

impl Timeline {
    /// Returns the first scrapes as they were recorded. After them, the increments between the last
    /// `repeated` of these are repeated.
    pub(super) fn extending(recorded: &[Recorded], first: usize, repeated: usize) -> Self {
        let targets = recorded.iter().map(|recorded| Recorded {
            labels: recorded.labels.clone(),
            steps: extended(&recorded.steps[..first], repeated),
        });
        Self(targets.collect())
    }

    /// Returns the values of each series, in the notation of promtool.
    pub(super) fn input_series(&self) -> BTreeMap<String, String> {
        let mut series = BTreeMap::new();
        for Recorded { labels, steps } in &self.0 {
            let up = steps
                .iter()
                .map(|step| Some(if step.is_some() { 1.0 } else { 0.0 }));
            series.insert(notation("up", labels), values(up));
            let own: BTreeSet<_> = steps.iter().flatten().flat_map(Scrape::keys).collect();
            for key in own {
                let (name, own) = key;
                let mut all = own.clone();
                all.extend(labels.clone());
                let value = |step: &Option<Scrape>| step.as_ref()?.get(key).copied();
                series.insert(notation(name, &all), values(steps.iter().map(value)));
            }
        }
        series
    }

    /// Returns by how much the series with these labels rose in a window until the end.
    pub(super) fn rise(&self, name: &str, labels: &Labels, window: Duration) -> f64 {
        let scrapes = usize::try_from(window.as_secs() / STEP.as_secs()).unwrap();
        let rises = self.0.iter().flat_map(|target| {
            let last = target.steps.last().unwrap().iter().flatten();
            let before = &target.steps[target.steps.len() - 1 - scrapes];
            last.filter_map(move |(series, last)| {
                let (of, own) = series;
                let has = |(label, value): (&String, &String)| {
                    let own = own.get(label).or_else(|| target.labels.get(label));
                    own == Some(value)
                };
                let is_selected = of == name && labels.iter().all(has);
                let before = before.as_ref()?.get(series)?;
                is_selected.then_some(last - before)
            })
        });
        rises.sum()
    }

    /// Returns the same series for the evaluator.
    pub(super) fn database(&self) -> Database {
        let mut database = Database::default();
        let step = usize::try_from(STEP.as_millis()).unwrap();
        for Recorded { labels, steps } in &self.0 {
            for (scrape, time) in steps.iter().zip((0..).step_by(step)) {
                let samples = scrape.as_ref().map(samples);
                database.scraped(labels, time, samples.as_deref());
            }
        }
        database
    }
}

/// Returns all scrapes until the end.
fn extended(steps: &[Option<Scrape>], repeated: usize) -> Steps {
    let repeated = &steps[steps.len() - repeated..];
    let increments = repeated.iter().zip(&repeated[1..]);
    let increments: Vec<Scrape> = increments
        .map(|(before, after)| increments_between(before.as_ref(), after.as_ref()))
        .collect();
    let count = usize::try_from(END.as_secs() / STEP.as_secs()).unwrap() + 1;
    let mut steps = steps.to_vec();
    let missing = count - steps.len();
    for increments in increments.iter().cycle().take(missing) {
        let last = steps.last().unwrap().clone();
        let next = last.map(|mut scrape| {
            for (series, value) in &mut scrape {
                *value += increments.get(series).copied().unwrap_or_default();
            }
            scrape
        });
        steps.push(next);
    }
    steps
}

/// Returns how much each series changes between two scrapes. A failed scrape has no series.
fn increments_between(before: Option<&Scrape>, after: Option<&Scrape>) -> Scrape {
    let after = after.into_iter().flatten();
    let increments = after.filter_map(|(series, after)| {
        let before = before?.get(series)?;
        Some((series.clone(), after - before))
    });
    increments.collect()
}

fn samples(scrape: &Scrape) -> Vec<Sample> {
    let samples = scrape.iter().map(|((name, labels), value)| Sample {
        name: name.clone(),
        labels: labels.clone(),
        value: *value,
        exemplar: None,
    });
    samples.collect()
}

/// Returns a series in the notation of promtool.
pub(super) fn notation(name: &str, labels: &Labels) -> String {
    let labels = labels
        .iter()
        .map(|(name, value)| format!("{name}={value:?}"));
    let labels: Vec<String> = labels.collect();
    format!("{name}{{{}}}", labels.join(", "))
}

/// Returns values in the notation of promtool. A series that ends is stale once, as Prometheus
/// stores it.
fn values(values: impl Iterator<Item = Option<f64>>) -> String {
    let mut is_live = false;
    let words = values.map(|value| {
        let word = match value {
            Some(value) => value.to_string(),
            None if is_live => "stale".to_owned(),
            None => "_".to_owned(),
        };
        is_live = value.is_some();
        word
    });
    words.collect::<Vec<_>>().join(" ")
}
