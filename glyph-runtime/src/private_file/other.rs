//! Private files of systems without Unix's permissions.

use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
};

pub(super) fn open(path: &Path, reads: bool) -> io::Result<File> {
    OpenOptions::new()
        .append(true)
        .read(reads)
        .create(true)
        .open(path)
}
