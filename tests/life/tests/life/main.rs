//! Every public call at every moment of a thread's and a process's life: nothing panics, and the
//! same is recorded as ever.
//!
//! Each moment is a process of `src/main.rs`. Some run twice, the second time with a panic hook that
//! aborts, as `panic = "abort"` does.
#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed setup or a missing value fails the test"
)]

mod forks;
mod moments;
mod records;

use std::process::Command;

use glyph_tests::{
    children::{Ended, Process},
    environment,
};
use tempfile::TempDir;

/// The number of calls in the table.
const CALLS: usize = 49;

/// A process at one moment of its life, after its end.
struct Child {
    ended: Ended,
    folder: TempDir,
}

impl Child {
    fn at(moment: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_life-child"));
        environment::clean(&mut command)
            .arg(moment)
            .arg(folder.path().join("log"))
            .args(arguments)
            .envs(variables.iter().copied());
        let ended = Process::start(&mut command).end(moment);
        Self { ended, folder }
    }

    /// Asserts that the process has ended with success and without a panic, and that each call has
    /// recorded what it records.
    #[track_caller]
    fn made_calls(&self, calls: usize) {
        let Ended {
            status,
            output,
            errors,
        } = &self.ended;
        assert!(status.success(), "{status}\n{output}\n{errors}");
        assert!(!errors.contains("panicked at"), "{errors}");
        let wrong: Vec<_> = output
            .lines()
            .filter(|line| line.contains("wrong"))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        let made = output.lines().filter(|line| line.ends_with(": ok")).count();
        assert_eq!(made, calls, "{output}");
    }

    /// Returns a file that the process has written.
    fn file(&self, extension: &str) -> String {
        let path = self.folder.path().join("log").with_extension(extension);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }
}
