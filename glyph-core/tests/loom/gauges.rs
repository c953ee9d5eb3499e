//! Gauges that are set while other threads add to them.

use loom::{sync::Arc, thread};

use crate::{
    cell::shift_own,
    every_order, number,
    primitives::{AtomicU64, Ordering::Relaxed},
};

/// The series of a gauge: the cell of one thread, and the value that it was set to.
struct Gauge {
    own: AtomicU64,
    set: AtomicU64,
}

impl Gauge {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            own: AtomicU64::new(0),
            set: AtomicU64::new(0),
        })
    }

    /// Adds one, as the owner of the cell.
    fn increment(&self) {
        if number::add(&self.set, 1.0).is_none() {
            assert!(shift_own(&self.own, 1));
        }
    }

    fn value(&self) -> f64 {
        let cell = || i32::try_from(self.own.load(Relaxed).cast_signed()).unwrap();
        number::read(&self.set).unwrap_or_else(|| cell().into())
    }
}

#[test]
fn addition_counts_before_or_after_a_concurrent_set() {
    every_order(|| {
        let gauge = Gauge::new();
        let adding = thread::spawn({
            let gauge = Arc::clone(&gauge);
            move || {
                gauge.increment();
                gauge.increment();
            }
        });
        number::set(&gauge.set, 0.25);
        let seen = gauge.value();
        adding.join().unwrap();
        let last = gauge.value();
        assert!([0.25, 1.25, 2.25].contains(&seen) && seen <= last, "{seen}");
        assert!([0.25, 1.25, 2.25].contains(&last), "{last}");
        gauge.increment();
        assert_eq!(gauge.value().to_bits(), (last + 1.0).to_bits());
    });
}

#[test]
fn no_addition_to_a_set_gauge_is_lost() {
    every_order(|| {
        let gauge = Gauge::new();
        number::set(&gauge.set, 0.5);
        let threads = [1.0, 2.0].map(|amount| {
            let gauge = Arc::clone(&gauge);
            thread::spawn(move || number::add(&gauge.set, amount))
        });
        for thread in threads {
            assert_eq!(thread.join().unwrap(), Some(true));
        }
        assert_eq!(gauge.value().to_bits(), 3.5_f64.to_bits());
    });
}
