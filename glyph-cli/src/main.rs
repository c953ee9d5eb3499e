//! The command `glyph`.

use std::{io, process::ExitCode};

fn main() -> ExitCode {
    match glyph_cli::run(std::env::args_os(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(),
    }
}
