//! The panels of an objective: what is left of its budget, and how fast the budget burns.

use super::{
    link::Links,
    name::{CatalogName, metric_phrase},
    panel::{Panel, Size},
    promql, unit,
};
use crate::{
    families::Families, numbers::percent, panel_link::Aspect, promql::Selector, quantity::quantity,
};
use glyph_core::catalog::{
    CatalogDescriptor, Indicator, ObjectiveDescriptor, PanelForm, Selection, Threshold, Unit,
};

/// The shares of the budget from which the color changes: nothing is left, a quarter is left.
const LEFT: [Threshold; 2] = [
    Threshold {
        color: "orange",
        from: 0.0,
    },
    Threshold {
        color: "green",
        from: 0.25,
    },
];

/// The axis of burn rates reaches this value. Without it, a budget that is not spent has an axis up to
/// 100, where 1 cannot be seen.
const BURN_AXIS: f64 = 1.5;

/// At this rate, the budget is spent at the end of its time.
const AS_PLANNED: Threshold = Threshold {
    color: "red",
    from: 1.0,
};

/// An objective with what its panels depend on.
#[derive(Clone, Copy)]
pub(super) struct Promised<'a> {
    pub(super) families: &'a Families,
    pub(super) catalog: &'static CatalogDescriptor,
    pub(super) name: &'a CatalogName,
    pub(super) objective: &'static ObjectiveDescriptor,
    /// The labels of the dashboard's variables that recorded series have.
    pub(super) scope: &'a [String],
}

impl Promised<'_> {
    /// Returns the panels of the objective.
    pub(super) fn panels(&self) -> Vec<Panel> {
        let (families, objective) = (self.families, self.objective);
        let left = self.panel(
            Aspect::BudgetLeft,
            "budget left",
            "Share of the error budget that is left.",
            vec![promql::left(families, objective, self.scope)],
        );
        let left = left.map(|panel| Panel {
            form: PanelForm::Stat,
            size: Size::Budget,
            unit: unit::SHARE.to_owned(),
            base: "red",
            thresholds: LEFT.to_vec(),
            from_zero: false,
            reaches: None,
            ..panel
        });
        let burn = self.panel(
            Aspect::Burn,
            "burn rate",
            "How many times too fast the error budget is spent. At 1 it lasts exactly as long as it has to.",
            promql::burn(families, objective, self.scope),
        );
        left.into_iter().chain(burn).collect()
    }

    fn panel(
        &self,
        aspect: Aspect,
        shows: &str,
        meaning: &str,
        queries: Vec<promql::Query>,
    ) -> Option<Panel> {
        let objective = self.objective;
        let target = percent(objective.target);
        let good = self.good_calls();
        let description = format!(
            "{meaning} Objective `{}`: {target} of {good}{}.",
            objective.name,
            self.families.estimate(objective),
        );
        Some(Panel {
            id: self.families.panel_ids().get(aspect, objective.name)?,
            title: format!("{}: {shows}", self.name.title(&good)),
            subject: objective.name.to_owned(),
            description,
            form: PanelForm::TimeSeries,
            size: Size::Burn,
            unit: unit::TIMES.to_owned(),
            queries,
            base: "green",
            thresholds: vec![AS_PLANNED],
            from_zero: true,
            reaches: Some(BURN_AXIS),
            links: Links::default(),
        })
    }

    /// Returns the good calls as a phrase: `STT duration within 500 ms`.
    fn good_calls(&self) -> String {
        match self.objective.indicator {
            Indicator::Latency { of, threshold, .. } => {
                let unit = self
                    .families
                    .find(of)
                    .map_or(Unit::None, |metric| metric.unit);
                format!("{} within {}", self.phrase(of), quantity(threshold, unit))
            }
            Indicator::Outcome { of } => format!("{} that succeed", self.phrase(of)),
            Indicator::Errors { of, .. } => format!("{} without errors", self.phrase(of)),
        }
    }

    /// Returns the phrase of a metric.
    fn phrase(&self, of: Selection) -> String {
        self.families.find(of).map_or_else(
            || Selector::new(of.metric).to_string(),
            |metric| metric_phrase(self.catalog, metric),
        )
    }
}
