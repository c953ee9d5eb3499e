//! All artifacts as files.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{ArtifactError, artifacts::Artifacts};

/// A file that was generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArtifactFile {
    /// Where it belongs, below the folder of all.
    pub path: PathBuf,
    /// What is in it.
    pub content: String,
}

impl Artifacts {
    /// Every artifact.
    ///
    /// # Errors
    ///
    /// When what was declared does not fit together.
    pub fn files(&self) -> Result<Vec<ArtifactFile>, ArtifactError> {
        let dashboard = format!("grafana/dashboards/{}.json", self.subject());
        let files = [
            ("prometheus/rules.yml", self.rules()?),
            ("prometheus/rules.test.yml", self.rule_tests("rules.yml")?),
            (dashboard.as_str(), self.dashboard()?),
            ("grafana/alerting.yml", self.grafana_alerting()?),
            ("kubernetes/rules.yml", self.prometheus_rule()?),
            ("metrics.md", self.reference()?),
            ("metrics.json", self.schema().to_json()?),
            ("weaver/manifest.yaml", self.weaver_manifest()?),
            ("weaver/metrics.yaml", self.weaver_registry()?),
        ];
        let files = files.into_iter();
        let files = files.map(|(path, content)| ArtifactFile {
            path: path.into(),
            content,
        });
        Ok(files.collect())
    }

    /// Writes every artifact below `folder`, and gives the paths.
    ///
    /// # Errors
    ///
    /// When what was declared does not fit together, or a file cannot be written.
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

    /// The files below `folder` that are missing, or differ from what is declared now.
    ///
    /// # Errors
    ///
    /// When what was declared does not fit together, or a file cannot be read.
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
