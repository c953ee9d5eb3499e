//! A series to be written, whichever way its numbers came.

use std::borrow::Cow;

use crate::{
    catalog::ObservedSeries,
    metric::{ExemplarAt, PresentRow},
};

/// A series of a declared metric, as the writers of the exposition and of OTLP read it.
pub(crate) trait Series {
    /// Reads the numbers: one, or the bucket counts of a histogram and their sum.
    fn read(&self, cells: &mut Vec<u64>);

    /// Returns names and values of the labels, those of the scope last.
    fn labels(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)>;

    /// Whether a bucket may have an exemplar.
    fn has_exemplars(&self) -> bool {
        false
    }

    /// Returns the exemplar of a bucket.
    fn exemplar(&self, _bucket: usize) -> Option<ExemplarAt> {
        None
    }
}

impl Series for PresentRow {
    fn read(&self, cells: &mut Vec<u64>) {
        Self::read(self, cells);
    }

    fn labels(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        Self::labels(self)
    }

    fn has_exemplars(&self) -> bool {
        Self::has_exemplars(self)
    }

    fn exemplar(&self, bucket: usize) -> Option<ExemplarAt> {
        Self::exemplar(self, bucket)
    }
}

impl Series for ObservedSeries {
    fn read(&self, cells: &mut Vec<u64>) {
        Self::read(self, cells);
    }

    fn labels(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        Self::labels(self)
    }
}
