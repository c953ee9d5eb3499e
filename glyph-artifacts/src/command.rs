//! What a program does when it is told to write its artifacts.

use std::{
    env, fs,
    num::NonZeroU32,
    path::{Path, PathBuf},
};

use crate::{ArtifactError, Schema, artifacts::Artifacts, diff};

/// The arguments of a subcommand that writes artifacts, or checks those that were written. With the feature `cli`
/// they are a group of clap's.
///
#[cfg_attr(feature = "cli", doc = "```")]
#[cfg_attr(not(feature = "cli"), doc = "```ignore")]
/// use clap::Parser;
/// use glyph_artifacts::ArtifactArgs;
///
/// #[derive(Parser)]
/// enum Command {
///     /// Writes dashboards, rules and the reference.
///     Artifacts(ArtifactArgs),
/// }
///
/// let Command::Artifacts(arguments) = Command::parse_from(["app", "artifacts", "deploy/", "--check"]);
/// assert!(arguments.check);
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct ArtifactArgs {
    /// The folder that the artifacts are in; with `--diff`, a schema will do.
    pub folder: PathBuf,

    /// Write nothing, and fail when a file is not what would be written.
    #[cfg_attr(feature = "cli", arg(long))]
    pub check: bool,

    /// Write nothing, tell what changed since `metrics.json` was written, and fail when it breaks dashboards.
    #[cfg_attr(feature = "cli", arg(long, conflicts_with = "check"))]
    pub diff: bool,

    /// Divide the windows and pending times of alerts, to see them fire while one waits.
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            value_name = "FACTOR",
            default_value = "1",
            conflicts_with_all = ["check", "diff"]
        )
    )]
    pub shorten: NonZeroU32,
}

impl ArtifactArgs {
    /// Those that write to `folder`.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            check: false,
            diff: false,
            shorten: NonZeroU32::MIN,
        }
    }

    /// Writes the artifacts, checks or compares them, and gives what there is to say of it, a line each.
    ///
    /// # Errors
    ///
    /// When what was declared does not fit together, a file cannot be read or written, or a check finds a
    /// file that is not what would be written. Then it tells the panels and alerts of the files whose expressions
    /// name what is not declared any more. A comparison fails when a change breaks dashboards or alerts.
    pub fn run(&self, artifacts: &Artifacts) -> Result<Vec<String>, ArtifactError> {
        if self.diff {
            return self.compared(artifacts);
        }
        if !self.check {
            let artifacts = artifacts.clone().shortened(self.shorten);
            let written = artifacts.write(&self.folder)?;
            let line = |path: &PathBuf| format!("wrote {}", path.display());
            return Ok(written.iter().map(line).collect());
        }
        artifacts.checked()?;
        let (stale, problems) = (
            artifacts.stale(&self.folder)?,
            artifacts.problems_in(&self.folder)?,
        );
        if stale.is_empty() && problems.is_empty() {
            return Ok(vec![format!("{} is up to date", self.folder.display())]);
        }
        Err(ArtifactError::Stale {
            files: stale,
            problems,
            refresh: self.refresh(),
        })
    }

    /// What changed since the schema was written.
    fn compared(&self, artifacts: &Artifacts) -> Result<Vec<String>, ArtifactError> {
        let path = if self.folder.is_dir() {
            self.folder.join("metrics.json")
        } else {
            self.folder.clone()
        };
        let schema = fs::read_to_string(&path).map_err(|source| ArtifactError::File {
            path: path.clone(),
            source,
        })?;
        let changes = diff(&Schema::from_json(&schema)?, &artifacts.schema());
        if changes.iter().any(super::Change::is_breaking) {
            return Err(ArtifactError::Breaking(changes));
        }
        if changes.is_empty() {
            return Ok(vec![format!("nothing changed since {}", path.display())]);
        }
        Ok(changes.iter().map(ToString::to_string).collect())
    }

    /// The command line that this one was, to write instead of checking.
    fn refresh(&self) -> String {
        let mut words = env::args();
        let program = words.next().unwrap_or_default();
        let (checks, others): (Vec<_>, Vec<_>) = words.partition(|word| word == "--check");
        if checks.is_empty() {
            let folder = self.folder.display();
            return format!("run the subcommand that takes `{folder}` without `--check`");
        }
        let program = match Path::new(&program).file_stem() {
            // Cargo tells the programs that it runs where it is.
            Some(name) if env::var_os("CARGO").is_some() => {
                format!("cargo run --bin {} --", name.display())
            }
            _ => program,
        };
        let words = std::iter::once(program).chain(others);
        format!("`{}`", words.collect::<Vec<_>>().join(" "))
    }
}
