//! The panels by rows.

use super::{
    panel::{self, Panel},
    spoken,
    variable::{self, ENVIRONMENT},
};
use crate::{artifacts::Artifacts, families::Families};
use glyph_core::catalog::{
    CatalogDescriptor, Kind, MetricDescriptor, ObjectiveDescriptor, PanelForm, StageDescriptor,
};

/// A row and what stands in it.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) title: String,
    pub(super) panels: Vec<Panel>,
}

impl Artifacts {
    /// Rows of numbers before those of lines, each kind in the order of declaration; objectives last.
    pub(super) fn panel_rows(&self) -> Vec<Row> {
        let families = self.families();
        let chosen = variable::chosen(self, &families);
        let mut rows: Vec<Row> = Vec::new();
        for catalog in families.catalogs() {
            for metric in catalog.metrics {
                let scope = self.scope(&families, metric, &chosen);
                let panels = panel::panels(&families, catalog, metric, &scope);
                add(&mut rows, row_title(catalog, metric), panels);
            }
        }
        rows.sort_by_key(|row| !row.panels.iter().all(Panel::is_number));
        let objectives = families.metrics().flat_map(|metric| metric.objectives);
        let objectives = objectives.map(|objective| {
            let scope = self.recorded_scope(objective, &chosen);
            panel::objective(objective, &scope)
        });
        add(&mut rows, "Objectives".to_owned(), objectives.collect());
        rows
    }

    /// The label that tells environments apart, where rules keep it.
    pub(super) fn environment(&self) -> Option<String> {
        let label = ENVIRONMENT.to_owned();
        Some(label).filter(|label| self.target_labels.contains(label))
    }

    /// The labels that variables choose the series of a metric by.
    fn scope(
        &self,
        families: &Families,
        metric: &MetricDescriptor,
        chosen: &[&'static str],
    ) -> Vec<String> {
        let has = |label: &&&str| self.is_target(label) || families.has_label(metric, label);
        let chosen = chosen.iter().filter(has);
        std::iter::once(&ENVIRONMENT)
            .chain(chosen)
            .map(|label| (*label).to_owned())
            .collect()
    }

    /// The same of what is recorded for an objective, which keeps no other labels than those that tell it apart.
    fn recorded_scope(
        &self,
        objective: &ObjectiveDescriptor,
        chosen: &[&'static str],
    ) -> Vec<String> {
        let has = |label: &&&str| self.is_target(label) || objective.by.contains(*label);
        let chosen = chosen.iter().filter(has);
        let chosen = chosen.map(|label| (*label).to_owned());
        self.environment().into_iter().chain(chosen).collect()
    }

    fn is_target(&self, label: &str) -> bool {
        self.target_labels.iter().any(|target| target == label)
    }
}

impl Panel {
    fn is_number(&self) -> bool {
        matches!(self.form, PanelForm::Stat | PanelForm::Gauge)
    }
}

fn add(rows: &mut Vec<Row>, title: String, panels: Vec<Panel>) {
    if panels.is_empty() {
        return;
    }
    match rows.iter_mut().find(|row| row.title == title) {
        Some(row) => row.panels.extend(panels),
        None => rows.push(Row { title, panels }),
    }
}

/// What the panel says, or the stage that binds the metric, or else its kind.
fn row_title(catalog: &CatalogDescriptor, metric: &MetricDescriptor) -> String {
    if let Some(row) = metric.panel.and_then(|panel| panel.row) {
        return row.to_owned();
    }
    let mut binding = catalog
        .stages
        .iter()
        .filter(|stage| binds(stage, metric.name));
    match (binding.next(), binding.next()) {
        (Some(stage), None) => format!("Stage {}", spoken(stage.name).to_lowercase()),
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
