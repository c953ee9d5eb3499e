//! What threads do to each other's memory, and no more, so that loom can try every order of it
//! (`tests/loom`, which puts its own types in the place of [`primitives`]).

pub(super) mod cell;
pub(super) mod claim;
pub(super) mod slot;

mod primitives {
    pub(super) use std::hint::spin_loop;
    pub(super) use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};
}
