//! Cells that threads own one after the other, and cells that threads share.

use loom::{sync::Arc, thread};

use crate::{
    cell::{Beyond, add_own, add_own_float, add_shared, add_shared_float},
    claim::Claim,
    every_order,
    primitives::{AtomicBool, AtomicU64, Ordering::Relaxed},
};

/// A catalog with one slab that a thread can own, and one that is shared.
struct Catalog {
    claim: Claim,
    own: [AtomicU64; 2],
    shared: [AtomicU64; 2],
}

impl Catalog {
    fn new() -> Arc<Self> {
        let zero = || [AtomicU64::new(0), AtomicU64::new(0)];
        Arc::new(Self {
            claim: Claim(AtomicBool::new(false)),
            own: zero(),
            shared: zero(),
        })
    }

    /// Records one call of half a second in the way of a thread that ends afterwards.
    fn record(&self) {
        if self.claim.take() {
            let [count, seconds] = &self.own;
            assert!(add_own(count, 1));
            add_own_float(seconds, 0.5);
            self.claim.give_back();
        } else {
            let [count, seconds] = &self.shared;
            assert!(add_shared(count, 1, || 0, Beyond::Stops));
            assert!(add_shared_float(seconds, 0.5));
        }
    }

    fn count(&self) -> u64 {
        let [own, shared] = [&self.own, &self.shared].map(|[count, _]| count);
        own.load(Relaxed) + shared.load(Relaxed)
    }

    fn seconds(&self) -> f64 {
        [&self.own, &self.shared]
            .map(|[_, seconds]| f64::from_bits(seconds.load(Relaxed)))
            .iter()
            .sum()
    }
}

#[test]
#[expect(clippy::float_cmp, reason = "halves add up exactly")]
fn no_addition_is_lost_between_threads() {
    every_order(|| {
        let catalog = Catalog::new();
        let threads = [(); 2].map(|()| {
            let catalog = Arc::clone(&catalog);
            thread::spawn(move || catalog.record())
        });
        catalog.record();
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(catalog.count(), 3);
        assert_eq!(catalog.seconds(), 1.5);
    });
}

#[test]
fn reader_never_sees_a_count_fall() {
    every_order(|| {
        let catalog = Catalog::new();
        let threads = [(); 2].map(|()| {
            let catalog = Arc::clone(&catalog);
            thread::spawn(move || catalog.record())
        });
        let first = catalog.count();
        let second = catalog.count();
        assert!(first <= second && second <= 2, "{first}, {second}");
        for thread in threads {
            thread.join().unwrap();
        }
    });
}

#[test]
fn total_stops_at_its_greatest_value_and_one_addition_too_many_is_refused() {
    every_order(|| {
        let cell = Arc::new(AtomicU64::new(u64::MAX - 3));
        let threads = [(); 2].map(|()| {
            let cell = Arc::clone(&cell);
            thread::spawn(move || add_shared(&cell, 1, || 1, Beyond::Stops))
        });
        let here = add_shared(&cell, 1, || 1, Beyond::Stops);
        let there = threads.map(|thread| thread.join().unwrap());
        let fit = [here, there[0], there[1]].into_iter().filter(|fits| *fits);
        assert_eq!(fit.count(), 2);
        assert_eq!(cell.load(Relaxed), u64::MAX - 1);
    });
}

#[test]
fn sum_beyond_the_greatest_value_is_refused_as_a_whole() {
    every_order(|| {
        let cell = Arc::new(AtomicU64::new(u64::MAX - 5));
        let add = |amount| {
            let cell = Arc::clone(&cell);
            thread::spawn(move || add_shared(&cell, amount, || 0, Beyond::Stays))
        };
        let [three, four] = [add(3), add(4)].map(|thread| thread.join().unwrap());
        assert!(three != four, "only one fits");
        let amount = if three { 3 } else { 4 };
        assert_eq!(cell.load(Relaxed), u64::MAX - 5 + amount);
    });
}
