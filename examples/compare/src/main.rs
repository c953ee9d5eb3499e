//! Compares one service written with glyph and with its peers: prints a table of its size, its
//! dependencies and its behavior. Nothing in the table is typed: it is counted, compiled or run.

mod build;
mod command;
mod exposition;
mod findings;
mod lines;
mod project;
mod readme;
mod services;
mod table;
mod typos;

use std::error::Error;
use std::{env, process::ExitCode};

use crate::build::Build;
use crate::project::Project;
use crate::table::Table;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let argument = env::args().nth(1);
    if !matches!(argument.as_deref(), None | Some("--check" | "--write")) {
        return Err("expected no argument, `--check` or `--write`".into());
    }
    let folder = tempfile::tempdir()?;
    let project = Project::create(folder.path())?;
    let build = Build::run(&project)?;
    let table = Table::of(&project, &build)?;
    print!("{table}");
    match argument.as_deref() {
        Some("--check") => readme::check(&table),
        Some("--write") => readme::write(&table),
        _ => Ok(()),
    }
}
