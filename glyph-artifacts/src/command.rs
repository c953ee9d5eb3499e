//! The subcommand that writes, checks and compares artifacts.

use std::{
    env, fs,
    num::NonZeroU32,
    path::{Path, PathBuf},
};

use crate::{ArtifactError, Load, Schema, artifacts::Artifacts, diff};

/// The arguments of a subcommand that writes artifacts, or checks or compares written ones.
///
/// With the feature `cli`, the type implements `clap::Args`.
///
#[cfg_attr(feature = "cli", doc = "```")]
#[cfg_attr(not(feature = "cli"), doc = "```text")]
/// use clap::Parser;
/// use glyph_artifacts::ArtifactArgs;
///
/// #[derive(Parser)]
/// enum Command {
///     /// Writes dashboards, rules and the reference.
///     Artifacts(ArtifactArgs),
/// }
///
/// let arguments = ["app", "artifacts", "deploy/", "--check"];
/// let Command::Artifacts(arguments) = Command::parse_from(arguments);
/// assert!(arguments.check);
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct ArtifactArgs {
    /// Folder of the artifacts; with `--diff`, the path of a schema file is accepted too. `--cost`
    /// needs none.
    #[cfg_attr(
        feature = "cli",
        arg(
            required = false,
            required_unless_present = "cost",
            default_value_if("cost", "true", ".")
        )
    )]
    pub folder: PathBuf,

    /// Write no files; fail if a file is out of date.
    #[cfg_attr(feature = "cli", arg(long))]
    pub check: bool,

    /// Write no files; print the changes since `metrics.json` was written, and fail if one breaks
    /// dashboards or alerts.
    #[cfg_attr(feature = "cli", arg(long, conflicts_with = "check"))]
    pub diff: bool,

    /// Write no files; print what the metrics and spans of a fleet cost its storage, at most.
    #[cfg_attr(feature = "cli", arg(long, conflicts_with_all = ["check", "diff"]))]
    pub cost: bool,

    /// The fleet that `--cost` is about.
    #[cfg_attr(feature = "cli", command(flatten))]
    pub load: Load,

    /// Set the threshold of an alert, in the form of its attribute: `250ms`, `5%`, `10/s`, `200`. May be
    /// repeated.
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "ALERT=THRESHOLD", value_parser = setting)
    )]
    pub set: Vec<(String, String)>,

    /// Divide the windows and pending times of alerts, to rehearse them in less time.
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
    /// Returns arguments that write all artifacts to `folder`.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            check: false,
            diff: false,
            cost: false,
            load: Load::default(),
            set: Vec::new(),
            shorten: NonZeroU32::MIN,
        }
    }

    /// Writes, checks or compares the artifacts, or computes their cost. Returns the lines to print.
    ///
    /// # Errors
    ///
    /// - Returns [`ArtifactError::Problems`] if an expression or a name in the catalogs is invalid.
    /// - Returns [`ArtifactError::Thresholds`] if a threshold cannot be set.
    /// - Returns [`ArtifactError::File`] if a file cannot be read or written.
    /// - Returns [`ArtifactError::Yaml`] or [`ArtifactError::Json`] if a file cannot be serialized
    ///   or parsed.
    /// - With `check`, returns [`ArtifactError::Stale`] if a file is out of date, or a panel or
    ///   rule in the folder uses a name that no catalog declares.
    /// - With `diff`, returns [`ArtifactError::Breaking`] if a change breaks dashboards or alerts.
    pub fn run(&self, artifacts: &Artifacts) -> Result<Vec<String>, ArtifactError> {
        let settings = self.set.iter().map(|(alert, threshold)| (alert, threshold));
        let artifacts = &artifacts.clone().thresholds(settings)?;
        if self.diff {
            return self.compare(artifacts);
        }
        if self.cost {
            let cost = artifacts.cost(&self.load).to_string();
            return Ok(cost.lines().map(str::to_owned).collect());
        }
        if !self.check {
            return self.write(artifacts);
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
            refresh: self.refresh_command(),
        })
    }

    /// Writes the artifacts. Returns a line for each file, and the problems of files that were
    /// written by hand, or by an earlier version.
    fn write(&self, artifacts: &Artifacts) -> Result<Vec<String>, ArtifactError> {
        // Read before `metrics.json` is replaced, which has the names of the earlier version.
        let former = artifacts.former(&self.folder);
        let written = artifacts
            .clone()
            .shortened(self.shorten)
            .write(&self.folder)?;
        // A file that cannot be read does not fail the writing of others: `--check` reports it.
        let problems = former.and_then(|former| artifacts.problems_since(&self.folder, &former));
        let written = written
            .iter()
            .map(|path| format!("wrote {}", path.display()));
        let problems = problems.unwrap_or_default();
        let problems = problems.iter().map(|problem| format!("to mend: {problem}"));
        let left_out = artifacts.left_out().iter().map(ToString::to_string);
        Ok(left_out.chain(written).chain(problems).collect())
    }

    /// Returns the changes since the schema was written.
    fn compare(&self, artifacts: &Artifacts) -> Result<Vec<String>, ArtifactError> {
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
            return Ok(vec![format!("no changes since {}", path.display())]);
        }
        Ok(changes.iter().map(ToString::to_string).collect())
    }

    /// Returns the command line of this process without `--check`.
    fn refresh_command(&self) -> String {
        let mut arguments = env::args();
        let program = arguments.next().unwrap_or_default();
        let (checks, others): (Vec<_>, Vec<_>) =
            arguments.partition(|argument| argument == "--check");
        if checks.is_empty() {
            let folder = self.folder.display();
            return format!("run the subcommand for `{folder}` without `--check`");
        }
        let program = match Path::new(&program).file_stem() {
            // Cargo sets `CARGO` for the programs that it runs.
            Some(name) if env::var_os("CARGO").is_some() => {
                format!("cargo run --bin {} --", name.display())
            }
            _ => program,
        };
        let command = std::iter::once(program).chain(others);
        format!("`{}`", command.collect::<Vec<_>>().join(" "))
    }
}

/// Reads `ALERT=THRESHOLD`.
#[cfg(feature = "cli")]
fn setting(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=');
    let (alert, threshold) = parts.ok_or("expected ALERT=THRESHOLD, such as QueueIsLong=200")?;
    Ok((alert.to_owned(), threshold.to_owned()))
}
