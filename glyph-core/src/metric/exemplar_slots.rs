//! The exemplar of each bucket of a histogram.

use std::{
    ops::Range,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::{Duration, UNIX_EPOCH},
};

use super::{Exemplar, ExemplarAt, Metric, MetricState, ScopeCells, atomic::slot};
use crate::{clock::Moment, sync::get_or_create};

/// The last exemplar of each bucket of a metric.
#[derive(Debug)]
pub(crate) struct ExemplarSlots {
    cells: Box<[AtomicU64]>,
}

/// A slot's words: trace id in two halves, span id, value, nanoseconds since the Unix epoch.
const WORDS: usize = 5;

/// A slot's cells: the time of the last exemplar that was read, the sequence, and the words.
const WIDTH: usize = WORDS + 2;

/// Two exemplars of a bucket that are read have at least this distance: Prometheus has milliseconds,
/// and drops exemplars that are not in order.
const DISTANCE: u64 = 1_000_000;

/// The nanoseconds for which the exemplar of a stage is not replaced by that of another call. Calls of
/// several threads would write to the same memory each time.
const KEPT_FOR: u64 = DISTANCE;

/// If the clock was set back by more than this, times fall.
const SET_BACK: u64 = 60_000_000_000;

impl ExemplarSlots {
    pub(crate) fn new(buckets: usize) -> Self {
        Self {
            cells: bytemuck::zeroed_slice_box(buckets.saturating_mul(WIDTH)),
        }
    }

    fn slot(&self, bucket: usize) -> Option<&[AtomicU64; WIDTH]> {
        self.cells.get(bucket * WIDTH..)?.first_chunk()
    }

    /// Keeps an exemplar, unless another thread is writing to the same bucket at this moment:
    /// either exemplar is good. The time is in nanoseconds since the Unix epoch.
    ///
    /// Readers never see the times of a bucket fall, also if a thread was interrupted after it took
    /// its time, or the clock was set back a little: the time is then a moment after the last one
    /// that was read.
    pub(crate) fn keep(&self, bucket: usize, exemplar: Exemplar, value: f64, time: u64) {
        let Some([read, sequence, words @ ..]) = self.slot(bucket) else {
            return;
        };
        let earliest = read.load(Relaxed).saturating_add(DISTANCE);
        let time = if is_set_back(time, earliest) {
            time
        } else {
            time.max(earliest)
        };
        slot::write(sequence, words, written(exemplar, value, time));
    }

    /// Whether a bucket has an exemplar that is not to be replaced at this time.
    fn is_recent(&self, bucket: usize, time: u64) -> bool {
        let slot = self.slot(bucket);
        slot.is_some_and(|[.., last]| time.wrapping_sub(last.load(Relaxed)) < KEPT_FOR)
    }

    /// Removes the exemplars of some buckets. No other thread may use them meanwhile.
    pub(crate) fn clear(&self, buckets: Range<usize>) {
        let cells = self.cells.get(buckets.start * WIDTH..buckets.end * WIDTH);
        for cell in cells.unwrap_or_default() {
            cell.store(0, Relaxed);
        }
    }

    /// Returns the exemplar of a bucket, if it has one that is not being replaced.
    ///
    /// `None` also if a thread was interrupted before it wrote the exemplar, and a later one was
    /// read meanwhile.
    pub(crate) fn read(&self, bucket: usize) -> Option<ExemplarAt> {
        let [read, sequence, words @ ..] = self.slot(bucket)?;
        let found = slot::read(sequence, words)?;
        let [.., time] = found;
        let last = read.load(Relaxed);
        let earliest = last.saturating_add(DISTANCE);
        if time >= earliest {
            read.fetch_max(time, Relaxed);
        } else if is_set_back(time, earliest) {
            read.store(time, Relaxed);
        } else if time != last {
            return None;
        }
        Some(exemplar_of(found))
    }
}

const fn is_set_back(time: u64, earliest: u64) -> bool {
    earliest.saturating_sub(time) > SET_BACK
}

fn written(Exemplar { trace, span }: Exemplar, value: f64, time: u64) -> [u64; WORDS] {
    let [high, low] = trace;
    [high, low, span, value.to_bits(), time]
}

fn exemplar_of([high, low, span, value, time]: [u64; WORDS]) -> ExemplarAt {
    ExemplarAt {
        exemplar: Exemplar {
            trace: [high, low],
            span,
        },
        value: f64::from_bits(value),
        time: UNIX_EPOCH
            .checked_add(Duration::from_nanos(time))
            .unwrap_or(UNIX_EPOCH),
    }
}

impl Metric {
    pub(crate) fn keep_exemplar(
        &'static self,
        series: usize,
        bucket: usize,
        exemplar: Exemplar,
        value: f64,
        at: Moment,
    ) {
        let slot = series * self.buckets() + bucket;
        let time = at.unix_nanoseconds();
        self.with_exemplars(|slots| slots.keep(slot, exemplar, value, time));
    }

    /// Keeps the exemplar of a call that took so many nanoseconds, unless that of another call is
    /// recent.
    pub(crate) fn keep_call_exemplar(
        &'static self,
        series: usize,
        bucket: usize,
        exemplar: Exemplar,
        nanoseconds: u64,
        at: Moment,
    ) {
        let slot = series * self.buckets() + bucket;
        let time = at.unix_nanoseconds();
        self.with_exemplars(|slots| {
            if !slots.is_recent(slot, time) {
                let seconds = Duration::from_nanos(nanoseconds).as_secs_f64();
                slots.keep(slot, exemplar, seconds, time);
            }
        });
    }

    /// Passes the exemplars of the current scope to `work`.
    #[inline]
    fn with_exemplars(&'static self, work: impl FnOnce(&ExemplarSlots)) {
        if let Some(target) = self.parts.cells.target_cells() {
            if let Some(state) = target.cells.state(self) {
                work(state.exemplars_of(self));
            }
            return;
        }
        work(self.state().exemplars_of(self));
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
}

impl MetricState {
    /// Returns the exemplars of a metric.
    fn exemplars_of(&self, metric: &Metric) -> &ExemplarSlots {
        let buckets = || metric.series_count.saturating_mul(metric.buckets());
        get_or_create(&self.exemplars, || ExemplarSlots::new(buckets()))
    }

    /// Removes the exemplars of a series. No other thread may use them meanwhile.
    pub(super) fn forget_exemplars(&self, metric: &Metric, series: usize) {
        if let Some(exemplars) = self.exemplars.get() {
            let buckets = metric.buckets();
            exemplars.clear(series * buckets..(series + 1) * buckets);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        thread,
        time::{Duration, UNIX_EPOCH},
    };

    use super::{DISTANCE, Exemplar, ExemplarSlots, KEPT_FOR, SET_BACK, slot, written};

    /// The span and the nanoseconds of the exemplar of the first bucket.
    fn seen(slots: &ExemplarSlots) -> Option<(u64, u128)> {
        let read = slots.read(0)?;
        let time = read
            .time
            .duration_since(UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        Some((read.exemplar.span_id(), time.as_nanos()))
    }

    #[test]
    fn times_that_are_read_rise_by_a_millisecond() {
        let slots = ExemplarSlots::new(1);
        let keep = |span, time| slots.keep(0, Exemplar::new(1, span), 0.5, time);
        let start = 1_000 * SET_BACK;
        keep(1, start);
        keep(2, start - 1);
        assert_eq!(
            seen(&slots),
            Some((2, (start - 1).into())),
            "the first was not read"
        );
        assert_eq!(seen(&slots), Some((2, (start - 1).into())));
        keep(3, start - 2);
        keep(4, start);
        let late = start - 1 + DISTANCE;
        assert_eq!(seen(&slots), Some((4, late.into())));
        keep(5, start + 2 * DISTANCE);
        assert_eq!(seen(&slots), Some((5, (start + 2 * DISTANCE).into())));
    }

    #[test]
    fn exemplar_of_a_thread_that_was_interrupted_is_not_read_after_a_later_one() {
        let slots = ExemplarSlots::new(1);
        // The thread has its time, and is interrupted before it writes.
        let write = |span, time| {
            if let Some([_, sequence, words @ ..]) = slots.slot(0) {
                slot::write(sequence, words, written(Exemplar::new(1, span), 0.5, time));
            }
        };
        let start = 1_000 * SET_BACK;
        write(1, start);
        assert_eq!(seen(&slots), Some((1, start.into())));
        for late in [start - SET_BACK / 2, start - 1, start + DISTANCE - 1] {
            write(2, late);
            assert_eq!(seen(&slots), None, "{late}");
        }
        slots.keep(0, Exemplar::new(1, 3), 0.5, start);
        let next = start + DISTANCE;
        assert_eq!(seen(&slots), Some((3, next.into())));
    }

    #[test]
    fn times_fall_only_if_the_clock_was_set_back_far() {
        let slots = ExemplarSlots::new(1);
        let keep = |span, time| slots.keep(0, Exemplar::new(1, span), 0.5, time);
        let start = 1_000 * SET_BACK;
        keep(1, start);
        assert_eq!(seen(&slots), Some((1, start.into())));
        keep(2, start - 2 * SET_BACK);
        assert_eq!(seen(&slots), Some((2, (start - 2 * SET_BACK).into())));
    }

    #[test]
    fn exemplar_is_recent_for_a_millisecond() {
        let slots = ExemplarSlots::new(1);
        let start = 1_000 * SET_BACK;
        assert!(!slots.is_recent(0, start), "the bucket has none");
        slots.keep(0, Exemplar::new(1, 1), 0.5, start);
        assert!(slots.is_recent(0, start));
        assert!(slots.is_recent(0, start + KEPT_FOR - 1));
        assert!(!slots.is_recent(0, start + KEPT_FOR));
        assert!(!slots.is_recent(0, start - 1), "the clock was set back");
    }

    #[test]
    fn exemplar_is_read_whole_while_threads_replace_it() {
        let slots = ExemplarSlots::new(1);
        assert_eq!(slots.read(0), None);
        thread::scope(|scope| {
            for writer in 1..=3_u32 {
                let slots = &slots;
                scope.spawn(move || {
                    for _ in 0..20_000 {
                        let exemplar = Exemplar::new(
                            u128::from(writer) << 64 | u128::from(writer),
                            writer.into(),
                        );
                        slots.keep(0, exemplar, writer.into(), DISTANCE);
                    }
                });
            }
            for _ in 0..20_000 {
                if let Some(read) = slots.read(0) {
                    let writer = read.exemplar.span_id();
                    assert_eq!(
                        read.exemplar.trace_id(),
                        u128::from(writer) << 64 | u128::from(writer)
                    );
                    assert_eq!(
                        read.value.to_bits(),
                        f64::from(u32::try_from(writer).unwrap_or(0)).to_bits()
                    );
                }
            }
        });
        slots.keep(0, Exemplar::new(1, 1), 0.5, DISTANCE);
        assert!(slots.read(0).is_some());
    }
}
