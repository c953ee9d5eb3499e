//! The position and the layout of the series of one metric in the cells of its catalog.

use std::{ops::Range, sync::atomic::Ordering::Relaxed};

use super::{
    CatalogCells, MetricState, RecordingTarget, Scale, ThreadCells, bounds::Bounds, slab::Writer,
};
use crate::{
    descriptor::{Kind, MetricDescriptor, SourceCrate},
    isolation::{self, Current},
    label::{LabelStride, OpenValues, cardinality},
};

/// The arguments of [`Metric::new`].
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct MetricParts {
    pub descriptor: &'static MetricDescriptor,
    pub cells: &'static CatalogCells,
    /// Returns the cells of the current thread. A constant function, so that a recording has no
    /// call.
    pub thread_cells: fn() -> ThreadCells,
    /// The index among the metrics of its catalog.
    pub index: usize,
    /// The index of its first cell among the cells of its catalog.
    pub first: usize,
    pub strides: &'static [LabelStride],
    pub open: &'static [OpenValues],
    pub bounds: &'static [f64],
    pub state: &'static MetricState,
}

/// The position and the layout of a metric's cells. It never changes, so a handle in a `static`
/// needs no lookup.
#[doc(hidden)]
#[derive(Debug)]
pub struct Metric {
    pub(crate) parts: MetricParts,
    pub(crate) scale: Scale,
    /// The number by which one unit increases a counter's cell.
    pub(crate) step: u64,
    pub(super) bounds: Bounds,
    pub(crate) series_count: usize,
    /// The number of cells of one series.
    pub(crate) width: usize,
    /// The number of series that appear together: those of one combination of open values.
    pub(crate) group: usize,
    /// Whether series are absent until they are recorded.
    pub(super) appearing: bool,
}

impl Metric {
    #[must_use]
    pub const fn new(parts: MetricParts) -> Self {
        let descriptor = parts.descriptor;
        Self {
            scale: Scale::of(descriptor.unit),
            step: Scale::of(descriptor.unit).step(),
            bounds: Bounds::new(parts.bounds, descriptor.buckets.len()),
            series_count: cardinality(descriptor.labels),
            width: width(descriptor.kind, descriptor.buckets.len()),
            group: if descriptor.sparse {
                1
            } else {
                closed_cardinality(descriptor)
            },
            appearing: descriptor.sparse || !parts.open.is_empty(),
            parts,
        }
    }

    /// The declaration.
    #[doc(hidden)]
    #[must_use]
    pub const fn descriptor(&self) -> &'static MetricDescriptor {
        self.parts.descriptor
    }

    /// The crate that declares it.
    #[doc(hidden)]
    #[must_use]
    pub const fn source_crate(&self) -> SourceCrate {
        self.parts.cells.source_crate()
    }

    /// The scale of the numbers in its cells.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub const fn scale(&self) -> Scale {
        self.scale
    }

    /// The values of its open labels.
    #[doc(hidden)]
    #[must_use]
    pub const fn open(&self) -> &'static [OpenValues] {
        self.parts.open
    }

    /// The stride of each label in the index of a series.
    #[doc(hidden)]
    #[must_use]
    pub const fn strides(&self) -> &'static [LabelStride] {
        self.parts.strides
    }

    /// Returns the scopes that its catalog is recorded in, if a scope was ever entered.
    #[doc(hidden)]
    #[must_use]
    pub fn target(&self) -> Option<&'static dyn RecordingTarget> {
        self.parts.cells.target()
    }

    /// The number of buckets, the infinite one included.
    #[doc(hidden)]
    #[must_use]
    pub const fn buckets(&self) -> usize {
        self.parts.descriptor.buckets.len() + 1
    }

    /// Returns the cells that only the current thread writes. Empty before it has taken some, and
    /// while it is in a scope of the catalog.
    #[inline]
    pub(crate) fn thread_cells(&self) -> ThreadCells {
        (self.parts.thread_cells)()
    }

    /// Returns the index of the first cell of a series among those of a thread. Beyond all cells if
    /// threads may not use them.
    #[inline]
    pub(super) fn own_index(&self, series: usize) -> usize {
        self.parts.state.first() + series * self.width
    }

    /// The number of values of one series.
    pub(crate) fn values(&self) -> usize {
        match self.parts.descriptor.kind {
            Kind::Counter | Kind::Gauge => 1,
            Kind::Histogram => self.width,
        }
    }

    /// Returns the indices of the cells of a series among those of its catalog. It does not wrap for
    /// any series of the metric.
    pub(super) fn cells_of(&self, series: usize) -> Range<usize> {
        let start = self
            .parts
            .first
            .wrapping_add(series.wrapping_mul(self.width));
        start..start.wrapping_add(self.width)
    }

    /// Returns the cells of a series for the current thread, and how to write them: those of the
    /// current scope, or else the thread's. The series is present from now on.
    #[inline(never)]
    pub(super) fn writer(&'static self, series: usize) -> Writer<'static> {
        match self.scoped(series) {
            Some((writer, _)) => writer,
            None => self.unscoped(series),
        }
    }

    /// [`Metric::writer`] outside of scopes.
    pub(super) fn unscoped(&'static self, series: usize) -> Writer<'static> {
        self.appear(series);
        let writer = if self.parts.state.is_owned() {
            self.parts.cells.writer()
        } else {
            Writer::Shared(self.parts.cells.shared())
        };
        writer.narrowed(self.cells_of(series))
    }

    /// The state next to the cells.
    #[inline]
    pub(super) fn state(&self) -> Current<'static, MetricState> {
        isolation::current(self.parts.state)
    }

    /// Counts a value that was rejected.
    #[cold]
    pub(crate) fn reject(&self) {
        self.state().rejected.fetch_add(1, Relaxed);
    }

    /// Makes a series outside of scopes present.
    #[inline]
    pub(super) fn appear(&self, series: usize) {
        if self.appearing {
            self.appear_group(series);
        }
    }

    #[inline(never)]
    fn appear_group(&self, series: usize) {
        self.state().appear_series(self, series);
    }
}

/// The number of cells of one series of a metric.
const fn width(kind: Kind, bounds: usize) -> usize {
    match kind {
        Kind::Counter => 1,
        // Numbers that are not integers, and integers.
        Kind::Gauge => 2,
        Kind::Histogram => bounds + 2,
    }
}

/// The number of cells that a metric takes in its catalog.
pub(crate) const fn slots(descriptor: &MetricDescriptor) -> usize {
    cardinality(descriptor.labels).saturating_mul(width(descriptor.kind, descriptor.buckets.len()))
}

#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
const fn closed_cardinality(descriptor: &MetricDescriptor) -> usize {
    let (mut index, mut product) = (0, 1usize);
    while index < descriptor.labels.len() {
        if !descriptor.labels[index].is_open() {
            product = product.saturating_mul(descriptor.labels[index].radix());
        }
        index += 1;
    }
    product
}
