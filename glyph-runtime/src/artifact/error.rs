//! What can go wrong.

use std::path::PathBuf;

use super::Problem;

/// Why there are no artifacts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArtifactError {
    /// What was declared does not fit together; one line for each problem.
    #[error("{}", lines(.0))]
    Problems(Vec<Problem>),
    /// A document could not be written as YAML.
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

fn lines(problems: &[Problem]) -> String {
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
