//! The ownership of cells, which threads take and return.

use super::primitives::{
    AtomicBool,
    Ordering::{Acquire, Relaxed, Release},
};

/// Whether a thread owns the cells that the claim is for.
#[derive(Debug)]
pub(crate) struct Claim(pub(crate) AtomicBool);

impl Claim {
    /// Takes the cells, unless another thread owns them. `Acquire`: the new owner must see what
    /// earlier owners wrote, because it adds to it with a plain load and store.
    pub(crate) fn take(&self) -> bool {
        self.0
            .compare_exchange(false, true, Acquire, Relaxed)
            .is_ok()
    }

    /// Returns the cells. Only their owner calls this. `Release`: the next owner sees what was
    /// written.
    pub(crate) fn give_back(&self) {
        self.0.store(false, Release);
    }
}
