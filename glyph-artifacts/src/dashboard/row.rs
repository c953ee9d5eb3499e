//! The rows of a dashboard.

use super::{
    collapse::{arranged, with_distinct_titles},
    layout::rank,
    name::{CatalogName, metric_phrase, phrase},
    objective::Promised,
    panel::{Panel, Shown, Size},
};
use crate::{artifacts::Artifacts, families::Families, promql::in_one_line, schema::PanelSchema};
use glyph_core::catalog::{
    CatalogDescriptor, Kind, MetricDescriptor, ObjectiveDescriptor, StageDescriptor,
};

/// The title of the row of objectives.
pub(super) const OBJECTIVES: &str = "Objectives";

/// A row and its panels.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) title: String,
    pub(super) panels: Vec<Grouped>,
    /// Whether the catalogs name the row. Others are split if they are large.
    pub(super) is_declared: bool,
    pub(super) is_collapsed: bool,
}

/// A panel, with the first word of its metric.
#[derive(Debug)]
pub(super) struct Grouped {
    pub(super) word: String,
    pub(super) panel: Panel,
}

/// Where a panel belongs.
struct RowName {
    title: String,
    is_declared: bool,
}

impl Artifacts {
    /// Returns the rows in the order of declaration. Rows of single-number panels come first, the
    /// row of objectives last.
    pub(super) fn panel_rows(&self) -> Vec<Row> {
        let families = self.families();
        let chosen = families.variable_labels();
        let catalogs = families.catalogs();
        let namespace = catalogs.first().map_or("", |catalog| catalog.namespace);
        let mut rows: Vec<Row> = Vec::new();
        let mut promised: Vec<Grouped> = Vec::new();
        for &catalog in catalogs {
            let name = &CatalogName::new(catalog, namespace);
            for metric in catalog.metrics {
                let scope = scope(&families, metric, &chosen);
                let shown = Shown {
                    families: &families,
                    catalog,
                    name,
                    metric,
                    scope: &scope,
                };
                let word = first_word(catalog, metric);
                let panels = grouped(&word, shown.panels());
                add_panels(&mut rows, row_name(catalog, name, metric), panels);
                for objective in metric.objectives {
                    let scope = recorded_scope(&families, objective, &chosen);
                    let shown = Promised {
                        families: &families,
                        catalog,
                        name,
                        objective,
                        scope: &scope,
                    };
                    promised.extend(grouped(&word, shown.panels()));
                }
            }
        }
        rows.sort_by_key(|row| !row.is_all_numbers());
        for row in &mut rows {
            row.panels.sort_by_key(|grouped| rank(&grouped.panel));
        }
        let objectives = RowName {
            title: OBJECTIVES.to_owned(),
            is_declared: false,
        };
        add_panels(&mut rows, objectives, promised);
        with_distinct_titles(&mut rows);
        arranged(rows)
    }

    /// Returns the panels of the dashboard for the schema.
    pub(crate) fn panel_schemas(&self) -> Vec<PanelSchema> {
        let rows = self.panel_rows();
        let panels = rows.iter().flat_map(|row| {
            row.panels().map(|panel| PanelSchema {
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
}

impl Row {
    /// Returns the panels from left to right and top to bottom.
    pub(super) fn panels(&self) -> impl Iterator<Item = &Panel> {
        self.panels.iter().map(|grouped| &grouped.panel)
    }

    fn is_all_numbers(&self) -> bool {
        self.panels().all(|panel| panel.size == Size::Number)
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

fn grouped(word: &str, panels: Vec<Panel>) -> Vec<Grouped> {
    let panels = panels.into_iter().map(|panel| Grouped {
        word: word.to_owned(),
        panel,
    });
    panels.collect()
}

fn first_word(catalog: &CatalogDescriptor, metric: &MetricDescriptor) -> String {
    let phrase = metric_phrase(catalog, metric);
    phrase.split(' ').next().unwrap_or_default().to_owned()
}

fn add_panels(rows: &mut Vec<Row>, name: RowName, panels: Vec<Grouped>) {
    if panels.is_empty() {
        return;
    }
    match rows.iter_mut().find(|row| row.title == name.title) {
        Some(row) => row.panels.extend(panels),
        None => rows.push(Row {
            title: name.title,
            panels,
            is_declared: name.is_declared,
            is_collapsed: false,
        }),
    }
}

/// Returns the row of a metric: that of its panel, of the only stage that uses the metric, of its
/// catalog, or else of its kind.
fn row_name(catalog: &CatalogDescriptor, name: &CatalogName, metric: &MetricDescriptor) -> RowName {
    if let Some(row) = metric.panel.and_then(|panel| panel.row) {
        return RowName {
            title: row.to_owned(),
            is_declared: true,
        };
    }
    let stages = catalog.stages.iter();
    let mut binding = stages.filter(|stage| binds(stage, metric.name));
    let stage = match (binding.next(), binding.next()) {
        (Some(stage), None) => Some(stage),
        _ => None,
    };
    let title = match (stage, name.as_str()) {
        (Some(stage), Some(name)) => format!("{name}: stage {}", phrase(stage.name)),
        (Some(stage), None) => format!("Stage {}", phrase(stage.name)),
        (None, Some(name)) => name.to_owned(),
        (None, None) => match metric.kind {
            Kind::Counter => "Rates",
            Kind::Gauge => "Values",
            Kind::Histogram => "Distributions",
        }
        .to_owned(),
    };
    RowName {
        title,
        is_declared: false,
    }
}

fn binds(stage: &StageDescriptor, metric: &str) -> bool {
    stage.roles().any(|(_, family)| family == Some(metric))
}
