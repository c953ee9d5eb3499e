//! The changes of objectives between two schemas.

use std::collections::BTreeSet;

use super::declared::matched;
use crate::{
    change::{Change, ObjectiveChange},
    schema::{ObjectiveSchema, Schema},
};

/// Adds the changes of objectives.
pub(super) fn compare(old: &Schema, new: &Schema, changes: &mut Vec<Change>) {
    // A schema of an earlier version does not know when the alerts fire.
    let is_known = old.objectives.iter().all(|old| old.period.is_some());
    let content = |objective: &ObjectiveSchema| {
        let mut content = objective.clone();
        content.name.clear();
        if !is_known {
            content.period = None;
            content.fast.clear();
            content.slow.clear();
            content.min_requests = None;
            content.absent = None;
        }
        content
    };
    let found = matched(
        &old.objectives,
        &new.objectives,
        |old, new| old.name == new.name,
        |old, new| content(old) == content(new),
    );
    let mut note = |objective: &ObjectiveSchema, change: ObjectiveChange| {
        let objective = objective.name.clone();
        changes.push(Change::Objective { objective, change });
    };
    for (from, to) in found.renamed {
        let to = to.name;
        note(&from, ObjectiveChange::Renamed { to });
    }
    for objective in found.gone {
        note(&objective, ObjectiveChange::Removed);
    }
    for (from, to) in found.kept {
        for change in objective_changes(&from, &to) {
            note(&from, change);
        }
    }
    for objective in found.fresh {
        note(&objective, ObjectiveChange::Added);
    }
}

fn objective_changes(old: &ObjectiveSchema, new: &ObjectiveSchema) -> Vec<ObjectiveChange> {
    let mut changes = Vec::new();
    if old.target.total_cmp(&new.target).is_ne() {
        changes.push(ObjectiveChange::Target {
            from: old.target,
            to: new.target,
        });
    }
    if (old.threshold.is_some(), &old.indicator) != (new.threshold.is_some(), &new.indicator) {
        changes.push(ObjectiveChange::Indicator);
    } else if let (Some(from), Some(to)) = (old.threshold, new.threshold)
        && from.total_cmp(&to).is_ne()
    {
        changes.push(ObjectiveChange::Threshold { from, to });
    }
    if old.by != new.by {
        changes.push(ObjectiveChange::Grouping {
            from: old.by.clone(),
            to: new.by.clone(),
        });
    }
    if let (Some(from), Some(to)) = (&old.period, &new.period) {
        changes.extend(alert_changes(old, new, [from, to]));
    }
    changes
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
