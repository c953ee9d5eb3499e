//! Errors of generating, writing and checking artifacts.

use std::{fmt, path::PathBuf};

use crate::{Change, Problem};

/// Errors returned by [`Artifacts`](crate::Artifacts), [`ArtifactArgs`](crate::ArtifactArgs) and
/// [`Schema`](crate::Schema).
///
/// `Debug` prints the same message as `Display`, so that a `main` that returns the error prints a
/// readable message.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ArtifactError {
    /// An expression or a name in the catalogs is invalid. The message has a line for each problem.
    #[error("{}", lines(.0))]
    Problems(Vec<Problem>),
    /// A threshold cannot be set. The message has a line for each.
    #[error("{}", lines(.0))]
    Thresholds(Vec<String>),
    /// A file is out of date, or uses a name that no catalog declares.
    #[error("{}", stale_message(files, problems, refresh))]
    Stale {
        /// The files that are missing or differ from the generated content.
        files: Vec<PathBuf>,
        /// The problems of the panels and rules in the folder.
        problems: Vec<Problem>,
        /// The command that updates the files.
        refresh: String,
    },
    /// The schema changed, and a change breaks dashboards or alerts. The message has a line for
    /// each change, compatible ones included.
    #[error("{}", lines(.0))]
    Breaking(Vec<Change>),
    /// A document cannot be serialized as YAML, or is not valid YAML of the expected form.
    #[error("YAML: {0}")]
    Yaml(#[from] yaml_serde::Error),
    /// A document cannot be serialized as JSON, or is not valid JSON of the expected form.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The path of the file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
}

impl fmt::Debug for ArtifactError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

fn lines(items: &[impl ToString]) -> String {
    let lines: Vec<_> = items.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

fn stale_message(files: &[PathBuf], problems: &[Problem], refresh: &str) -> String {
    let advice = (!files.is_empty()).then(|| format!("to update: {refresh}"));
    let files = files
        .iter()
        .map(|path| format!("{} is out of date", path.display()));
    let problems = problems.iter().map(ToString::to_string);
    files
        .chain(problems)
        .chain(advice)
        .collect::<Vec<_>>()
        .join("\n")
}
