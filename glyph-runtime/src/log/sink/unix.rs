//! Descriptors of the log's own.

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Write},
    os::{
        fd::{AsFd, AsRawFd, BorrowedFd},
        unix::fs::{FileTypeExt, OpenOptionsExt},
    },
    path::Path,
    sync::Arc,
    thread,
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::OFlags,
    net::{SendFlags, send},
    pipe::PIPE_BUF,
};

use super::{super::batch::Batch, FILE_BYTES, Sink};
use crate::export::Deadline;

/// The size of the log's pipe. Linux gives a user 64 MiB for larger pipes of all processes.
#[cfg(any(target_os = "android", target_os = "linux"))]
const PIPE_BYTES: usize = 256 << 10;
/// The pause after a poll that found the descriptor ready, though it was not.
const PAUSE: Duration = Duration::from_millis(1);

/// A descriptor of the log's own: no lock of the program, such as that of `io::stdout()`, is in its
/// way.
#[derive(Debug)]
pub(in crate::log) struct Descriptor {
    file: File,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A file of a disk. It has no limit that its reader sets.
    Regular,
    /// A pipe or a terminal whose writes return at once.
    NonBlocking,
    /// A socket, such as that of systemd's journal. Each write says that it returns at once.
    Socket,
    /// A pipe or a terminal whose writes may wait for the reader.
    Blocking,
}

/// Returns standard output. A later change of file descriptor 1 does not affect it.
pub(in crate::log) fn standard_output() -> Sink {
    let sink = standard(io::stdout().as_fd());
    enlarged(sink.unwrap_or_else(|_| Sink::Writer(Box::new(io::stdout()))))
}

/// Returns standard error, as [`standard_output`] does.
pub(in crate::log) fn standard_error() -> Sink {
    enlarged(reports())
}

/// Returns standard error for reports of the log, which are few: its pipe keeps its size.
pub(in crate::log) fn reports() -> Sink {
    standard(io::stderr().as_fd()).unwrap_or_else(|_| Sink::Writer(Box::new(io::stderr())))
}

fn standard(descriptor: BorrowedFd<'_>) -> io::Result<Sink> {
    let shared = File::from(descriptor.try_clone_to_owned()?);
    let kind = shared.metadata()?.file_type();
    // A second description of a regular file would have a position of its own.
    let descriptor = if kind.is_file() {
        Descriptor {
            file: shared,
            kind: Kind::Regular,
        }
    } else if (kind.is_fifo() || kind.is_char_device())
        && let Ok(file) = reopened(&shared)
    {
        Descriptor {
            file,
            kind: Kind::NonBlocking,
        }
    } else {
        let kind = if kind.is_socket() {
            Kind::Socket
        } else {
            Kind::Blocking
        };
        Descriptor { file: shared, kind }
    };
    Ok(Sink::Descriptor(Arc::new(descriptor)))
}

/// Opens the same pipe or terminal again, without blocking. Setting the flag on the descriptor
/// itself would set it for every process that shares it.
///
/// It fails on systems other than Linux, on a pipe of another user, and without `/proc`.
fn reopened(shared: &File) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed())
        .open(format!("/proc/self/fd/{}", shared.as_raw_fd()))
}

fn enlarged(sink: Sink) -> Sink {
    if let Sink::Descriptor(descriptor) = &sink {
        enlarge(&descriptor.file);
    }
    sink
}

/// Gives a pipe room for about a thousand lines, so that a burst of lines does not depend on how
/// soon the reader runs. The system may not permit it. It uses memory only for what is not read.
/// Other files have no such size.
fn enlarge(pipe: &File) {
    #[cfg(any(target_os = "android", target_os = "linux"))]
    if rustix::pipe::fcntl_getpipe_size(pipe).is_ok_and(|size| size < PIPE_BYTES) {
        let _not_permitted = rustix::pipe::fcntl_setpipe_size(pipe, PIPE_BYTES);
    }
    #[cfg(not(any(target_os = "android", target_os = "linux")))]
    let _no_such_call = pipe;
}

impl Descriptor {
    /// Opens a file to append to it, or a named pipe that has a reader.
    pub(in crate::log) fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed())
            .open(path)?;
        enlarge(&file);
        let kind = if file.metadata()?.is_file() {
            Kind::Regular
        } else {
            Kind::NonBlocking
        };
        Ok(Self { file, kind })
    }

    /// Takes an open regular file.
    pub(in crate::log) fn of_file(file: File) -> Self {
        Self {
            file,
            kind: Kind::Regular,
        }
    }

    /// Forces what was written to the disk, if it is a file.
    pub(in crate::log) fn sync(&self) -> io::Result<()> {
        match self.kind {
            Kind::Regular => self.file.sync_data(),
            Kind::NonBlocking | Kind::Socket | Kind::Blocking => Ok(()),
        }
    }

    pub(super) fn is_direct(&self) -> bool {
        self.kind != Kind::Blocking
    }

    /// Writes as much as the descriptor accepts at once. A blocking one may wait.
    ///
    /// Other programs may write to the same pipe, so lines that fit into an atomic write are not
    /// split.
    pub(super) fn write(&self, batch: &Batch) -> io::Result<usize> {
        let bytes = match self.kind {
            Kind::Regular => batch.lines_of(FILE_BYTES),
            Kind::NonBlocking | Kind::Socket | Kind::Blocking => batch.lines_of(PIPE_BUF),
        };
        self.write_once(bytes)
    }

    fn write_once(&self, bytes: &[u8]) -> io::Result<usize> {
        if self.kind == Kind::Socket {
            return Ok(send(&self.file, bytes, SendFlags::DONTWAIT)?);
        }
        (&self.file).write(bytes)
    }

    /// Writes a text until `due`, also to a blocking descriptor. Returns the number of bytes that
    /// were written.
    ///
    /// # Errors
    ///
    /// Returns an error of kind `WouldBlock` if the descriptor accepted no more until `due`.
    pub(in crate::log) fn write_until(
        &self,
        text: &[u8],
        due: Deadline,
    ) -> (usize, io::Result<()>) {
        let (mut taken, mut waits) = (0, 0);
        while let Some(rest) = text.get(taken..)
            && !rest.is_empty()
        {
            if self.kind == Kind::Blocking && !self.is_ready(due.left()) {
                return (taken, Err(ErrorKind::WouldBlock.into()));
            }
            let atomic = rest.get(..PIPE_BUF).unwrap_or(rest);
            let bytes = if self.kind == Kind::Blocking {
                atomic
            } else {
                rest
            };
            match self.write_once(bytes) {
                Ok(0) => return (taken, Err(ErrorKind::WriteZero.into())),
                Ok(count) => taken += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock && !due.left().is_zero() => {
                    self.wait(due.left(), waits > 0);
                    waits += 1;
                }
                Err(error) => return (taken, Err(error)),
            }
        }
        (taken, Ok(()))
    }

    /// Waits until the descriptor accepts more, at most for this time.
    ///
    /// Some terminals are ready for less than a write needs. If the wait before this one led to
    /// nothing, it takes a moment, so that the thread does not spin.
    pub(super) fn wait(&self, most: Duration, was_in_vain: bool) {
        if self.is_ready(most) && was_in_vain {
            thread::sleep(PAUSE.min(most));
        }
    }

    fn is_ready(&self, most: Duration) -> bool {
        let mut descriptors = [PollFd::new(&self.file, PollFlags::OUT)];
        let most = Timespec::try_from(most).ok();
        poll(&mut descriptors, most.as_ref()).is_ok_and(|ready| ready > 0)
    }
}
