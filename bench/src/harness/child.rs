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

/// Runs this program with `arguments` under valgrind, and returns the instructions of all threads.
pub(crate) fn instructions(arguments: &[&str]) -> Result<f64> {
    let (instructions, _printed) = counted(&[], arguments)?;
    Ok(instructions)
}

/// Runs this program under valgrind, and divides the instructions of a function by the number that
/// the program prints. What other threads do meanwhile does not count. `function` has `*` for any text.
pub(crate) fn instructions_in(function: &str, arguments: &[&str]) -> Result<f64> {
    let (instructions, printed) = counted_in(function, arguments)?;
    Ok(instructions / printed.trim().parse::<f64>()?)
}

/// Runs this program under valgrind, and returns all instructions of a function, on the threads that
/// are in it. `function` has `*` for any text.
pub(crate) fn all_instructions_in(function: &str, arguments: &[&str]) -> Result<f64> {
    let (instructions, _printed) = counted_in(function, arguments)?;
    Ok(instructions)
}

fn counted_in(function: &str, arguments: &[&str]) -> Result<(f64, String)> {
    let toggle = format!("--toggle-collect={function}");
    let (instructions, printed) = counted(&[&toggle], arguments)?;
    if instructions < 1.0 {
        return Err(format!("nothing has called {function:?}").into());
    }
    Ok((instructions, printed))
}

/// Returns the instructions of this program under valgrind, and what it prints.
fn counted(options: &[&str], arguments: &[&str]) -> Result<(f64, String)> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command.args(options);
    let child = command.arg(env::current_exe()?).args(arguments).output();
    let child = child.map_err(|error| format!("valgrind: {error}"))?;
    let said = String::from_utf8_lossy(&child.stderr);
    let counted = said
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    match counted {
        Some((_, count)) if child.status.success() => {
            Ok((count.trim().parse()?, String::from_utf8(child.stdout)?))
        }
        _ => Err(format!("valgrind {command:?} failed: {said}").into()),
    }
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
