//! What ends the command.

use std::{io, process::ExitCode};

use glyph_runtime::console::client::ClientError;

/// The error of a command.
///
/// ```
/// let error = glyph_cli::run(["glyph", "nothing"], &mut Vec::new()).unwrap_err();
/// assert!(matches!(error, glyph_cli::Error::Arguments(_)));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The arguments are invalid, or ask for the help.
    #[error(transparent)]
    Arguments(#[from] clap::Error),
    /// The program does not respond, or rejects the request.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The output cannot be written.
    #[error("cannot write the output: {0}")]
    Output(#[from] io::Error),
    /// The response cannot be written as JSON.
    #[error("cannot write JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl Error {
    /// Prints the error, and returns the status of the process: 2 for invalid arguments, else 1.
    ///
    /// A reader that closes its end, such as `head`, is no error.
    #[must_use]
    pub fn report(&self) -> ExitCode {
        match self {
            Self::Arguments(error) => {
                // Nothing reports an error of standard error.
                let _printed = error.print();
                ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
            }
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            other => {
                eprintln!("glyph: {}", crate::text::shown(&other.to_string()));
                ExitCode::FAILURE
            }
        }
    }
}
