//! Alerts and objectives of the catalogs, evaluated in the process.
//!
//! They are evaluated from the catalogs' descriptors at each snapshot, with the states of Prometheus. An
//! alert whose window is longer than the process is old counts from the start of the process.

mod active;
mod burn;
mod declared;
mod measured;
mod objective;
mod rule;
mod selected;
mod track;
mod view;

use std::num::NonZeroU32;

use glyph_core::catalog::Registry;

use self::rule::Rule;
pub(super) use self::{
    active::Now,
    view::{AlertList, Summary},
};

/// The alerts of a registry.
#[derive(Debug)]
pub(super) struct Alerts {
    /// The limit of bytes for what is counted in windows.
    budget: usize,
    rules: Vec<Rule>,
}

impl Alerts {
    pub(super) fn new(registry: &Registry, budget: usize) -> Self {
        Self {
            budget,
            rules: declared::rules(registry),
        }
    }

    /// Divides the windows and times of alerts, as generated rules do for a rehearsal. Objectives do not
    /// change.
    pub(super) fn shorten(&mut self, factor: NonZeroU32) {
        for rule in &mut self.rules {
            if rule.objective.is_none() {
                rule.shorten(factor);
            }
        }
    }

    /// Evaluates all alerts.
    pub(super) fn evaluate(&mut self, now: Now) {
        let mut room = self.budget.saturating_sub(self.bytes());
        for rule in &mut self.rules {
            rule.evaluate(now, &mut room);
        }
    }

    /// Returns all alerts with their states.
    pub(super) fn list(&self) -> AlertList {
        view::list(self)
    }

    /// Returns the counts of alerts by state, and those that are active.
    pub(super) fn summary(&self) -> Summary {
        view::summary(self)
    }

    /// Returns the bytes that the windows take.
    pub(super) fn bytes(&self) -> usize {
        self.rules.iter().map(|rule| rule.kept().0).sum()
    }
}

#[cfg(test)]
#[expect(
    clippy::indexing_slicing,
    reason = "a missing JSON value is null, never a panic"
)]
#[expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
mod tests;
