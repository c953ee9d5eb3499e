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

/// Opens a file to append lines. A missing one is created. With `reads` it is read as well, and may
/// be a device such as `/dev/null`.
///
/// On Unix a regular file is of the process's own user, and only its owner has permissions
/// afterwards: a new file has mode 0600. The last component of the path is not followed if it is a
/// symbolic link.
///
/// # Errors
///
/// Returns an error if the path is anything else, if the file belongs to another user, or if its
/// permissions cannot be changed.
pub(crate) fn open(path: &Path, reads: bool) -> io::Result<File> {
    system::open(path, reads).map_err(|error| explained(path, error))
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
