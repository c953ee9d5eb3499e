//! Private files of Unix.

use std::{
    fs::{File, OpenOptions, Permissions},
    io::{self, ErrorKind},
    os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

use rustix::{fs::OFlags, process::geteuid};

/// The permissions of the group and of others.
const NOT_OWNER: u32 = 0o077;

pub(super) fn open(path: &Path, reads: bool) -> io::Result<File> {
    // Without `NONBLOCK`, opening a named pipe waits for its other end.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = OpenOptions::new()
        .append(true)
        .read(reads)
        .create(true)
        .mode(0o600)
        .custom_flags(flags.bits().cast_signed())
        .open(path)?;
    let found = file.metadata()?;
    if reads && found.file_type().is_char_device() {
        return Ok(file);
    }
    if !found.is_file() {
        return Err(ErrorKind::InvalidInput.into());
    }
    if found.uid() != geteuid().as_raw() {
        let reason = "it belongs to another user";
        return Err(io::Error::new(ErrorKind::PermissionDenied, reason));
    }
    let mode = found.permissions().mode();
    if mode & NOT_OWNER != 0 {
        file.set_permissions(Permissions::from_mode(mode & 0o700))
            .map_err(|error| {
                io::Error::new(error.kind(), format!("cannot make it private: {error}"))
            })?;
    }
    Ok(file)
}
