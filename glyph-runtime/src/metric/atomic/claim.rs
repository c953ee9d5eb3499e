//! Cells that go from one thread to the next.

use super::primitives::{
    AtomicBool,
    Ordering::{Acquire, Relaxed, Release},
};

/// Whether some thread has the cells beside it.
#[derive(Debug)]
pub(crate) struct Claim(pub(crate) AtomicBool);

impl Claim {
    /// Takes the cells, unless another thread has them. What those before have written to them is seen.
    pub(crate) fn take(&self) -> bool {
        self.0
            .compare_exchange(false, true, Acquire, Relaxed)
            .is_ok()
    }

    /// Gives the cells back, by the thread that has taken them.
    pub(crate) fn give_back(&self) {
        self.0.store(false, Release);
    }
}
