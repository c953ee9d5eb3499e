//! Operations on memory that threads share.
//!
//! They are in separate files for loom, which tries every order of them: `tests/loom` includes the
//! files with other [`primitives`].

pub(super) mod cell;
pub(super) mod claim;
pub(super) mod number;
pub(super) mod slot;

mod primitives {
    pub(super) use std::hint::spin_loop;
    pub(super) use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};
}
