//! What can go wrong.

use std::{fmt, path::PathBuf};

use crate::{Change, Problem};

/// Why there are no artifacts.
///
/// It is written for people by `Debug`, too: a `main` that returns it tells what is to be done.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ArtifactError {
    /// What was declared does not fit together; one line for each problem.
    #[error("{}", lines(.0))]
    Problems(Vec<Problem>),
    /// Files are not what would be written, or name what is not declared.
    #[error("{}", stale(files, problems, refresh))]
    Stale {
        /// Those that are missing or differ.
        files: Vec<PathBuf>,
        /// What in them does not fit, one line for each problem.
        problems: Vec<Problem>,
        /// What writes the files anew.
        refresh: String,
    },
    /// Dashboards and alerts that ask for what was declared will not find it; one line for each change.
    #[error("{}", lines(.0))]
    Breaking(Vec<Change>),
    /// A document could not be written as YAML, or is none.
    #[error("YAML: {0}")]
    Yaml(#[from] yaml_serde::Error),
    /// A document is no JSON, or not such a one.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl fmt::Debug for ArtifactError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

fn lines(of: &[impl ToString]) -> String {
    let lines: Vec<_> = of.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

fn stale(files: &[PathBuf], problems: &[Problem], refresh: &str) -> String {
    let advice = (!files.is_empty()).then(|| format!("to write what is declared: {refresh}"));
    let files = files
        .iter()
        .map(|path| format!("{} is not what is declared", path.display()));
    let problems = problems.iter().map(ToString::to_string);
    files
        .chain(problems)
        .chain(advice)
        .collect::<Vec<_>>()
        .join("\n")
}
