//! Operations on memory that threads share. They are apart, so that loom can try every order of
//! them: `tests/loom` replaces [`primitives`] with its own types.

pub(super) mod cell;
pub(super) mod claim;
pub(super) mod slot;

mod primitives {
    pub(super) use std::hint::spin_loop;
    pub(super) use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};
}
