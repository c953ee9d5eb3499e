//! The label sets of [`WaitMetrics`](super::WaitMetrics) and [`QueueMetrics`](super::QueueMetrics).
//!
//! ```
//! # use glyph_core as glyph_runtime;
//! use glyph_runtime::wait::{QueueMetrics, labels::Queues};
//!
//! assert_eq!(QueueMetrics::global().depth.value(Queues { queue: "mails" }), 0.0);
//! ```

use super::WaitOutcome;
use crate::LabelSet;

/// A wait.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Waits<'a> {
    /// The wait's name.
    #[label(max = 64)]
    pub wait: &'a str,
    /// The limit that is waited for.
    #[label(max = 16)]
    pub scope: &'a str,
}

/// A wait and its outcome.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Waited<'a> {
    /// The wait's name.
    #[label(max = 64)]
    pub wait: &'a str,
    /// The limit that is waited for.
    #[label(max = 16)]
    pub scope: &'a str,
    /// The outcome of the wait.
    pub outcome: WaitOutcome,
}

/// A queue.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Queues<'a> {
    /// The queue's name.
    #[label(max = 64)]
    pub queue: &'a str,
}

/// A queue, and the outcome of an item's wait in it.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Left<'a> {
    /// The queue's name.
    #[label(max = 64)]
    pub queue: &'a str,
    /// `ok` if the item was taken, `cancelled` if it was dropped.
    pub outcome: WaitOutcome,
}
