//! What each subcommand asks and prints.

mod alerts;
mod logs;
mod stages;
mod trace;
mod traces;

use std::io::Write;

use serde::Serialize;

pub(crate) use self::{alerts::alerts, logs::logs, stages::stages, trace::trace, traces::traces};
use crate::Error;

/// Prints a value as JSON.
fn json(value: &impl Serialize, output: &mut dyn Write) -> Result<(), Error> {
    serde_json::to_writer_pretty(&mut *output, value)?;
    writeln!(output)?;
    Ok(())
}
