//! Dashboards for Grafana (Grafana, "Dashboard JSON model").

mod collapse;
mod further;
mod json;
mod layout;
mod legend;
mod link;
mod name;
mod objective;
mod panel;
mod promql;
mod row;
mod unit;
mod variable;

use crate::{ArtifactError, artifacts::Artifacts};
use glyph_core::catalog::CatalogDescriptor;

impl Artifacts {
    /// Returns a dashboard for Grafana, as JSON. It has a row for each stage and each nested
    /// catalog, a panel for each metric, and two for each objective: what is left of the budget, and
    /// how fast it burns. Latencies have their quantiles and a heat map.
    ///
    /// Large rows are collapsed, so that at most 48 panels are open. Its variables choose the data
    /// sources, the environment, the tenant and the value of each scope label.
    ///
    /// The id of a panel depends on its metric or objective: links to panels stay right when others
    /// are added.
    ///
    /// # Errors
    ///
    /// Returns [`ArtifactError::Problems`] if an expression or a name in the catalogs is invalid,
    /// and [`ArtifactError::Json`] if the dashboard cannot be serialized.
    pub fn dashboard(&self) -> Result<String, ArtifactError> {
        self.checked()?;
        let subject = self.subject();
        let named = json::Named {
            uid: &subject,
            title: name::heading(&subject),
        };
        let document = json::dashboard(self, &named, &self.panel_rows());
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
