//! The audit file is a regular file that only its owner reads.

#![cfg(unix)]

use std::{
    fs::{self, File, Permissions},
    os::unix::{
        fs::{PermissionsExt, chown, symlink},
        net::UnixListener,
    },
    path::Path,
    time::Duration,
};

use glyph_runtime::{
    audit,
    log::{Audit, LogSettings, Pipeline},
};
use glyph_tests::wait;
use rustix::fs::{CWD, Mode, mkfifoat};
use tracing_subscriber::{Registry, layer::SubscriberExt};

use crate::capture::{AMPLE, Written, parsed};

fn settings(path: &Path) -> LogSettings {
    LogSettings {
        output: Written::default().output(),
        audit: Some(Audit::file(path)),
        ..LogSettings::default()
    }
}

fn audited(path: &Path) {
    let (layer, log) = Pipeline::start(settings(path)).unwrap();
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
        audit!(action = "grant", "role granted");
    });
    log.shutdown(AMPLE).unwrap();
}

/// Returns the error for a path that is not accepted, which comes without a wait.
fn rejected(path: &Path) -> String {
    let path = path.to_owned();
    let start = move || Pipeline::start::<Registry>(settings(&path)).err();
    let error = wait::within(Duration::from_secs(10), "an error", start);
    error.unwrap().to_string()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn file_that_others_can_read_becomes_private() {
    let folder = tempfile::tempdir().unwrap();
    for (before, after) in [
        (0o644, 0o600),
        (0o660, 0o600),
        (0o777, 0o700),
        (0o600, 0o600),
    ] {
        let path = folder.path().join(format!("{before:o}"));
        fs::write(&path, "{}\n").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(before)).unwrap();
        audited(&path);
        assert_eq!(mode(&path), after, "{before:o}");
        assert_eq!(parsed(&fs::read_to_string(&path).unwrap()).len(), 2);
    }
}

#[test]
fn symbolic_link_is_rejected_and_its_target_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let (target, link) = (folder.path().join("target"), folder.path().join("link"));
    File::create(&target).unwrap();
    fs::set_permissions(&target, Permissions::from_mode(0o644)).unwrap();
    symlink(&target, &link).unwrap();
    let error = rejected(&link);
    assert!(
        error.contains("for the audit trail: it is a symbolic link"),
        "{error}"
    );
    assert_eq!(
        (fs::read(&target).unwrap().len(), mode(&target)),
        (0, 0o644)
    );
    let nowhere = folder.path().join("nowhere");
    symlink(folder.path().join("missing"), &nowhere).unwrap();
    assert!(rejected(&nowhere).contains("symbolic link"));
    assert!(!folder.path().join("missing").exists());
}

#[test]
fn symbolic_link_to_the_folder_of_the_audit_file_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("logs")).unwrap();
    symlink(folder.path().join("logs"), folder.path().join("current")).unwrap();
    audited(&folder.path().join("current/audit.jsonl"));
    assert!(folder.path().join("logs/audit.jsonl").exists());
}

#[test]
fn audit_path_that_is_not_a_regular_file_is_rejected_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    mkfifoat(CWD, &pipe, Mode::RUSR | Mode::WUSR).unwrap();
    let socket = folder.path().join("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    for (path, reason) in [
        (folder.path(), "it is a directory"),
        (&pipe, "it is not a regular file"),
        (&socket, "it is not a regular file"),
        (Path::new("/dev/null"), "it is not a regular file"),
    ] {
        let error = rejected(path);
        assert!(error.contains(reason), "{}: {error}", path.display());
    }
}

#[test]
fn audit_file_without_read_permission_gets_lines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit");
    File::create(&path).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o200)).unwrap();
    audited(&path);
    assert_eq!(mode(&path), 0o200);
    assert!(fs::metadata(&path).unwrap().len() > 0);
}

#[test]
#[ignore = "needs root, who can give a file away; `.ci/run` runs it as root"]
fn file_of_another_user_is_rejected_and_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit");
    File::create(&path).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o666)).unwrap();
    chown(&path, Some(65_534), None).unwrap();
    let error = rejected(&path);
    assert!(error.contains("it belongs to another user"), "{error}");
    assert_eq!((fs::read(&path).unwrap().len(), mode(&path)), (0, 0o666));
}
