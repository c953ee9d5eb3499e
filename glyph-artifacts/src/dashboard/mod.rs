//! A dashboard for Grafana (Grafana, "Dashboard JSON model").

mod json;
mod layout;
mod panel;
mod promql;
mod row;
mod variable;

use crate::{ArtifactError, artifacts::Artifacts};
use glyph_core::catalog::CatalogDescriptor;

impl Artifacts {
    /// A dashboard for Grafana, as JSON: a row for each stage, a panel for each metric, and one for each
    /// objective. It works with any Prometheus data source, environment and tenant, which are its variables, with one for
    /// each label of the catalogs' scopes.
    ///
    /// # Errors
    ///
    /// When what was declared does not fit together.
    pub fn dashboard(&self) -> Result<String, ArtifactError> {
        self.checked()?;
        let document = json::dashboard(self, &self.panel_rows());
        Ok(serde_json::to_string_pretty(&document)? + "\n")
    }

    /// What names the dashboard, and whatever else is one for all catalogs: the first one's namespace.
    pub(super) fn subject(&self) -> String {
        let of = |catalog: &&CatalogDescriptor| match catalog.namespace {
            "" => catalog.name.to_lowercase(),
            namespace => namespace.to_owned(),
        };
        self.catalogs
            .first()
            .map_or_else(|| "metrics".to_owned(), of)
    }
}

/// A name with spaces and a large first letter.
fn spoken(name: &str) -> String {
    let name = name.replace(['_', '.'], " ");
    let mut letters = name.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => name,
    }
}
