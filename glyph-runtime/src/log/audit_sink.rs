//! Outputs of the audit trail.

use std::{
    fs::File,
    io::{self, Write},
    time::Duration,
};

use super::sink::Sink;
use crate::export::Deadline;

/// The longest time before a write is tried again.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// An output of the audit trail. [`File`] implements it; implement it for another one.
pub trait AuditSink: Write + Send {
    /// Forces everything that was written to the disk.
    ///
    /// # Errors
    ///
    /// Returns an error if it fails. It is then unknown what has reached the disk.
    fn sync(&mut self) -> io::Result<()>;
}

impl AuditSink for File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// A file, or standard output.
pub(super) struct OutputSink(pub(super) Sink);

impl Write for OutputSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Sink::Writer(writer) => writer.write(bytes),
            Sink::Descriptor(descriptor) => {
                let (taken, result) = descriptor.write_until(bytes, Deadline::after(LONGEST_PAUSE));
                if taken > 0 {
                    Ok(taken)
                } else {
                    result.map(|()| 0)
                }
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Sink::Writer(writer) => writer.flush(),
            Sink::Descriptor(_) => Ok(()),
        }
    }
}

impl AuditSink for OutputSink {
    fn sync(&mut self) -> io::Result<()> {
        match &self.0 {
            Sink::Writer(_) => Ok(()),
            Sink::Descriptor(descriptor) => descriptor.sync(),
        }
    }
}
