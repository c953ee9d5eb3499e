//! Ownership of cells that pass from thread to thread.

use super::primitives::{
    AtomicBool,
    Ordering::{Acquire, Relaxed, Release},
};

/// Whether some thread owns the cells next to it.
#[derive(Debug)]
pub(crate) struct Claim(pub(crate) AtomicBool);

impl Claim {
    /// Takes the cells, unless another thread owns them. Acquire: what earlier owners wrote is
    /// visible.
    pub(crate) fn take(&self) -> bool {
        self.0
            .compare_exchange(false, true, Acquire, Relaxed)
            .is_ok()
    }

    /// Returns the cells; called by their owner. Release: the next owner sees what was written.
    pub(crate) fn give_back(&self) {
        self.0.store(false, Release);
    }
}
