//! The series of one metric in the cells of its catalog.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::ExemplarAt;
use super::{
    CatalogCells, Exemplar, MetricState, Observed, Own, RecordingTarget, Scale, Scaled, ScopeCells,
    atomic::cell::{add_own, add_own_float},
    bounds::Bounds,
    slab::Writer,
};
use crate::{
    clock::Moment,
    descriptor::{Kind, MetricDescriptor},
    isolation::{self, Current},
    label::{LabelStride, OpenValues, cardinality},
};

/// The arguments of [`Metric::new`].
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct MetricParts {
    pub descriptor: &'static MetricDescriptor,
    pub cells: &'static CatalogCells,
    /// Its index among the metrics of its catalog.
    pub index: usize,
    /// Its first cell in those of its catalog.
    pub first: usize,
    pub strides: &'static [LabelStride],
    pub open: &'static [OpenValues],
    pub bounds: &'static [f64],
    pub state: &'static MetricState,
}

/// Where a metric's cells are. It never changes, so that a handle in a `static` costs no lookup.
#[doc(hidden)]
#[derive(Debug)]
pub struct Metric {
    pub(crate) parts: MetricParts,
    pub(crate) scale: Scale,
    /// The number by which one unit increases a counter's cell.
    pub(crate) step: u64,
    bounds: Bounds,
    pub(crate) series_count: usize,
    /// The number of cells of one series.
    pub(crate) width: usize,
    /// Series that appear together: those of one combination of open values.
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

    /// The scale of the numbers in its cells.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub const fn scale(&self) -> Scale {
        self.scale
    }

    /// The number by which one unit increases a counter's cell.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub const fn step(&self) -> u64 {
        self.step
    }

    /// The values of its open labels.
    #[doc(hidden)]
    #[must_use]
    pub const fn open(&self) -> &'static [OpenValues] {
        self.parts.open
    }

    /// How its labels add up to the index of a series.
    #[doc(hidden)]
    #[must_use]
    pub const fn strides(&self) -> &'static [LabelStride] {
        self.parts.strides
    }

    /// Where it is recorded in place of its threads' cells, if anything was so far.
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

    #[doc(hidden)]
    #[inline]
    pub fn add(&'static self, series: usize, amount: u64) {
        self.add_in(self.parts.cells.own(), series, amount);
    }

    /// [`Metric::add`] for a caller that has looked up the thread's own cells.
    #[inline]
    pub(crate) fn add_in(&'static self, own: Own, series: usize, amount: u64) {
        match own.get(self.parts.first + series) {
            Some(cell) => {
                add_own(cell, amount);
                self.appear(series);
            }
            None => self.add_slow(series, amount),
        }
    }

    #[cold]
    fn add_slow(&'static self, series: usize, amount: u64) {
        let writer = self.writer(series);
        if let Some(cell) = writer.cells().first() {
            writer.add(cell, amount);
        }
    }

    #[doc(hidden)]
    #[inline]
    pub fn add_float(&'static self, series: usize, amount: f64) {
        self.add_float_in(self.parts.cells.own(), series, amount);
    }

    #[inline]
    pub(crate) fn add_float_in(&'static self, own: Own, series: usize, amount: f64) {
        match own.get(self.parts.first + series) {
            Some(cell) => {
                add_own_float(cell, amount);
                self.appear(series);
            }
            None => self.add_float_slow(series, amount),
        }
    }

    #[cold]
    fn add_float_slow(&'static self, series: usize, amount: f64) {
        let writer = self.writer(series);
        if let Some(cell) = writer.cells().first() {
            writer.add_float(cell, amount);
        }
    }

    /// Returns the cells of a series that the current thread writes, and how: those of its scope,
    /// or else its own. The series is present from now on.
    #[inline(never)]
    fn writer(&'static self, series: usize) -> Writer<'static> {
        if let Some((writer, _)) = self.scoped(series) {
            return writer;
        }
        self.appear(series);
        let series =
            |cells: &'static [AtomicU64]| cells.get(self.cells_of(series)).unwrap_or_default();
        match self.parts.cells.writer() {
            Writer::Own(cells) => Writer::Own(series(cells)),
            Writer::Shared(cells) => Writer::Shared(series(cells)),
        }
    }

    /// Sets a gauge. Threads' own cells keep what they added; the shared one gets the difference to
    /// `value`.
    #[doc(hidden)]
    pub fn set(&'static self, series: usize, value: f64) {
        if let Some((writer, state)) = self.scoped(series) {
            state.was_set.store(true, Relaxed);
            if let Some(cell) = writer.cells().first() {
                cell.store(value.to_bits(), Relaxed);
            }
            return;
        }
        let catalog = self.parts.cells;
        let index = self.parts.first + series;
        let shared = catalog.shared().get(index);
        let added: f64 = catalog
            .slabs()
            .filter_map(|slab| slab.get(index))
            .filter(|cell| !shared.is_some_and(|shared| std::ptr::eq(*cell, shared)))
            .map(|cell| f64::from_bits(cell.load(Relaxed)))
            .sum();
        if let Some(shared) = shared {
            shared.store((value - added).to_bits(), Relaxed);
        }
        self.appear(series);
    }

    #[doc(hidden)]
    #[inline]
    pub fn observe(&'static self, series: usize, value: &impl Observed) -> Option<usize> {
        self.observe_in(self.parts.cells.own(), series, value)
    }

    #[inline]
    pub(crate) fn observe_in(
        &'static self,
        own: Own,
        series: usize,
        value: &impl Observed,
    ) -> Option<usize> {
        let Some(value) = value.scaled(self.scale) else {
            self.state().refused.fetch_add(1, Relaxed);
            return None;
        };
        Some(self.count_in(own, series, value))
    }

    /// [`Metric::observe_in`] for a histogram of seconds.
    #[inline]
    pub(crate) fn observe_nanoseconds_in(
        &'static self,
        own: Own,
        series: usize,
        nanoseconds: u64,
    ) -> usize {
        self.count_in(own, series, Scaled::parts(nanoseconds.cast_signed()))
    }

    #[inline]
    fn count_in(&'static self, own: Own, series: usize, value: Scaled) -> usize {
        let bucket = self.bounds.bucket(value);
        let start = self.parts.first + series * self.width;
        match own.get(start..start + self.width) {
            Some(cells) => {
                self.count(Writer::Own(cells), bucket, value);
                self.appear(series);
            }
            None => self.count_slow(series, bucket, value),
        }
        bucket
    }

    #[inline]
    fn count(&self, writer: Writer<'_>, bucket: usize, value: Scaled) {
        let [counts @ .., sum] = writer.cells() else {
            return;
        };
        if let Some(count) = counts.get(bucket) {
            writer.add(count, 1);
        }
        match self.scale {
            Scale::Float => writer.add_float(sum, f64::from_bits(value.added)),
            Scale::Nanoseconds | Scale::Whole => writer.add(sum, value.added),
        }
    }

    #[cold]
    fn count_slow(&'static self, series: usize, bucket: usize, value: Scaled) {
        self.count(self.writer(series), bucket, value);
    }

    pub(crate) fn keep_exemplar(
        &'static self,
        series: usize,
        bucket: usize,
        exemplar: Exemplar,
        value: f64,
        at: Moment,
    ) {
        let slot = series * self.buckets() + bucket;
        if let Some(target) = self.parts.cells.target_cells() {
            if let Some(state) = target.cells.state(self) {
                let slots = state.exemplars_of(self);
                slots.keep(slot, exemplar, value, at.cycles());
            }
            return;
        }
        let state = self.state();
        let slots = state.exemplars_of(self);
        slots.keep(slot, exemplar, value, at.cycles());
    }

    /// Returns the last exemplar of a bucket, outside of scopes or in one.
    pub(crate) fn exemplar(
        &self,
        scope: Option<&ScopeCells>,
        series: usize,
        bucket: usize,
    ) -> Option<ExemplarAt> {
        let slot = series * self.buckets() + bucket;
        match scope {
            Some(scope) => scope.state(self)?.exemplars.get()?.read(slot),
            None => self.state().exemplars.get()?.read(slot),
        }
    }

    /// Reads a series where the running code records: in its scope or outside of scopes.
    #[doc(hidden)]
    pub fn read(&self, series: usize, cells: &mut Vec<u64>) {
        let target = self.parts.cells.target_cells();
        self.read_in(target.map(|target| target.cells), series, cells);
    }

    /// Reads a series, in a scope or outside of scopes, and adds up the cells of all threads.
    pub(crate) fn read_in(&self, scope: Option<&ScopeCells>, series: usize, cells: &mut Vec<u64>) {
        cells.clear();
        self.read_more(scope, series, cells);
    }

    /// Reads a series and adds it to what was read before.
    pub(crate) fn read_more(
        &self,
        scope: Option<&ScopeCells>,
        series: usize,
        cells: &mut Vec<u64>,
    ) {
        cells.resize(self.width, 0);
        if let Some(scope) = scope {
            return self.add_up(cells, scope.cells(self, series));
        }
        for slab in self.parts.cells.slabs() {
            self.add_up(cells, slab.get(self.cells_of(series)).unwrap_or_default());
        }
    }

    /// Adds the cells of one series to those of another.
    pub(crate) fn add_cells(&self, totals: &mut [u64], cells: &[u64]) {
        let floats = self.float_cells();
        for (index, (total, bits)) in totals.iter_mut().zip(cells).enumerate() {
            *total = if index >= floats {
                (f64::from_bits(*total) + f64::from_bits(*bits)).to_bits()
            } else {
                total.wrapping_add(*bits)
            };
        }
    }

    fn add_up(&self, totals: &mut [u64], cells: &[AtomicU64]) {
        let floats = self.float_cells();
        for (index, (total, cell)) in totals.iter_mut().zip(cells).enumerate() {
            let bits = cell.load(Relaxed);
            *total = if index >= floats {
                (f64::from_bits(*total) + f64::from_bits(bits)).to_bits()
            } else {
                total.wrapping_add(bits)
            };
        }
    }

    /// The index of the first floating-point cell of a series.
    const fn float_cells(&self) -> usize {
        match (self.parts.descriptor.kind, self.scale) {
            (Kind::Gauge, _) => 0,
            (Kind::Histogram, Scale::Float) => self.width - 1,
            _ => usize::MAX,
        }
    }

    /// The state next to the cells.
    #[inline]
    pub(super) fn state(&self) -> Current<'static, MetricState> {
        isolation::current(self.parts.state)
    }

    #[inline]
    fn appear(&self, series: usize) {
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
        Kind::Counter | Kind::Gauge => 1,
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
