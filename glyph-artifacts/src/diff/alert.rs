//! The changes of alerts between two schemas.

use std::collections::{BTreeMap, BTreeSet};

use super::declared::Declared;
use crate::{
    change::{AlertChange, Change},
    schema::AlertSchema,
};

impl Declared for AlertSchema {
    type Change = AlertChange;

    const ADDED: AlertChange = AlertChange::Added;
    const REMOVED: AlertChange = AlertChange::Removed;

    fn is(&self, new: &Self) -> bool {
        self.name == new.name
    }

    fn is_renamed(&self, new: &Self) -> bool {
        let renamed = Self {
            name: new.name.clone(),
            ..self.clone()
        };
        renamed == *new
    }

    fn renamed(&self, new: &Self) -> AlertChange {
        let to = new.name.clone();
        AlertChange::Renamed { to }
    }

    fn changes(&self, new: &Self) -> Vec<AlertChange> {
        let labels = label_changes(&self.labels, &new.labels).into_iter();
        let labels = labels.map(|(label, from, to)| match (from, to) {
            (Some(from), Some(to)) if label == "severity" => AlertChange::Severity { from, to },
            (from, to) => AlertChange::Label { label, from, to },
        });
        let mut changes: Vec<_> = labels.collect();
        changes.extend(condition_changes(self, new));
        if self.pending != new.pending {
            changes.push(AlertChange::Pending {
                from: self.pending.clone(),
                to: new.pending.clone(),
            });
        }
        if self.keep_firing_for != new.keep_firing_for {
            changes.push(AlertChange::KeepFiring {
                from: self.keep_firing_for.clone(),
                to: new.keep_firing_for.clone(),
            });
        }
        changes
    }

    fn note(&self, change: AlertChange) -> Change {
        let alert = self.name.clone();
        Change::Alert { alert, change }
    }
}

/// A label with its old and its new value.
type LabelChange = (String, Option<String>, Option<String>);

/// Returns the labels that differ.
pub(super) fn label_changes(
    old: &BTreeMap<String, String>,
    new: &BTreeMap<String, String>,
) -> Vec<LabelChange> {
    let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let labels = names.into_iter().map(|label| {
        let (from, to) = (old.get(label).cloned(), new.get(label).cloned());
        (label.clone(), from, to)
    });
    labels.filter(|(_, from, to)| from != to).collect()
}

fn condition_changes(old: &AlertSchema, new: &AlertSchema) -> Vec<AlertChange> {
    let mut changes = Vec::new();
    match (old.threshold, new.threshold) {
        (Some(from), Some(to)) if old.comparison == new.comparison => {
            if from.total_cmp(&to).is_ne() {
                let comparison = new.comparison.clone().unwrap_or_default();
                changes.push(AlertChange::Threshold {
                    comparison,
                    from,
                    to,
                });
            }
            if old.expr != new.expr {
                changes.push(AlertChange::Condition);
            }
        }
        _ if (&old.expr, &old.comparison) != (&new.expr, &new.comparison) => {
            changes.push(AlertChange::Condition);
        }
        _ => {}
    }
    changes
}
