//! The rows of a dashboard.

use super::{
    heading,
    panel::{self, Panel},
    variable::{self, ENVIRONMENT},
};
use crate::{artifacts::Artifacts, families::Families, promql::in_one_line, schema::PanelSchema};
use glyph_core::catalog::{
    CatalogDescriptor, Kind, MetricDescriptor, ObjectiveDescriptor, PanelForm, StageDescriptor,
};

/// A row and its panels.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) title: String,
    pub(super) panels: Vec<Panel>,
}

impl Artifacts {
    /// Returns the rows in the order of declaration. Rows of single-number panels come first, the
    /// row of objectives last.
    pub(super) fn panel_rows(&self) -> Vec<Row> {
        let families = self.families();
        let chosen = variable::labels(&families);
        let mut rows: Vec<Row> = Vec::new();
        for catalog in families.catalogs() {
            for metric in catalog.metrics {
                let scope = scope(&families, metric, &chosen);
                let panels = panel::panels(&families, catalog, metric, &scope);
                add_panels(&mut rows, row_title(catalog, metric), panels);
            }
        }
        rows.sort_by_key(|row| !row.panels.iter().all(Panel::is_number));
        let objectives = families.metrics().flat_map(|metric| metric.objectives);
        let objectives = objectives.map(|objective| {
            let scope = recorded_scope(&families, objective, &chosen);
            panel::objective(&families, objective, &scope)
        });
        add_panels(&mut rows, "Objectives".to_owned(), objectives.collect());
        rows
    }

    /// Returns the panels of the dashboard for the schema.
    pub(crate) fn panel_schemas(&self) -> Vec<PanelSchema> {
        let rows = self.panel_rows();
        let panels = rows.iter().flat_map(|row| {
            let panels = row.panels.iter();
            panels.map(|panel| PanelSchema {
                title: panel.title.clone(),
                row: row.title.clone(),
                queries: panel
                    .queries
                    .iter()
                    .map(|query| in_one_line(&query.expr.to_string()))
                    .collect(),
            })
        });
        panels.collect()
    }

    /// Returns the label of the environment if it is a target label: then rules keep it.
    pub(super) fn environment(&self) -> Option<String> {
        let label = ENVIRONMENT.to_owned();
        Some(label).filter(|label| self.families().is_kept(label))
    }
}

/// Returns the labels by which variables filter the series of a metric.
fn scope(families: &Families, metric: &MetricDescriptor, chosen: &[&'static str]) -> Vec<String> {
    let chosen = chosen.iter().copied();
    let chosen = chosen.filter(|label| families.has_label(metric, label));
    let targets = families.series_target_labels();
    targets.chain(chosen).map(str::to_owned).collect()
}

/// Returns the labels by which variables filter the recorded series of an objective. These have
/// only the target labels that rules keep and the labels that the objective groups by.
fn recorded_scope(
    families: &Families,
    objective: &ObjectiveDescriptor,
    chosen: &[&'static str],
) -> Vec<String> {
    let targets = families.series_target_labels();
    let labels = targets.chain(chosen.iter().copied());
    let labels = labels.filter(|label| families.is_kept(label) || objective.by.contains(label));
    labels.map(str::to_owned).collect()
}

impl Panel {
    /// Returns whether the panel shows a single number.
    fn is_number(&self) -> bool {
        matches!(self.form, PanelForm::Stat | PanelForm::Gauge)
    }
}

fn add_panels(rows: &mut Vec<Row>, title: String, panels: Vec<Panel>) {
    if panels.is_empty() {
        return;
    }
    match rows.iter_mut().find(|row| row.title == title) {
        Some(row) => row.panels.extend(panels),
        None => rows.push(Row { title, panels }),
    }
}

/// Returns the title of a metric's row: of its panel, of the only stage that uses the metric, or
/// else of its kind.
fn row_title(catalog: &CatalogDescriptor, metric: &MetricDescriptor) -> String {
    if let Some(row) = metric.panel.and_then(|panel| panel.row) {
        return row.to_owned();
    }
    let mut binding = catalog
        .stages
        .iter()
        .filter(|stage| binds(stage, metric.name));
    match (binding.next(), binding.next()) {
        (Some(stage), None) => format!("Stage {}", heading(stage.name).to_lowercase()),
        _ => match metric.kind {
            Kind::Counter => "Rates",
            Kind::Gauge => "Values",
            Kind::Histogram => "Distributions",
        }
        .to_owned(),
    }
}

fn binds(stage: &StageDescriptor, metric: &str) -> bool {
    stage.roles().any(|(_, family)| family == Some(metric))
}
