//! Alerts, objectives and panels: the attributes of a metric for rules and dashboards.

mod alert;
mod alert_args;
mod alert_texts;
mod annotation;
mod burn;
mod condition;
mod expand;
mod expand_checks;
mod labels;
mod measure;
mod never;
mod objective;
mod objective_args;
mod on_call;
mod panel;
mod panel_args;
mod selection;

use std::collections::HashSet;

use syn::Attribute;

use super::{field::Metric, model::TARGET_LABELS, stage::Known};
use crate::diagnostic::Errors;

pub(super) use expand::{descriptor_fields, metric_consts};
pub(super) use expand_checks::tokens as checks;

use alert::Alert;
use alert_args::AlertArgs;
use objective::Objective;
use objective_args::ObjectiveArgs;
use panel::Panel;
use panel_args::PanelArgs;

/// The attributes of one field.
#[derive(Default)]
pub(super) struct ArtifactArgs {
    alerts: Vec<AlertArgs>,
    objectives: Vec<ObjectiveArgs>,
    panel: Option<PanelArgs>,
}

impl ArtifactArgs {
    pub(super) fn read_alert(&mut self, attribute: &Attribute, errors: &mut Errors) {
        self.alerts.extend(AlertArgs::read(attribute, errors));
    }

    pub(super) fn read_objective(&mut self, attribute: &Attribute, errors: &mut Errors) {
        self.objectives
            .extend(ObjectiveArgs::read(attribute, errors));
    }

    pub(super) fn read_panel(&mut self, attribute: &Attribute, errors: &mut Errors) {
        if self.panel.is_some() {
            errors.at(attribute.path(), "duplicate `#[panel(..)]`: merge them");
        }
        self.panel = Some(PanelArgs::read(attribute, errors));
    }

    /// Reports these attributes on a field that is not a metric.
    pub(super) fn reject(&self, errors: &mut Errors) {
        let all = self.alerts.iter().map(|alert| &alert.attribute);
        let all = all.chain(self.objectives.iter().map(|objective| &objective.attribute));
        for attribute in all.chain(self.panel.iter().map(|panel| &panel.attribute)) {
            errors.at(
                attribute,
                "this attribute goes on a metric, not on a nested catalog: move it",
            );
        }
    }
}

/// The alerts, objectives and panel of one field.
#[derive(Default)]
pub(super) struct Artifacts {
    alerts: Vec<Alert>,
    objectives: Vec<Objective>,
    panel: Option<Panel>,
}

/// Reads the attributes of each metric, in the order of the metrics.
pub(super) fn read(
    known: &Known<'_>,
    args: Vec<ArtifactArgs>,
    errors: &mut Errors,
) -> Vec<Artifacts> {
    let (mut taken, mut taken_objectives) = (HashSet::new(), HashSet::new());
    args.into_iter()
        .zip(known.metrics)
        .enumerate()
        .map(|(index, (args, metric))| {
            let field = MetricField {
                known,
                metric,
                index,
            };
            let alerts = args.alerts.into_iter();
            let alerts = alerts.filter_map(|alert| field.alert(alert, &mut taken, errors));
            let alerts = alerts.collect();
            let objectives = args.objectives.into_iter();
            let objectives =
                objectives.filter_map(|args| field.objective(args, &mut taken_objectives, errors));
            Artifacts {
                alerts,
                objectives: objectives.collect(),
                panel: args.panel.map(|panel| field.panel(panel, errors)),
            }
        })
        .collect()
}

/// The metric that an attribute is on.
struct MetricField<'catalog> {
    known: &'catalog Known<'catalog>,
    metric: &'catalog Metric,
    index: usize,
}

impl MetricField<'_> {
    /// The target labels that rules keep when they aggregate: `instance` needs `by(instance)`.
    fn kept_labels(&self) -> impl Iterator<Item = String> {
        let known = TARGET_LABELS.into_iter().filter(|label| *label != INSTANCE);
        let declared = self.known.target_labels.iter().cloned();
        known.map(str::to_owned).chain(declared)
    }
}

/// The label of a replica.
const INSTANCE: &str = "instance";

/// The names of the alerts, or of the objectives, so far.
type Taken = HashSet<String>;
