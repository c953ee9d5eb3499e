//! What is exported, and where it goes.

use std::{future::Future, pin::Pin};

use super::{DropReason, counts::Counts};

/// An export under way.
pub(crate) type Exporting<'d> = Pin<Box<dyn Future<Output = Outcome> + Send + 'd>>;

/// Something that is exported.
pub(crate) trait Item: Send + 'static {
    /// What several are called in the log.
    const NAME: &'static str;

    /// The bytes that it takes, about.
    fn bytes(&self) -> usize;
}

/// What became of a batch. Items of it that are neither exported nor rejected were lost for `reason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) exported: u64,
    pub(crate) reason: DropReason,
}

impl Outcome {
    pub(crate) fn exported(items: usize) -> Self {
        Self {
            exported: items as u64,
            reason: DropReason::Rejected,
        }
    }

    /// A collector took them, but for those that it says it did not.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub(crate) fn accepted(items: usize, rejected: Option<i64>) -> Self {
        let rejected = usize::try_from(rejected.unwrap_or(0)).unwrap_or(0);
        Self::exported(items.saturating_sub(rejected))
    }

    pub(crate) fn lost(reason: DropReason) -> Self {
        Self {
            exported: 0,
            reason,
        }
    }
}

/// Something that takes batches, one after the other. It may be dropped half-way, and may panic.
pub(crate) trait Destination<T>: Send + 'static {
    fn export<'d>(&'d mut self, batch: Vec<T>, counts: &'d Counts) -> Exporting<'d>;
}
