//! The executables of the example programs, which are other packages.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

/// Returns the executable of an example program. `cargo test` of the whole workspace has built it; a
/// test that runs alone builds it where it is missing or older than a source of its package or of glyph.
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
    if !is_fresh(program, &executable) {
        build(program, folder);
    }
    executable
}

/// Whether an executable is newer than its package and the crates of glyph.
fn is_fresh(program: &str, executable: &Path) -> bool {
    let Ok(built) = fs::metadata(executable).and_then(|file| file.modified()) else {
        return false;
    };
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let crates = [
        "glyph-artifacts",
        "glyph-core",
        "glyph-macros",
        "glyph-runtime",
    ];
    let mut sources: Vec<_> = crates.map(|name| repository.join(name).join("src")).into();
    sources.push(repository.join("examples").join(program));
    sources.push(repository.join("Cargo.lock"));
    while let Some(source) = sources.pop() {
        let is_newer = |time: SystemTime| time > built;
        if source.is_dir() {
            let entries = fs::read_dir(&source).unwrap();
            sources.extend(entries.map(|entry| entry.unwrap().path()));
        } else if fs::metadata(&source)
            .unwrap()
            .modified()
            .is_ok_and(is_newer)
        {
            return false;
        }
    }
    true
}

fn build(program: &str, folder: &Path) {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // With this package, dependencies have the features that its tests were built with.
    command.args(["build", "--locked", "--package", "glyph-examples"]);
    command.args(["--package", program]);
    command.arg("--target-dir").arg(folder.parent().unwrap());
    if folder.ends_with("release") {
        command.arg("--release");
    }
    let status = command.status().unwrap();
    assert!(status.success(), "{program} does not compile: {status}");
}
