//! The number of outcomes.

/// The number of outcomes that a call can have: `ok`, `error`, `timeout`, `cancelled`, `panicked`.
pub const OUTCOME_COUNT: usize = 5;
