//! Writing lines to the sink, by one thread at a time.

use std::{fmt, mem};

use super::{
    batch::{Batch, LineCount},
    recent::RecentLines,
    sink::{Sink, WriteEnd},
};
use crate::export::Deadline;

/// The sink, and the lines that a thread has begun to write to it.
pub(super) struct Drain {
    sink: Sink,
    batch: Batch,
    is_torn: bool,
    /// Gets each line once. `None` if lines are not JSON.
    recent: Option<RecentLines>,
    /// Whether there are lines that the recent ones lack.
    is_new: bool,
}

/// The result of a write.
#[derive(Debug)]
pub(super) struct WriteResult {
    pub(super) written: LineCount,
    pub(super) lost: LineCount,
    /// Whether the sink accepted anything.
    pub(super) is_accepted: bool,
    pub(super) end: WriteEnd,
}

impl Drain {
    pub(super) fn new(sink: Sink, recent: Option<RecentLines>) -> Self {
        Self {
            sink,
            batch: Batch::default(),
            is_torn: false,
            recent,
            is_new: false,
        }
    }

    /// Returns the lines that were not written to their end.
    pub(super) fn left(&self) -> LineCount {
        self.batch.left()
    }

    /// Drops these lines, and returns their number.
    pub(super) fn clear(&mut self) -> LineCount {
        self.batch.clear()
    }

    /// Takes the waiting lines if the lines before them are written.
    pub(super) fn load(&mut self, waiting: &mut Batch) {
        if self.batch.left().lines == 0 {
            self.batch.clear();
            // Swap, not copy: the lock is held for a moment only, and both buffers keep their
            // memory.
            mem::swap(&mut self.batch, waiting);
            self.is_new = true;
        }
    }

    /// Copies the lines that were taken to the recent ones. It needs no lock of the queue.
    pub(super) fn copy(&mut self) {
        if mem::take(&mut self.is_new)
            && let Some(recent) = &self.recent
        {
            recent.add(self.batch.lines().map(|(line, _)| line));
        }
    }

    /// Lets urgent lines overtake the others.
    pub(super) fn urgent_first(&mut self, waiting: &mut Batch) {
        if let Some(recent) = &self.recent {
            let urgent = waiting.lines().filter(|(_, is_urgent)| *is_urgent);
            recent.add(urgent.map(|(line, _)| line));
        }
        self.batch.urgent_first(waiting);
    }

    /// Writes the lines that are left, at most until `due`. Those that fail are lost.
    pub(super) fn write(&mut self, due: Deadline) -> WriteResult {
        let (before, bytes) = (self.batch.left(), self.batch.rest().len());
        let (written, end) = match self.end_line(due) {
            WriteEnd::Done => self.sink.write(&mut self.batch, due),
            other => (LineCount::default(), other),
        };
        let is_accepted = self.batch.rest().len() < bytes;
        let mut lost = LineCount::default();
        if !matches!(end, WriteEnd::Blocked) {
            lost = before - written;
            self.is_torn |= self.batch.is_torn();
            self.batch.clear();
        }
        WriteResult {
            written,
            lost,
            is_accepted,
            end,
        }
    }

    /// Ends the line that a failed write has left incomplete.
    fn end_line(&mut self, due: Deadline) -> WriteEnd {
        if !self.is_torn {
            return WriteEnd::Done;
        }
        let end = self.sink.end_line(due);
        self.is_torn = !matches!(end, WriteEnd::Done);
        end
    }
}

impl fmt::Debug for Drain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Drain")
            .field("left", &self.batch.left())
            .field("is_torn", &self.is_torn)
            .finish_non_exhaustive()
    }
}
