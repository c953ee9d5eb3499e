//! Dashboards for Grafana (Grafana, "Dashboard JSON model").

mod json;
mod layout;
mod panel;
mod promql;
mod row;
mod variable;

use crate::{ArtifactError, artifacts::Artifacts};
use glyph_core::catalog::CatalogDescriptor;

impl Artifacts {
    /// Returns a dashboard for Grafana, as JSON. It has a row for each stage and a panel for each
    /// metric and each objective.
    ///
    /// Its variables choose the data sources, the environment, the tenant and the value of each
    /// scope label.
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::Problems`] if an expression or a name in the catalogs is invalid,
    /// and [`ArtifactError::Json`] if the dashboard cannot be serialized.
    pub fn dashboard(&self) -> Result<String, ArtifactError> {
        self.checked()?;
        let document = json::dashboard(self, &self.panel_rows());
        Ok(serde_json::to_string_pretty(&document)? + "\n")
    }

    /// Returns the name of the artifacts that cover all catalogs, such as the dashboard: the
    /// namespace of the first catalog.
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

/// Returns a name with spaces between its words and a capital first letter.
fn heading(name: &str) -> String {
    let name = name.replace(['_', '.'], " ");
    let mut letters = name.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => name,
    }
}
