//! Private files of systems without Unix's permissions.

use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
};

use super::Use;

pub(super) fn open(path: &Path, purpose: Use) -> io::Result<File> {
    OpenOptions::new()
        .append(true)
        .read(purpose == Use::ReadAndAppend)
        .create(true)
        .open(path)
}
