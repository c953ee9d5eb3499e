//! What a page asks of a metric.

use std::{borrow::Cow, iter, sync::Arc};

use super::{Block, ExemplarAt, Metric};
use crate::{
    label::{LabelDescriptor, LabelValues, Place},
    scope::labels::ReadScope,
};

/// A row that is there, outside of scopes or in one.
#[derive(Debug)]
pub(crate) struct PresentRow {
    metric: &'static Metric,
    row: usize,
    scope: Option<Arc<ReadScope>>,
}

impl PresentRow {
    /// Reads its cells, added up over all threads.
    pub(crate) fn read(&self, cells: &mut Vec<u64>) {
        self.metric.read_in(self.block(), self.row, cells);
    }

    /// Names and values of its labels, those of the scope last.
    pub(crate) fn labels(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        let scope = self.scope.iter().flat_map(|scope| scope.labels());
        let scope = scope.map(|(name, value)| (name, Cow::Borrowed(value)));
        self.metric.labels(self.row).chain(scope)
    }

    pub(crate) fn exemplar(&self, bucket: usize) -> Option<ExemplarAt> {
        self.metric.exemplar(self.block(), self.row, bucket)
    }

    /// Whether any exemplar was ever kept.
    pub(crate) fn has_exemplars(&self) -> bool {
        match self.block() {
            Some(block) => block
                .state(self.metric)
                .is_some_and(|state| state.exemplars.get().is_some()),
            None => self.metric.state().exemplars.get().is_some(),
        }
    }

    /// Since when it has been counted, if that is not the start of the program.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub(crate) fn since(&self) -> Option<std::time::SystemTime> {
        self.scope.as_ref().map(|scope| scope.since())
    }

    fn block(&self) -> Option<&Block> {
        self.scope.as_ref()?.block(self.metric.parts.storage)
    }
}

impl Metric {
    /// The rows that are there, in order: those outside of scopes, then scope by scope.
    pub(crate) fn present_rows(&'static self) -> impl Iterator<Item = PresentRow> + Send {
        let outside = self.present_in(None);
        let scopes = self.parts.storage.scopes_to_read().into_iter();
        let inside = scopes.flat_map(|scope| self.present_in(Some(Arc::new(scope))));
        outside.chain(inside)
    }

    fn present_in(
        &'static self,
        scope: Option<Arc<ReadScope>>,
    ) -> impl Iterator<Item = PresentRow> + Send {
        let seen = scope.clone();
        let count = self.rows / self.group.max(1);
        let next = move |from| match &seen {
            None if self.appearing => self.state().appeared_from(from),
            None => (from < count).then_some(from),
            Some(scope) => {
                let block = scope.block(self.parts.storage)?;
                block.state(self)?.appeared_from(from)
            }
        };
        let groups = iter::successors(next(0), move |last| next(last + 1));
        groups.flat_map(move |group| {
            let scope = scope.clone();
            (group * self.group..(group + 1) * self.group).map(move |row| PresentRow {
                metric: self,
                row,
                scope: scope.clone(),
            })
        })
    }

    /// Names and values of a row's own labels: the digits of the row, read back.
    fn labels(&self, row: usize) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        let labels = self.parts.descriptor.labels.iter().zip(self.parts.places);
        labels.map(move |(label, place)| (label.name, self.value_of(label, place, row)))
    }

    fn value_of(&self, label: &LabelDescriptor, place: &Place, row: usize) -> Cow<'_, str> {
        let digit = row / place.stride.max(1) % label.radix().max(1);
        let value = match (label.values, place.open) {
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

    /// How many observations went to `other` because this label of the scope had reached its bound.
    pub(crate) fn scope_overflowed(&self, label: usize) -> u64 {
        self.state().overflowed(label)
    }

    pub(crate) fn is_histogram(&self) -> bool {
        self.parts.descriptor.kind == crate::catalog::Kind::Histogram
    }

    /// Values that were no numbers, or out of range.
    pub(crate) fn refused(&self) -> u64 {
        self.state()
            .refused
            .load(std::sync::atomic::Ordering::Relaxed)
    }
}
