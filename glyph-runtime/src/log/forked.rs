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
    output: Option<ForkedOutput>,
    /// The process whose flags these are: a child inherits those of its parent.
    owner: AtomicU32,
    is_stalled: AtomicBool,
    is_reported: AtomicBool,
}

/// An output that is written without a lock.
#[derive(Debug)]
pub(super) struct ForkedOutput {
    descriptor: Arc<Descriptor>,
    /// Whether the last write left an incomplete line.
    is_torn: AtomicBool,
}

impl Forked {
    pub(super) fn new(descriptor: Option<Arc<Descriptor>>) -> Self {
        Self {
            parent: Origin::here(),
            output: descriptor.map(ForkedOutput::new),
            owner: AtomicU32::new(0),
            is_stalled: AtomicBool::new(false),
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
        let Some(output) = &self.output else {
            return counters.queue_full(level);
        };
        if self.owner.swap(process::id(), Relaxed) != process::id() {
            self.is_stalled.store(false, Relaxed);
        }
        let waits = level <= Level::WARN && !self.is_stalled.load(Relaxed);
        let due = Deadline::after(if waits { LONGEST_WAIT } else { Duration::ZERO });
        match output.write(line, due) {
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
}

impl ForkedOutput {
    pub(super) fn new(descriptor: Arc<Descriptor>) -> Self {
        Self {
            descriptor,
            is_torn: AtomicBool::new(false),
        }
    }

    /// Writes a line until `due`. A line that a write has left incomplete is ended first.
    pub(super) fn write(&self, line: &[u8], due: Deadline) -> io::Result<()> {
        if self.is_torn.load(Relaxed) {
            self.descriptor.write_until(b"\n", due).1?;
            self.is_torn.store(false, Relaxed);
        }
        let (taken, result) = self.descriptor.write_until(line, due);
        self.is_torn.store(taken > 0 && taken < line.len(), Relaxed);
        result
    }

    /// Forces what was written to the disk, if it is a file.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.descriptor.sync()
    }
}

#[cfg(all(test, unix))]
#[expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
mod tests {
    use std::{
        fs::OpenOptions,
        io::{ErrorKind, Read},
        os::unix::fs::OpenOptionsExt,
        sync::Arc,
        time::Duration,
    };

    use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat};

    use super::{Deadline, Descriptor, ForkedOutput};

    #[test]
    fn line_after_an_incomplete_one_begins_on_a_new_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        let flags = OFlags::NONBLOCK.bits().cast_signed();
        let reading = OpenOptions::new()
            .read(true)
            .custom_flags(flags)
            .open(&path);
        let mut reading = reading.unwrap();
        let output = ForkedOutput::new(Arc::new(Descriptor::open(&path).unwrap()));

        let now = Deadline::after(Duration::ZERO);
        let long = output.write(&vec![b'x'; 4 << 20], now).unwrap_err();
        assert_eq!(long.kind(), ErrorKind::WouldBlock);
        let mut read = Vec::new();
        let _empty = reading.read_to_end(&mut read);
        assert!(read.iter().all(|byte| *byte == b'x') && !read.is_empty());

        output.write(b"next\n", now).unwrap();
        output.write(b"last\n", now).unwrap();
        drop(output);
        read.clear();
        reading.read_to_end(&mut read).unwrap();
        assert_eq!(read, b"\nnext\nlast\n");
    }
}
