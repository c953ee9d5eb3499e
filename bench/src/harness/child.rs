//! Figures from child processes, for what a process can do only once.

use std::env;
use std::process::Command;

use clap::ValueEnum;

use crate::Result;

/// The figure that this program prints when it is called with `arguments`.
pub(crate) fn figure(arguments: &[&str]) -> Result<f64> {
    let child = Command::new(env::current_exe()?).args(arguments).output()?;
    if !child.status.success() {
        let said = String::from_utf8_lossy(&child.stderr);
        return Err(format!("the child process {arguments:?} failed: {said}").into());
    }
    Ok(String::from_utf8(child.stdout)?.trim().parse()?)
}

/// How a value is written on the command line.
pub(crate) fn name(value: &impl ValueEnum) -> Result<String> {
    let value = value.to_possible_value().ok_or("a hidden value")?;
    Ok(value.get_name().to_owned())
}
