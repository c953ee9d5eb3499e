//! Where a catalog is recorded instead of its threads' cells.

use std::{fmt, sync::Arc, time::SystemTime};

use super::ScopeCells;
use crate::descriptor::ScopeLabel;

/// Has cells of its own for some of the code that records, such as one set for each tenant.
///
/// Scopes implement it. A thread that is in a scope puts its own cells aside and misses them, and
/// only then is asked here: recording outside of scopes never comes by.
#[doc(hidden)]
pub trait RecordingTarget: fmt::Debug + Send + Sync {
    /// Returns the cells of the running code for the catalog with this index, if it is to record
    /// here.
    fn current(&self, index: usize) -> Option<TargetCells>;

    /// The labels that tell the sets of cells apart.
    fn labels(&self) -> &'static [ScopeLabel];

    /// Whether anything was ever to be recorded here.
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

    /// When the cells were given these labels.
    fn since(&self) -> SystemTime;
}

/// The cells that the running code records in, in place of its thread's.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct TargetCells {
    pub(crate) cells: &'static ScopeCells,
    /// A bit for each of the target's labels whose value is beyond its limit.
    pub(crate) overflowed: u32,
}
