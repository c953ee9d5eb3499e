//! Alerts, objectives and panels: what stands on a metric for the dashboards and the rules.

mod alert;
mod alert_args;
mod annotation;
mod condition;
mod expand;
mod expand_checks;
mod labels;
mod measure;
mod objective;
mod objective_args;
mod panel;
mod panel_args;
mod selection;

use std::collections::HashSet;

use syn::Attribute;

use super::{field::Metric, stage::Known};
use crate::diagnostic::Errors;

pub(super) use expand::{descriptor_fields, metric_consts};
pub(super) use expand_checks::tokens as checks;

use alert::Alert;
use alert_args::AlertArgs;
use objective::Objective;
use objective_args::ObjectiveArgs;
use panel::Panel;
use panel_args::PanelArgs;

/// What stands on one field.
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
            errors.at(
                attribute.path(),
                "`#[panel(..)]` is given twice: write it in one",
            );
        }
        self.panel = Some(PanelArgs::read(attribute, errors));
    }

    /// Reports what stands on something that is no metric.
    pub(super) fn refuse(&self, errors: &mut Errors) {
        let places = self.alerts.iter().map(|alert| &alert.attribute);
        let places = places.chain(self.objectives.iter().map(|objective| &objective.attribute));
        for place in places.chain(self.panel.iter().map(|panel| &panel.attribute)) {
            errors.at(
                place,
                "it stands on a metric, not on a nested catalog: put it there",
            );
        }
    }
}

/// The meaning of what stands on one field.
#[derive(Default)]
pub(super) struct Artifacts {
    alerts: Vec<Alert>,
    objectives: Vec<Objective>,
    panel: Option<Panel>,
}

/// Reads what stands on each metric, in the metrics' order.
pub(super) fn read(
    known: &Known<'_>,
    args: Vec<ArtifactArgs>,
    errors: &mut Errors,
) -> Vec<Artifacts> {
    let mut taken = HashSet::new();
    args.into_iter()
        .zip(known.metrics)
        .enumerate()
        .map(|(index, (args, metric))| {
            let site = Site {
                known,
                metric,
                index,
            };
            let alerts = args.alerts.into_iter();
            let alerts = alerts.filter_map(|alert| site.alert(alert, &mut taken, errors));
            let alerts = alerts.collect();
            let objectives = args.objectives.into_iter();
            let objectives = objectives.filter_map(|args| site.objective(args, errors));
            Artifacts {
                alerts,
                objectives: objectives.collect(),
                panel: args.panel.map(|panel| site.panel(panel, errors)),
            }
        })
        .collect()
}

/// Where an attribute stands.
struct Site<'catalog> {
    known: &'catalog Known<'catalog>,
    metric: &'catalog Metric,
    index: usize,
}

/// The names of alerts.
type Taken = HashSet<String>;
