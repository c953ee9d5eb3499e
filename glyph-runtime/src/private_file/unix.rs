//! Private files of Unix.

use std::{
    fs::{File, OpenOptions, Permissions},
    io::{self, ErrorKind},
    os::unix::fs::{FileTypeExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

use rustix::fs::OFlags;

/// The permissions of the group and of others.
const NOT_OWNER: u32 = 0o077;

pub(super) fn open(path: &Path, takes_devices: bool) -> io::Result<File> {
    // Without `NONBLOCK`, opening a named pipe waits for its other end.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = OpenOptions::new()
        .append(true)
        .read(true)
        .create(true)
        .mode(0o600)
        .custom_flags(flags.bits().cast_signed())
        .open(path)?;
    let found = file.metadata()?;
    if takes_devices && found.file_type().is_char_device() {
        return Ok(file);
    }
    if !found.is_file() {
        return Err(ErrorKind::InvalidInput.into());
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
