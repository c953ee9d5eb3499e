//! Series of the metrics that only some calls feed: retries, fallbacks, items of streams.
//!
//! Their open labels are looked up with the first observation, so that a call without one takes
//! nothing of their limits. The stage is gone by then. The text of a value is read from a metric that
//! the call feeds in any case. If it has no such metric, or the value is beyond the limit there, the
//! call keeps its texts.

use std::{borrow::Cow, sync::Arc};

use super::{BoundMetric, SeriesIndex, Stage, StageCells, StageSeries};
use crate::label::{CallLookup, OVERFLOW};

/// The texts of a call's labels.
#[derive(Debug)]
pub(super) struct LabelTexts {
    names: &'static [&'static str],
    texts: Vec<String>,
}

impl LabelTexts {
    pub(super) fn of<S: Stage>(stage: &S) -> Arc<Self> {
        let mut kept = Vec::new();
        stage.label_values(&mut |_, texts| {
            kept = texts.iter().map(|text| (*text).to_owned()).collect();
        });
        Arc::new(Self {
            names: S::LABELS,
            texts: kept,
        })
    }

    fn get(&self, label: &str) -> Option<&str> {
        let mut labels = self.names.iter().zip(&self.texts);
        let (_, text) = labels.find(|(name, _)| **name == label)?;
        Some(text)
    }
}

/// Returns the texts of the call's labels, if they cannot be read from its series.
#[cold]
pub(super) fn texts_to_keep<S: Stage>(stage: &S, series: &StageSeries) -> Option<Arc<LabelTexts>> {
    let cells = S::cells();
    let mut labels = cells
        .of_some_calls()
        .into_iter()
        .flatten()
        .flat_map(|late| {
            let labels = late.metric.parts.descriptor.labels.iter();
            labels.filter(|label| label.is_open())
        });
    let has_all = labels.all(|label| cells.text_in_series(series, label.name).is_some());
    (!has_all).then(|| LabelTexts::of(stage))
}

impl StageSeries {
    /// Looks up the values of a call that begins now, in the metrics that it feeds in any case.
    pub(super) fn begin(&mut self, cells: &StageCells, texts: &LabelTexts) {
        let mut lookup = CallLookup::new(true);
        let found = cells.of_every_call(self).map(|(number, bound, index)| {
            let Some(bound) = bound else {
                return index;
            };
            let parts = bound.metric.parts;
            let labels = parts.descriptor.labels.iter().zip(parts.strides);
            let offsets = labels.map(|(label, stride)| match texts.get(label.name) {
                Some(text) => lookup.open_offset(stride, text, parts.open, number as usize),
                None => 0,
            });
            index.plus_offset(offsets.sum())
        });
        [self.duration, self.requests, self.errors, self.in_flight] = found;
        self.overflowed = lookup.overflowed();
    }
}

impl StageCells {
    /// Returns the metrics that some calls feed.
    fn of_some_calls(&self) -> [Option<&BoundMetric>; 5] {
        let Self {
            retries,
            fallbacks,
            first_item,
            between_items,
            items,
            ..
        } = self;
        [retries, fallbacks, first_item, between_items, items].map(Option::as_ref)
    }

    /// Returns the text of an open label from the series that the call feeds in any case.
    fn text_in_series(&self, series: &StageSeries, label: &str) -> Option<Cow<'static, str>> {
        let fed = self.of_every_call(series).into_iter();
        let mut found = fed.filter_map(|(number, bound, index)| {
            let metric = bound?.metric;
            let labels = metric.parts.descriptor.labels.iter();
            let mut labels = labels.zip(metric.parts.strides);
            let (described, stride) = labels.find(|(known, _)| known.name == label)?;
            let (open, _) = stride.open?;
            let is_known = !series.overflowed.has(number as usize, open);
            is_known.then(|| metric.value_of(described, stride, index.index()))
        });
        found.next()
    }
}

impl BoundMetric {
    /// Returns the series of an observation in a metric that some calls feed. `closed` has the part
    /// of the closed labels.
    #[inline]
    pub(super) fn late_series(
        &self,
        cells: &StageCells,
        series: &StageSeries,
        closed: SeriesIndex,
        texts: Option<&LabelTexts>,
    ) -> SeriesIndex {
        if self.metric.parts.open.is_empty() {
            return closed;
        }
        closed.plus_offset(self.late_offset(cells, series, texts))
    }

    #[cold]
    fn late_offset(
        &self,
        cells: &StageCells,
        series: &StageSeries,
        texts: Option<&LabelTexts>,
    ) -> usize {
        let parts = self.metric.parts;
        let labels = parts.descriptor.labels.iter().zip(parts.strides);
        let offsets = labels.filter_map(|(label, stride)| {
            let (index, max) = stride.open?;
            let text = texts.and_then(|texts| texts.get(label.name));
            let text = text.map(Cow::Borrowed);
            let text = text.or_else(|| cells.text_in_series(series, label.name));
            let text = text.unwrap_or(Cow::Borrowed(OVERFLOW));
            Some(parts.open.get(index)?.digit(&text, max) * stride.stride)
        });
        offsets.sum()
    }
}
