//! The changes of objectives between two schemas.

use std::collections::BTreeSet;

use super::{alert::label_changes, declared::Declared};
use crate::{
    change::{Change, ObjectiveChange},
    schema::ObjectiveSchema,
};

impl Declared for ObjectiveSchema {
    type Change = ObjectiveChange;

    const ADDED: ObjectiveChange = ObjectiveChange::Added;
    const REMOVED: ObjectiveChange = ObjectiveChange::Removed;

    fn is(&self, new: &Self) -> bool {
        self.name == new.name
    }

    fn is_renamed(&self, new: &Self) -> bool {
        let mut renamed = Self {
            name: new.name.clone(),
            ..self.clone()
        };
        if self.period.is_none() {
            // A schema of an earlier version does not know when the alerts fire.
            renamed.period.clone_from(&new.period);
            renamed.fast.clone_from(&new.fast);
            renamed.slow.clone_from(&new.slow);
            renamed.min_requests = new.min_requests;
            renamed.absent.clone_from(&new.absent);
            renamed.pending.clone_from(&new.pending);
            renamed.keep_firing_for.clone_from(&new.keep_firing_for);
            renamed.labels.clone_from(&new.labels);
        }
        renamed == *new
    }

    fn renamed(&self, new: &Self) -> ObjectiveChange {
        let to = new.name.clone();
        ObjectiveChange::Renamed { to }
    }

    fn changes(&self, new: &Self) -> Vec<ObjectiveChange> {
        let mut changes = indicator_changes(self, new);
        if let (Some(from), Some(to)) = (&self.period, &new.period) {
            changes.extend(alert_changes(self, new, [from, to]));
        }
        changes
    }

    fn note(&self, change: ObjectiveChange) -> Change {
        let objective = self.name.clone();
        Change::Objective { objective, change }
    }
}

fn indicator_changes(old: &ObjectiveSchema, new: &ObjectiveSchema) -> Vec<ObjectiveChange> {
    let mut changes = Vec::new();
    if old.target.total_cmp(&new.target).is_ne() {
        changes.push(ObjectiveChange::Target {
            from: old.target,
            to: new.target,
        });
    }
    if (old.threshold.is_some(), &old.indicator) == (new.threshold.is_some(), &new.indicator) {
        changes.extend(latency_changes(old, new));
    } else {
        changes.push(ObjectiveChange::Indicator);
    }
    if old.by != new.by {
        changes.push(ObjectiveChange::Grouping {
            from: old.by.clone(),
            to: new.by.clone(),
        });
    }
    changes
}

/// Returns the changes of which calls are good, of one indicator.
fn latency_changes(
    old: &ObjectiveSchema,
    new: &ObjectiveSchema,
) -> impl Iterator<Item = ObjectiveChange> {
    let threshold = match (old.threshold, new.threshold) {
        (Some(from), Some(to)) if from.total_cmp(&to).is_ne() => {
            Some(ObjectiveChange::Threshold { from, to })
        }
        _ => None,
    };
    let estimate = (old.between != new.between).then_some(ObjectiveChange::Estimate {
        from: old.between,
        to: new.between,
    });
    threshold.into_iter().chain(estimate)
}

/// Returns the changes of when the alerts fire, and of the recorded series of their windows.
fn alert_changes(
    old: &ObjectiveSchema,
    new: &ObjectiveSchema,
    [from, to]: [&String; 2],
) -> Vec<ObjectiveChange> {
    let mut changes = Vec::new();
    if from != to {
        changes.push(ObjectiveChange::Period {
            from: from.clone(),
            to: to.clone(),
        });
    }
    let (before, now) = (recorded(old), recorded(new));
    let ended: Vec<String> = before.difference(&now).cloned().collect();
    if !ended.is_empty() {
        changes.push(ObjectiveChange::WindowsEnded { windows: ended });
    }
    for (alert, from, to) in [
        ("BurnsFast", &old.fast, &new.fast),
        ("BurnsSlowly", &old.slow, &new.slow),
    ] {
        if from != to {
            changes.push(ObjectiveChange::Burn {
                alert: alert.to_owned(),
                from: from.clone(),
                to: to.clone(),
            });
        }
    }
    if old.min_requests != new.min_requests {
        changes.push(ObjectiveChange::MinRequests {
            from: old.min_requests,
            to: new.min_requests,
        });
    }
    if old.pending != new.pending {
        changes.push(ObjectiveChange::Pending {
            from: old.pending.clone(),
            to: new.pending.clone(),
        });
    }
    if old.keep_firing_for != new.keep_firing_for {
        changes.push(ObjectiveChange::KeepFiring {
            from: old.keep_firing_for.clone(),
            to: new.keep_firing_for.clone(),
        });
    }
    let labels = label_changes(&old.labels, &new.labels).into_iter();
    changes.extend(labels.map(|(label, from, to)| ObjectiveChange::Label { label, from, to }));
    if old.absent != new.absent {
        changes.push(ObjectiveChange::Absent {
            from: old.absent.clone(),
            to: new.absent.clone(),
        });
    }
    changes
}

/// Returns the windows that are recorded for the alerts.
fn recorded(objective: &ObjectiveSchema) -> BTreeSet<String> {
    let written = objective.fast.iter().chain(&objective.slow);
    let windows = written.filter_map(|windows| windows.split_once(" > "));
    let windows = windows.flat_map(|(windows, _)| windows.split('/'));
    windows.map(str::to_owned).collect()
}
