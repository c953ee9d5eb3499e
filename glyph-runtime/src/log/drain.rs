//! Writing lines to the sink, by one thread at a time.

use std::{fmt, mem};

use super::{
    batch::Batch,
    sink::{End, Sink},
};
use crate::export::Deadline;

/// The sink, and the lines that a thread has begun to write to it.
pub(super) struct Drain {
    sink: Sink,
    batch: Batch,
    is_torn: bool,
}

impl Drain {
    pub(super) fn new(sink: Sink) -> Self {
        Self {
            sink,
            batch: Batch::default(),
            is_torn: false,
        }
    }

    /// Returns the number of lines that were begun and not written to their end.
    pub(super) fn lines(&self) -> u64 {
        self.batch.lines()
    }

    /// Drops these lines, and returns their number.
    pub(super) fn clear(&mut self) -> u64 {
        self.batch.clear()
    }

    /// Takes the waiting lines if the lines before them are written.
    pub(super) fn load(&mut self, waiting: &mut Batch) {
        if self.batch.lines() == 0 {
            self.batch.clear();
            // Swap, not copy: the lock is held for a moment only, and both buffers keep their
            // memory.
            mem::swap(&mut self.batch, waiting);
        }
    }

    /// Returns the number of lines written, the number of lines lost, and the end.
    pub(super) fn write(&mut self, due: Deadline) -> (u64, u64, End) {
        if self.is_torn {
            match self.sink.end_line(due) {
                End::Done => self.is_torn = false,
                End::Blocked => return (0, 0, End::Blocked),
                failed @ End::Failed(_) => return (0, self.batch.clear(), failed),
            }
        }
        let lines = self.batch.lines();
        let (written, end) = self.sink.write(&mut self.batch, due);
        if let End::Blocked = end {
            return (written, 0, end);
        }
        self.is_torn = self.batch.is_torn();
        self.batch.clear();
        (written, lines - written, end)
    }
}

impl fmt::Debug for Drain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Drain")
            .field("batch", &self.batch.lines())
            .field("is_torn", &self.is_torn)
            .finish_non_exhaustive()
    }
}
