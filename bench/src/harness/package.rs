//! Packages that exist to be compiled.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

use crate::Result;

/// glyph's workspace, in which this program was built.
const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

pub(crate) fn workspace() -> Result<PathBuf> {
    let workspace = fs::canonicalize(WORKSPACE)
        .map_err(|error| format!("{WORKSPACE}: {error}; run this where it was built"))?;
    Ok(workspace)
}

/// Checks `revision` of the repository out into a folder within `within`, and returns the folder.
pub(crate) fn checkout(within: &Path, revision: &str) -> Result<PathBuf> {
    let workspace = workspace()?;
    let path = workspace.to_str().ok_or("the path is not UTF-8")?;
    let commit = format!("{revision}^{{commit}}");
    let commit = git(
        &workspace,
        &["rev-parse", "--verify", "--end-of-options", &commit],
    )?;
    git(
        within,
        &[
            "clone",
            "--quiet",
            "--shared",
            "--no-checkout",
            path,
            "before",
        ],
    )?;
    let folder = within.join("before");
    git(&folder, &["checkout", "--quiet", "--detach", commit.trim()])?;
    Ok(folder)
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String> {
    let mut command = Command::new("git");
    let output = command.args(arguments).current_dir(folder).output()?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("git {arguments:?} failed: {said}").into())
}

/// A package in its own folder, with the versions of the workspace's lock file.
pub(crate) struct Package {
    name: String,
    folder: PathBuf,
    target: PathBuf,
}

impl Package {
    pub(crate) fn create(within: &Path, name: &str, manifest: &str, library: &str) -> Result<Self> {
        let folder = within.join(name);
        fs::create_dir_all(folder.join("src"))?;
        fs::write(folder.join("Cargo.toml"), manifest)?;
        fs::write(folder.join("src/lib.rs"), library)?;
        fs::copy(workspace()?.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        Ok(Self {
            name: name.to_owned(),
            target: folder.join("target"),
            folder,
        })
    }

    /// The package with another target folder, which packages of the same dependencies share.
    pub(crate) fn with_target(self, target: PathBuf) -> Self {
        Self { target, ..self }
    }

    /// Compiles the package and all its dependencies.
    pub(crate) fn prebuild(&self, command: &str) -> Result<()> {
        self.cargo(&[command]).map(drop)
    }

    /// Returns the milliseconds that cargo takes if only the package itself is left to compile.
    pub(crate) fn rebuild(&self, command: &str, jobs: usize) -> Result<f64> {
        self.cargo(&["clean", "--package", &self.name])?;
        let jobs = jobs.to_string();
        let start = Instant::now();
        self.cargo(&[command, "--jobs", &jobs])?;
        Ok(start.elapsed().as_secs_f64() * 1e3)
    }

    /// Returns the source text after macro expansion.
    pub(crate) fn expanded(&self) -> Result<Vec<u8>> {
        let arguments = ["rustc", "--profile=check", "--", "-Zunpretty=expanded"];
        let mut command = self.command(&arguments);
        // A stable compiler accepts the option only with this variable.
        let output = command.env("RUSTC_BOOTSTRAP", "1").output()?;
        Ok(checked(output, &arguments)?.stdout)
    }

    fn cargo(&self, arguments: &[&str]) -> Result<Output> {
        checked(self.command(arguments).output()?, arguments)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let mut command = Command::new(cargo);
        command
            .arg("--offline")
            .args(arguments)
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target);
        command
    }
}

fn checked(output: Output, arguments: &[&str]) -> Result<Output> {
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("cargo {arguments:?} failed: {said}").into())
}
