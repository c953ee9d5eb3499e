//! Reading the series of a metric.

use std::{borrow::Cow, iter, ops::Range, sync::Arc, time::SystemTime};

use super::{ExemplarAt, Metric, ReadTarget, ScopeCells, SeriesChanges};
use crate::clock;
use crate::label::{LabelDescriptor, LabelStride, LabelValues};

/// A series of a declared metric, as exporters read it.
#[doc(hidden)]
pub trait Series {
    /// Reads its cells: one number, or the bucket counts and the sum of a histogram.
    fn read(&self, cells: &mut Vec<u64>);

    /// Returns names and values of its labels, with the scope labels last.
    fn labels(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)>;

    /// Whether a bucket may have an exemplar.
    fn has_exemplars(&self) -> bool {
        false
    }

    /// Returns the last exemplar of a bucket.
    fn exemplar(&self, _bucket: usize) -> Option<ExemplarAt> {
        None
    }

    /// Returns the time when counting started, if that is not the start of the process.
    fn since(&self) -> Option<SystemTime> {
        None
    }
}

/// A series that is present, outside of scopes or in one.
#[doc(hidden)]
#[derive(Debug)]
pub struct PresentSeries {
    metric: &'static Metric,
    series: usize,
    /// The series that are added to it, because a view leaves out their labels.
    others: Box<[usize]>,
    scope: Option<Arc<dyn ReadTarget>>,
    changes: Option<&'static SeriesChanges>,
}

impl Series for PresentSeries {
    /// Adds up the cells of all threads.
    fn read(&self, cells: &mut Vec<u64>) {
        self.metric.read_in(self.scope_cells(), self.series, cells);
        if let Some(changes) = self.changes {
            self.read_changed(changes, cells);
        }
    }

    fn labels(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        let scope = self.scope.iter().flat_map(|scope| {
            let target = self.metric.parts.cells.target();
            let labels = target.map_or(&[][..], |target| target.labels());
            let values = labels.iter().enumerate();
            let values = values.map(|(index, label)| (label.name, scope.value(index)));
            values.filter(|(_, value)| !value.is_empty())
        });
        let scope = scope.map(|(name, value)| (name, Cow::Borrowed(value)));
        let own = self.metric.labels(self.series).enumerate();
        let own = own.filter(|(index, _)| self.changes.is_none_or(|changes| changes.keeps(*index)));
        own.map(|(_, label)| label).chain(scope)
    }

    fn exemplar(&self, bucket: usize) -> Option<ExemplarAt> {
        match self.changes {
            None => self
                .metric
                .exemplar(self.scope_cells(), self.series, bucket),
            Some(changes) => self.latest_exemplar(changes.declared_buckets(bucket)),
        }
    }

    /// Whether the metric has ever kept an exemplar there.
    fn has_exemplars(&self) -> bool {
        match self.scope_cells() {
            Some(cells) => cells
                .state(self.metric)
                .is_some_and(|state| state.exemplars.get().is_some()),
            None => self.metric.state().exemplars.get().is_some(),
        }
    }

    fn since(&self) -> Option<SystemTime> {
        self.scope.as_ref().map(|scope| scope.since())
    }
}

impl PresentSeries {
    /// Exposes the series with these changes, and with `others` added to it.
    pub(super) fn changed(self, changes: &'static SeriesChanges, others: Box<[usize]>) -> Self {
        Self {
            others,
            changes: Some(changes),
            ..self
        }
    }

    /// The index of the series.
    pub(super) const fn index(&self) -> usize {
        self.series
    }

    /// Returns the series with this index in the same scope, as it is declared.
    pub(super) fn at(&self, series: usize) -> Self {
        Self {
            metric: self.metric,
            series,
            others: Box::default(),
            scope: self.scope.clone(),
            changes: None,
        }
    }

    /// Adds the other series, and the buckets that the view does not have.
    fn read_changed(&self, changes: &SeriesChanges, cells: &mut Vec<u64>) {
        let mut other = Vec::new();
        for series in &self.others {
            self.metric.read_in(self.scope_cells(), *series, &mut other);
            changes.merge(self.metric, cells, &other);
        }
        changes.finish(self.metric, self.others.len() + 1, cells);
    }

    /// Returns the latest exemplar of some declared buckets, of all series that are added up.
    ///
    /// An exemplar that is being replaced at this moment is skipped, and the next scrape has it.
    fn latest_exemplar(&self, buckets: Range<usize>) -> Option<ExemplarAt> {
        let series = iter::once(&self.series).chain(&self.others);
        let all = series.flat_map(|series| buckets.clone().map(|bucket| (*series, bucket)));
        let scope = self.scope_cells();
        let found = all.filter_map(|(series, bucket)| self.metric.exemplar(scope, series, bucket));
        found.max_by_key(|exemplar| exemplar.time)
    }

    fn scope_cells(&self) -> Option<&ScopeCells> {
        let scope = self.scope.as_deref()?;
        self.metric.parts.cells.cells_in(scope)
    }
}

impl Metric {
    /// Returns the series that are present in order: those outside of scopes, then scope by scope.
    ///
    /// Reading is when the clock of exemplars is aligned with the system time. Those that are kept
    /// already keep their time.
    #[doc(hidden)]
    pub fn present_series(&'static self) -> impl Iterator<Item = PresentSeries> + Send {
        self.present_by_scope().flatten()
    }

    /// Returns the series of one scope after another, starting with those outside of scopes.
    pub(super) fn present_by_scope(
        &'static self,
    ) -> impl Iterator<Item = impl Iterator<Item = PresentSeries> + Send> + Send {
        if self.is_histogram() {
            clock::synchronize();
        }
        let scopes = self.parts.cells.targets_to_read().into_iter().map(Some);
        let scopes = iter::once(None).chain(scopes);
        scopes.map(|scope| self.present_in(scope))
    }

    fn present_in(
        &'static self,
        scope: Option<Arc<dyn ReadTarget>>,
    ) -> impl Iterator<Item = PresentSeries> + Send {
        let seen = scope.clone();
        let count = self.series_count / self.group.max(1);
        let next = move |from| match &seen {
            None if self.appearing => self.state().appeared_from(from),
            None => (from < count).then_some(from),
            Some(scope) => {
                let cells = self.parts.cells.cells_in(&**scope)?;
                cells.state(self)?.appeared_from(from)
            }
        };
        let groups = iter::successors(next(0), move |last| next(last + 1));
        groups.flat_map(move |group| {
            let scope = scope.clone();
            (group * self.group..(group + 1) * self.group).map(move |series| PresentSeries {
                metric: self,
                series,
                others: Box::default(),
                scope: scope.clone(),
                changes: None,
            })
        })
    }

    /// Returns names and values of the labels in the label set, from the digits of the series
    /// index.
    pub(crate) fn labels(
        &self,
        series: usize,
    ) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        let labels = self.parts.descriptor.labels.iter().zip(self.parts.strides);
        labels.map(move |(label, stride)| (label.name, self.value_of(label, stride, series)))
    }

    pub(crate) fn value_of(
        &self,
        label: &LabelDescriptor,
        stride: &LabelStride,
        series: usize,
    ) -> Cow<'_, str> {
        let digit = series / stride.stride.max(1) % label.radix().max(1);
        let value = match (label.values, stride.open) {
            (LabelValues::Closed(values), _) => values.get(digit).copied().map(Cow::Borrowed),
            (LabelValues::Open { .. }, Some((index, _))) => self
                .parts
                .open
                .get(index)
                .and_then(|open| open.value(digit)),
            (LabelValues::Open { .. }, None) => None,
        };
        value.unwrap_or_default()
    }

    /// The observations counted under `other` because this label of the scope had reached its
    /// limit.
    #[doc(hidden)]
    #[must_use]
    pub fn scope_overflowed(&self, label: usize) -> u64 {
        self.state().overflowed(label)
    }

    /// Whether the metric is a histogram.
    #[doc(hidden)]
    #[must_use]
    pub fn is_histogram(&self) -> bool {
        self.parts.descriptor.kind == crate::descriptor::Kind::Histogram
    }

    /// The values rejected as not finite, out of range, or too large for a total.
    #[doc(hidden)]
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.state()
            .rejected
            .load(std::sync::atomic::Ordering::Relaxed)
    }
}
