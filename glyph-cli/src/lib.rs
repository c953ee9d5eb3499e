//! The command `glyph`: asks the console of a running program.
//!
//! ```console
//! $ cargo install --path glyph-cli
//! $ glyph traces --failed --last 5m
//! $ glyph trace 0af7651916cd43dd8448eb211c80319c
//! $ glyph logs --level warn --follow
//! $ glyph stages
//! $ glyph alerts
//! ```
//!
//! The program serves its console at `--url` or `GLYPH_CONSOLE_URL`. If it has an admin token, that is
//! `GLYPH_ADMIN_TOKEN` here too. `--json` prints what the API returns.
//!
//! ```
//! let mut output = Vec::new();
//! let error = glyph_cli::run(["glyph", "--url", "ftp://a", "stages"], &mut output).unwrap_err();
//! assert!(error.to_string().contains("use that of the listener"));
//! ```

mod arguments;
mod commands;
mod error;
mod table;
mod text;

use std::{ffi::OsString, io::Write};

use clap::Parser;

use self::arguments::{Arguments, Command};
pub use self::error::Error;

/// Runs the command with these arguments, of which the first is its name, and writes to `output`.
///
/// # Errors
///
/// Returns [`Error`] if the arguments are invalid, if the program does not respond, or if `output` cannot
/// be written.
pub fn run<I, A>(arguments: I, output: &mut dyn Write) -> Result<(), Error>
where
    I: IntoIterator<Item = A>,
    A: Into<OsString> + Clone,
{
    let arguments = Arguments::try_parse_from(arguments)?;
    let client = arguments.client()?;
    let is_json = arguments.json;
    match arguments.command {
        Command::Traces(wanted) => commands::traces(&client, &wanted, is_json, output),
        Command::Trace(wanted) => commands::trace(&client, &wanted, is_json, output),
        Command::Logs(wanted) => commands::logs(&client, &wanted, is_json, output),
        Command::Stages => commands::stages(&client, is_json, output),
        Command::Alerts(wanted) => commands::alerts(&client, &wanted, is_json, output),
    }
}
