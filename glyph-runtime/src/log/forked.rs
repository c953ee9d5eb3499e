//! The log in a forked child, which has neither the writer thread nor a lock that is safe to take.

use std::{
    io::{self, ErrorKind},
    process,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use tracing::Level;

use super::{counters::Counters, failures::Failures, queue::LONGEST_WAIT, sink::Descriptor};
use crate::{export::Deadline, origin::Origin};

/// Writes lines in a forked child, each at once and without a lock: another thread of the parent
/// may have held any lock at the fork. What the parent has queued is the parent's.
#[derive(Debug)]
pub(super) struct Forked {
    parent: Origin,
    /// `None` for a writer of the program, which may hold what the parent has written to it.
    descriptor: Option<Arc<Descriptor>>,
    /// The process whose flags these are: a child inherits those of its parent.
    owner: AtomicU32,
    is_stalled: AtomicBool,
    is_torn: AtomicBool,
    is_reported: AtomicBool,
}

impl Forked {
    pub(super) fn new(descriptor: Option<Arc<Descriptor>>) -> Self {
        Self {
            parent: Origin::here(),
            descriptor,
            owner: AtomicU32::new(0),
            is_stalled: AtomicBool::new(false),
            is_torn: AtomicBool::new(false),
            is_reported: AtomicBool::new(false),
        }
    }

    /// Whether this process is a child of the one that started the log.
    pub(super) fn is_child(&self) -> bool {
        self.parent.is_forked()
    }

    /// Writes a line, or counts it as dropped. From `WARN` on it waits as long as the log does.
    pub(super) fn write(
        &self,
        level: Level,
        line: &[u8],
        counters: &Counters,
        failures: &Failures,
    ) {
        let Some(descriptor) = &self.descriptor else {
            return counters.queue_full(level);
        };
        if self.owner.swap(process::id(), Relaxed) != process::id() {
            self.is_stalled.store(false, Relaxed);
        }
        let waits = level <= Level::WARN && !self.is_stalled.load(Relaxed);
        let due = Deadline::after(if waits { LONGEST_WAIT } else { Duration::ZERO });
        match self.write_line(descriptor, line, due) {
            Ok(()) => {
                self.is_stalled.store(false, Relaxed);
                counters.written(1);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if waits {
                    self.is_stalled.store(true, Relaxed);
                }
                counters.queue_full(level);
            }
            Err(error) => {
                counters.write_failed(1);
                if !self.is_reported.swap(true, Relaxed) {
                    failures.report(&error);
                }
            }
        }
    }

    fn write_line(&self, descriptor: &Descriptor, line: &[u8], due: Deadline) -> io::Result<()> {
        if self.is_torn.load(Relaxed) {
            descriptor.write_until(b"\n", due).1?;
            self.is_torn.store(false, Relaxed);
        }
        let (taken, result) = descriptor.write_until(line, due);
        self.is_torn.store(taken > 0 && taken < line.len(), Relaxed);
        result
    }
}
