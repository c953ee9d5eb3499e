//! Series of the metrics that only some calls feed: retries, fallbacks, items of streams.
//!
//! Their open labels are looked up with the first observation, so that a call without one takes
//! nothing of their limits. The stage is gone by then. The text of a value is read from a metric that
//! the call feeds in any case. If it has no such metric, or the value is beyond the limit there, the
//! call keeps its texts.

use std::{borrow::Cow, sync::Arc};

use super::{BoundMetric, SeriesIndex, Stage, StageCells, StageSeries};
use crate::{
    descriptor::message::same,
    label::{CallLookup, Hashed, LabelDescriptor, OVERFLOW},
    metric::Metric,
};

/// The texts of a call's labels.
#[derive(Debug)]
pub(super) struct LabelTexts {
    names: &'static [&'static str],
    /// `None` for a label that is known at the end of a call.
    texts: Vec<Option<String>>,
}

impl LabelTexts {
    #[cold]
    pub(super) fn of<S: Stage>(stage: &S) -> Arc<Self> {
        let mut kept = Vec::new();
        stage.label_values(&mut |_, texts| {
            let texts = texts.iter();
            kept = texts
                .map(|text| text.as_str().map(ToOwned::to_owned))
                .collect();
        });
        Arc::new(Self {
            names: S::LABELS,
            texts: kept,
        })
    }

    fn get(&self, label: &str) -> Option<&str> {
        let mut labels = self.names.iter().zip(&self.texts);
        let (_, text) = labels.find(|(name, _)| **name == label)?;
        text.as_deref()
    }
}

/// The open labels of the metrics that only some calls of a stage feed.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateLabels {
    /// The stage has no such labels.
    None,
    /// The metric with this number, which every call feeds, has them all: its series has the values.
    InSeries(usize),
    /// No metric that every call feeds has them all.
    Apart,
}

impl LateLabels {
    /// Finds the labels of the metrics that some calls feed in those of the metrics that every call
    /// feeds, in the order of their numbers.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "the index is compared with the length first"
    )]
    pub const fn of(every: &[&[LabelDescriptor]], some: &[&[LabelDescriptor]]) -> Self {
        if !has_open(some) {
            return Self::None;
        }
        let mut metric = 0;
        while metric < every.len() {
            if has_all(every[metric], some) {
                return Self::InSeries(metric);
            }
            metric += 1;
        }
        Self::Apart
    }

    /// Whether there are any.
    #[must_use]
    pub const fn any(self) -> bool {
        !matches!(self, Self::None)
    }
}

#[expect(
    clippy::indexing_slicing,
    reason = "the indices are compared with the lengths first"
)]
const fn has_open(metrics: &[&[LabelDescriptor]]) -> bool {
    let mut metric = 0;
    while metric < metrics.len() {
        let mut index = 0;
        while index < metrics[metric].len() {
            if metrics[metric][index].is_open() {
                return true;
            }
            index += 1;
        }
        metric += 1;
    }
    false
}

/// Whether all open labels of the metrics are also open labels in `labels`.
#[expect(
    clippy::indexing_slicing,
    reason = "the indices are compared with the lengths first"
)]
const fn has_all(labels: &[LabelDescriptor], metrics: &[&[LabelDescriptor]]) -> bool {
    let mut metric = 0;
    while metric < metrics.len() {
        let mut index = 0;
        while index < metrics[metric].len() {
            let label = &metrics[metric][index];
            if label.is_open() && !has_open_label(labels, label.name) {
                return false;
            }
            index += 1;
        }
        metric += 1;
    }
    true
}

#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
const fn has_open_label(labels: &[LabelDescriptor], name: &str) -> bool {
    let mut index = 0;
    while index < labels.len() {
        if labels[index].is_open() && same(labels[index].name, name) {
            return true;
        }
        index += 1;
    }
    false
}

/// Returns the texts of the call's labels, if they cannot be read from its series.
#[inline]
pub(super) fn texts_to_keep<S: Stage>(stage: &S, series: &StageSeries) -> Option<Arc<LabelTexts>> {
    let has_all = matches!(S::LATE, LateLabels::InSeries(_)) && series.overflowed.is_none();
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
                Some(text) => {
                    let value = Hashed::new(text);
                    lookup.open_offset(stride, value, parts.open, number as usize)
                }
                None => 0,
            });
            index.plus_offset(offsets.sum())
        });
        [self.duration, self.requests, self.errors, self.in_flight] = found;
        self.overflowed = lookup.overflowed();
    }
}

/// The series of a call that has the values of its late labels.
#[derive(Clone, Copy, Debug)]
pub(super) struct LateSource {
    metric: &'static Metric,
    series: SeriesIndex,
}

impl LateLabels {
    /// Returns the index of the call's series that has the values, if one has them all.
    #[inline]
    pub(super) fn series(self, series: &StageSeries) -> SeriesIndex {
        match self {
            Self::None | Self::Apart => SeriesIndex::FIRST,
            Self::InSeries(0) => series.duration,
            Self::InSeries(1) => series.requests,
            Self::InSeries(2) => series.errors,
            Self::InSeries(_) => series.in_flight,
        }
    }
}

impl LateSource {
    /// Returns the source of a call whose series has this index, if the values are in a series.
    pub(super) fn new(cells: &'static StageCells, series: SeriesIndex) -> Option<Self> {
        let bound = match cells.late {
            LateLabels::None | LateLabels::Apart => None,
            LateLabels::InSeries(0) => Some(&cells.duration),
            LateLabels::InSeries(1) => cells.requests.as_ref(),
            LateLabels::InSeries(2) => cells.errors.as_ref(),
            LateLabels::InSeries(_) => cells.in_flight.as_ref(),
        };
        let metric = bound?.metric;
        Some(Self { metric, series })
    }

    /// Returns the text of an open label.
    fn text(self, label: &str) -> Option<Cow<'static, str>> {
        let labels = self.metric.parts.descriptor.labels.iter();
        let mut labels = labels.zip(self.metric.parts.strides);
        let (described, stride) = labels.find(|(known, _)| known.name == label)?;
        let series = self.series.index();
        Some(self.metric.value_of(described, stride, series))
    }
}

impl BoundMetric {
    /// Returns the series of an observation in a metric that some calls feed. `closed` has the part
    /// of the closed labels. The values of open ones are in `texts`, if there are any, and otherwise
    /// in `source`.
    #[inline]
    pub(super) fn late_series(
        &self,
        closed: SeriesIndex,
        source: impl FnOnce() -> Option<LateSource>,
        texts: Option<&LabelTexts>,
    ) -> SeriesIndex {
        if self.metric.parts.open.is_empty() {
            return closed;
        }
        closed.plus_offset(self.late_offset(source(), texts))
    }

    #[cold]
    fn late_offset(&self, source: Option<LateSource>, texts: Option<&LabelTexts>) -> usize {
        let parts = self.metric.parts;
        let labels = parts.descriptor.labels.iter().zip(parts.strides);
        let offsets = labels.filter_map(|(label, stride)| {
            let (index, max) = stride.open?;
            let text = match texts {
                Some(texts) => texts.get(label.name).map(Cow::Borrowed),
                None => source.and_then(|source| source.text(label.name)),
            };
            let text = text.unwrap_or(Cow::Borrowed(OVERFLOW));
            Some(parts.open.get(index)?.digit(&text, max) * stride.stride)
        });
        offsets.sum()
    }
}
