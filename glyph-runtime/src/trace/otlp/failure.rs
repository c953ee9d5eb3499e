//! Why an attempt came to nothing, and whether another one has any hope.

use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The same request would meet the same answer.
    Rejected,
    /// Another attempt may succeed, but not before `after`, if the other side said so.
    Passing { after: Option<Duration> },
}
