//! Outputs of systems without Unix's descriptors.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    time::Duration,
};

use super::{super::batch::Batch, FILE_BYTES, Sink};
use crate::export::Deadline;

/// A file.
#[derive(Debug)]
pub(in crate::log) struct Descriptor {
    file: File,
}

pub(in crate::log) fn standard_output() -> Sink {
    Sink::Writer(Box::new(io::stdout()))
}

pub(in crate::log) fn standard_error() -> Sink {
    Sink::Writer(Box::new(io::stderr()))
}

pub(in crate::log) fn reports() -> Sink {
    standard_error()
}

impl Descriptor {
    /// Opens a file to append to it.
    pub(in crate::log) fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        Ok(Self { file })
    }

    /// Takes an open file.
    pub(in crate::log) fn of_file(file: File) -> Self {
        Self { file }
    }

    /// Forces what was written to the disk.
    pub(in crate::log) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    #[expect(
        clippy::unused_self,
        reason = "other systems have descriptors of several kinds"
    )]
    pub(super) fn is_direct(&self) -> bool {
        true
    }

    pub(super) fn write(&self, batch: &Batch) -> io::Result<usize> {
        (&self.file).write(batch.lines_of(FILE_BYTES))
    }

    pub(in crate::log) fn write_until(
        &self,
        text: &[u8],
        _due: Deadline,
    ) -> (usize, io::Result<()>) {
        match (&self.file).write_all(text) {
            Ok(()) => (text.len(), Ok(())),
            Err(error) => (0, Err(error)),
        }
    }

    #[expect(
        clippy::unused_self,
        reason = "other systems have descriptors of several kinds"
    )]
    pub(super) fn wait(&self, most: Duration, _was_in_vain: bool) {
        std::thread::sleep(most.min(super::PAUSE));
    }
}
