//! Process-wide state, and the state that replaces it while a test captures.
//!
//! Code that uses state in a `static` asks [`current`] for it. Without the feature `testing` that
//! returns the state itself. With it, a capture that is current on the thread has separate state,
//! found by the address of the `static`.

#[cfg(feature = "testing")]
mod captured;
#[cfg(not(feature = "testing"))]
mod process;

#[cfg(feature = "testing")]
pub(crate) use captured::{
    CaptureState, Current, Isolated, IsolationGuard, Surrounding, captured, current, enter,
};
#[cfg(not(feature = "testing"))]
pub(crate) use process::{Current, Surrounding, current};
