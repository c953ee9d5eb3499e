//! Commands whose output is text.

use std::process::{Command, Output};

use crate::Result;

/// The output of a command that was run to its end.
pub(crate) struct Finished {
    pub(crate) succeeded: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs `command` to its end, whether it succeeds or not.
///
/// # Errors
///
/// Returns an error if the command cannot be started or its output is not UTF-8.
pub(crate) fn finish(command: &mut Command) -> Result<Finished> {
    let Output {
        status,
        stdout,
        stderr,
    } = { command.output() }.map_err(|error| format!("cannot run {command:?}: {error}"))?;
    Ok(Finished {
        succeeded: status.success(),
        stdout: String::from_utf8(stdout)?,
        stderr: String::from_utf8(stderr)?,
    })
}

/// Runs `command`, and returns its standard output.
///
/// # Errors
///
/// Returns the standard error of the command if it fails.
pub(crate) fn stdout(command: &mut Command) -> Result<String> {
    let finished = finish(command)?;
    if finished.succeeded {
        return Ok(finished.stdout);
    }
    Err(format!("{command:?} failed: {}", finished.stderr).into())
}
