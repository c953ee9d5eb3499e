//! The output of the log: a descriptor of its own, or a writer of the program.

#[cfg(not(unix))]
#[path = "other.rs"]
mod system;
#[cfg(unix)]
#[path = "unix.rs"]
mod system;

use std::{
    io::{self, ErrorKind, Write},
    panic::{self, AssertUnwindSafe},
    sync::Arc,
    thread,
    time::Duration,
};

pub(super) use self::system::{Descriptor, reports, standard_error, standard_output};
use super::batch::{Batch, LineCount};
use crate::export::Deadline;

/// The pause before the next write to a writer that would block.
const PAUSE: Duration = Duration::from_millis(5);
/// The most bytes of lines that one call writes to a file, so that a slow disk does not hold a
/// thread for longer than it wants to wait.
const FILE_BYTES: usize = 64 << 10;

/// The output of the log.
pub(super) enum Sink {
    Descriptor(Arc<Descriptor>),
    /// A writer may block, and may log.
    Writer(Box<dyn Write + Send>),
}

/// How a write of a batch ended.
#[derive(Debug)]
pub(super) enum WriteEnd {
    /// All of it was written.
    Done,
    /// The sink did not accept all of it until the deadline.
    Blocked,
    Failed(io::Error),
}

impl Sink {
    /// Whether a write returns at once, so that any thread may write.
    pub(super) fn is_direct(&self) -> bool {
        match self {
            Self::Descriptor(descriptor) => descriptor.is_direct(),
            Self::Writer(_) => false,
        }
    }

    /// Returns the descriptor, to which a forked child can write.
    pub(super) fn descriptor(&self) -> Option<Arc<Descriptor>> {
        match self {
            Self::Descriptor(descriptor) => Some(Arc::clone(descriptor)),
            Self::Writer(_) => None,
        }
    }

    /// Writes the lines that are left. Returns the lines completed, and the end.
    ///
    /// A blocking sink may return after `due`: nothing can end a system call that does not return,
    /// such as a write to a disk that hangs. Each call is small, so `due` is looked at often. A
    /// writer gets all lines before it is flushed, since only the writer thread waits for it.
    pub(super) fn write(&mut self, batch: &mut Batch, due: Deadline) -> (LineCount, WriteEnd) {
        let (mut lines, mut is_waiting) = (LineCount::default(), false);
        while !batch.rest().is_empty() {
            match self.write_once(batch) {
                Ok(0) => return (lines, WriteEnd::Failed(ErrorKind::WriteZero.into())),
                Ok(count) => {
                    lines += batch.advance(count);
                    is_waiting = false;
                    if self.is_over(batch, due) {
                        return (lines, WriteEnd::Blocked);
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    if due.left().is_zero() {
                        return (lines, WriteEnd::Blocked);
                    }
                    self.wait(due.left(), is_waiting);
                    is_waiting = true;
                }
                Err(error) => return (lines, WriteEnd::Failed(error)),
            }
        }
        match self.flush() {
            Ok(()) => (lines, WriteEnd::Done),
            // The writer may have lost everything that it had buffered.
            Err(error) => (LineCount::default(), WriteEnd::Failed(error)),
        }
    }

    /// Whether a descriptor has lines left, and no time.
    fn is_over(&self, batch: &Batch, due: Deadline) -> bool {
        let is_descriptor = matches!(self, Self::Descriptor(_));
        is_descriptor && !batch.rest().is_empty() && due.left().is_zero()
    }

    /// Ends the incomplete line that a failed write has left, so that the next one does not
    /// continue it.
    pub(super) fn end_line(&mut self, due: Deadline) -> WriteEnd {
        let mut newline = Batch::default();
        newline.push(b"\n", false);
        self.write(&mut newline, due).1
    }

    fn write_once(&mut self, batch: &Batch) -> io::Result<usize> {
        match self {
            Self::Descriptor(descriptor) => descriptor.write(batch),
            Self::Writer(writer) => caught(|| writer.write(batch.rest())),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Descriptor(_) => Ok(()),
            Self::Writer(writer) => caught(|| writer.flush()),
        }
    }

    fn wait(&self, most: Duration, was_in_vain: bool) {
        match self {
            Self::Descriptor(descriptor) => descriptor.wait(most, was_in_vain),
            Self::Writer(_) => thread::sleep(PAUSE.min(most)),
        }
    }
}

/// Turns a panic into an error: the output can be code of the program, and must not end the thread.
pub(super) fn caught<T>(work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    panic::catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(io::Error::other("the output panicked")))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
mod tests {
    use std::{fs, sync::Arc, time::Duration};

    use super::{Batch, Deadline, Descriptor, FILE_BYTES, LineCount, Sink, WriteEnd};

    const LINES: u64 = 4096;
    const LINE: &[u8] = &[b'x'; 256];

    #[test]
    fn file_gets_many_lines_in_parts_and_an_expired_deadline_ends_after_one_part() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut sink = Sink::Descriptor(Arc::new(Descriptor::open(&path).unwrap()));
        let mut batch = Batch::default();
        (0..LINES).for_each(|_| batch.push(LINE, false));

        let (lines, end) = sink.write(&mut batch, Deadline::after(Duration::ZERO));
        assert!(matches!(end, WriteEnd::Blocked), "{end:?}");
        let part = FILE_BYTES / LINE.len();
        assert_eq!(usize::try_from(lines.lines), Ok(part));
        assert_eq!(fs::metadata(&path).unwrap().len(), FILE_BYTES as u64);

        let (rest, end) = sink.write(&mut batch, Deadline::after(Duration::from_secs(60)));
        assert!(matches!(end, WriteEnd::Done), "{end:?}");
        assert_eq!((lines + rest).lines, LINES);
        assert_eq!(batch.left(), LineCount::default());
        let written = fs::metadata(&path).unwrap().len();
        assert_eq!(written, LINES * LINE.len() as u64);
    }
}
