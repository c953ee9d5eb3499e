//! Operations on shared memory under loom, which runs every order that the memory model allows, up
//! to a number of preemptions.
#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

/// The types of loom, in place of those of the standard library.
mod primitives {
    pub(crate) use loom::{
        hint::spin_loop,
        sync::atomic::{AtomicBool, AtomicU64, Ordering, fence},
    };
}

#[path = "../../src/metric/atomic/cell.rs"]
#[expect(
    dead_code,
    reason = "operations of one owner, and single atomic ones, have one order"
)]
mod cell;
#[path = "../../src/metric/atomic/claim.rs"]
mod claim;
#[path = "../../src/metric/atomic/number.rs"]
#[expect(dead_code, reason = "nothing else runs while a series is cleared")]
mod number;
#[path = "../../src/metric/atomic/slot.rs"]
mod slot;

mod cells;
mod gauges;
mod slots;

/// Runs `model` in every order with at most two preemptions. Nearly all bugs need no more.
fn every_order(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(model);
}
