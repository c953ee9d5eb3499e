//! Support for the crates that publish what is recorded. Not public API.

pub use crate::clock::{Moment, calibrate};
