//! The label sets of [`WaitMetrics`](super::WaitMetrics) and [`QueueMetrics`](super::QueueMetrics).

use super::WaitOutcome;
use crate::LabelSet;

/// What is waited for.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Waits<'a> {
    /// The wait's name.
    #[label(max = 64)]
    pub wait: &'a str,
    /// What the limit is for.
    #[label(max = 16)]
    pub scope: &'a str,
}

/// What was waited for, and how that ended.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Waited<'a> {
    /// The wait's name.
    #[label(max = 64)]
    pub wait: &'a str,
    /// What the limit is for.
    #[label(max = 16)]
    pub scope: &'a str,
    /// How it ended.
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

/// A queue, and how an item left it.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Left<'a> {
    /// The queue's name.
    #[label(max = 64)]
    pub queue: &'a str,
    /// How it left.
    pub outcome: WaitOutcome,
}
