//! A workspace in a temporary folder: each service as it is, and once more for each of its typos.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::services::{SERVICES, Service, Typo};

/// The folder of this package, in glyph's workspace.
pub(crate) const SOURCES: &str = env!("CARGO_MANIFEST_DIR");

/// The workspace in the temporary folder.
pub(crate) struct Project {
    pub(crate) folder: PathBuf,
    /// The folder for compiled files. It stays, so that a second run compiles the services alone.
    pub(crate) target: PathBuf,
}

impl Project {
    pub(crate) fn create(folder: &Path) -> Result<Self> {
        let repository = fs::canonicalize(Path::new(SOURCES).join("../.."))
            .map_err(|error| format!("{SOURCES}: {error}; run this where it was built"))?;
        let manifest = fs::read_to_string(repository.join("Cargo.toml"))?;
        let mut members = Vec::new();
        for service in &SERVICES {
            members.push(copy(service, None, folder)?);
            for typo in service.typos {
                members.push(copy(service, Some(typo), folder)?);
            }
        }
        let manifest = workspace_manifest(&manifest, &members, &repository)?;
        fs::write(folder.join("Cargo.toml"), manifest)?;
        // The versions that the workspace is tested with.
        fs::copy(repository.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        // The packages include it by a path outside of their folder.
        let experiment = "experiment.rs";
        fs::copy(Path::new(SOURCES).join(experiment), folder.join(experiment))?;
        let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
        Ok(Self {
            folder: folder.to_owned(),
            target: repository.join(target).join("compare"),
        })
    }
}

/// Returns the source of a service, as it is in the workspace.
///
/// # Errors
///
/// Returns an error if the file cannot be read.
pub(crate) fn source(service: &Service) -> Result<String> {
    let path = Path::new(SOURCES)
        .join(service.folder)
        .join("src/service.rs");
    Ok(fs::read_to_string(path)?)
}

/// Copies a service, with the typo if there is one, and returns the name of its package.
fn copy(service: &Service, typo: Option<&Typo>, into: &Path) -> Result<String> {
    let from = Path::new(SOURCES).join(service.folder);
    let package = typo.map_or_else(|| service.package(), |typo| service.package_with(typo));
    let to = into.join(&package);
    fs::create_dir_all(to.join("src"))?;
    let manifest = fs::read_to_string(from.join("Cargo.toml"))?;
    let renamed = replaced_once(&manifest, &service.package(), &package)?;
    fs::write(to.join("Cargo.toml"), renamed)?;
    fs::copy(from.join("src/main.rs"), to.join("src/main.rs"))?;
    let mut code = source(service)?;
    if let Some(typo) = typo {
        code = replaced_once(&code, typo.original, typo.misspelled)?;
    }
    fs::write(to.join("src/service.rs"), code)?;
    Ok(package)
}

fn replaced_once(text: &str, from: &str, to: &str) -> Result<String> {
    match text.matches(from).count() {
        1 => Ok(text.replacen(from, to, 1)),
        count => {
            Err(format!("expected `{from}` once in the source, found it {count} times").into())
        }
    }
}

/// Returns the manifest of glyph's workspace with other members.
fn workspace_manifest(manifest: &str, members: &[String], repository: &Path) -> Result<String> {
    let paths = format!("path = \"{}/", repository.display());
    let mut lines = Vec::new();
    let mut has_members = false;
    for line in manifest.lines() {
        if line.starts_with("members = ") {
            lines.push(format!("members = {members:?}"));
            has_members = true;
        } else if !line.starts_with("default-members = ") {
            lines.push(line.replace("path = \"", &paths));
        }
    }
    if has_members {
        Ok(lines.join("\n"))
    } else {
        Err("the workspace's Cargo.toml has no line `members = ..`".into())
    }
}

/// Returns the path of a program that was compiled.
pub(crate) fn program(project: &Project, package: &str) -> PathBuf {
    let program = project.target.join("debug").join(package);
    program.with_extension(OsStr::new(std::env::consts::EXE_EXTENSION))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{replaced_once, source, workspace_manifest};
    use crate::services::SERVICES;

    #[test]
    fn each_typo_is_in_its_source_once() -> crate::Result<()> {
        for service in &SERVICES {
            for typo in service.typos {
                replaced_once(&source(service)?, typo.original, typo.misspelled)?;
            }
        }
        Ok(())
    }

    #[test]
    fn the_manifest_keeps_versions_and_finds_glyph() -> crate::Result<()> {
        let manifest =
            "members = [\"a\"]\ndefault-members = [\"a\"]\nb = { path = \"b\" }\nc = \"1\"";
        let members = ["x".to_owned(), "y".to_owned()];
        let found = workspace_manifest(manifest, &members, Path::new("/glyph"))?;
        assert_eq!(
            found,
            "members = [\"x\", \"y\"]\nb = { path = \"/glyph/b\" }\nc = \"1\""
        );
        Ok(())
    }
}
