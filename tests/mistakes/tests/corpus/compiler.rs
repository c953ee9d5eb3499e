//! rustc, with the libraries that this test was linked with.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::mpsc,
    thread,
    time::{Duration, SystemTime},
};

use crate::{diagnostics::Diagnostics, source::Source};

/// Longer than rustc takes for the crate on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// rustc and the libraries of the crate.
#[derive(Clone)]
pub(crate) struct Compiler {
    folder: PathBuf,
    runtime: PathBuf,
    futures: PathBuf,
}

impl Compiler {
    /// Finds libraries with which `base` compiles.
    ///
    /// They are next to this test, which cargo has linked with them. A folder can have several builds of a
    /// library with other features: the newest that fit are taken. `base` uses each feature that an edit
    /// needs, so that a later build of a program with fewer does not fit.
    pub(crate) fn new(base: &Source) -> Self {
        let folder = env::current_exe().unwrap().parent().unwrap().to_owned();
        let [runtimes, futures] =
            ["glyph_runtime", "futures_util"].map(|name| builds(&folder, name));
        let pairs = runtimes
            .iter()
            .flat_map(|runtime| futures.iter().map(move |of| (runtime, of)));
        let compilers = pairs.map(|(runtime, futures)| Self {
            folder: folder.clone(),
            runtime: runtime.clone(),
            futures: futures.clone(),
        });
        let mut said = String::new();
        for compiler in compilers {
            said = compiler
                .compile("the crate without an edit", base)
                .rendered();
            if said.is_empty() {
                return compiler;
            }
        }
        let folder = folder.display();
        panic!("the crate does not compile with any build of the libraries in {folder}: {said}");
    }

    /// Returns what rustc says of the crate.
    pub(crate) fn compile(&self, what: &str, source: &Source) -> Diagnostics {
        self.compile_with(what, source, &[]).0
    }

    /// Compiles the crate twice with the same incremental state.
    pub(crate) fn compile_again(&self, what: &str, source: &Source) -> [Diagnostics; 2] {
        let state = tempfile::tempdir().unwrap();
        let state = format!("incremental={}", state.path().display());
        [1, 2].map(|_| self.compile_with(what, source, &["-C", &state]).0)
    }

    fn compile_with(&self, what: &str, source: &Source, arguments: &[&str]) -> (Diagnostics, bool) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in source.files() {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let mut command = self.command(folder.path());
        command.args(arguments);
        let output = output(command, what);
        let said = String::from_utf8(output.stderr).unwrap();
        let diagnostics = Diagnostics::parse(&said);
        let failed = !output.status.success();
        let refused = diagnostics.errors().next().is_some();
        assert_eq!(
            failed, refused,
            "rustc of {what} ended without a word: {said}"
        );
        (diagnostics, failed)
    }

    fn command(&self, folder: &Path) -> Command {
        let library = |name: &str, path: &Path| format!("{name}={}", path.display());
        let mut command = Command::new(env!("GLYPH_RUSTC"));
        command
            .env_remove("RUST_BACKTRACE")
            .current_dir(folder)
            .args(["lib.rs", "--crate-name=voice", "--crate-type=lib"])
            .args(["--edition=2024", "--emit=metadata", "--error-format=json"])
            .arg("-L")
            .arg(library("dependency", &self.folder))
            .arg("--extern")
            .arg(library("glyph_runtime", &self.runtime))
            .arg("--extern")
            .arg(library("futures_util", &self.futures));
        command
    }
}

/// Runs `command`. Panics after [`LIMIT`].
fn output(mut command: Command, what: &str) -> Output {
    let (done, result) = mpsc::channel();
    thread::spawn(move || done.send(command.output()));
    let result = result.recv_timeout(LIMIT);
    let result = result.unwrap_or_else(|_| panic!("waited {LIMIT:?} for rustc of {what}"));
    result.unwrap()
}

/// The builds of a library in `folder`, the newest first.
fn builds(folder: &Path, name: &str) -> Vec<PathBuf> {
    let (start, end) = (format!("lib{name}-"), ".rlib");
    let files = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let files = files.filter(|file| {
        let name = file.file_name();
        name.to_str()
            .is_some_and(|name| name.starts_with(&start) && name.ends_with(end))
    });
    let built = |file: fs::DirEntry| -> (SystemTime, PathBuf) {
        (file.metadata().unwrap().modified().unwrap(), file.path())
    };
    let mut files: Vec<_> = files.map(built).collect();
    files.sort();
    files.into_iter().rev().map(|(_, path)| path).collect()
}
