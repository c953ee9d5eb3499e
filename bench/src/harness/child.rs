//! Figures from child processes, for what a process can do only once.

use std::env;
use std::process::{Command, Stdio};

use clap::ValueEnum;

use crate::Result;

/// Runs this program with `arguments`, and returns the figure that it prints.
pub(crate) fn figure(arguments: &[&str]) -> Result<f64> {
    read(Command::new(env::current_exe()?).args(arguments))
}

/// Runs this program as [`figure`] does, with `errors` as its standard error.
pub(crate) fn figure_beside(arguments: &[&str], errors: Stdio) -> Result<f64> {
    read(
        Command::new(env::current_exe()?)
            .args(arguments)
            .stderr(errors),
    )
}

fn read(command: &mut Command) -> Result<f64> {
    let child = command.output()?;
    if !child.status.success() {
        let said = String::from_utf8_lossy(&child.stderr);
        return Err(format!("the child process {command:?} failed: {said}").into());
    }
    Ok(String::from_utf8(child.stdout)?.trim().parse()?)
}

/// Returns the command line name of `value`.
pub(crate) fn name(value: &impl ValueEnum) -> Result<String> {
    let value = value.to_possible_value().ok_or("a hidden value")?;
    Ok(value.get_name().to_owned())
}
