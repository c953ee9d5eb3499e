//! The operations that threads share memory by, under loom: every order that the memory model allows, up to a
//! number of preemptions.
#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

/// loom's own, in the place of the standard library's.
mod primitives {
    pub(crate) use loom::{
        hint::spin_loop,
        sync::atomic::{AtomicBool, AtomicU64, Ordering, fence},
    };
}

#[path = "../../src/metric/atomic/cell.rs"]
mod cell;
#[path = "../../src/metric/atomic/claim.rs"]
mod claim;
#[path = "../../src/metric/atomic/slot.rs"]
mod slot;

mod cells;
mod slots;

/// Runs `model` in every order with at most two preemptions, which is where bugs are.
fn every_order(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(model);
}
