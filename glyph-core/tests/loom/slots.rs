//! The slot of an exemplar.

use loom::{sync::Arc, thread};

use crate::{
    every_order,
    primitives::{AtomicU64, Ordering::Relaxed},
    slot,
};

/// A slot with two words, in place of the five of an exemplar.
struct Slot {
    sequence: AtomicU64,
    cells: [AtomicU64; 2],
}

impl Slot {
    fn empty() -> Arc<Self> {
        Arc::new(Self {
            sequence: AtomicU64::new(0),
            cells: [AtomicU64::new(0), AtomicU64::new(0)],
        })
    }

    fn write(&self, word: u64) {
        slot::write(&self.sequence, &self.cells, [word; 2]);
    }

    /// Returns the written word, after checking that both cells have it.
    fn read(&self) -> Option<u64> {
        let [one, other] = slot::read(&self.sequence, &self.cells)?;
        assert_eq!(one, other, "half of one and half of another");
        assert_ne!(one, 0, "nothing was written");
        Some(one)
    }
}

#[test]
fn reader_sees_nothing_or_one_whole_write() {
    every_order(|| {
        let slot = Slot::empty();
        let writer = thread::spawn({
            let slot = Arc::clone(&slot);
            move || {
                slot.write(1);
                slot.write(2);
            }
        });
        let first = slot.read();
        let second = slot.read();
        assert!(first.is_none() || second.is_none() || first <= second);
        writer.join().unwrap();
        assert_eq!(slot.read(), Some(2));
    });
}

#[test]
fn concurrent_writers_never_wait_and_one_wins() {
    every_order(|| {
        let slot = Slot::empty();
        let writers = [1, 2].map(|word| {
            let slot = Arc::clone(&slot);
            thread::spawn(move || slot.write(word))
        });
        slot.read();
        for writer in writers {
            writer.join().unwrap();
        }
        assert!(slot.read().is_some());
        assert_eq!(slot.sequence.load(Relaxed) % 2, 0, "nobody is writing");
    });
}

#[test]
fn reader_between_two_writers_sees_a_whole_write() {
    every_order(|| {
        let slot = Slot::empty();
        slot.write(1);
        let writers = [2, 3].map(|word| {
            let slot = Arc::clone(&slot);
            thread::spawn(move || slot.write(word))
        });
        slot.read();
        for writer in writers {
            writer.join().unwrap();
        }
        assert!(slot.read().is_some_and(|word| word > 1));
    });
}
