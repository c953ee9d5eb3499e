//! The samples of scraped expositions and of recording rules.

use std::collections::BTreeMap;

use glyph_tests::Sample;
use promql_parser::parser::VectorSelector;

use crate::api::{Labels, Samples};

/// The label with the name of a series.
pub(super) const NAME: &str = "__name__";

/// How far an instant selector looks back for a sample, in milliseconds.
const LOOK_BACK: i64 = 5 * 60 * 1000;

/// A time of evaluation, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment<'scrapes> {
    pub(crate) time: i64,
    /// The times of scrapes whose samples were not stored then, although these scrapes had begun.
    pub(crate) unseen: &'scrapes [i64],
}

impl From<i64> for Moment<'_> {
    fn from(time: i64) -> Self {
        Self { time, unseen: &[] }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Source {
    Scrape,
    Rule,
}

/// Times with values. Without a value, the series is stale from that time on.
struct Series {
    source: Source,
    samples: Vec<(i64, Option<f64>)>,
}

/// All series, by name and labels.
#[derive(Default)]
pub(crate) struct Database(BTreeMap<String, BTreeMap<Labels, Series>>);

impl Database {
    /// Adds the result of a scrape. A failed one has no samples: the series of the target are stale
    /// then, as are those that an exposition lacks.
    pub(crate) fn scraped(&mut self, target: &Labels, time: i64, page: Option<&[Sample]>) {
        let up = if page.is_some() { 1.0 } else { 0.0 };
        self.append("up", target.clone(), time, up, Source::Scrape);
        for sample in page.into_iter().flatten() {
            let mut labels = sample.labels.clone();
            labels.extend(target.clone());
            self.append(&sample.name, labels, time, sample.value, Source::Scrape);
        }
        let all = self.0.values_mut().flatten();
        let own = all.filter(|(labels, series)| {
            let is_own = target
                .iter()
                .all(|(name, value)| labels.get(name) == Some(value));
            is_own && series.source == Source::Scrape
        });
        own.for_each(|(_, series)| series.end_before(time));
    }

    /// Adds the result of a recording rule. Series that an earlier result had are stale.
    pub(crate) fn recorded(
        &mut self,
        name: &str,
        rule: &Labels,
        time: i64,
        result: Vec<(Labels, f64)>,
    ) {
        for (mut labels, value) in result {
            labels.remove(NAME);
            labels.extend(rule.clone());
            self.append(name, labels, time, value, Source::Rule);
        }
        let all = self.0.get_mut(name).into_iter().flatten();
        let own = all.filter(|(labels, _)| {
            rule.iter()
                .all(|(name, value)| labels.get(name) == Some(value))
        });
        own.for_each(|(_, series)| series.end_before(time));
    }

    fn append(&mut self, name: &str, labels: Labels, time: i64, value: f64, source: Source) {
        let series = self.0.entry(name.to_owned()).or_default().entry(labels);
        let samples = Vec::new();
        let series = series.or_insert(Series { source, samples });
        series.samples.push((time, Some(value)));
    }

    /// Returns the times of the scrapes that ended in `(after, until]`, in order.
    pub(crate) fn scrapes(&self, after: i64, until: i64) -> Vec<i64> {
        let up = self.0.get("up").into_iter().flatten();
        let times = up.flat_map(|(_, series)| series.samples.iter().map(|(time, _)| *time));
        let mut times: Vec<i64> = times
            .filter(|time| after < *time && *time <= until)
            .collect();
        times.sort_unstable();
        times
    }

    /// Returns the last sample of each selected series that is not stale.
    pub(super) fn instant(
        &self,
        selector: &VectorSelector,
        at: Moment<'_>,
    ) -> Vec<(Labels, (i64, f64))> {
        let selected = self.selected(selector);
        let samples = selected.filter_map(|(labels, series)| {
            let (time, value) = *series.visible(at).last()?;
            let is_recent = time > at.time - LOOK_BACK;
            Some((labels, (time, value.filter(|_| is_recent)?)))
        });
        samples.collect()
    }

    /// Returns the samples of each selected series in a window that ends at a time.
    pub(super) fn range(
        &self,
        selector: &VectorSelector,
        window: i64,
        at: Moment<'_>,
    ) -> Vec<(Labels, Samples)> {
        let selected = self.selected(selector);
        let samples = selected.map(|(labels, series)| {
            let visible = series.visible(at).iter();
            let values = visible.filter_map(|(time, value)| Some((*time, (*value)?)));
            let values = values.filter(|(time, _)| *time >= at.time - window);
            (labels, values.collect::<Samples>())
        });
        samples.filter(|(_, samples)| !samples.is_empty()).collect()
    }

    fn selected(&self, selector: &VectorSelector) -> impl Iterator<Item = (Labels, &Series)> {
        let name = selector.name.as_deref().unwrap_or_default();
        assert!(
            selector.offset.is_none() && selector.at.is_none() && !name.is_empty(),
            "the evaluator reads no such selector: {selector}"
        );
        let series = self.0.get(name).into_iter().flatten();
        let matches = |labels: &Labels| {
            let mut matchers = selector.matchers.matchers.iter();
            matchers.all(|matcher| {
                let value = labels.get(&matcher.name).map(String::as_str);
                matcher.is_match(value.unwrap_or_default())
            })
        };
        let series = series.filter(move |(labels, _)| matches(labels));
        series.map(move |(labels, series)| {
            let mut labels = labels.clone();
            labels.insert(NAME.to_owned(), name.to_owned());
            (labels, series)
        })
    }
}

impl Series {
    /// Marks the series as stale unless it has a sample of this time.
    fn end_before(&mut self, time: i64) {
        if let Some((last, Some(_))) = self.samples.last()
            && *last < time
        {
            self.samples.push((time, None));
        }
    }

    /// Returns the samples that were stored at a moment.
    fn visible(&self, at: Moment<'_>) -> &[(i64, Option<f64>)] {
        let end = self.samples.partition_point(|(time, _)| *time <= at.time);
        let (visible, _) = self.samples.split_at(end);
        match visible.split_last() {
            Some(((time, _), earlier))
                if self.source == Source::Scrape && at.unseen.contains(time) =>
            {
                earlier
            }
            _ => visible,
        }
    }
}
