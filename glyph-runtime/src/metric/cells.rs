//! One metric's rows in its catalog's storage.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::ExemplarAt;
use super::{
    Block, Exemplar, MetricState, Observed, Own, Scale, Scaled, Storage,
    atomic::cell::{add_own, add_own_float},
    bounds::Bounds,
    slab::Writer,
};
use crate::{
    catalog::{Kind, MetricDescriptor},
    clock::Moment,
    label::{OpenValues, Place, cardinality},
};

/// What [`Metric::new`] is made of.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct MetricParts {
    pub descriptor: &'static MetricDescriptor,
    pub storage: &'static Storage,
    /// Which of its catalog's metrics it is.
    pub index: usize,
    /// The metric's first cell in the storage.
    pub first: usize,
    pub places: &'static [Place],
    pub open: &'static [OpenValues],
    pub bounds: &'static [f64],
    pub state: &'static MetricState,
}

/// Where a metric's cells are. It never changes, so that a handle in a `static` costs no look-up.
#[doc(hidden)]
#[derive(Debug)]
pub struct Metric {
    pub(crate) parts: MetricParts,
    pub(crate) scale: Scale,
    /// What one stands for in a counter's cell.
    pub(crate) step: u64,
    bounds: Bounds,
    pub(crate) rows: usize,
    /// Cells of one row.
    pub(crate) width: usize,
    /// Rows that appear together: those of one combination of open values.
    pub(crate) group: usize,
    /// Whether rows are absent until they are recorded.
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
            rows: cardinality(descriptor.labels),
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

    /// The place of each bucket count in a row, the infinite one included.
    pub(crate) const fn buckets(&self) -> usize {
        self.parts.descriptor.buckets.len() + 1
    }

    #[inline]
    pub(crate) fn add(&'static self, row: usize, amount: u64) {
        self.add_in(self.parts.storage.own(), row, amount);
    }

    /// [`Metric::add`] for a caller who has looked up the thread's own cells.
    #[inline]
    pub(crate) fn add_in(&'static self, own: Own, row: usize, amount: u64) {
        match own.get(self.parts.first + row) {
            Some(cell) => {
                add_own(cell, amount);
                self.appear(row);
            }
            None => self.add_elsewhere(row, amount),
        }
    }

    #[cold]
    fn add_elsewhere(&'static self, row: usize, amount: u64) {
        let writer = self.writer(row);
        if let Some(cell) = writer.cells().first() {
            writer.add(cell, amount);
        }
    }

    #[inline]
    pub(crate) fn add_float(&'static self, row: usize, amount: f64) {
        self.add_float_in(self.parts.storage.own(), row, amount);
    }

    #[inline]
    pub(crate) fn add_float_in(&'static self, own: Own, row: usize, amount: f64) {
        match own.get(self.parts.first + row) {
            Some(cell) => {
                add_own_float(cell, amount);
                self.appear(row);
            }
            None => self.add_float_elsewhere(row, amount),
        }
    }

    #[cold]
    fn add_float_elsewhere(&'static self, row: usize, amount: f64) {
        let writer = self.writer(row);
        if let Some(cell) = writer.cells().first() {
            writer.add_float(cell, amount);
        }
    }

    /// The cells of a row that the current thread may write, and how: those of the scope that it is in, or else its
    /// own. The row is present from now on.
    #[inline(never)]
    fn writer(&'static self, row: usize) -> Writer<'static> {
        if let Some((writer, _)) = self.scoped(row) {
            return writer;
        }
        self.appear(row);
        let row = |cells: &'static [AtomicU64]| cells.get(self.cells_of(row)).unwrap_or_default();
        match self.parts.storage.writer() {
            Writer::Own(cells) => Writer::Own(row(cells)),
            Writer::Shared(cells) => Writer::Shared(row(cells)),
        }
    }

    /// Sets a gauge: threads' own cells hold what they added, and the shared one the difference.
    pub(crate) fn set(&'static self, row: usize, value: f64) {
        if let Some((writer, state)) = self.scoped(row) {
            state.was_set.store(true, Relaxed);
            if let Some(cell) = writer.cells().first() {
                cell.store(value.to_bits(), Relaxed);
            }
            return;
        }
        let storage = self.parts.storage;
        let place = self.parts.first + row;
        let shared = storage.shared().get(place);
        let added: f64 = storage
            .slabs()
            .filter_map(|slab| slab.get(place))
            .filter(|cell| !shared.is_some_and(|shared| std::ptr::eq(*cell, shared)))
            .map(|cell| f64::from_bits(cell.load(Relaxed)))
            .sum();
        if let Some(shared) = shared {
            shared.store((value - added).to_bits(), Relaxed);
        }
        self.appear(row);
    }

    #[inline]
    pub(crate) fn observe(&'static self, row: usize, value: &impl Observed) -> Option<usize> {
        self.observe_in(self.parts.storage.own(), row, value)
    }

    #[inline]
    pub(crate) fn observe_in(
        &'static self,
        own: Own,
        row: usize,
        value: &impl Observed,
    ) -> Option<usize> {
        let Some(value) = value.scaled(self.scale) else {
            self.state().refused.fetch_add(1, Relaxed);
            return None;
        };
        Some(self.count_in(own, row, value))
    }

    /// [`Metric::observe_in`] for a histogram of seconds.
    #[inline]
    pub(crate) fn observe_nanoseconds_in(
        &'static self,
        own: Own,
        row: usize,
        nanoseconds: u64,
    ) -> usize {
        self.count_in(own, row, Scaled::parts(nanoseconds.cast_signed()))
    }

    #[inline]
    fn count_in(&'static self, own: Own, row: usize, value: Scaled) -> usize {
        let bucket = self.bounds.bucket(value);
        let start = self.parts.first + row * self.width;
        match own.get(start..start + self.width) {
            Some(cells) => {
                self.count(Writer::Own(cells), bucket, value);
                self.appear(row);
            }
            None => self.count_elsewhere(row, bucket, value),
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
    fn count_elsewhere(&'static self, row: usize, bucket: usize, value: Scaled) {
        self.count(self.writer(row), bucket, value);
    }

    pub(crate) fn keep_exemplar(
        &'static self,
        row: usize,
        bucket: usize,
        exemplar: Exemplar,
        value: f64,
        at: Moment,
    ) {
        let place = row * self.buckets() + bucket;
        if let Some(scoped) = self.parts.storage.block() {
            if let Some(state) = scoped.block.state(self) {
                let slots = state.exemplars_of(self);
                slots.keep(place, exemplar, value, at.cycles());
            }
            return;
        }
        let state = self.state();
        let slots = state.exemplars_of(self);
        slots.keep(place, exemplar, value, at.cycles());
    }

    /// What was kept last for a bucket, outside of scopes or in one.
    pub(crate) fn exemplar(
        &self,
        scope: Option<&Block>,
        row: usize,
        bucket: usize,
    ) -> Option<ExemplarAt> {
        let place = row * self.buckets() + bucket;
        match scope {
            Some(block) => block.state(self)?.exemplars.get()?.read(place),
            None => self.state().exemplars.get()?.read(place),
        }
    }

    /// Reads a row where the running code records, in its scope or outside of any.
    pub(crate) fn read(&self, row: usize, cells: &mut Vec<u64>) {
        let scoped = self.parts.storage.block();
        self.read_in(scoped.map(|scoped| scoped.block), row, cells);
    }

    /// Reads a row of a scope, or one outside of scopes: its cells are added up over all threads.
    pub(crate) fn read_in(&self, scope: Option<&Block>, row: usize, cells: &mut Vec<u64>) {
        cells.clear();
        self.read_more(scope, row, cells);
    }

    /// Reads a row and adds it to what was read before.
    pub(crate) fn read_more(&self, scope: Option<&Block>, row: usize, cells: &mut Vec<u64>) {
        cells.resize(self.width, 0);
        if let Some(block) = scope {
            return self.add_up(cells, block.cells(self, row));
        }
        for slab in self.parts.storage.slabs() {
            self.add_up(cells, slab.get(self.cells_of(row)).unwrap_or_default());
        }
    }

    fn add_up(&self, totals: &mut [u64], cells: &[AtomicU64]) {
        let floats = self.float_cells();
        for (place, (total, cell)) in totals.iter_mut().zip(cells).enumerate() {
            let bits = cell.load(Relaxed);
            *total = if place >= floats {
                (f64::from_bits(*total) + f64::from_bits(bits)).to_bits()
            } else {
                total.wrapping_add(bits)
            };
        }
    }

    /// From which cell of a row on the numbers are floating-point.
    const fn float_cells(&self) -> usize {
        match (self.parts.descriptor.kind, self.scale) {
            (Kind::Gauge, _) => 0,
            (Kind::Histogram, Scale::Float) => self.width - 1,
            _ => usize::MAX,
        }
    }

    /// What changes beside the cells.
    #[cfg(not(feature = "testing"))]
    #[inline]
    pub(super) const fn state(&self) -> &'static MetricState {
        self.parts.state
    }

    /// What changes beside the cells: that of the capture which is current on this thread, or else the process's.
    #[cfg(feature = "testing")]
    pub(super) fn state(&self) -> crate::testing::Isolated<MetricState> {
        crate::testing::Isolated::metric(self.parts.state)
    }

    #[inline]
    fn appear(&self, row: usize) {
        if self.appearing {
            self.appear_group(row);
        }
    }

    #[inline(never)]
    fn appear_group(&self, row: usize) {
        self.state().appear_row(self, row);
    }
}

/// Cells of one row of a metric.
const fn width(kind: Kind, bounds: usize) -> usize {
    match kind {
        Kind::Counter | Kind::Gauge => 1,
        Kind::Histogram => bounds + 2,
    }
}

/// Cells that a metric takes in its storage.
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
