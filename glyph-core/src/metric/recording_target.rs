//! The seam to scopes: separate cells for some of the code that records.

use std::{fmt, sync::Arc, time::SystemTime};

use super::ScopeCells;
use crate::descriptor::ScopeLabel;

/// Cells for some of the code that records, such as one set for each tenant.
///
/// Scopes implement it. A thread that enters a scope hides its cells. Recording misses them, and
/// only then asks here, so scopes cost nothing outside of them.
#[doc(hidden)]
pub trait RecordingTarget: fmt::Debug + Send + Sync {
    /// Returns the cells of the current scope for the catalog with this index.
    fn current(&self, index: usize) -> Option<TargetCells>;

    /// The labels that distinguish the sets of cells.
    fn labels(&self) -> &'static [ScopeLabel];

    /// Whether a scope was ever entered.
    fn was_used(&'static self) -> bool;

    /// Returns all sets of cells in the order of their labels, to be read.
    fn to_read(&'static self) -> Vec<Arc<dyn ReadTarget>>;
}

/// One set of cells of a [`RecordingTarget`]. While it is held, the cells keep their labels.
#[doc(hidden)]
pub trait ReadTarget: fmt::Debug + Send + Sync {
    /// Returns the cells for the catalog with this index.
    fn cells(&self, index: usize) -> Option<&ScopeCells>;

    /// Returns the value of the label with this index in [`RecordingTarget::labels`]; empty if it
    /// is absent.
    fn value(&self, label: usize) -> &str;

    /// The time when the cells got these labels.
    fn since(&self) -> SystemTime;
}

/// The cells of the current scope.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct TargetCells {
    pub(crate) cells: &'static ScopeCells,
    /// A bit for each of the target's labels whose value is beyond its limit.
    pub(crate) overflowed: u32,
}
