//! Artifacts as files.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{ArtifactError, artifacts::Artifacts};

/// A generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArtifactFile {
    /// The path, relative to the folder of the artifacts.
    pub path: PathBuf,
    /// The content.
    pub content: String,
}

impl Artifacts {
    /// Returns all artifacts.
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::Problems`] if an expression or a name in the catalogs is invalid,
    /// and [`ArtifactError::Yaml`] or [`ArtifactError::Json`] if a file cannot be serialized.
    pub fn files(&self) -> Result<Vec<ArtifactFile>, ArtifactError> {
        let dashboard = format!("grafana/dashboards/{}.json", self.subject());
        let files = [
            ("prometheus/rules.yml", self.rules()?),
            ("prometheus/rules.test.yml", self.rule_tests("rules.yml")?),
            ("alertmanager/routes.yml", self.alertmanager()?),
            (dashboard.as_str(), self.dashboard()?),
            ("grafana/alerting.yml", self.grafana_alerting()?),
            ("kubernetes/rules.yml", self.prometheus_rule()?),
            ("metrics.md", self.reference()?),
            ("metrics.json", self.schema().to_json()?),
            ("weaver/manifest.yaml", self.weaver_manifest()?),
            ("weaver/metrics.yaml", self.weaver_registry()?),
        ];
        let files = files.map(|(path, content)| (path.to_owned(), content));
        let files = files.into_iter().chain(self.further_dashboards()?);
        let files = files.map(|(path, content)| ArtifactFile {
            path: path.into(),
            content,
        });
        Ok(files.collect())
    }

    /// Writes all artifacts to `folder` and returns their paths. Missing folders are created.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`Artifacts::files`], and [`ArtifactError::File`] if a file cannot be
    /// written.
    pub fn write(&self, folder: impl AsRef<Path>) -> Result<Vec<PathBuf>, ArtifactError> {
        let mut written = Vec::new();
        for file in self.files()? {
            let path = folder.as_ref().join(&file.path);
            write(&path, &file.content).map_err(|source| ArtifactError::File {
                path: path.clone(),
                source,
            })?;
            written.push(path);
        }
        Ok(written)
    }

    /// Returns the paths of the artifacts in `folder` that are missing or out of date.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`Artifacts::files`], and [`ArtifactError::File`] if a file cannot be
    /// read.
    pub fn stale(&self, folder: impl AsRef<Path>) -> Result<Vec<PathBuf>, ArtifactError> {
        let mut stale = Vec::new();
        for file in self.files()? {
            let path = folder.as_ref().join(&file.path);
            match fs::read(&path) {
                Ok(content) if content == file.content.as_bytes() => {}
                Ok(_) => stale.push(path),
                Err(error) if error.kind() == io::ErrorKind::NotFound => stale.push(path),
                Err(source) => return Err(ArtifactError::File { path, source }),
            }
        }
        Ok(stale)
    }
}

fn write(path: &Path, content: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, content)
}
