//! Figures from child processes, for what a process can do only once.

use std::env;
use std::process::Command;

use clap::ValueEnum;

use crate::Result;

/// Runs this program with `arguments`, and returns the figure that it prints.
pub(crate) fn figure(arguments: &[&str]) -> Result<f64> {
    let child = Command::new(env::current_exe()?).args(arguments).output()?;
    if !child.status.success() {
        let said = String::from_utf8_lossy(&child.stderr);
        return Err(format!("the child process {arguments:?} failed: {said}").into());
    }
    Ok(String::from_utf8(child.stdout)?.trim().parse()?)
}

/// Returns the command line name of `value`.
pub(crate) fn name(value: &impl ValueEnum) -> Result<String> {
    let value = value.to_possible_value().ok_or("a hidden value")?;
    Ok(value.get_name().to_owned())
}
