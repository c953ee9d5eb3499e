//! Recording in counters and histograms.
//!
//! A thread adds to its own cells as long as they are far from the end of their range. Beyond that
//! it adds to the shared cell, and knows the total: what does not fit is rejected and counted.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use super::{
    Metric, Observed, Scale, Scaled, ThreadCells,
    atomic::cell::{
        Beyond, OWN_LIMIT, add_own, add_own_float, add_own_part, add_shared, add_shared_float,
        fits_own, increment_own, increment_shared,
    },
    slab::Writer,
};

/// From here on, the shared cell leaves too little room for the cells of threads.
const CROWDED: u64 = 1 << 63;

impl Metric {
    /// Adds one unit to a counter.
    #[inline]
    pub(crate) fn increment(&'static self, series: usize) {
        if self.step == 1 {
            self.increment_in(self.thread_cells(), series);
        } else {
            self.add(series, self.step);
        }
    }

    /// [`Metric::increment`] for a caller that has looked up the thread's own cells.
    #[inline]
    pub(crate) fn increment_in(&'static self, own: ThreadCells, series: usize) {
        match own.get(self.parts.state.first_of_ones() + series) {
            Some(cell) => {
                increment_own(cell);
                // After the value: a reader that finds the series finds its first value too.
                self.appear(series);
            }
            None => self.add_slow(series, self.step),
        }
    }

    /// Adds whole units to a counter.
    #[doc(hidden)]
    #[expect(
        clippy::inline_always,
        reason = "inlined, it knows the metric's step; a call costs more than the addition"
    )]
    #[inline(always)]
    pub fn add_units(&'static self, series: usize, units: u64) {
        if self.step == 1 {
            self.add(series, units);
        } else if units < OWN_LIMIT / self.step
            && let Some(cell) = self.thread_cells().get(self.own_index(series))
            && add_own_part(cell, units * self.step)
        {
            self.appear(series);
        } else {
            self.add_units_slow(series, units);
        }
    }

    #[cold]
    fn add_units_slow(&'static self, series: usize, units: u64) {
        match units.checked_mul(self.step) {
            Some(parts) => self.add(series, parts),
            None => self.stop(series),
        }
    }

    /// Raises a counter to this number of whole units.
    #[doc(hidden)]
    pub fn raise_to(&'static self, series: usize, units: u64) {
        let mut cells = Vec::new();
        self.read(series, &mut cells);
        let count = cells.first().copied().unwrap_or_default();
        match units.checked_mul(self.step) {
            Some(parts) => self.add(series, parts.saturating_sub(count)),
            None => self.stop(series),
        }
    }

    /// Adds parts of a unit to a counter: nanoseconds to one of seconds.
    #[inline]
    pub(crate) fn add(&'static self, series: usize, parts: u64) {
        match self.thread_cells().get(self.own_index(series)) {
            Some(cell) if add_own(cell, parts) => self.appear(series),
            _ => self.add_slow(series, parts),
        }
    }

    #[cold]
    fn add_slow(&'static self, series: usize, parts: u64) {
        let fits = match self.scoped(series) {
            Some((writer, _)) => {
                let cell = writer.cells().first();
                cell.is_none_or(|cell| add_shared(cell, parts, || 0, Beyond::Stops))
            }
            None => self.add_with(self.unscoped(series), series, 0, parts, Beyond::Stops),
        };
        if !fits {
            self.reject();
        }
    }

    /// Adds a duration to a counter of seconds.
    #[cold]
    pub(crate) fn add_long(&'static self, series: usize, time: Duration) {
        match u64::try_from(time.as_nanos()) {
            Ok(parts) => self.add(series, parts),
            Err(_) => self.stop(series),
        }
    }

    /// Raises a counter to its greatest value, for an amount that is greater, which is rejected.
    #[cold]
    fn stop(&'static self, series: usize) {
        let writer = self.writer(series);
        self.add_with(writer, series, 0, u64::MAX, Beyond::Stops);
        self.reject();
    }

    /// Adds to the integer in the cell `index` of a series. Returns whether it fits.
    fn add_with(
        &'static self,
        writer: Writer<'_>,
        series: usize,
        index: usize,
        amount: u64,
        beyond: Beyond,
    ) -> bool {
        // Without a cell the series does not exist, and there is nothing to count.
        let Some(cell) = writer.cells().get(index) else {
            return true;
        };
        match writer {
            Writer::Scoped(_) => add_shared(cell, amount, || 0, beyond),
            Writer::Exclusive(_) if add_own(cell, amount) => true,
            _ => self.add_to_total(series, index, amount, beyond),
        }
    }

    /// Adds to a shared cell outside of scopes. The total of all threads decides whether the amount fits.
    #[inline(never)]
    fn add_to_total(
        &'static self,
        series: usize,
        index: usize,
        amount: u64,
        beyond: Beyond,
    ) -> bool {
        let catalog = self.parts.cells;
        let index = self.cells_of(series).start.saturating_add(index);
        let Some(shared) = catalog.shared().get(index) else {
            return true;
        };
        let is_other = |cell: &&AtomicU64| !std::ptr::eq(*cell, shared);
        let others = || {
            let cells = catalog.slabs().filter_map(|slab| slab.get(index));
            let counts = cells.filter(is_other).map(|cell| cell.load(Relaxed));
            counts.fold(0, u64::saturating_add)
        };
        let fits = add_shared(shared, amount, others, beyond);
        if shared.load(Relaxed) >= CROWDED || !fits {
            // Only the path to the shared cells looks at totals.
            self.state().share();
        }
        fits
    }

    /// Counts a value, and returns the index of its bucket. Returns `None` if it is rejected.
    #[doc(hidden)]
    #[expect(
        clippy::inline_always,
        reason = "inlined, it knows the metric's scale and bounds: a third less time"
    )]
    #[inline(always)]
    pub fn observe(&'static self, series: usize, value: &impl Observed) -> Option<usize> {
        let Some(value) = value.scaled(self.scale) else {
            self.reject();
            return None;
        };
        self.count_in(self.thread_cells(), series, value)
    }

    /// [`Metric::observe`] for a histogram of seconds, and a caller that has looked up the thread's
    /// own cells.
    #[inline]
    pub(crate) fn observe_nanoseconds_in(
        &'static self,
        own: ThreadCells,
        series: usize,
        nanoseconds: u64,
    ) -> Option<usize> {
        self.count_in(own, series, Scaled::parts(nanoseconds.cast_signed()))
    }

    #[expect(
        clippy::inline_always,
        reason = "it is the whole of an observation, and the compiler finds it too long"
    )]
    #[inline(always)]
    fn count_in(&'static self, own: ThreadCells, series: usize, value: Scaled) -> Option<usize> {
        let bucket = self.bounds.bucket(value);
        let first = self.own_index(series);
        if let Some(sum) = own.get(first + self.width - 1)
            && let Some(count) = own.get(first + bucket)
            && self.add_own_sum(sum, value)
        {
            increment_own(count);
            self.appear(series);
            return Some(bucket);
        }
        self.count_slow(series, bucket, value).then_some(bucket)
    }

    #[inline]
    fn add_own_sum(&self, sum: &AtomicU64, value: Scaled) -> bool {
        match self.scale {
            Scale::Float => {
                let amount = f64::from_bits(value.added);
                let fits = fits_own(amount);
                if fits {
                    add_own_float(sum, amount);
                }
                fits
            }
            Scale::Nanoseconds | Scale::Whole => add_own(sum, value.added),
        }
    }

    #[cold]
    fn count_slow(&'static self, series: usize, bucket: usize, value: Scaled) -> bool {
        let writer = match self.scoped(series) {
            Some((Writer::Scoped([counts @ .., sum]), _)) if self.scale != Scale::Float => {
                return self.count_scoped(counts.get(bucket), sum, value.added);
            }
            Some((writer, _)) => writer,
            None => self.unscoped(series),
        };
        let fits = match self.scale {
            Scale::Float => {
                let sum = self.width - 1;
                self.add_float_with(writer, series, sum, f64::from_bits(value.added))
            }
            Scale::Nanoseconds | Scale::Whole => {
                let sum = self.width - 1;
                self.add_with(writer, series, sum, value.added, Beyond::Stays)
            }
        };
        if fits && let Some(count) = writer.cells().get(bucket) {
            writer.increment(count);
        }
        if !fits {
            self.reject();
        }
        fits
    }

    /// Counts an integer in a scope, whose cells are totals.
    fn count_scoped(&self, count: Option<&AtomicU64>, sum: &AtomicU64, added: u64) -> bool {
        let fits = add_shared(sum, added, || 0, Beyond::Stays);
        match count {
            Some(count) if fits => increment_shared(count),
            _ => self.reject(),
        }
        fits
    }

    /// Adds to the floating-point number in the cell `index` of a series. Returns whether the result
    /// is finite.
    pub(super) fn add_float_with(
        &'static self,
        writer: Writer<'_>,
        series: usize,
        index: usize,
        amount: f64,
    ) -> bool {
        let Some(sum) = writer.cells().get(index) else {
            return true;
        };
        let shared = || {
            let cells = self.parts.cells.shared().get(self.cells_of(series));
            let sum = cells.and_then(|cells| cells.get(index));
            sum.is_none_or(|sum| add_shared_float(sum, amount))
        };
        match writer {
            Writer::Exclusive(_) if fits_own(amount) => {
                add_own_float(sum, amount);
                true
            }
            Writer::Exclusive(_) => shared(),
            Writer::Shared(_) | Writer::Scoped(_) => add_shared_float(sum, amount),
        }
    }
}
