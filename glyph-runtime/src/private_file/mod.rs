//! Files that only their owner reads.

#[cfg(not(unix))]
#[path = "other.rs"]
mod system;
#[cfg(unix)]
#[path = "unix.rs"]
mod system;

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    path::Path,
};

/// Opens a regular file to read it and to append to it, or also a device such as `/dev/null`. A
/// missing file is created.
///
/// On Unix a regular file has mode 0600 afterwards, or less. The last component of the path is not
/// followed if it is a symbolic link.
///
/// # Errors
///
/// Returns an error if the path is anything else, or its permissions cannot be changed.
pub(crate) fn append(path: &Path, takes_devices: bool) -> io::Result<File> {
    system::open(path, takes_devices).map_err(|error| explained(path, error))
}

/// Returns the error for something that is not a regular file, in place of the system's.
fn explained(path: &Path, error: io::Error) -> io::Error {
    let Ok(found) = fs::symlink_metadata(path) else {
        return error;
    };
    if found.is_symlink() {
        return not_a_file("it is a symbolic link");
    }
    if found.is_dir() {
        return not_a_file("it is a directory");
    }
    if found.is_file() {
        return error;
    }
    not_a_file("it is not a regular file")
}

fn not_a_file(reason: &'static str) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, reason)
}
