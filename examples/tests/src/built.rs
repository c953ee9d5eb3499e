//! The executables of the example programs, which are other packages.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

/// Returns the executable of an example program. `cargo test` of the whole workspace has built it; a
/// test that runs alone builds it where it is missing or older than a source.
///
/// # Panics
///
/// If the program does not compile.
#[must_use]
pub fn executable(program: &str) -> PathBuf {
    // Tests are in `deps`, below the folder of the programs.
    let test = env::current_exe().unwrap();
    let folder = test.parent().unwrap().parent().unwrap();
    let executable = folder
        .join(program)
        .with_extension(env::consts::EXE_EXTENSION);
    if !is_fresh(&executable) {
        build(program, folder);
    }
    executable
}

/// Compares an executable with the sources that its list of dependencies names.
fn is_fresh(executable: &Path) -> bool {
    let changed = |path: &Path| fs::metadata(path)?.modified();
    let Ok(built) = changed(executable) else {
        return false;
    };
    let Ok(list) = fs::read_to_string(executable.with_extension("d")) else {
        return false;
    };
    let (_, sources) = list.split_once(": ").unwrap_or_default();
    // A space of a path is written with a backslash before it.
    let sources = sources.trim().replace("\\ ", "\0");
    let mut sources = sources.split(' ').map(|path| path.replace('\0', " "));
    let is_older = |source: SystemTime| source <= built;
    sources.all(|source| changed(Path::new(&source)).is_ok_and(is_older))
}

fn build(program: &str, folder: &Path) {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--locked", "--package", program]);
    command.arg("--target-dir").arg(folder.parent().unwrap());
    if folder.ends_with("release") {
        command.arg("--release");
    }
    let status = command.status().unwrap();
    assert!(status.success(), "{program} does not compile: {status}");
}
