//! The changes of alerts between two schemas.

use std::collections::BTreeSet;

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
        let mut changes = label_changes(self, new);
        changes.extend(condition_changes(self, new));
        if self.pending != new.pending {
            changes.push(AlertChange::Pending {
                from: self.pending.clone(),
                to: new.pending.clone(),
            });
        }
        changes
    }

    fn note(&self, change: AlertChange) -> Change {
        let alert = self.name.clone();
        Change::Alert { alert, change }
    }
}

fn label_changes(old: &AlertSchema, new: &AlertSchema) -> Vec<AlertChange> {
    let names: BTreeSet<_> = old.labels.keys().chain(new.labels.keys()).collect();
    let changes = names.into_iter().filter_map(|label| {
        let from = old.labels.get(label).cloned();
        let to = new.labels.get(label).cloned();
        if from == to {
            return None;
        }
        Some(match (from, to) {
            (Some(from), Some(to)) if label == "severity" => AlertChange::Severity { from, to },
            (from, to) => AlertChange::Label {
                label: label.clone(),
                from,
                to,
            },
        })
    });
    changes.collect()
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
