//! What a program does when it is told to write its artifacts.

use std::{num::NonZeroU32, path::PathBuf};

use super::{ArtifactError, Artifacts};

/// The arguments of a subcommand that writes artifacts, or checks those that were written. With the feature `cli`
/// they are a group of clap's.
///
#[cfg_attr(feature = "cli", doc = "```")]
#[cfg_attr(not(feature = "cli"), doc = "```ignore")]
/// use clap::Parser;
/// use glyph_runtime::artifacts::ArtifactArgs;
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
    /// The folder that the artifacts are in.
    pub folder: PathBuf,

    /// Write nothing, and fail when a file is not what would be written.
    #[cfg_attr(feature = "cli", arg(long))]
    pub check: bool,

    /// Divide the windows and pending times of alerts, to see them fire while one waits.
    #[cfg_attr(
        feature = "cli",
        arg(
            long,
            value_name = "FACTOR",
            default_value = "1",
            conflicts_with = "check"
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
            shorten: NonZeroU32::MIN,
        }
    }

    /// Writes the artifacts or checks them, and gives what there is to say of it, a line each.
    ///
    /// # Errors
    ///
    /// When what was declared does not fit together, a file cannot be read or written, or a check finds a
    /// file that is not what would be written. Then it tells the panels and alerts of the files whose expressions
    /// name what is not declared any more.
    pub fn run(&self, artifacts: &Artifacts) -> Result<Vec<String>, ArtifactError> {
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
        })
    }
}
